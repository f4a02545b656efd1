"""How rare words are, from papers already known."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_PRIOR = 50
"""Papers' worth of doubt: a word counts as usual until about so many papers are known."""
_USUAL = 0.02
"""The share of papers that is taken to hold a word while nothing is known."""


@dataclass(frozen=True, slots=True)
class Background:
    """Known papers, and how many of them hold each word. Without papers every word is as rare as any."""

    papers: int = 0
    holding: Mapping[str, int] = field(default_factory=dict)
    """By key."""

    def rarity(self, word: str) -> float:
        """Return the information in meeting *word* (its key), in nats: 0 for one that every paper holds."""
        held = self.holding.get(word, 0) + _PRIOR * _USUAL
        return math.log((self.papers + _PRIOR) / held)

    def rarity_of(self, words: Iterable[str]) -> float:
        """Return the rarity of the rarest of *words*."""
        return max(map(self.rarity, words), default=0.0)


def background(papers: Iterable[Iterable[str]]) -> Background:
    """Return what *papers*, each told by its words, tell of these words' rarity."""
    holding: Counter[str] = Counter()
    count = 0
    for words in papers:
        holding.update(set(words))
        count += 1
    return Background(count, holding)
