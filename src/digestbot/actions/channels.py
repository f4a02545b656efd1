"""The channels that people brought us into: who is asked about each, and who looks after it."""

from dataclasses import replace

from digestbot.actions import Clock
from digestbot.core.subscriber import Chat, ChatKind, Defaults, Subscriber, SubscriberState, stranger
from digestbot.errors import UserError
from digestbot.store import Store


class Channels:
    """Which channel is whose."""

    def __init__(self, store: Store, clock: Clock, defaults: Defaults) -> None:
        self._store = store
        self._clock = clock
        self._defaults = defaults

    async def note(self, chat: Chat, title: str, owner_id: int) -> Subscriber:
        """Note who brought us into a channel, and return it: a new one gets no digests yet."""
        async with self._store.write() as tables:
            known = await tables.subscribers.in_chat(chat.id)
            named = replace(known or stranger(chat, self._defaults), title=title, owner_id=owner_id)
            if known is None:
                return await tables.subscribers.add(named, self._clock())
            await tables.subscribers.save(named)
            return named

    async def of(self, person_id: int) -> list[Subscriber]:
        """Return the channels that a person brought us into, or looks after too."""
        async with self._store.read() as tables:
            return await tables.subscribers.of_manager(person_id)

    async def one(self, channel_id: int) -> Subscriber:
        """Return a channel by our number of it. Raises UserError `not-your-channel` where there is none."""
        async with self._store.read() as tables:
            channel = await tables.subscribers.get(channel_id)
        if channel is None or channel.kind is not ChatKind.CHANNEL:
            raise UserError("not-your-channel")
        return channel

    async def other(self, chat_id: int, person_id: int) -> Subscriber | None:
        """Return a channel that we know and that is not among a person's."""
        async with self._store.read() as tables:
            channel = await tables.subscribers.in_chat(chat_id)
            mine = await tables.subscribers.of_manager(person_id)
        return channel if channel and channel.id not in {one.id for one in mine} else None

    async def share(self, channel: Subscriber, person_id: int) -> None:
        """Note that a person looks after a channel too."""
        async with self._store.write() as tables:
            await tables.subscribers.add_manager(channel.id, person_id)

    async def lost(self, chat: Chat) -> Subscriber | None:
        """Return a channel that we may post in no more, if digests came there and somebody is to be told."""
        async with self._store.read() as tables:
            channel = await tables.subscribers.in_chat(chat.id)
        if channel is None or channel.owner_id is None or channel.state is SubscriberState.UNSUBSCRIBED:
            return None
        return channel
