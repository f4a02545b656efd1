"""A paper made ready to be matched: its texts cut into words, and the abbreviations that it defines."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from digestbot.core.paper import Paper
from digestbot.core.text import Gap, Text, read

_AUTHORS = frozenset(("we", "our"))
_SPARE = 5
"""So many words of a definition may give no letter."""


class Place(IntEnum):
    """Where a term stands; what tells more about the paper comes first."""

    TITLE = 0
    ABSTRACT = 1
    KEYWORDS = 2


@dataclass(frozen=True, slots=True)
class Definition:
    """`Group Relative Policy Optimization (GRPO)`: the words, and what is short for them."""

    place: Place
    first: int
    last: int
    short: str
    """The abbreviation's key."""


@dataclass(frozen=True, slots=True)
class Sheet:
    paper: Paper
    texts: tuple[Text, Text, Text]
    """By place."""
    definitions: tuple[Definition, ...]
    own: frozenset[int]
    """The abstract's sentences in which the authors speak of themselves."""
    names: int
    """Words of the abstract in capitals within a sentence, so probably names."""

    @property
    def words(self) -> frozenset[str]:
        """The keys of the title and the abstract."""
        return frozenset(self.texts[Place.TITLE].keys + self.texts[Place.ABSTRACT].keys)


def sheet(paper: Paper) -> Sheet:
    """Return *paper* made ready."""
    texts = read(paper.title), read(paper.abstract), read(" | ".join(paper.ai_keywords))
    abstract = texts[Place.ABSTRACT]
    return Sheet(
        paper,
        texts,
        definitions=tuple(known for place in Place for known in _definitions(place, texts[place])),
        own=frozenset(n for n, key in zip(abstract.sentences, abstract.keys, strict=True) if key in _AUTHORS),
        names=sum(
            gap != Gap.BREAK and surface[0].isupper()
            for gap, surface in zip(abstract.gaps, abstract.surfaces, strict=True)
        ),
    )


def _definitions(place: Place, text: Text) -> Iterator[Definition]:
    start = len(text.keys) - len(text.asides)
    for aside, last in enumerate(text.asides, start):
        first = _first_of(text, last, text.surfaces[aside])
        if first is not None:
            yield Definition(place, first, last, text.keys[aside])


def _first_of(text: Text, last: int, short: str) -> int | None:
    """Return from which word on, up to *last*, *short* takes its letters; None where it does not.

    The rule is that of Schwartz and Hearst (2003): each letter is found from the right, the first one where
    a word begins.
    """
    letters = short.removesuffix("s").casefold()
    if last < 0 or len(letters) < 2 or not any(map(str.isupper, short)):
        return None
    place, end = last, len(text.folded[last])
    for left in range(len(letters) - 1, -1, -1):
        while (end := _find(text.folded[place], letters[left], end, must_begin=left == 0)) < 0:
            if place == 0 or text.gaps[place] == Gap.BREAK or last - place > len(letters) + _SPARE:
                return None
            place -= 1
            end = len(text.folded[place])
    return place


def _find(word: str, letter: str, end: int, *, must_begin: bool) -> int:
    if must_begin:
        return 0 if end > 0 and word.startswith(letter) else -1
    return word.rfind(letter, 0, end)
