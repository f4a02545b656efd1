"""Plans what is due: who is told what, written into the ledger before anything is sent."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import compress

import structlog

from digestbot.actions import Clock
from digestbot.actions.chances import Chances
from digestbot.actions.news import News, Which, cohorts_of, told_besides
from digestbot.core.digest import Digest
from digestbot.core.postings import Rules
from digestbot.core.subscriber import Schedule, Subscriber, next_due
from digestbot.store import Store, Tables
from digestbot.store.subscribers import Cohort, Waiting

log = structlog.get_logger()

CHUNK = 2000
"""Subscribers planned in one transaction."""
_KEPT = 100_000
"""Digests whose ids are remembered while they are planned: most readers share one with others."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a reader who is due is told."""

    reader: Subscriber
    digest: Digest


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
        news: News | None = None
        await self._call_back()
        while True:
            async with self._store.write() as tables:
                now = self._clock()
                readers = await tables.subscribers.waiting(now, CHUNK)
                is_known = await _knows(tables, news, readers)
                count = await _write(tables, readers, news, now) if news and is_known else 0
            if not is_known:  # what takes long is done outside of the transaction
                news = await self._learn(readers, news)
                continue
            planned += count
            if readers:
                log.info("digests planned", due=len(readers), digests=count)
            if len(readers) < CHUNK:
                return planned

    async def _call_back(self) -> None:
        async with self._store.write() as tables:
            count = await tables.subscribers.call_back(self._clock())
        if count:
            log.warning("readers were due in another time: did the clock go wrong?", count=count)

    async def preview(self) -> list[Due]:
        """Return what `plan` would write now, where there is something to say; nothing is changed."""
        async with self._store.read() as tables:
            now = self._clock()
            waiting = await tables.subscribers.waiting(now)
            news = await self._news(tables, waiting, None)
            told = await _told(tables, waiting, news)
            readers = {reader.id: reader for reader in await tables.subscribers.due(now)}
        digests = [(reader.id, news.digest(which)) for reader, which in zip(waiting, told, strict=True)]
        return [Due(readers[id_], digest) for id_, digest in digests if digest]

    async def _learn(self, readers: Sequence[Waiting], known: News | None) -> News:
        async with self._store.read() as tables:
            return await self._news(tables, readers, known)

    async def _news(self, tables: Tables, due: Sequence[Waiting], known: News | None) -> News:
        """Return the papers that are new to those who are *due*, their topics looked for: what is *known*
        of them already is not looked for again.

        Where only topics are not known yet, those of all who are still to come are looked for with them: to
        look for a few takes nearly as long.
        """
        topics = _topics(due)
        upto = await tables.papers.last_arrival()
        if known is None or not known.reaches(due, upto):
            after = min((cohort.cursor for cohort in cohorts_of(due)), default=upto)
            arrived = await tables.papers.arrived(after, upto)
            chances = await Chances.now(tables, self._clock(), self._rules)
            known = await asyncio.to_thread(News, arrived, after, upto, self._rules, chances)
        else:
            topics |= await tables.subscribers.topics_due(self._clock())
        if unread := await asyncio.to_thread(known.postings.look_for_stored, topics):
            log.warning("topics that this version can't read bring nothing", count=len(unread))
        return known


def _topics(readers: Iterable[Waiting]) -> set[str]:
    return set().union(*[reader.topics for reader in readers])


async def _knows(tables: Tables, news: News | None, readers: Sequence[Waiting]) -> bool:
    """Tell whether *news* has all that *readers* may be told, and what their topics bring."""
    if news is None or not news.reaches(readers, await tables.papers.last_arrival()):
        return False
    return news.postings.knows(_topics(readers))


async def _told(tables: Tables, readers: Sequence[Waiting], news: News) -> list[Which]:
    """Return which digest is whose: without the papers that were brought there before, with what rose."""
    told = news.which(readers)
    both = [*zip(readers, told, strict=True)]
    twice = news.listed_twice
    perhaps = {reader.id for reader, which in both if which.wanted & twice} if twice else set()
    before = await tables.recent.told(perhaps, news.paper_ids) if perhaps else {}
    heard = [reader for reader, which in both if which.wanted or reader.cohort.minimum_votes]
    rising = await news.chances.of(tables, heard, news.is_new)
    if not before and not rising:
        return told
    return [
        told_besides(which, reader, frozenset(before.get(reader.id, ())), rising.get(reader.id))
        for reader, which in both
    ]


async def _write(tables: Tables, readers: Sequence[Waiting], news: News, now: datetime) -> int:
    """Write all that *readers* are told and return how many deliveries that makes."""
    told = await _told(tables, readers, news)
    await _compose(tables, told, news, now)
    ids = [news.ids[which] for which in told]
    new = {reader.id: id_ for reader, id_ in zip(readers, ids, strict=True) if id_ is not None}
    planned = await tables.deliveries.plan(new)
    if planned < len(new):  # a clock went wrong, or we did
        log.error("readers had a digest of this time already", count=len(new) - planned)
    moved = _moved_on(zip(readers, (id_ is not None for id_ in ids), strict=True), now)
    for (next_due_at, is_told), those in moved.items():
        await tables.subscribers.move_on(those, news.upto, next_due_at, is_told=is_told)
    return planned


async def _compose(tables: Tables, told: Iterable[Which], news: News, now: datetime) -> None:
    """Write those of the digests *told* that are not in the ledger yet, and which of them are shared."""
    times = Counter(told)
    again = {id_ for which in times if (id_ := news.ids.get(which)) is not None} - news.shared
    if len(news.ids) > _KEPT or not await tables.deliveries.share(again):
        news.forget_written()
    else:
        news.shared |= again
    new = dict.fromkeys(which for which in times if which not in news.ids)
    packed = {which: digest for which in new if (digest := news.packed(which))}
    shared = [times[which] > 1 for which in packed]
    ids = await tables.deliveries.compose([*packed.values()], shared, now)
    news.ids.update(new)
    news.ids.update(zip(packed, ids, strict=True))
    news.shared.update(compress(ids, shared))


def slot(reader: Subscriber) -> datetime:
    """Return the time that *reader*, who is due, was to be told."""
    assert reader.next_due_at is not None  # noqa: S101 - only those who are due are asked
    return reader.next_due_at


def _moved_on(
    readers: Iterable[tuple[Waiting, bool]], now: datetime
) -> Mapping[tuple[datetime, bool], list[int]]:
    """Return the ids of those who are due next at the same time, and are told something or not."""
    ids: dict[tuple[Cohort, bool], list[int]] = {}
    for reader, is_told in readers:
        ids.setdefault((reader.cohort, is_told), []).append(reader.id)
    times: dict[tuple[Schedule, date | None], datetime] = {}
    moved: dict[tuple[datetime, bool], list[int]] = {}
    for (cohort, is_told), those in ids.items():
        last = cohort.slot_at if is_told else cohort.last_slot_at
        which = cohort.schedule, last and cohort.schedule.day_of(last)
        if which not in times:
            times[which] = next_due(cohort.schedule, now, last)
        moved.setdefault((times[which], is_told), []).extend(those)
    return moved
