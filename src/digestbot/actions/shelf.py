"""The papers of some last days, kept ready: to read and cut up arXiv's takes seconds, and many ask."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from digestbot.actions import Clock
from digestbot.core.postings import Postings, Rules
from digestbot.store import Store

_FRESH = timedelta(minutes=10)
"""Votes may be that old."""
_MOST_TOPICS = 5000
"""After so many have been looked for, memory is given back."""


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
