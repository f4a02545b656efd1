"""The topics that a reader follows, and those that mute. A change is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digestbot.actions.readers import Readers
from digestbot.core.digest import asks
from digestbot.core.limits import Limits
from digestbot.core.narrow import Way, muting, narrower
from digestbot.core.query import key, parse
from digestbot.core.subscriber import Chat, Subscriber
from digestbot.core.text import visible
from digestbot.core.threads import handed_on
from digestbot.core.wishes import names_all
from digestbot.errors import UserError
from digestbot.store import Store, Tables


@dataclass(frozen=True, slots=True)
class TopicsChanged:
    """What became of the topics that were named."""

    reader: Subscriber
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    """Those that were there already, or were not there to remove."""
    ids: tuple[int, ...] = ()
    """Of the topics that are new, to name them briefly."""


class Topics:
    """What readers ask for."""

    def __init__(self, store: Store, readers: Readers, limits: Limits) -> None:
        self._store = store
        self._readers = readers
        self._limits = limits

    async def add(self, chat: Chat, wanted: Sequence[str]) -> TopicsChanged:
        """Add topics, all of them or none.

        Raises UserError `usage-add`, `topic-too-long`, `too-many-topics`; QueryError as `parse` does.
        """
        named = self._named(wanted)
        async with self._store.write() as tables:
            return await self._add(tables, chat, named)

    async def _add(self, tables: Tables, chat: Chat, named: dict[str, str]) -> TopicsChanged:
        known = self._readers.welcomed if asks([*named.values()]) else self._readers.noted
        reader = await known(tables, chat)
        had = {key(topic) for topic in reader.topics}
        new = {found: topic for found, topic in named.items() if found not in had}
        count = len(had) + len(new)
        if count > self._limits.topics:
            raise UserError("too-many-topics", count=count, limit=self._limits.topics)
        ids = await tables.subscribers.add_topics(reader.id, [(topic, found) for found, topic in new.items()])
        return TopicsChanged(
            replace(reader, topics=(*reader.topics, *new.values())),
            tuple(new.values()),
            tuple(named[found] for found in named if found in had),
            ids,
        )

    def checked(self, topic: str) -> str:
        """Return *topic* if it can be one. Raises UserError `topic-too-long`, QueryError as `parse` does."""
        if len(topic) > self._limits.topic:
            raise UserError("topic-too-long", topic=topic, limit=self._limits.topic)
        parse(topic)
        return topic

    def _named(self, wanted: Sequence[str]) -> dict[str, str]:
        """Return the topics as they are shown, by key; what mutes, as `-x`. Raises as `add` does."""
        named: dict[str, str] = {}
        for topic in filter(None, map(visible, wanted)):
            read = parse(self.checked(topic))
            named.setdefault(key(topic), str(read) if read.mutes else topic)
        if not named:
            raise UserError("usage-add")
        return named

    async def named(self, chat: Chat, ids: Sequence[int]) -> tuple[str, ...]:
        """Return those of the topics with these *ids* that the reader still has."""
        async with self._store.read() as tables:
            reader = await self._readers.known(tables, chat)
            return await tables.subscribers.topics_of(reader.id, ids)

    async def mutable(self, reader: Subscriber, named: Sequence[str]) -> dict[int, str]:
        """Return those of the topics *named* that can be muted, by their ids."""
        had = {key(topic) for topic in reader.topics}
        longest = self._limits.topic
        new = [topic for topic in named if len(muting(topic)) <= longest and key(muting(topic)) not in had]
        return await self.ids_of(reader, new)

    async def ids_of(self, reader: Subscriber, named: Sequence[str]) -> dict[int, str]:
        """Return those of the reader's topics that are *named*, by their ids."""
        if not named:
            return {}
        async with self._store.read() as tables:
            return await tables.subscribers.ids_of(reader.id, named)

    async def mute(self, chat: Chat, topic_id: int) -> TopicsChanged:
        """Hide what one of the reader's topics brings. Raises UserError `old-button` where it is there no
        more, and as `add` does.
        """
        async with self._store.write() as tables:
            _, topic = await self._one(tables, chat, topic_id)
            return await self._add(tables, chat, self._named([muting(topic)]))

    async def narrow(self, chat: Chat, broad: int, way: Way) -> TopicsChanged:
        """Put a narrower topic in the place of the one with the id *broad*, also on its way to a thread.

        Raises UserError `old-button` where it is there no more, or can't be narrowed so.
        """
        async with self._store.write() as tables:
            reader, topic = await self._one(tables, chat, broad)
            narrow = narrower(topic).get(way)
            if narrow is None or len(narrow) > self._limits.topic:
                raise UserError("old-button")
            await tables.subscribers.remove_topics(reader.id, [key(topic)])
            done = await self._add(tables, chat, self._named([narrow]))
            heir = next(mine for mine in done.reader.topics if key(mine) == key(narrow))
            routes = handed_on(reader.routes, topic, heir)
            reader = await self._readers.save(tables, replace(done.reader, routes=routes))
            return replace(done, reader=reader)

    async def _one(self, tables: Tables, chat: Chat, topic_id: int) -> tuple[Subscriber, str]:
        """Return who reads in *chat*, and the topic of theirs with this id. Raises UserError `old-button`."""
        reader = await self._readers.known(tables, chat)
        topics = await tables.subscribers.topics_of(reader.id, [topic_id])
        if not topics:
            raise UserError("old-button")
        return reader, topics[0]

    async def remove(self, chat: Chat, unwanted: Sequence[str]) -> TopicsChanged:
        """Remove the topics that are there.

        Raises UserError `usage-remove` where none is named, `usage-remove-all` where all are meant.
        """
        async with self._store.write() as tables:
            return await self._remove(tables, await self._readers.known(tables, chat), unwanted)

    async def _remove(self, tables: Tables, reader: Subscriber, unwanted: Sequence[str]) -> TopicsChanged:
        had = {key(topic): topic for topic in reader.topics}
        named = {key(topic): topic for topic in map(visible, unwanted) if topic}
        if not named:
            raise UserError("usage-remove", example=next(iter(reader.topics), "agents"))
        gone = {found: had[found] for found in named if found in had}
        if not gone and all(map(names_all, named.values())):  # a topic can be "all", too
            raise UserError("usage-remove-all", topics=reader.topics)
        await tables.subscribers.remove_topics(reader.id, gone)
        reader = replace(reader, topics=tuple(topic for found, topic in had.items() if found not in gone))
        return TopicsChanged(
            reader, tuple(gone.values()), tuple(named[found] for found in named if found not in had)
        )

    async def toggle(self, chat: Chat, topic: str) -> Subscriber:
        """Add a topic, or take it away if it was there. Raises as `add` does."""
        named = self._named([topic])
        async with self._store.write() as tables:
            reader = await self._readers.known(tables, chat)
            if named.keys() & set(map(key, reader.topics)):
                return (await self._remove(tables, reader, [topic])).reader
            return (await self._add(tables, chat, named)).reader
