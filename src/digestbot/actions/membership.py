"""What a reader changes: subscription, settings, being forgotten. A change is one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any, TypedDict, Unpack

from digestbot.actions import Clock
from digestbot.actions.library import known_paper
from digestbot.actions.readers import Readers
from digestbot.actions.topics import Topics
from digestbot.core.access import Access
from digestbot.core.limits import Limits
from digestbot.core.query import key
from digestbot.core.subscriber import (
    NOWHERE,
    Chat,
    ChatKind,
    Defaults,
    Schedule,
    Subscriber,
    SubscriberState,
)
from digestbot.core.summary import Style
from digestbot.core.threads import rerouted
from digestbot.errors import UserError
from digestbot.store import Store

MOST_PAPERS = 50
_LIMITS = Limits()


class Wishes(TypedDict, total=False):
    """What a reader may choose freely; each is explained at `Subscriber`."""

    language: str
    style: Style
    minimum_votes: int
    silent: bool
    pictures: bool
    tells_nothing: bool


class Membership:
    """Who is subscribed, and to what."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        defaults: Defaults,
        offered: tuple[str, ...] = (),
        limits: Limits = _LIMITS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self.readers = Readers(clock, defaults)
        self.topics = Topics(store, self.readers, limits)
        self.offered = offered
        """The arXiv categories that are read."""

    async def reader(self, chat: Chat) -> Subscriber:
        """Return who reads in *chat*; one that we don't know is given the defaults and id 0."""
        async with self._store.read() as tables:
            return await self.readers.known(tables, chat)

    async def subscribe(self, chat: Chat) -> tuple[Subscriber, bool]:
        """Bring digests to *chat* from the newest list on, and tell whether it is new to us."""
        async with self._store.write() as tables:
            known = await self.readers.noted(tables, chat)
            return await self.readers.begin(tables, known), not self.readers.has_said(known)

    async def unsubscribe(self, chat: Chat) -> Subscriber:
        """Bring no more digests, also not one that is on its way; keep the settings."""
        async with self._store.write() as tables:
            return await self.readers.leave(tables, chat, SubscriberState.UNSUBSCRIBED)

    def today(self, reader: Subscriber) -> date:
        """Return the date on the reader's calendar."""
        return reader.schedule.day_of(self._clock())

    async def pause(self, chat: Chat, until: date | None = None) -> Subscriber:
        """Wait, without an end or *until* a day on the reader's calendar.

        What is listed meanwhile comes with the first digest afterwards.
        """
        return await self._change(chat, lambda reader: self._paused(reader, until))

    async def resume(self, chat: Chat) -> Subscriber:
        """End a pause. Where there is none, this subscribes."""
        return (await self.subscribe(chat))[0]

    async def blocked(self, chat: Chat) -> None:
        """Note that Telegram no longer lets us write in *chat*."""
        async with self._store.write() as tables:
            if (await self.readers.known(tables, chat)).next_due_at:
                await self.readers.leave(tables, chat, SubscriberState.BLOCKED)

    async def unblocked(self, chat: Chat) -> None:
        """Note that we may write in *chat* again."""
        async with self._store.write() as tables:
            known = await self.readers.known(tables, chat)
            if known.state is SubscriberState.BLOCKED:
                await self.readers.begin(tables, known)

    async def shut_out(self, access: Access) -> None:
        """Bring nothing more to whom *access* does not keep, also after a pause; their settings stay."""
        async with self._store.read() as tables:
            chats = await tables.subscribers.subscribed_chats()
        for chat in chats:
            if not access.keeps(chat):
                kind = ChatKind.PRIVATE if chat > 0 else ChatKind.GROUP
                await self.unsubscribe(Chat(chat, kind))

    async def moved(self, old_chat_id: int, new_chat_id: int) -> None:
        """Note that a group was given another id."""
        async with self._store.write() as tables:
            known = await tables.subscribers.in_chat(old_chat_id)
            if known and await tables.subscribers.in_chat(new_chat_id) is None:
                moved = replace(known, chat_id=new_chat_id, kind=ChatKind.SUPERGROUP)
                await tables.subscribers.save(moved)

    async def forget(self, chat: Chat) -> None:
        """Delete everything about *chat*."""
        async with self._store.write() as tables:
            await tables.personal.forget(chat.id)

    async def all_of(self, chat: Chat) -> dict[str, list[dict[str, Any]]]:
        """Return everything about *chat*: the rows of each table."""
        async with self._store.read() as tables:
            return await tables.personal.of(chat.id)

    async def set_hour(self, chat: Chat, at: time, zone: str) -> Subscriber:
        """Set the first wall time of the digest; the IANA time *zone* counts where none was told."""
        async with self._store.write() as tables:
            reader = await self.readers.welcomed(tables, chat)
            told = reader.schedule.zone
            schedule = replace(reader.schedule, at=at, zone=zone if told == NOWHERE else told)
            return await self.readers.save(tables, self.readers.due(replace(reader, schedule=schedule)))

    async def set_time(self, chat: Chat, at: time) -> Subscriber:
        return await self._reschedule(chat, lambda schedule: replace(schedule, at=at))

    async def set_zone(self, chat: Chat, zone: str) -> Subscriber:
        """Set the IANA time zone."""
        return await self._reschedule(chat, lambda schedule: replace(schedule, zone=zone))

    async def set_weekdays(self, chat: Chat, weekdays: tuple[int, ...]) -> Subscriber:
        return await self._reschedule(chat, lambda schedule: replace(schedule, weekdays=weekdays))

    async def set_thread(self, chat: Chat, thread_id: int | None) -> Subscriber:
        """Let digests go to a thread of a forum; None: to the forum itself."""
        return await self._change(chat, lambda reader: replace(reader, thread_id=thread_id))

    async def route(self, chat: Chat, topic: str, thread_id: int | None) -> Subscriber:
        """Let what *topic* brings go to a thread of a forum; None: where all else goes.

        Raises UserError `not-my-topic`.
        """

        def routed(reader: Subscriber) -> Subscriber:
            mine = {key(known): known for known in reader.topics}
            if key(topic) not in mine:
                raise UserError("not-my-topic", topic=topic)
            routes = rerouted(reader.routes, mine[key(topic)], thread_id, reader.topics)
            return replace(reader, routes=routes)

        return await self._change(chat, routed)

    async def set_maximum(self, chat: Chat, maximum: int) -> Subscriber:
        """Set the most papers in a digest. Raises UserError `usage-max` outside 1 to MOST_PAPERS."""
        if not 1 <= maximum <= MOST_PAPERS:
            raise UserError("usage-max", limit=MOST_PAPERS)
        return await self._change(chat, lambda reader: replace(reader, maximum=maximum))

    async def wish(self, chat: Chat, **wishes: Unpack[Wishes]) -> Subscriber:
        """Set what a reader may choose freely."""
        return await self._change(chat, lambda reader: replace(reader, **wishes))

    async def set_summary_language(self, chat: Chat, language: str) -> Subscriber:
        """Set the language of summaries, a BCP-47 tag; the one that we speak is followed when it changes."""
        return await self._change(
            chat,
            lambda reader: replace(
                reader, summary_language=None if language == reader.language else language
            ),
        )

    async def set_categories(
        self, chat: Chat, choose: Callable[[tuple[str, ...]], Sequence[str]]
    ) -> Subscriber:
        """Set the arXiv categories: what *choose* makes of those that were chosen before.

        Raises UserError `usage-sources` for one that is not read.
        """

        def chosen(reader: Subscriber) -> Subscriber:
            categories = tuple(choose(reader.categories))
            for category in categories:
                if category not in self.offered:
                    raise UserError("usage-sources", category=category, offered=self.offered)
            return replace(reader, categories=categories)

        return await self._change(chat, chosen)

    async def toggle_category(self, chat: Chat, category: str) -> Subscriber:
        """Add an arXiv category, or take it away if it was chosen. Raises as `set_categories` does."""

        def toggled(before: tuple[str, ...]) -> tuple[str, ...]:
            others = tuple(chosen for chosen in before if chosen in self.offered and chosen != category)
            return others if category in before else (*others, category)

        return await self.set_categories(chat, toggled)

    async def save(self, chat: Chat, paper_id: str) -> bool:
        """Keep a paper for who reads in *chat*, and tell whether it was not kept before.

        Who is not known yet gets no digests by it. Raises UserError `unknown-paper`, `too-many-saved`.
        """
        async with self._store.write() as tables:
            reader = await self.readers.noted(tables, chat)
            if await tables.saved.has(reader.id, paper_id):
                return False
            await known_paper(tables, paper_id)
            if len(await tables.saved.of(reader.id)) >= self._limits.saved:
                raise UserError("too-many-saved", limit=self._limits.saved)
            await tables.saved.put(reader.id, paper_id, self._clock())
        return True

    async def toggle_saved(self, chat: Chat, paper_id: str) -> bool:
        """Keep a paper, or keep it no longer; tell whether it is kept. Raises as `save` does."""
        if await self.save(chat, paper_id):
            return True
        async with self._store.write() as tables:
            await tables.saved.remove((await self.readers.known(tables, chat)).id, paper_id)
        return False

    # One transaction each

    async def _change(self, chat: Chat, change: Callable[[Subscriber], Subscriber]) -> Subscriber:
        async with self._store.write() as tables:
            return await self.readers.save(tables, change(await self.readers.noted(tables, chat)))

    async def _reschedule(self, chat: Chat, change: Callable[[Schedule], Schedule]) -> Subscriber:
        return await self._change(
            chat, lambda reader: self.readers.due(replace(reader, schedule=change(reader.schedule)))
        )

    def _paused(self, reader: Subscriber, until: date | None) -> Subscriber:
        if reader.state not in (SubscriberState.ACTIVE, SubscriberState.PAUSED):
            return reader  # who gets no digests has none to wait with
        kept_back = reader.next_due_at and reader.schedule.day_of(reader.next_due_at)
        waits = replace(reader, state=SubscriberState.PAUSED, paused_until=until)
        return self.readers.due(replace(waits, missed_since=reader.missed_since or kept_back))
