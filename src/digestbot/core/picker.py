"""Picks papers for any number of readers: what a paper is worth by a topic is found once."""

import math
from collections.abc import Sequence
from datetime import date
from operator import itemgetter

from digestbot.core.digest import BARRED, Pick, bar
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, places
from digestbot.core.rank import ENOUGH, Weights, odds, standing, votes_to_gain, weight_of_votes

MOST_SHOWN = 1_000_000

_Ranked = tuple[float, int, Pick, bool]
"""What a paper is worth, less is better; its place, by votes; what is told of it; whether it is firm."""

_PICK, _IS_FIRM = itemgetter(2), itemgetter(3)

_Reason = tuple[float, str, float, bool]
"""Why a paper is brought: less is better, by what topic, how likely it is not meant, whether it is weak."""


class Picker:
    """Does what `digest.select` does, for many readers."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings
        self._days = _days(postings)
        self._scales: dict[date, _Scale] = {}

    def pick(self, topics: Sequence[str], wanted: int, shown: int = MOST_SHOWN) -> list[Pick]:
        """Return the papers *wanted*, best first; each is brought by one of *topics* or more, none muted.

        Those behind the first that are *shown* know which votes would bring them among these.
        """
        scale = self._scale(self._newest(wanted))
        best = _narrowed(scale.ranked(topics, wanted))
        picks = [*map(_PICK, best)]
        if 0 < shown < len(best):
            picks[shown : shown + BARRED] = scale.barred(best[shown : shown + BARRED], best[shown - 1])
        return picks

    def _newest(self, wanted: int) -> date:
        for day, papers in self._days:
            if papers & wanted:
                return day
        return date.min

    def _scale(self, today: date) -> "_Scale":
        if today not in self._scales:
            self._scales[today] = _Scale(self._postings, today)
        return self._scales[today]


class _Scale:
    """What papers are worth, where ages are counted from one day."""

    def __init__(self, postings: Postings, today: date) -> None:
        weights = postings.rules.weights
        self._postings = postings
        self._standings = [standing(paper, today, weights) for paper in postings.papers]
        self._votes = [_votes(paper, today, weights) for paper in postings.papers]
        self._reasons: dict[str, dict[int, _Reason]] = {}
        """By topic, by the place of each of its papers."""
        self._alone: dict[str, dict[int, _Ranked]] = {}
        """The same papers, for those who have no other topic of theirs."""

    def ranked(self, topics: Sequence[str], wanted: int) -> list[_Ranked]:
        """Return the papers *wanted* that *topics* bring, best first; of equals the one with more votes."""
        found: dict[int, _Ranked] = {}
        brought = shared = 0
        for topic in topics:
            found.update(self._alone.get(topic) or self._enter(topic))
            papers = self._postings.bits(topic)
            shared |= brought & papers
            brought |= papers
        for place in places(brought & ~wanted):
            del found[place]
        if shared & wanted:
            found.update(self._together(topics, shared & wanted))
        return sorted(found.values())

    def barred(self, left_out: Sequence[_Ranked], last: _Ranked) -> list[Pick]:
        """Return those *left_out*, which know when they have risen above the *last* that is shown."""
        picks = []
        for less, place, (paper_id, topics, how, _), _ in left_out:
            missing = less - last[0]
            votes, weight, least, enough = self._votes[place]
            needed = least if missing <= enough else bar(votes, votes_to_gain(votes, missing, weight))
            picks.append(Pick(paper_id, topics, how, needed))
        return picks

    def _together(self, topics: Sequence[str], shared: int) -> dict[int, _Ranked]:
        """Return the papers *shared* by several of *topics*."""
        known = [self._reasons[topic] for topic in topics]
        return {
            place: self._rank(place, sorted([reasons[place] for reasons in known if place in reasons]))
            for place in places(shared)
        }

    def _enter(self, topic: str) -> dict[int, _Ranked]:
        reasons: dict[int, _Reason] = {}
        for place in places(self._postings.bits(topic)):
            (match,) = self._postings.matches(self._postings.papers[place].id, (topic,))
            reasons[place] = -match.score, topic, 1 - match.score, match.is_weak
        self._reasons[topic] = reasons
        self._alone[topic] = {place: self._rank(place, [reason]) for place, reason in reasons.items()}
        return self._alone[topic]

    def _rank(self, place: int, reasons: Sequence[_Reason]) -> _Ranked:
        """Return a paper that is brought by *reasons*, the best one first."""
        missed, is_firm = 1.0, False
        for _, _, miss, is_weak in reasons:
            missed *= miss
            is_firm = is_firm or not is_weak
        votes, freshness = self._standings[place]
        pick = Pick(self._postings.papers[place].id, tuple([topic for _, topic, _, _ in reasons]))
        return -(odds(missed) + votes + freshness), place, pick, is_firm


def _votes(paper: Paper, today: date, weights: Weights) -> tuple[int, float, int, float]:
    """Return the upvotes of *paper*, their weight, its lowest bar, and what it may miss to have that one."""
    weight = weight_of_votes(paper, today, weights)
    votes, least = paper.upvotes, bar(paper.upvotes, paper.upvotes)
    return votes, weight, least, weight * (math.log1p(max(0, least)) - math.log1p(max(0, votes)))


def _days(postings: Postings) -> list[tuple[date, int]]:
    """Return the papers of each day, the newest day first."""
    days: dict[date, int] = {}
    for place, paper in enumerate(postings.papers):
        days[paper.listed_on] = days.get(paper.listed_on, 0) | 1 << place
    return sorted(days.items(), reverse=True)


def _narrowed(ranked: list[_Ranked]) -> list[_Ranked]:
    """Return what `rank.narrow` leaves."""
    if len(ranked) <= ENOUGH or all(map(_IS_FIRM, ranked)):
        return ranked
    shown: list[_Ranked] = []
    counts: dict[str, int] = {}
    for one in ranked:
        _, _, pick, is_firm = one
        if is_firm or any(counts.get(topic, 0) < ENOUGH for topic in pick.topics):
            shown.append(one)
            for topic in pick.topics:
                counts[topic] = counts.get(topic, 0) + 1
    return shown
