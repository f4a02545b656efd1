"""The order in which papers are shown.

    value = ln(p / (1 - p)) + votes · ln(1 + upvotes) · ½^(age / votes_age) + freshness · ½^(age / fresh_age)

p is the likelihood that the paper is about at least one of the reader's topics, 1 - Π (1 - score) over its
matches (`core.match`); age is in days since the paper was listed. Without topics the votes alone decide. Of
equals, here and everywhere, the one with more upvotes is first, then the newer listing, then the higher id.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from digestbot.core.match import Match
from digestbot.core.paper import Paper

ENOUGH = 20
"""So many papers of a topic are shown before weak matches are left out."""
MOST_VOTES = 2**31 - 1
"""More than any paper has; what a database's integer holds."""
_SURE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What votes and freshness weigh against relevance. Ages in days."""

    votes: float = 0.75
    votes_age: float = 30.0
    freshness: float = 0.5
    fresh_age: float = 7.0


NO_VOTES = Weights(votes=0.0, freshness=0.0)
"""Relevance alone."""


def by_votes(papers: Iterable[Paper]) -> list[Paper]:
    """Return *papers*, most upvotes first; of equals the newer listing, then the higher id, comes first."""
    return sorted(papers, key=_tie, reverse=True)


def order(papers: Iterable[Paper], matches: Mapping[str, Sequence[Match]], weights: Weights) -> list[Paper]:
    """Return *papers*, best first, by their *matches*, by paper id; ages are counted from the newest list."""
    listed = by_votes(papers)
    today = max((paper.listed_on for paper in listed), default=date.min)

    def value(paper: Paper) -> float:
        relevance, votes, freshness = explain(paper, matches[paper.id], today, weights).values()
        return relevance + votes + freshness

    return sorted(listed, key=value, reverse=True)


def explain(paper: Paper, matches: Sequence[Match], today: date, weights: Weights) -> dict[str, float]:
    """Return what relevance, votes and freshness add to the value of *paper*."""
    missed = math.prod(1 - match.score for match in matches if not match.mutes)
    votes, freshness = standing(paper, today, weights)
    return {"relevance": odds(missed), "votes": votes, "freshness": freshness}


def narrow(papers: Iterable[Paper], matches: Mapping[str, Sequence[Match]]) -> list[Paper]:
    """Return *papers*, best first, without those that are only weak matches of topics that have ENOUGH."""
    shown: list[Paper] = []
    counts: Counter[str] = Counter()
    for paper in papers:
        found = matches[paper.id]
        if any(not match.is_weak or counts[match.topic] < ENOUGH for match in found):
            shown.append(paper)
            for match in found:
                counts[match.topic] += 1
    return shown


def standing(paper: Paper, today: date, weights: Weights) -> tuple[float, float]:
    """Return what votes and freshness add to the value of *paper*: the same for every reader."""
    return _standing(paper.upvotes, (today - paper.listed_on).days, weights)


def weight_of_votes(paper: Paper, today: date, weights: Weights) -> float:
    """Return what ln(1 + upvotes) of *paper* weighs at its age."""
    age = max(0, (today - paper.listed_on).days)
    return weights.votes * math.pow(0.5, age / weights.votes_age)


def odds(missed: float) -> float:
    """Return what relevance adds, where *missed* is the likelihood that no topic is meant, Π (1 - score)."""
    return math.log(max(_SURE, 1 - missed) / max(_SURE, missed))


@lru_cache(maxsize=65_536)
def _standing(upvotes: int, days: int, weights: Weights) -> tuple[float, float]:
    age = max(0, days)
    votes = weights.votes * math.log1p(max(0, upvotes)) * 0.5 ** (age / weights.votes_age)
    return votes, weights.freshness * 0.5 ** (age / weights.fresh_age)


def _tie(paper: Paper) -> tuple[int, date, str]:
    return paper.upvotes, paper.listed_on, paper.id
