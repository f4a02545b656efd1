"""Picks papers for any number of readers: what a paper is worth by a topic is found once."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import Generic, TypeVar

from digestbot.core.digest import BARRED, Pick, bar
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, places
from digestbot.core.rank import ENOUGH, MOST_VOTES, Weights, odds, standing, weight_of_votes

MOST_SHOWN = 1_000_000
_LN_MOST_VOTES = math.log(MOST_VOTES)
_NEAR = 1e-6
"""Votes are whole, and so far off is what was rounded."""
_NO_WEIGHT = 1e-300
"""Of votes that count for nothing, so small that no votes are enough."""
_KEPT = 20_000
"""Papers that several topics bring, of which is remembered what they are worth: most are asked for again."""

T = TypeVar("T")
"""What is told of a paper: a Pick, or one as somebody wants it."""

_Ranked = tuple[float, int, T, tuple[str, ...], bool]
"""What a paper is worth, less is better; its place, by votes; what is told of it; which topics bring it, the
best reason first; whether it is firm."""

_TOLD, _IS_FIRM = itemgetter(2), itemgetter(4)

_Reason = tuple[float, str, float, bool]
"""Why a paper is brought: less is better, by what topic, how likely it is not meant, whether it is weak."""


class Picker(Generic[T]):
    """Does what `digest.select` does, for many readers.

    What is *told* of a pick is made once for all of them, and *barred* for who has it left out.
    """

    def __init__(self, postings: Postings, told: Callable[[Pick], T], barred: Callable[[T, int], T]) -> None:
        self._postings = postings
        self._days = _days(postings)
        self._told = told
        self._barred = barred
        self._scales: dict[date, _Scale[T]] = {}

    def pick(self, topics: Sequence[str], wanted: int, shown: int = MOST_SHOWN) -> list[T]:
        """Return the papers *wanted*, best first; each is brought by one of *topics* or more, none muted.

        Those behind the first that are *shown* know which votes would bring them among these.
        """
        scale = self._scale(self._newest(wanted))
        best = _narrowed(scale.ranked(topics, wanted))
        picks = [*map(_TOLD, best)]
        if 0 < shown < len(best):
            left_out = best[shown : shown + BARRED]
            bars = scale.bars(left_out, best[shown - 1])
            picks[shown : shown + BARRED] = map(self._barred, map(_TOLD, left_out), bars)
        return picks

    def _newest(self, wanted: int) -> date:
        for day, papers in self._days:
            if papers & wanted:
                return day
        return date.min

    def _scale(self, today: date) -> "_Scale[T]":
        if today not in self._scales:
            self._scales[today] = _Scale(self._postings, today, self._told)
        return self._scales[today]


def of_picks(postings: Postings) -> Picker[Pick]:
    """Return a picker that returns picks."""
    return Picker(postings, lambda pick: pick, lambda pick, bar: pick._replace(bar=bar))


class _Scale(Generic[T]):
    """What papers are worth, where ages are counted from one day."""

    def __init__(self, postings: Postings, today: date, told: Callable[[Pick], T]) -> None:
        weights = postings.rules.weights
        self._postings = postings
        self._told = told
        self._standings = [standing(paper, today, weights) for paper in postings.papers]
        self._votes = [_votes(paper, today, weights) for paper in postings.papers]
        self._reasons: dict[str, dict[int, _Reason]] = {}
        """By topic, by the place of each of its papers."""
        self._alone: dict[str, dict[int, _Ranked[T]]] = {}
        """The same papers, for those who have no other topic of theirs."""
        self._together: dict[tuple[int, tuple[str, ...]], _Ranked[T]] = {}
        """By its place and topics, a paper for those who have several of its topics."""

    def ranked(self, topics: Sequence[str], wanted: int) -> list[_Ranked[T]]:
        """Return the papers *wanted* that *topics* bring, best first; of equals the one with more votes."""
        found: dict[int, _Ranked[T]] = {}
        brought = shared = 0
        for topic in topics:
            found.update(self._alone.get(topic) or self._enter(topic))
            papers = self._postings.bits(topic)
            shared |= brought & papers
            brought |= papers
        for place in places(brought & ~wanted):
            del found[place]
        for place in places(shared & wanted):
            theirs = place, tuple([topic for topic in topics if place in self._reasons[topic]])
            found[place] = self._together.get(theirs) or self._join(*theirs)
        return sorted(found.values())

    def bars(self, left_out: Iterable[_Ranked[T]], last: _Ranked[T]) -> Iterator[int]:
        """Yield above which votes each of those *left_out* has risen above the *last* that is shown.

        That is the `digest.bar` of the votes with which it would be worth as much, of which most is the same
        for all readers.
        """
        least = last[0]
        for less, place, _, _, _ in left_out:
            logged, weight, lowest, reach = self._votes[place]
            if less - least <= reach:
                yield lowest
            elif (wanted := logged + (less - least) / weight) < _LN_MOST_VOTES:
                yield int(math.expm1(wanted) + _NEAR)
            else:
                yield MOST_VOTES

    def _enter(self, topic: str) -> dict[int, _Ranked[T]]:
        reasons: dict[int, _Reason] = {}
        for place in places(self._postings.bits(topic)):
            (match,) = self._postings.matches(self._postings.papers[place].id, (topic,))
            reasons[place] = -match.score, topic, 1 - match.score, match.is_weak
        self._reasons[topic] = reasons
        self._alone[topic] = {place: self._rank(place, [reason]) for place, reason in reasons.items()}
        return self._alone[topic]

    def _join(self, place: int, topics: tuple[str, ...]) -> _Ranked[T]:
        if len(self._together) >= _KEPT:
            self._together.clear()
        reasons = sorted([self._reasons[topic][place] for topic in topics])
        return self._together.setdefault((place, topics), self._rank(place, reasons))

    def _rank(self, place: int, reasons: Sequence[_Reason]) -> _Ranked[T]:
        """Return a paper that is brought by *reasons*, the best one first."""
        missed, is_firm = 1.0, False
        for _, _, miss, is_weak in reasons:
            missed *= miss
            is_firm = is_firm or not is_weak
        votes, freshness = self._standings[place]
        topics = tuple([topic for _, topic, _, _ in reasons])
        told = self._told(Pick(self._postings.papers[place].id, topics))
        return -(odds(missed) + votes + freshness), place, told, topics, is_firm


def _votes(paper: Paper, today: date, weights: Weights) -> tuple[float, float, int, float]:
    """Return ln(1 + upvotes) of *paper*, what that weighs, its lowest bar, and how much more it is worth when
    it has as many votes.
    """
    weight, lowest = weight_of_votes(paper, today, weights), bar(paper.upvotes, paper.upvotes)
    logged = math.log1p(max(0, paper.upvotes))
    return logged, weight or _NO_WEIGHT, lowest, weight * (math.log1p(max(0, lowest)) - logged)


def _days(postings: Postings) -> list[tuple[date, int]]:
    """Return the papers of each day, the newest day first."""
    days: dict[date, int] = {}
    for place, paper in enumerate(postings.papers):
        days[paper.listed_on] = days.get(paper.listed_on, 0) | 1 << place
    return sorted(days.items(), reverse=True)


def _narrowed(ranked: list[_Ranked[T]]) -> list[_Ranked[T]]:
    """Return what `rank.narrow` leaves."""
    if len(ranked) <= ENOUGH or all(map(_IS_FIRM, ranked)):
        return ranked
    shown: list[_Ranked[T]] = []
    counts: dict[str, int] = {}
    for one in ranked:
        *_, topics, is_firm = one
        if is_firm or any(counts.get(topic, 0) < ENOUGH for topic in topics):
            shown.append(one)
            for topic in topics:
                counts[topic] = counts.get(topic, 0) + 1
    return shown
