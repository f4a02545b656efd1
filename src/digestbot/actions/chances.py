"""Finds who is shown a paper after all: it rose after their digest left it out, for lack of room or votes."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Self

from digestbot.core.categories import is_for
from digestbot.core.digest import Pick
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, Rules
from digestbot.core.query import mutes
from digestbot.core.rising import DAYS, is_in_time, is_still_wanted, rising
from digestbot.store import Tables
from digestbot.store.recent import Recent
from digestbot.store.subscribers import Waiting

_REACH = timedelta(days=DAYS + 1)
"""How far back one must look: days begin elsewhere earlier."""
_KEPT = 50_000
"""Digests of which is remembered what of them rose."""


class Chances:
    """Papers that got more votes in the last days. Where there are none, nobody's digests are looked at."""

    def __init__(self, risen: Mapping[str, Paper], rules: Rules) -> None:
        self._postings = Postings(risen.values(), rules)
        self._votes = {paper.id: paper.upvotes for paper in risen.values()}
        self._left_out: dict[int, tuple[Pick, ...]] = {}
        """What rose of what each digest left out."""
        self._shown: dict[int, frozenset[str]] = {}
        """What each digest showed."""
        self._held: dict[int, frozenset[str]] = {}
        """What rose of what each digest showed or left out."""

    @classmethod
    async def now(cls, tables: Tables, now: datetime, rules: Rules) -> Self:
        return cls(await tables.papers.risen(now - _REACH), rules)

    async def of(
        self, tables: Tables, readers: Sequence[Waiting], is_new: Callable[[str, Waiting], bool]
    ) -> dict[int, tuple[Pick, ...]]:
        """Return what rises for those of *readers*, who are due, for whom anything does."""
        if not self._votes or not readers:
            return {}
        since = min(reader.cohort.slot_at for reader in readers) - _REACH
        ids = [reader.id for reader in readers]
        left = _by_reader(await tables.recent.of(ids, since, left_out=True))
        await self._learn_left_out(tables, left)
        left_out = {reader.id: self._of(reader, left[reader.id]) for reader in readers if reader.id in left}
        hopeful = [reader for reader in readers if left_out.get(reader.id) or reader.cohort.minimum_votes]
        if not hopeful:
            return {}
        told = _by_reader(await tables.recent.of([reader.id for reader in hopeful], since))
        await self._learn_shown(tables, told)
        await asyncio.to_thread(self._postings.look_for_stored, _asked_of(hopeful))
        found = {
            reader.id: self._rising(reader, left_out.get(reader.id, ()), told.get(reader.id, ()), is_new)
            for reader in hopeful
        }
        return {id_: picks for id_, picks in found.items() if picks}

    async def _learn_left_out(self, tables: Tables, told: Mapping[int, Iterable[Recent]]) -> None:
        if len(self._left_out) > _KEPT:
            self._left_out.clear()
        unknown = _digests(told) - self._left_out.keys()
        if unknown:
            self._left_out.update(await tables.recent.risen(unknown, self._votes))

    async def _learn_shown(self, tables: Tables, told: Mapping[int, Iterable[Recent]]) -> None:
        if len(self._shown) > _KEPT:
            self._shown.clear()
            self._held.clear()
        unknown = _digests(told) - self._shown.keys()
        if unknown:
            self._shown.update(await tables.recent.shown(unknown))
            self._held.update(await tables.recent.held(unknown, self._votes.keys()))

    def _of(self, reader: Waiting, told: Iterable[Recent]) -> list[Pick]:
        """Return what rose of what the digests that *reader* was *told* in time left out."""
        day_of = reader.cohort.schedule.day_of
        return [
            pick
            for one in told
            if (risen := self._left_out[one.digest_id])
            and is_in_time(day_of(one.slot_at), day_of(reader.cohort.slot_at))
            for pick in risen
        ]

    def _rising(
        self,
        reader: Waiting,
        left_out: Iterable[Pick],
        told: Iterable[Recent],
        is_new: Callable[[str, Waiting], bool],
    ) -> tuple[Pick, ...]:
        shown = frozenset().union(*(self._shown[one.digest_id] for one in told))
        muting = [topic for topic in reader.topics if mutes(topic)]
        wanted = [
            pick
            for pick in (*left_out, *self._reached(reader, told))
            if is_still_wanted(pick, reader.topics)
            and not is_new(pick.paper_id, reader)
            and not self._postings.matches(pick.paper_id, muting)
        ]
        return rising(wanted, self._votes, shown)[: reader.cohort.maximum]

    def _reached(self, reader: Waiting, told: Iterable[Recent]) -> list[Pick]:
        """Return what got the votes that *reader* wants of a paper after it was news, if any are wanted."""
        votes, topics, cohort = reader.cohort.minimum_votes, reader.topics, reader.cohort
        if not votes:
            return []
        does_ask = self._postings.ask(topics)
        brought = self._postings.brought(topics) if does_ask else self._postings.unmuted(topics)
        first = max(cohort.since, cohort.schedule.day_of(cohort.slot_at) - timedelta(days=DAYS))
        held = frozenset().union(*(self._held[one.digest_id] for one in told))
        return [
            self._pick(paper, topics, bar=votes - 1)
            for paper in self._postings.of(brought)
            if paper.upvotes >= votes
            and paper.listed_on >= first
            and paper.id not in held
            and is_for(paper, cohort.categories if does_ask else ())
        ]

    def _pick(self, paper: Paper, topics: Sequence[str], bar: int) -> Pick:
        matches = self._postings.matches(paper.id, topics)
        return Pick(paper.id, tuple(match.topic for match in matches), bar=bar)


def _asked_of(readers: Iterable[Waiting]) -> AbstractSet[str]:
    """Return the topics that must be looked for: those that mute, and all of who wants votes."""
    return {
        topic for reader in readers for topic in reader.topics if reader.cohort.minimum_votes or mutes(topic)
    }


def _by_reader(told: Collection[Recent]) -> dict[int, list[Recent]]:
    found: dict[int, list[Recent]] = {}
    for one in told:
        found.setdefault(one.subscriber_id, []).append(one)
    return found


def _digests(told: Mapping[int, Iterable[Recent]]) -> set[int]:
    return {one.digest_id for those in told.values() for one in those}
