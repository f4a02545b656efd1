"""What a reader likes, as a few words with weights: learned from votes, readable, theirs to change.

A logistic regression without a constant over the words of a paper's title and keywords: that a paper is
useful is as likely as 1 / (1 + e^-score), where score = Σ weight · x, and x, 0 to 1, is how rare a word is, 1
from _RARE nats on. L2 keeps weights small, and each is cut at 1. Lessons teach the same in any order.

Its influence is bounded: by it a paper moves MOST_PLACES up or down at most among those that a digest shows,
and no other is shown in its stead. One paper that no topic brought may be added.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from digestbot.core.background import Background, background
from digestbot.core.digest import How, Pick
from digestbot.core.paper import Paper
from digestbot.core.relevance import LINKS
from digestbot.core.text import Gap, Text, is_han, read

MOST_WORDS = 40
MOST_LESSONS = 500
"""So many votes are kept and learned from, the newest."""
MOST_PLACES = 3
LEAST_SCORE = 0.3
"""A paper of another topic is shown only if it scores as much."""
_LEAST_WEIGHT = 0.02
_LONGEST = 30
"""Bytes of a word: a button has to name it."""
_JOINTS = "-.'’+"
"""What holds the words of a compound together, the commonest first."""
_RARE = 3.0
_L2 = 1.0
_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Lesson:
    """A paper that a reader liked, or did not."""

    paper: Paper
    is_liked: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """A word, and what was learned of it."""

    word: str
    """Its key."""
    shown: str
    """As papers write it."""
    weight: float
    """-1 to 1; what a paper that holds it scores more."""
    votes: int
    """From how many papers."""


Taste = tuple[Learned, ...]


def told_words(paper: Paper) -> dict[str, str]:
    """Return the words of title and keywords by which a paper is liked or not, as they are written.

    What a hyphen holds together is one word: `Pre-Training` is told by neither half.
    """
    return {
        key: surface
        for text in (" | ".join(paper.ai_keywords), paper.title)
        for key, surface in _whole(text)
        if len(key) > 1 and not key.isdigit() and key not in LINKS and len(key.encode()) <= _LONGEST
    }


def _whole(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words of *text*, with all that nothing but a hyphen, a dot or an apostrophe parts in one."""
    apart = text.replace("/", " ")
    cut = read(apart)
    starts = [n for n, gap in enumerate(cut.gaps) if gap != Gap.TIGHT or _is_unspaced(cut, n) or not n]
    for start, end in pairwise((*starts, len(cut.keys))):
        surfaces = cut.surfaces[start:end]
        yield "".join(cut.keys[start:end]), surfaces[0] if end - start == 1 else _written(surfaces, apart)


def _is_unspaced(cut: Text, place: int) -> bool:
    """Tell whether a word and the one before it are Japanese or Chinese, where nothing tells words apart."""
    return is_han(cut.surfaces[place]) or is_han(cut.surfaces[place - 1])


def _written(surfaces: Sequence[str], text: str) -> str:
    """Return the words of a compound as *text* has them."""
    ways = (mark.join(surfaces) for mark in _JOINTS)
    return next((way for way in ways if way in text), _JOINTS[0].join(surfaces))


def known_words(papers: Iterable[Paper]) -> Background:
    """Return how many of *papers* hold each word in title or keywords."""
    return background(map(told_words, papers))


def learn(lessons: Sequence[Lesson], known: Background, removed: AbstractSet[str] = frozenset()) -> Taste:
    """Return what *lessons* teach, what weighs most first; *removed* words are not learned."""
    told = [told_words(lesson.paper) for lesson in lessons]
    surfaces = {word: shown for words in told for word, shown in words.items() if word not in removed}
    rarity = {word: min(1.0, known.rarity(word) / _RARE) for word in sorted(surfaces)}
    rows = [
        ({word: rarity[word] for word in sorted(words) if word in rarity}, lesson.is_liked)
        for words, lesson in zip(told, lessons, strict=True)
    ]
    weights = _fitted(rows)
    votes = Counter(word for row, _ in rows for word in row)
    learned = [
        Learned(word, surfaces[word], round(max(-1.0, min(1.0, weight * rarity[word])), 3), votes[word])
        for word, weight in weights.items()
    ]
    best = sorted(learned, key=lambda one: (-abs(one.weight), -one.votes, one.word))
    return tuple(one for one in best[:MOST_WORDS] if abs(one.weight) >= _LEAST_WEIGHT)


def counted(taste: Taste, paper: Paper) -> Taste:
    """Return those of the learned words that *paper* holds."""
    words = told_words(paper)
    return tuple(one for one in taste if one.word in words)


def score(taste: Taste) -> float:
    """Return what words that a paper holds are worth together."""
    return sum(one.weight for one in taste)


class Tasting:
    """Some papers, made ready to be scored for many readers."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._ids = [paper.id for paper in papers]
        self._held: dict[str, list[int]] = {}
        for place, paper in enumerate(papers):
            for word in told_words(paper):
                self._held.setdefault(word, []).append(place)

    def scores(self, taste: Iterable[tuple[str, float]]) -> dict[int, float]:
        """Return the score of each paper, by its place, that holds any of the words."""
        scores: dict[int, float] = {}
        for word, weight in taste:
            for place in self._held.get(word, ()):
                scores[place] = scores.get(place, 0.0) + weight
        return scores

    def served(
        self, picks: Sequence[Pick], taste: Iterable[tuple[str, float]], beyond: int
    ) -> tuple[Pick, ...]:
        """Return a digest's picks as *taste* would have them, with the best of those *beyond* its topics.

        *beyond* are bits of places. Only new papers change places, and none is lost.
        """
        scores = self.scores(taste)
        by_id = {self._ids[place]: found for place, found in scores.items()}
        new = sum(pick.how is How.NEW for pick in picks)
        outside = {place: found for place, found in scores.items() if beyond >> place & 1}
        best = max(outside, key=lambda place: (outside[place], -place), default=None)
        found = best is not None and outside[best] >= LEAST_SCORE
        added = (Pick(self._ids[best], how=How.OUTSIDE),) if best is not None and found else ()
        return (*reordered(picks[:new], by_id), *picks[new:], *added)


def reordered(picks: Sequence[Pick], scores: Mapping[str, float]) -> list[Pick]:
    """Return *picks*, each moved by up to MOST_PLACES, towards the start where its score is high."""
    places = {
        pick.paper_id: place - MOST_PLACES * math.tanh(scores.get(pick.paper_id, 0.0))
        for place, pick in enumerate(picks)
    }
    return sorted(picks, key=lambda pick: places[pick.paper_id])


def _fitted(rows: Sequence[tuple[Mapping[str, float], bool]]) -> dict[str, float]:
    """Return the weights that explain *rows* best, each with its words and whether it was liked."""
    weights = dict.fromkeys(sorted({word for row, _ in rows for word in row}), 0.0)
    steepest = _L2 + sum(math.fsum(x * x for x in row.values()) for row, _ in rows) / 4
    for _ in range(_ROUNDS):
        slopes = {word: [-_L2 * weight] for word, weight in weights.items()}
        for row, is_liked in rows:
            missed = is_liked - _likely(sum(weights[word] * x for word, x in row.items()))
            for word, x in row.items():
                slopes[word].append(missed * x)
        # Summed up exactly, so that the order of lessons does not matter.
        weights = {word: weights[word] + math.fsum(slope) / steepest for word, slope in slopes.items()}
    return weights


def _likely(score: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
