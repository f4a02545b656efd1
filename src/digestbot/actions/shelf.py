"""Papers kept ready to be asked for by topics: to cut one up takes a millisecond, and many ask for it."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from digestbot.actions import Clock
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, Rules
from digestbot.store import Store

_FRESH = timedelta(minutes=10)
"""Votes may be that old."""
_MOST_TOPICS = 5000
"""After so many have been looked for, memory is given back."""
_MOST_PAPERS = 5000
"""Of all lists that are kept together; the one asked for last may be longer."""


class Shelf:
    """Gives postings of the last *days*, the newest list's day the last; *everywhere*: of all sources."""

    def __init__(
        self, store: Store, rules: Rules, clock: Clock, *, days: int, everywhere: bool = False
    ) -> None:
        self.days = days
        self._everywhere = everywhere
        self._store = store
        self._rules = rules
        self._clock = clock
        self._turn = asyncio.Lock()
        self._postings = Postings((), rules)
        self._state: tuple[date | None, int, int] | None = None

    async def postings(self, topics: Sequence[str]) -> Postings:
        """Return the postings, with *topics* looked for. Raises QueryError."""
        async with self._turn:
            await self._refill()
            await asyncio.to_thread(self._postings.look_for, topics)
            return self._postings

    async def _refill(self) -> None:
        """Read the papers again if some have come, or votes have got old."""
        now = self._clock()
        async with self._store.read() as tables:
            newest = await tables.papers.newest_day(now.date() + timedelta(days=1))
            state = newest, await tables.papers.last_arrival(), int(now.timestamp() // _FRESH.total_seconds())
            if state == self._state and self._postings.looked_for < _MOST_TOPICS:
                return
            first = (newest or now.date()) - timedelta(days=self.days - 1)
            papers = await tables.papers.listed(first, newest or now.date(), everywhere=self._everywhere)
        self._postings = Postings(papers, self._rules)
        self._state = state


@dataclass(slots=True)
class _List:
    papers: Sequence[Paper]
    postings: Postings
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Lists:
    """Gives postings of lists of papers, those that were asked for before at once."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._kept: OrderedDict[tuple[str, ...], _List] = OrderedDict()

    async def postings(self, papers: Sequence[Paper], topics: Sequence[str]) -> Postings:
        """Return the postings of *papers*, with *topics* looked for. Raises QueryError."""
        kept = self._list(papers)
        async with kept.turn:
            if not kept.postings.knows({*topics}):
                # A month takes most of a second: others are answered meanwhile.
                await asyncio.to_thread(kept.postings.look_for, topics)
        return kept.postings

    def _list(self, papers: Sequence[Paper]) -> _List:
        ids = tuple(paper.id for paper in papers)
        kept = self._kept.pop(ids, None)
        if kept is None or kept.papers != papers or kept.postings.looked_for >= _MOST_TOPICS:
            kept = _List(papers, Postings(papers, self._rules))
        self._kept[ids] = kept
        while len(self._kept) > 1 and sum(map(len, self._kept)) > _MOST_PAPERS:
            self._kept.popitem(last=False)
        return kept
