"""Plans what is due: who is told what, written into the ledger before anything is sent."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import structlog

from digestbot.actions import Clock
from digestbot.core.categories import is_for
from digestbot.core.digest import Digest, Pick, asks, compose, select
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, Rules
from digestbot.core.subscriber import Schedule, Subscriber, next_due
from digestbot.store import Store, Tables
from digestbot.store.deliveries import NewDelivery

log = structlog.get_logger()

CHUNK = 2000
"""Subscribers planned in one transaction."""
_KEPT = 2_000
"""Digests that are remembered while they are planned: most readers share one with others."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a reader who is due is told; None is silence."""

    reader: Subscriber
    digest: Digest | None


class Planner:
    """Writes what is due into the ledger."""

    def __init__(self, store: Store, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock

    async def plan(self) -> int:
        """Write a delivery for each digest that is due and has something to say; tell how many.

        Deliveries, cursors and next due times of a chunk of subscribers change together, or not at all.
        """
        planned = 0
        news: _News | None = None
        while True:
            async with self._store.read() as tables:  # what takes long is done before the transaction
                news = await self._news(tables, await tables.subscribers.due(self._clock(), CHUNK), news)
            async with self._store.write() as tables:
                now = self._clock()
                readers = await tables.subscribers.due(now, CHUNK)
                news = await self._news(tables, readers, news)
                due = await _due(tables, readers, news)
                count = await _write(tables, due, news, now)
            planned += count
            if due:
                log.info("digests planned", due=len(due), digests=count)
            if len(due) < CHUNK:
                return planned

    async def preview(self) -> list[Due]:
        """Return what `plan` would write now, where there is something to say; nothing is changed."""
        async with self._store.read() as tables:
            readers = await tables.subscribers.due(self._clock())
            news = await self._news(tables, readers, None)
            return [due for due in await _due(tables, readers, news) if due.digest]

    async def _news(self, tables: Tables, due: Sequence[Subscriber], known: "_News | None") -> "_News":
        """Return the papers that are new to those who are *due*, their topics looked for: what is *known*
        of them already is not looked for again.
        """
        upto = await tables.papers.last_arrival()
        after = min((reader.cursor for reader in due), default=upto)
        if known is None or known.upto != upto or after < known.after:
            arrived = await tables.papers.arrived(after, upto)
            known = await asyncio.to_thread(_News, arrived, after, upto, self._rules)
        topics = {topic for reader in due for topic in reader.topics}
        await asyncio.to_thread(known.postings.look_for, topics)
        return known


class _News:
    """Papers that arrived *after* one arrival number and up to another, the topics that they hold."""

    def __init__(self, arrived: Sequence[tuple[int, Paper]], after: int, upto: int, rules: Rules) -> None:
        self.after = after
        self.upto = upto
        self.postings = Postings((paper for _, paper in arrived), rules)
        self.listed_twice = {paper.id for _, paper in arrived if paper.on_hugging_face and paper.categories}
        """The papers of both sources: one that arXiv listed first has arrived twice."""
        self.ids: dict[Digest, int] = {}
        """Digests that are in the ledger already, by what they tell."""
        self._arrivals = {paper.id: arrival for arrival, paper in arrived}
        self._new: dict[tuple[int, date, tuple[str, ...]], int] = {}
        """The papers that are new by a cursor, a first day and categories."""
        self._picks: dict[tuple[tuple[str, ...], bool, int], list[Pick]] = {}
        """By the topics that bring or mute something, whether any asks, and the papers that are new."""
        self._asks: dict[str, bool] = {}

    def picks(self, reader: Subscriber) -> list[Pick]:
        """Return what is new to *reader* and wanted, best first; the topics were looked for before."""
        found = tuple(sorted(topic for topic in reader.topics if self.postings.has(topic)))
        which = found, self._does_ask(reader), self._new_to(reader)
        if which not in self._picks:
            if len(self._picks) >= _KEPT:
                self._picks.clear()
            self._picks[which] = self._select(*which)
        return self._picks[which]

    def digest(self, reader: Subscriber, picks: Sequence[Pick]) -> Digest | None:
        """Return what *reader* is told of *picks*; None is silence."""
        return compose(picks, self._new_to(reader).bit_count(), reader.maximum)

    def _select(self, topics: Sequence[str], does_ask: bool, new: int) -> list[Pick]:
        """Return the picks: none where topics ask in vain; where none asks, all that are not muted."""
        if does_ask and not any(self._asks[topic] for topic in topics):
            return []
        return select(self.postings, topics, new)

    def _does_ask(self, reader: Subscriber) -> bool:
        for topic in reader.topics:
            if topic not in self._asks:
                self._asks[topic] = asks([topic])
        return any(self._asks[topic] for topic in reader.topics)

    def _new_to(self, reader: Subscriber) -> int:
        categories = reader.categories if self._does_ask(reader) else ()
        which = reader.cursor, reader.since, categories
        if which not in self._new:
            self._new[which] = self.postings.where(
                lambda paper: (
                    self._arrivals[paper.id] > reader.cursor
                    and paper.listed_on >= reader.since
                    and is_for(paper, categories)
                )
            )
        return self._new[which]


async def _due(tables: Tables, readers: Sequence[Subscriber], news: _News) -> list[Due]:
    """Return what each of *readers* is told, without the papers that were brought there before."""
    wanted = [(reader, news.picks(reader)) for reader in readers]
    perhaps = {
        reader.id
        for reader, picks in wanted
        if news.listed_twice and any(pick.paper_id in news.listed_twice for pick in picks)
    }
    told = await tables.deliveries.told(perhaps) if perhaps else {}
    return [Due(reader, news.digest(reader, _untold(picks, told.get(reader.id)))) for reader, picks in wanted]


def _untold(picks: list[Pick], told: set[str] | None) -> list[Pick]:
    return [pick for pick in picks if pick.paper_id not in told] if told else picks


async def _write(tables: Tables, due: Sequence[Due], news: _News, now: datetime) -> int:
    """Write all of what is *due* and return how many deliveries that makes."""
    new = list(dict.fromkeys(one.digest for one in due if one.digest and one.digest not in news.ids))
    if len(news.ids) > _KEPT:
        news.ids.clear()
        new = list(dict.fromkeys(one.digest for one in due if one.digest))
    news.ids.update(zip(new, await tables.deliveries.compose(new, now), strict=True))
    rows = [NewDelivery(one.reader.id, slot(one.reader), news.ids[one.digest]) for one in due if one.digest]
    await tables.deliveries.plan(rows)
    await tables.subscribers.move_on([*_moved_on(due, news.upto, now)])
    return len(rows)


def slot(reader: Subscriber) -> datetime:
    """Return the time that *reader*, who is due, was to be told."""
    assert reader.next_due_at is not None  # noqa: S101 - only those who are due are asked
    return reader.next_due_at


def _moved_on(due: Sequence[Due], upto: int, now: datetime) -> Iterator[Subscriber]:
    """Yield the readers with all papers considered, and their next due time."""
    times: dict[tuple[Schedule, date | None], datetime] = {}
    for one in due:
        reader = one.reader
        last = slot(reader) if one.digest else reader.last_slot_at
        which = reader.schedule, last and reader.schedule.day_of(last)
        if which not in times:
            times[which] = next_due(reader.schedule, now, last)
        yield replace(reader, cursor=upto, last_slot_at=last, next_due_at=times[which])
