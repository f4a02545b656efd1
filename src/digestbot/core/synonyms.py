"""Abbreviations and translations: other ways in which a topic's words are said.

Papers are in English. Japanese and Chinese, that have no spaces, are translated term by term, the longest
first; nothing is translated into them.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property

from digestbot.core.scan import Form
from digestbot.core.text import Text, is_capitals, is_han, is_hangul, read, words

MOST_FORMS = 12
"""A topic is looked for in at most so many ways; the nearest to what was typed come first."""

_NEAR = 0.8
"""What is a typing error of a term has so much in common with it, by difflib's ratio."""


def form(text: str) -> Form:
    """Return what *text* is looked for as, if its inflection does not matter."""
    cut = read(text)
    return Form(cut.keys, capitals(cut))


def capitals(cut: Text) -> tuple[int, ...]:
    """Return which words are in capitals, and so to be found in capitals only."""
    return tuple(n for n, surface in enumerate(cut.surfaces) if is_capitals(surface))


class Synonyms:
    """Groups of terms that mean the same. No group holds for a term that is in none."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self.groups = tuple(tuple(group) for group in groups)

    def forms(self, asked: Form) -> tuple[Form, ...]:
        """Return *asked* and the other ways to say it, or parts of it."""
        found = {asked: None}
        queue = [asked]
        for known in queue:
            for other in self._replaced(known):
                if len(found) == MOST_FORMS:
                    return tuple(found)
                if other not in found:
                    found[other] = None
                    queue.append(other)
        return tuple(other for other in found if other is asked or not self._is_mixed(other))

    @cached_property
    def terms(self) -> Mapping[str, str]:
        """All terms, by their words run together."""
        return {"".join(words(term)): term for group in self.groups for term in group}

    def _replaced(self, known: Form) -> Iterable[Form]:
        """Yield *known* with a term said otherwise; Japanese and Chinese in English, term after term."""
        terms = [*self._terms(known.words)]
        into_english = _is_unspaced(known)
        unspaced = [term for term in terms if any(map(is_han, known.words[slice(*term)]))]
        for start, end in unspaced[:1] or terms:
            for other in self._others["".join(known.words[start:end])]:
                if not (into_english and is_asian(other.words)):
                    yield _replace(known, start, end, other)

    def _terms(self, words: tuple[str, ...]) -> Iterable[tuple[int, int]]:
        """Yield where terms with synonyms stand in *words*, none within another."""
        reached = 0
        for start in range(len(words)):
            for end in range(min(len(words), start + self._longest), max(start, reached), -1):
                if "".join(words[start:end]) in self._others:
                    yield start, end
                    reached = end
                    break

    def _is_mixed(self, known: Form) -> bool:
        """Tell whether *known* is half translated: nobody says so, unless a group does, `AI 에이전트`."""
        is_half = is_asian(known.words) and not all(map(_is_asian, known.words))
        return is_half and "".join(known.words) not in self._others

    @cached_property
    def _others(self) -> dict[str, list[Form]]:
        others: dict[str, list[Form]] = {}
        for group in self.groups:
            forms = [form(term) for term in group]
            for known in forms:
                others.setdefault("".join(known.words), []).extend(
                    other for other in forms if other != known and not _is_unspaced(other)
                )
        return others

    @cached_property
    def _longest(self) -> int:
        return max((len(form(term).words) for group in self.groups for term in group), default=0)


def _replace(known: Form, start: int, end: int, other: Form) -> Form:
    longer = len(other.words) - (end - start)
    before = tuple(place for place in known.capitals if place < start)
    inside = tuple(start + place for place in other.capitals)
    after = tuple(place + longer for place in known.capitals if place >= end)
    return Form(known.words[:start] + other.words + known.words[end:], before + inside + after)


def is_asian(words: Iterable[str]) -> bool:
    """Tell whether one of *words* is Korean, Japanese or Chinese."""
    return any(map(_is_asian, words))


def _is_unspaced(known: Form) -> bool:
    """Tell whether a part of *known* is Japanese or Chinese."""
    return any(map(is_han, known.words))


def _is_asian(word: str) -> bool:
    return not word.isascii() and (is_hangul(word[0]) or is_han(word[0]))


def nearly(text: str, terms: Mapping[str, str]) -> list[str]:
    """Return which of *terms*, by their words run together, are written nearly as *text*, the nearest first.

    >>> nearly("agnets", {"agent": "agent", "attention": "attention"})
    ['agent']
    """
    return [terms[near] for near in get_close_matches("".join(words(text)), terms, cutoff=_NEAR)]
