"""Tells how much there was about something, in numbers and as a picture; each is made once a day."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from digestbot.actions import Clock
from digestbot.core.digest import asks, select
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, Rules
from digestbot.core.subscriber import Subscriber
from digestbot.core.trends import Trend, bursts, since, weekly
from digestbot.errors import UserError
from digestbot.render.charts import draw
from digestbot.store import Store

MOST_BURSTS = 5
_KEPT = 200
"""Trends, and as many pictures of some 50 KB, that are remembered."""

_PIECE = timedelta(days=6)
"""Days, and the first one, that are read at once."""
_READY = 60.0
"""Seconds after the last question for which the papers are kept cut up: that takes long, and 30 KB each."""
_MOST_TOPICS = 1000
"""After so many have been looked for, they are cut up anew."""

_Which = tuple[date, int, tuple[str, ...], bool]
"""The day, the last arrival, the topics and whether they were asked for: all that a trend depends on."""


class Trends:
    """Looks back on some months of the archive."""

    def __init__(self, store: Store, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._turn = asyncio.Lock()
        self._trends: OrderedDict[_Which, Trend] = OrderedDict()
        self._pictures: OrderedDict[tuple[_Which, str], bytes] = OrderedDict()
        self._papers: tuple[tuple[date, int], Sequence[Paper], Postings] | None = None
        """Of the day and the last arrival: all that trends are of, and the same made ready."""
        self._forgetting: asyncio.TimerHandle | None = None

    async def look(self, reader: Subscriber, topic: str = "") -> tuple[Trend, bytes]:
        """Return the trend of *topic*, else of the reader's topics, else of all papers; and its PNG.

        Raises QueryError, and UserError `no-trend` where no paper is about it, `nothing-read` where none is.
        """
        topics = (topic,) if topic else tuple(sorted(reader.topics))
        async with self._store.read() as tables:
            newest = await tables.papers.newest_day(self._clock().date() + timedelta(days=1))
            arrival = await tables.papers.last_arrival()
        if newest is None:
            raise UserError("nothing-read")
        which = newest, arrival, topics, bool(topic)
        async with self._turn:  # each takes a moment: one after the other
            if which not in self._trends:
                _keep(self._trends, which, await self._made(which))
            trend, drawn = self._trends[which], (which, reader.language)
            if not trend.papers:
                raise UserError("no-trend", is_asked=trend.is_asked)
            if drawn not in self._pictures:
                _keep(self._pictures, drawn, await asyncio.to_thread(draw, trend, reader.language))
            return trend, self._pictures[drawn]

    async def _made(self, which: _Which) -> Trend:
        newest, arrival, topics, is_asked = which
        papers, postings = await self._ready(newest, arrival)
        return await asyncio.to_thread(_counted, papers, postings, newest, topics, is_asked=is_asked)

    async def _ready(self, newest: date, arrival: int) -> tuple[Sequence[Paper], Postings]:
        """Return all papers that a trend may be of, and their postings."""
        state = newest, arrival
        kept = self._papers
        if kept is None or kept[0] != state or kept[2].looked_for >= _MOST_TOPICS:
            papers = await self._read(newest)
            kept = self._papers = state, papers, Postings(papers, self._rules)
        if self._forgetting is not None:
            self._forgetting.cancel()
        self._forgetting = asyncio.get_running_loop().call_later(_READY, self._forget)
        return kept[1:]

    async def _read(self, newest: date) -> list[Paper]:
        papers: list[Paper] = []
        async with self._store.read() as tables:
            first = since(newest)
            while first <= newest:  # in pieces: others are answered in between
                papers += await tables.papers.listed(first, first + _PIECE)
                first += _PIECE + timedelta(days=1)
        return papers

    def _forget(self) -> None:
        self._papers = None


def _counted(
    papers: Sequence[Paper], postings: Postings, newest: date, topics: tuple[str, ...], *, is_asked: bool
) -> Trend:
    asking = tuple(topic for topic in topics if asks([topic]))
    about = _about(papers, postings, topics) if asking else papers
    burst = () if is_asked else bursts(papers, newest, MOST_BURSTS)
    return Trend(asking, is_asked, weekly(about, newest), burst)


def _about(papers: Sequence[Paper], postings: Postings, topics: Sequence[str]) -> list[Paper]:
    postings.look_for(topics)
    picked = {pick.paper_id for pick in select(postings, topics)}
    return [paper for paper in papers if paper.id in picked]


def _keep(kept: OrderedDict[Any, Any], key: object, value: object) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        kept.popitem(last=False)
