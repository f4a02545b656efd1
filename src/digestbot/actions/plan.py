"""Plans what is due: who is told what, written into the ledger before anything is sent."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

import structlog

from digestbot.actions import Clock
from digestbot.actions.chances import Chances
from digestbot.core.categories import is_for
from digestbot.core.digest import Digest, Pick, by_votes_alone, compose, most_in_recap, room
from digestbot.core.paper import Paper
from digestbot.core.picker import Picker
from digestbot.core.postings import Postings, Rules
from digestbot.core.subscriber import Schedule, Subscriber, missed, next_due
from digestbot.core.taste import Tasting
from digestbot.core.threads import Route, grouped
from digestbot.store import Store, Tables
from digestbot.store.deliveries import NewDelivery
from digestbot.store.subscribers import Cohort, Waiting
from digestbot.store.tastes import read_weights

log = structlog.get_logger()

CHUNK = 2000
"""Subscribers planned in one transaction."""
_KEPT = 50_000
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
        news: _News | None = None
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

    async def _learn(self, readers: Sequence[Waiting], known: "_News | None") -> "_News":
        async with self._store.read() as tables:
            return await self._news(tables, readers, known)

    async def _news(self, tables: Tables, due: Sequence[Waiting], known: "_News | None") -> "_News":
        """Return the papers that are new to those who are *due*, their topics looked for: what is *known*
        of them already is not looked for again.

        Where only topics are not known yet, those of all who are still to come are looked for with them: to
        look for a few takes nearly as long.
        """
        topics = _topics(due)
        upto = await tables.papers.last_arrival()
        if known is None or not known.reaches(due, upto):
            after = min((cohort.cursor for cohort in _cohorts(due)), default=upto)
            arrived = await tables.papers.arrived(after, upto)
            chances = await Chances.now(tables, self._clock(), self._rules)
            known = await asyncio.to_thread(_News, arrived, after, upto, self._rules, chances)
        else:
            topics |= await tables.subscribers.topics_due(self._clock())
        await asyncio.to_thread(known.postings.look_for, topics)
        return known


class _Terms(NamedTuple):
    """What decides a digest besides its papers and topics."""

    listed: int
    """The papers that are new."""
    maximum: int
    routes: tuple[Route, ...] = ()
    since: date | None = None
    """The first day that a recap tells of."""
    taste: str | None = None
    """What the reader's votes taught."""


class _Which(NamedTuple):
    """All that decides what a digest tells: who has the same is told the same."""

    topics: tuple[str, ...]
    """Those that bring a paper."""
    wanted: int
    """The papers that are new, wanted and not muted."""
    terms: _Terms
    without: frozenset[str] = frozenset()
    """Papers that were brought there before."""
    tells_nothing: bool = False
    """Where there is nothing to tell, that is told."""
    rising: tuple[Pick, ...] = ()
    """What earlier digests left out."""
    beyond: int = 0
    """Where votes taught anything, the new papers that no topic brings."""


_SILENCE = _Which((), 0, _Terms(0, 0))


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is the same for all of a cohort who ask for papers, or for all who do not."""

    does_ask: bool
    liked: int
    """The papers that are new and have votes enough."""
    terms: _Terms
    silence: _Which
    """Where no paper is wanted."""


class _News:
    """Papers that arrived *after* one arrival number and up to another, the topics that they hold."""

    def __init__(
        self,
        arrived: Sequence[tuple[int, Paper]],
        after: int,
        upto: int,
        rules: Rules,
        chances: Chances,
    ) -> None:
        self.chances = chances
        self.after = after
        self.upto = upto
        self.postings = Postings((paper for _, paper in arrived), rules)
        self.listed_twice = self.postings.where(
            lambda paper: paper.on_hugging_face and bool(paper.categories)
        )
        """The papers of both sources: one that arXiv listed first has arrived twice."""
        self.ids: dict[_Which, int | None] = {}
        """Digests that are in the ledger already; None for those that have nothing to say."""
        self._picker = Picker(self.postings)
        self._arrivals = {paper.id: arrival for arrival, paper in arrived}
        self._new: dict[tuple[int, date, tuple[str, ...]], int] = {}
        """The papers that are new by a cursor, a first day and categories."""
        self._liked: dict[int, int] = {0: self.postings.all}
        """The papers that have so many votes or more."""

    def reaches(self, due: Iterable[Waiting], upto: int) -> bool:
        """Tell whether all that is new to those who are *due*, up to an arrival, is here."""
        return self.upto == upto and all(cohort.cursor >= self.after for cohort in _cohorts(due))

    def which(self, readers: Iterable[Waiting]) -> list[_Which]:
        """Return which digests are these readers'; their topics were looked for before."""
        scopes: dict[tuple[Cohort, bool], _Scope] = {}
        found = []
        for _, topics, cohort in readers:
            known = cohort, self.postings.ask(topics)
            scope = scopes.get(known) or scopes.setdefault(known, self._scope(*known))
            found.append(self._which(topics, scope))
        return found

    def digest(self, which: _Which) -> Digest | None:
        """Return what is told; None is silence."""
        terms = which.terms
        picks = self._picks(which)
        if which.without:
            picks = [pick for pick in picks if pick.paper_id not in which.without]
        if not picks and which.tells_nothing:
            return Digest((), (), terms.listed)
        if which.rising and not which.wanted:  # that is told though nothing is new
            digest: Digest | None = Digest(which.rising, (), terms.listed)
        else:
            digest = compose(picks, terms.listed, terms.maximum, which.rising, terms.since)
        if digest is None or not (terms.taste or terms.routes):
            return digest
        shown = digest.picks
        if terms.taste:
            shown = self._tasting.served(shown, read_weights(terms.taste), which.beyond)
        return replace(digest, picks=grouped(shown, terms.routes))

    def is_new(self, paper_id: str, reader: Waiting) -> bool:
        """Tell whether a paper is news to *reader*."""
        return self._arrivals.get(paper_id, 0) > reader.cohort.cursor

    @property
    def paper_ids(self) -> AbstractSet[str]:
        """The papers that are news."""
        return self._arrivals.keys()

    @cached_property
    def _tasting(self) -> Tasting:
        return Tasting(self.postings.papers)

    def _which(self, topics: Sequence[str], scope: _Scope) -> _Which:
        postings = self.postings
        brought = postings.brought(topics) if scope.does_ask else postings.unmuted(topics)
        wanted = brought & scope.liked
        if not wanted:
            return scope.silence
        which = _Which(postings.bringing(topics, wanted) if scope.does_ask else (), wanted, scope.terms)
        if not scope.terms.taste:
            return which
        beyond = scope.liked & postings.unmuted(topics) & ~brought & ~self.listed_twice
        return which._replace(beyond=beyond)

    def _scope(self, cohort: Cohort, does_ask: bool) -> _Scope:
        new = self._new_to(cohort, cohort.categories if does_ask else ())
        listed = new.bit_count()
        since = missed(cohort.schedule, cohort.slot_at, cohort.missed_since)
        maximum = most_in_recap(cohort.maximum) if since else cohort.maximum
        return _Scope(
            does_ask,
            new & self._liked_by(cohort.minimum_votes),
            _Terms(listed, maximum, cohort.routes, since, cohort.taste),
            _Which((), 0, _Terms(listed, 0), tells_nothing=True) if cohort.tells_nothing else _SILENCE,
        )

    def _picks(self, which: _Which) -> list[Pick]:
        shown, _ = room(which.terms.maximum, which.rising)
        if which.topics:
            return self._picker.pick(which.topics, which.wanted, shown)
        return by_votes_alone([*self.postings.of(which.wanted)], shown)

    def _liked_by(self, votes: int) -> int:
        if votes not in self._liked:
            self._liked[votes] = self.postings.where(lambda paper: paper.upvotes >= votes)
        return self._liked[votes]

    def _new_to(self, cohort: Cohort, categories: tuple[str, ...]) -> int:
        which = cohort.cursor, cohort.since, categories
        if which not in self._new:
            self._new[which] = self.postings.where(
                lambda paper: (
                    self._arrivals[paper.id] > cohort.cursor
                    and paper.listed_on >= cohort.since
                    and is_for(paper, categories)
                )
            )
        return self._new[which]


def _topics(readers: Iterable[Waiting]) -> set[str]:
    return set().union(*[reader.topics for reader in readers])


def _cohorts(readers: Iterable[Waiting]) -> set[Cohort]:
    return {reader.cohort for reader in readers}


async def _knows(tables: Tables, news: _News | None, readers: Sequence[Waiting]) -> bool:
    """Tell whether *news* has all that *readers* may be told, and what their topics bring."""
    if news is None or not news.reaches(readers, await tables.papers.last_arrival()):
        return False
    return news.postings.knows(_topics(readers))


async def _told(tables: Tables, readers: Sequence[Waiting], news: _News) -> list[_Which]:
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
        _told_besides(which, reader, frozenset(before.get(reader.id, ())), rising.get(reader.id))
        for reader, which in both
    ]


def _told_besides(
    which: _Which, reader: Waiting, before: frozenset[str], rising: tuple[Pick, ...] | None
) -> _Which:
    """Return the digest without what was brought *before* and with what is *rising*.

    That alone is no reason to break the silence, but where votes are wanted that papers get later.
    """
    if before:
        which = which._replace(without=before, tells_nothing=reader.cohort.tells_nothing)
    if rising and not which.wanted:
        return _Which((), 0, _Terms(0, 0, reader.cohort.routes), rising=rising)
    return which._replace(rising=rising) if rising else which


async def _write(tables: Tables, readers: Sequence[Waiting], news: _News, now: datetime) -> int:
    """Write all that *readers* are told and return how many deliveries that makes."""
    told = await _told(tables, readers, news)
    await _compose(tables, told, news, now)
    ids = [news.ids[which] for which in told]
    rows = [
        NewDelivery(reader.id, reader.cohort.slot_at, id_)
        for reader, id_ in zip(readers, ids, strict=True)
        if id_ is not None
    ]
    await tables.deliveries.plan(rows)
    moved = _moved_on(zip(readers, (id_ is not None for id_ in ids), strict=True), now)
    for (next_due_at, is_told), those in moved.items():
        await tables.subscribers.move_on(those, news.upto, next_due_at, is_told=is_told)
    return len(rows)


async def _compose(tables: Tables, wanted: Iterable[_Which], news: _News, now: datetime) -> None:
    """Write those of the digests *wanted* that are not in the ledger yet; made one by one, they are large."""
    if len(news.ids) > _KEPT:
        news.ids.clear()
    new = [which for which in dict.fromkeys(wanted) if which not in news.ids]
    told = []

    def composed() -> Iterator[Digest]:
        for which in new:
            if digest := news.digest(which):
                told.append(which)
                yield digest

    news.ids.update(dict.fromkeys(new))
    news.ids.update(zip(told, await tables.deliveries.compose(composed(), now), strict=True))


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
