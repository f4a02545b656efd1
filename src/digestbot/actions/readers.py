"""Who reads, from a stranger's first word on: kept, given digests, given none. Each within a transaction."""

from dataclasses import replace
from datetime import date

from digestbot.actions import Clock
from digestbot.core.subscriber import Chat, ChatKind, Defaults, Subscriber, SubscriberState, due, stranger
from digestbot.store import Tables


class Readers:
    """Keeps readers; one that we don't know is given *defaults*."""

    def __init__(self, clock: Clock, defaults: Defaults) -> None:
        self._clock = clock
        self._defaults = defaults

    async def known(self, tables: Tables, chat: Chat) -> Subscriber:
        """Return who reads in *chat*; one that we don't know has the id 0."""
        return await tables.subscribers.in_chat(chat.id) or stranger(chat, self._defaults)

    async def noted(self, tables: Tables, chat: Chat) -> Subscriber:
        """Return who reads in *chat*; one that we don't know yet is known from now on, without digests."""
        known = await self.known(tables, chat)
        return known if known.id else await tables.subscribers.add(known, self._clock())

    async def welcomed(self, tables: Tables, chat: Chat) -> Subscriber:
        """Return who reads in *chat*; who never said whether they want digests gets them from now on.

        A channel does not: who brought us into it is asked.
        """
        reader = await self.noted(tables, chat)
        is_asked = self.has_said(reader) or reader.kind is ChatKind.CHANNEL
        return reader if is_asked else await self.begin(tables, reader)

    @staticmethod
    def has_said(reader: Subscriber) -> bool:
        """Tell whether a reader ever said if they want digests; else only a setting or a paper is kept."""
        return reader.since != date.min

    async def begin(self, tables: Tables, reader: Subscriber) -> Subscriber:
        """Bring digests to a reader who is kept; to who had none so far, from the newest list on."""
        if reader.state in (SubscriberState.UNSUBSCRIBED, SubscriberState.BLOCKED):
            reader = await self._from_now(tables, reader)
        return await self._switched(tables, reader, SubscriberState.ACTIVE)

    async def leave(self, tables: Tables, chat: Chat, state: SubscriberState) -> Subscriber:
        """Bring no more digests, also not one that is on its way; a stranger's no is kept, too."""
        reader = await self.noted(tables, chat)
        if not self.has_said(reader):
            reader = await self._from_now(tables, reader)
        await tables.deliveries.cancel(reader.id, self._clock())
        return await self._switched(tables, reader, state)

    async def save(self, tables: Tables, reader: Subscriber) -> Subscriber:
        """Write a reader who is kept, without the topics."""
        await tables.subscribers.save(reader)
        return reader

    def due(self, reader: Subscriber) -> Subscriber:
        """Return a reader whose state or schedule was changed, with when they are told something next."""
        return replace(reader, next_due_at=due(reader, self._clock()))

    async def _switched(self, tables: Tables, reader: Subscriber, state: SubscriberState) -> Subscriber:
        return await self.save(tables, self.due(replace(reader, state=state, paused_until=None)))

    async def _from_now(self, tables: Tables, reader: Subscriber) -> Subscriber:
        today = self._clock().date()
        since = await tables.papers.newest_day(today) or today
        cursor = await tables.papers.arrival_before(since)
        return replace(reader, since=since, cursor=cursor, missed_since=None)
