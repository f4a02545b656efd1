"""Subscribers and their topics as rows and back."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from sys import intern
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.subscriber import FURTHEST, ChatKind, Reader, Schedule, Subscriber, SubscriberState
from digestbot.core.summary import Style
from digestbot.core.threads import Route
from digestbot.store.bulk import as_json, one_of
from digestbot.store.schema import WRITES, insert, managers, subscribers, topics

_BETWEEN = "\x1f"
"""Stands in no topic: it can't be seen."""
_OTHERWISE = frozenset(("at", "zone", "weekdays", "created_at", "taste"))
"""Columns that a Subscriber has as its schedule, or has not."""
_FIRST = "-infinity"
"""PostgreSQL's `date.min`."""


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """All that decides what readers who are due are told but their topics: many share it."""

    cursor: int
    since: date
    maximum: int
    slot_at: datetime
    """The time that they were to be told."""
    last_slot_at: datetime | None
    schedule: Schedule
    categories: tuple[str, ...]
    routes: tuple[Route, ...]
    minimum_votes: int
    tells_nothing: bool
    missed_since: date | None
    taste: str | None
    """What was learned, as it is kept; None: nothing."""


class Waiting(NamedTuple):
    """A reader who is due, as far as one must know them to plan: they are many."""

    id: int
    topics: tuple[str, ...]
    """Each is one string for all who have it: planning remembers very many."""
    cohort: Cohort


class Subscribers:
    """The chats that we know."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def in_chat(self, chat_id: int) -> Subscriber | None:
        found = await self._select(subscribers.c.chat_id == chat_id)
        return found[0] if found else None

    async def get(self, subscriber_id: int) -> Subscriber | None:
        found = await self._select(subscribers.c.id == subscriber_id)
        return found[0] if found else None

    async def hold(self, ids: Collection[int]) -> None:
        """Let nobody else change these until the transaction ends, in the order of `waiting`."""
        if ids:
            these = sa.select(subscribers.c.id).where(one_of(self._connection, subscribers.c.id, ids))
            ordered = these.order_by(subscribers.c.next_due_at, subscribers.c.id)
            await self._connection.execute(await self._for_change(ordered))

    async def of_manager(self, user_id: int) -> list[Subscriber]:
        """Return the channels that a person brought us into, or looks after too, by name."""
        looked_after = sa.select(managers.c.subscriber_id).where(managers.c.user_id == user_id)
        channels = await self._select(
            (subscribers.c.owner_id == user_id) | subscribers.c.id.in_(looked_after)
        )
        return sorted(channels, key=lambda channel: (channel.title, channel.id))

    async def add_manager(self, subscriber_id: int, user_id: int) -> None:
        """Note that a person looks after a channel."""
        row = {"subscriber_id": subscriber_id, "user_id": user_id}
        await self._connection.execute(insert(self._connection, managers).on_conflict_do_nothing(), row)

    async def has(self, chats: Sequence[int]) -> bool:
        """Tell whether we know one of these chats."""
        query = sa.select(sa.func.count()).where(subscribers.c.chat_id.in_(chats))
        return bool(await self._connection.scalar(query))

    async def subscribed_chats(self) -> list[int]:
        """Return the chats that get digests, or may get some later: pauses end, and blocks, too."""
        query = sa.select(subscribers.c.chat_id).where(subscribers.c.state != SubscriberState.UNSUBSCRIBED)
        return [*await self._connection.scalars(query)]

    async def add(self, subscriber: Subscriber, now: datetime) -> Subscriber:
        """Store a new subscriber, whose `id` is ignored, and return it with the id it was given.

        Where another process just stored one in the same chat, that one is returned.
        """
        row = {**_row(subscriber), "created_at": now}
        new = insert(self._connection, subscribers).on_conflict_do_nothing(index_elements=["chat_id"])
        inserted = await self._connection.execute(new.returning(subscribers.c.id), row)
        if number := inserted.scalar():
            return replace(subscriber, id=number)
        (there,) = await self._select(subscribers.c.chat_id == subscriber.chat_id)
        return there

    async def save(self, subscriber: Subscriber) -> None:
        """Write everything of a known subscriber but the topics."""
        update = subscribers.update().where(subscribers.c.id == subscriber.id)
        await self._connection.execute(update.values(_row(subscriber)))

    async def due(self, now: datetime, limit: int | None = None) -> list[Subscriber]:
        """Return those whose digest is due, the longest waiting first, at most *limit*."""
        return await self._select(subscribers.c.next_due_at <= now, limit)

    async def waiting(self, now: datetime, limit: int | None = None) -> list[Waiting]:
        """Return the same readers, as far as planning needs them."""
        query = await self._for_change(
            sa.select(subscribers.c.id, _TOPICS, as_json(_COHORT))
            .where(subscribers.c.next_due_at <= now)
            .order_by(subscribers.c.next_due_at, subscribers.c.id)
            .limit(limit)
        )
        cohort = cache(_cohort)  # that of each is read once for all who share it
        return [
            Waiting(id_, tuple(map(intern, chosen.split(_BETWEEN))) if chosen else (), cohort(shared))
            for id_, chosen, shared in await self._connection.execute(query)
        ]

    async def call_back(self, now: datetime) -> int:
        """Have those be due now who get digests and are due later than anybody can wish: a clock that went
        wrong for a moment sent them there. Tell how many.
        """
        astray = subscribers.update().where(
            subscribers.c.state == SubscriberState.ACTIVE, subscribers.c.next_due_at > now + FURTHEST
        )
        just_now = now - timedelta.resolution  # a slot of its own: others are at whole minutes
        changed = await self._connection.execute(astray.values(next_due_at=just_now, last_slot_at=None))
        return changed.rowcount

    async def topics_due(self, now: datetime) -> set[str]:
        """Return the topics of all whose digest is due."""
        query = sa.select(topics.c.topic).distinct().join(subscribers)
        return {*await self._connection.scalars(query.where(subscribers.c.next_due_at <= now))}

    async def add_topics(self, subscriber_id: int, new: Iterable[tuple[str, str]]) -> tuple[int, ...]:
        """Store topics as (topic, key), none of whose keys may be there yet, and return their ids."""
        ids = []
        for topic, key in new:
            row = {"subscriber_id": subscriber_id, "topic": topic, "key": key}
            inserted = await self._connection.execute(topics.insert().returning(topics.c.id), row)
            ids.append(inserted.scalar_one())
        return tuple(ids)

    async def topics_of(self, subscriber_id: int, ids: Iterable[int]) -> tuple[str, ...]:
        """Return those of the subscriber's topics that have these ids."""
        query = sa.select(topics.c.topic).where(
            topics.c.subscriber_id == subscriber_id, topics.c.id.in_(list(ids))
        )
        return tuple((await self._connection.scalars(query.order_by(topics.c.id))).all())

    async def ids_of(self, subscriber_id: int, named: Iterable[str]) -> dict[int, str]:
        """Return those of the subscriber's topics that are *named*, by their ids, the oldest first."""
        query = sa.select(topics.c.id, topics.c.topic).where(
            topics.c.subscriber_id == subscriber_id, topics.c.topic.in_(list(named))
        )
        found = await self._connection.execute(query.order_by(topics.c.id))
        return {row.id: row.topic for row in found}

    async def move_on(self, ids: Sequence[int], cursor: int, next_due_at: datetime, *, is_told: bool) -> None:
        """Write up to which arrival these who are due were considered, and when they are due next.

        A pause of theirs is over. Where they are told something, the time that they were due is their last
        slot.
        """
        update = subscribers.update().where(one_of(self._connection, subscribers.c.id, ids))
        last = {"last_slot_at": subscribers.c.next_due_at} if is_told else {}
        await self._connection.execute(
            update.values(cursor=cursor, next_due_at=next_due_at, **_UNPAUSED, **last)
        )

    async def remove_topics(self, subscriber_id: int, keys: Iterable[str]) -> None:
        mine = (topics.c.subscriber_id == subscriber_id) & topics.c.key.in_(list(keys))
        await self._connection.execute(topics.delete().where(mine))

    async def count(self) -> dict[SubscriberState, int]:
        query = sa.select(subscribers.c.state, sa.func.count()).group_by(subscribers.c.state)
        return {SubscriberState(state): count for state, count in await self._connection.execute(query)}

    async def tongues(self) -> list[tuple[str, Style]]:
        """Return in which languages and styles summaries are read by who gets digests, the commonest
        first.
        """
        reads = sa.func.coalesce(subscribers.c.summary_language, subscribers.c.language)
        query = (
            sa.select(reads, subscribers.c.style)
            .where(subscribers.c.state == SubscriberState.ACTIVE)
            .group_by(reads, subscribers.c.style)
            .order_by(sa.func.count().desc(), reads, subscribers.c.style)
        )
        return [(language, Style(style)) for language, style in await self._connection.execute(query)]

    async def _select(self, condition: sa.ColumnElement[bool], limit: int | None = None) -> list[Subscriber]:
        order = (subscribers.c.next_due_at, subscribers.c.id)
        query = sa.select(subscribers).where(condition).order_by(*order).limit(limit)
        rows = (await self._connection.execute(await self._for_change(query))).all()
        chosen = await self._topics_of([row.id for row in rows])
        return [_subscriber(row, chosen.get(row.id, ())) for row in rows]

    async def _for_change(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """Return *query* so that what is read to be changed is ours until the transaction ends. Rows that
        refer to it may be added meanwhile: who plans for all and who changes many would wait for each other.
        """
        writes = await self._connection.run_sync(lambda sync: sync.get_execution_options().get(WRITES))
        return query.with_for_update(key_share=True) if writes else query

    async def _topics_of(self, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        query = sa.select(topics.c.subscriber_id, topics.c.topic).where(topics.c.subscriber_id.in_(ids))
        chosen: dict[int, tuple[str, ...]] = {}
        for subscriber_id, topic in await self._connection.execute(query.order_by(topics.c.id)):
            chosen[subscriber_id] = (*chosen.get(subscriber_id, ()), topic)
        return chosen


_COHORT = (
    subscribers.c.cursor,
    subscribers.c.since,
    subscribers.c.maximum,
    subscribers.c.next_due_at,
    subscribers.c.last_slot_at,
    subscribers.c.at,
    subscribers.c.zone,
    sa.cast(subscribers.c.weekdays, sa.Text),
    sa.cast(subscribers.c.categories, sa.Text),
    sa.cast(subscribers.c.routes, sa.Text),
    subscribers.c.minimum_votes,
    subscribers.c.tells_nothing,
    subscribers.c.missed_since,
    subscribers.c.taste,
)
_TOPICS = (
    sa.select(sa.func.aggregate_strings(topics.c.topic, _BETWEEN))
    .where(topics.c.subscriber_id == subscribers.c.id)
    .scalar_subquery()
)


_UNPAUSED = {"state": SubscriberState.ACTIVE, "paused_until": None, "missed_since": None}


@lru_cache(maxsize=4096)
def _schedule(at: time, zone: str, weekdays: str) -> Schedule:
    return Schedule(at, zone, tuple(json.loads(weekdays)))


@lru_cache(maxsize=4096)
def _routes(written: str) -> tuple[Route, ...]:
    return tuple(Route(*route) for route in json.loads(written))


def _cohort(told: str) -> Cohort:
    """Return what JSON tells of _COHORT."""
    (
        cursor, since, maximum, slot_at, last_slot_at, at, zone, weekdays, categories, routes, minimum_votes,
        tells_nothing, missed_since, taste,
    ) = json.loads(told)  # fmt: skip
    return Cohort(
        cursor=cursor,
        since=_day(since),
        maximum=maximum,
        slot_at=moment_of(slot_at),
        last_slot_at=moment_of(last_slot_at) if last_slot_at else None,
        schedule=_schedule(time.fromisoformat(at), zone, weekdays),
        categories=tuple(json.loads(categories)),
        routes=_routes(routes),
        minimum_votes=minimum_votes,
        tells_nothing=bool(tells_nothing),
        missed_since=_day(missed_since) if missed_since else None,
        taste=taste,
    )


def _day(told: str) -> date:
    return date.min if told == _FIRST else date.fromisoformat(told)


def moment_of(told: str) -> datetime:
    """Return a time that stands in JSON."""
    moment = datetime.fromisoformat(told)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _row(subscriber: Subscriber) -> dict[str, Any]:
    told = {field.name: getattr(subscriber, field.name) for field in fields(subscriber)}
    schedule = told.pop("schedule")
    del told["id"], told["topics"]
    routes = [[route.topic, route.thread_id] for route in subscriber.routes]
    return {**told, "at": schedule.at, "zone": schedule.zone, "weekdays": schedule.weekdays, "routes": routes}


READER = (
    subscribers.c.kind,
    subscribers.c.language,
    subscribers.c.at,
    subscribers.c.zone,
    sa.cast(subscribers.c.weekdays, sa.Text),
    subscribers.c.style,
    subscribers.c.summary_language,
    subscribers.c.silent,
    subscribers.c.pictures,
    subscribers.c.thread_id,
    sa.cast(subscribers.c.routes, sa.Text),
)


def reader_of(told: str) -> Reader:
    """Return what JSON tells of READER."""
    kind, language, at, zone, weekdays, style, reads, silent, pictures, thread_id, routes = json.loads(told)
    return Reader(
        kind=ChatKind(kind),
        language=language,
        schedule=_schedule(time.fromisoformat(at), zone, weekdays),
        style=Style(style),
        summary_language=reads,
        silent=bool(silent),
        pictures=bool(pictures),
        thread_id=thread_id,
        routes=_routes(routes),
    )


def _subscriber(row: sa.Row[Any], chosen: tuple[str, ...]) -> Subscriber:
    told = {name: value for name, value in row._mapping.items() if name not in _OTHERWISE}
    read = {
        "kind": ChatKind(row.kind),
        "state": SubscriberState(row.state),
        "schedule": Schedule(row.at, row.zone, tuple(row.weekdays)),
        "topics": chosen,
        "style": Style(row.style),
        "categories": tuple(row.categories),
        "routes": tuple(Route(*route) for route in row.routes),
    }
    return Subscriber(**{**told, **read})
