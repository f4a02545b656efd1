"""Which topics many papers are about, by the keywords that their source gave them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from digestbot.core.query import is_topic, mutes
from digestbot.core.text import words

LONGEST = 32
"""Bytes of a keyword that a button can hold beside the rest that it has to say."""


def popular(keywords: Iterable[Sequence[str]], most: int) -> list[tuple[str, int]]:
    """Return the commonest of the papers' *keywords*, as most of them write it, with the number of papers.

    What can't be a topic, or not be held by a button, is left out.
    """
    spellings: dict[tuple[str, ...], Counter[str]] = {}
    for given in keywords:
        for key, keyword in {words(keyword): keyword for keyword in given}.items():
            spellings.setdefault(key, Counter())[keyword] += 1
    counts = {commonest(written): written.total() for key, written in spellings.items() if key}
    offered = [keyword for keyword in counts if _can_be_offered(keyword)]
    offered.sort(key=lambda keyword: (-counts[keyword], keyword))
    return [(keyword, counts[keyword]) for keyword in offered[:most]]


def commonest(written: Counter[str]) -> str:
    """Return the spelling that was written most often; of equals, the first by letter."""
    return min(written, key=lambda keyword: (-written[keyword], keyword))


def _can_be_offered(keyword: str) -> bool:
    if len(keyword.encode()) > LONGEST or any(letter in keyword for letter in ",:，、"):
        return False
    return is_topic(keyword) and not mutes(keyword)
