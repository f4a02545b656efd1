"""Where the forms of all topics stand in a text: one pass, however many forms there are.

The words of a text are run together and searched by Aho-Corasick; what it finds must then begin and end
where words do, must not reach across a comma or a sentence's end, and must be in capitals where the form is.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ahocorasick_rs import AhoCorasick

from digestbot.core.text import Gap, Text, is_capitals, is_hangul, is_particle

_BREAK = "\n"
_ANDS = frozenset(("and", "or"))
_REACH = 3
"""So many words on either side of what two terms share are looked at."""
_LISTED = 5
"""So many words of a list are taken to share its last word."""
_LONG, _PIECE = 7, 3
"""Letters that a word must have to be put together from words that a blank parts, and each of these."""
_LONG_KOREAN, _PIECE_KOREAN = 4, 2
"""The same in syllables: 강화학습, 강화 학습."""


@dataclass(frozen=True, slots=True)
class Form:
    """Words to be found next to each other, as one way of writing a term."""

    words: tuple[str, ...]
    """Keys, or for an exact form or a prefix the folded words."""
    capitals: tuple[int, ...] = ()
    """Which of the words must be in capitals, by place."""
    exact: bool = False
    prefix: bool = False
    """The last word may go on."""


@dataclass(frozen=True, slots=True)
class Find:
    """A form stands in a text, from one word to another, both included."""

    form: int
    first: int
    last: int
    is_shared: bool = False
    """Its words are not neighbours: `image generation` in "image and video generation"."""


class Scanner:
    """Forms, made ready to be looked for. A form is told by its place among *forms*."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self._keys = _Layer(forms, [n for n, form in enumerate(forms) if not (form.exact or form.prefix)])
        self._folded = _Layer(forms, [n for n, form in enumerate(forms) if form.exact or form.prefix])

    def scan(self, text: Text) -> Iterator[Find]:
        """Yield each place of each form in *text*."""
        if self._keys:
            yield from self._keys.scan(text)
        if self._folded:
            yield from self._folded.scan(text, folded=True)


class _Layer:
    """The forms that are compared with the same version of the words."""

    def __init__(self, forms: Sequence[Form], members: Sequence[int]) -> None:
        by_joined: dict[str, list[tuple[int, Form]]] = {}
        for number in members:
            by_joined.setdefault("".join(forms[number].words), []).append((number, forms[number]))
        self._members = list(by_joined.values())
        self._automaton = AhoCorasick(list(by_joined))

    def __bool__(self) -> bool:
        return bool(self._members)

    def scan(self, text: Text, *, folded: bool = False) -> Iterator[Find]:
        strand = None
        if folded not in text.joined:
            strand = _strand(text, folded=folded)
            text.joined[folded] = strand.joined
        joined = text.joined[folded]
        for number, start, end in self._automaton.find_matches_as_indexes(joined, overlapping=True):
            if strand is None:  # only where something may be found: it takes twenty times as long
                strand = _strand(text, folded=folded)
            span = strand.span(start, end)
            if span is not None:
                for member, form in self._members[number]:
                    if strand.holds(form, span):
                        yield Find(member, *strand.places_of(span))


@dataclass(frozen=True, slots=True)
class _Span:
    """Words of a strand, both included, and what is left over of the last."""

    first: int
    last: int
    rest: str
    is_shared: bool


class _Strand:
    """A text's words run together as they stand, then once more around each seam."""

    def __init__(self, text: Text, words: Sequence[str], seams: Iterable[tuple[int, int]]) -> None:
        self._text = text
        self._places = [*range(len(words))]
        self._gaps = [*text.gaps]
        self._seams: list[int] = []
        """Before which places of the strand words were left out, ascending."""
        for left, right in seams:
            start = max(0, left - _REACH)
            self._places += range(start, left + 1)
            self._gaps += [Gap.BREAK, *text.gaps[start + 1 : left + 1], Gap.SPACE]
            self._seams.append(len(self._places))
            self._places += range(right, min(len(words), right + _REACH + 1))
            self._gaps += text.gaps[right + 1 : right + _REACH + 1]
        self._words = [words[place] for place in self._places]
        self.joined, self._starts = _join(self._words, self._gaps)
        self._at = {start: place for place, start in enumerate(self._starts)}

    def span(self, start: int, end: int) -> _Span | None:
        """Return which words are *start* to *end* of what is joined, None where no word starts."""
        first = self._at.get(start)
        if first is None:
            return None
        last = bisect_right(self._starts, end - 1, lo=first) - 1
        is_shared = bisect_right(self._seams, last) > bisect_right(self._seams, first)
        if first >= len(self._text.keys) and not is_shared:
            return None  # found already, as the text stands
        return _Span(first, last, self._words[last][end - self._starts[last] :], is_shared)

    def places_of(self, span: _Span) -> tuple[int, int, bool]:
        return self._places[span.first], self._places[span.last], span.is_shared

    def holds(self, form: Form, span: _Span) -> bool:
        """Tell whether *form*, the letters of which are those of *span*, is meant there."""
        ends = not span.rest or form.prefix or is_particle(span.rest)
        return ends and self._is_parted(form, span) and self._is_cased(form, span)

    def _is_parted(self, form: Form, span: _Span) -> bool:
        """Tell whether what parts the words of *span* may stand inside *form*.

        Words that the form parts may be joined in the text. What the form joins may be parted by a hyphen; by
        a blank only next to a number (`gpt4`, `gpt 4`) or in a long word (`finetuning`, `fine tuning`).
        """
        if span.first == span.last:
            return True
        cuts = set(accumulate(map(len, form.words)))
        ends = accumulate(map(len, self._words[span.first : span.last]))
        return all(
            cut in cuts or self._gaps[place] == Gap.TIGHT or self._may_part(form, place)
            for place, cut in enumerate(ends, span.first + 1)
        )

    def _may_part(self, form: Form, place: int) -> bool:
        left, right = self._words[place - 1], self._words[place]
        if left[-1].isdigit() != right[0].isdigit():
            return True
        is_korean = is_hangul(left[-1]) and is_hangul(right[0])
        long, piece = (_LONG_KOREAN, _PIECE_KOREAN) if is_korean else (_LONG, _PIECE)
        return max(map(len, form.words)) >= long and min(len(left), len(right)) >= piece

    def _is_cased(self, form: Form, span: _Span) -> bool:
        """Tell whether the text is in capitals where *form* is."""
        if not form.capitals:
            return True
        surfaces = [self._text.surfaces[place] for place in self._places[span.first : span.last + 1]]
        if len(surfaces) != len(form.words):
            return all(map(_has_capitals, surfaces))
        return all(_has_capitals(surfaces[place]) for place in form.capitals)


def _strand(text: Text, *, folded: bool) -> _Strand:
    return _Strand(text, text.folded, ()) if folded else _Strand(text, text.keys, _seams(text))


def _join(words: Sequence[str], gaps: Sequence[int]) -> tuple[str, list[int]]:
    """Return *words* run together, with a mark where no form may reach across, and where each starts."""
    starts, parts, length = [], [], 0
    for word, gap in zip(words, gaps, strict=True):
        if gap == Gap.BREAK:
            parts.append(_BREAK)
            length += 1
        starts.append(length)
        parts.append(word)
        length += len(word)
    return "".join(parts), starts


def _seams(text: Text) -> Iterator[tuple[int, int]]:
    """Yield what two terms leave out that share a word: up to which word, and from which one on.

    "image and video generation" is read as "image generation" too, "image generation and editing" as "image
    editing", "spatial, temporal, and logical reasoning" as "spatial reasoning".
    """
    end = len(text.keys) - len(text.asides)
    for place in range(1, end - 1):
        if text.keys[place] in _ANDS and text.gaps[place + 1] != Gap.BREAK:
            for right in _whole(text, place + 2, min(end, place + 4)):
                for left in _listed(text, place):
                    yield left, right
            if place > 1 and text.gaps[place - 1] != Gap.BREAK and text.gaps[place] != Gap.BREAK:
                yield place - 2, place + 1


def _whole(text: Text, start: int, end: int) -> Iterator[int]:
    """Yield the places from *start* to *end* up to a break."""
    for place in range(start, end):
        if text.gaps[place] == Gap.BREAK:
            return
        yield place


def _listed(text: Text, place: int) -> Iterator[int]:
    """Yield the words before the "and" at *place* that are parted by commas alone."""
    yield place - 1
    for earlier in range(place - 1, max(0, place - _LISTED), -1):
        if text.gaps[earlier] != Gap.BREAK or text.sentences[earlier] != text.sentences[earlier - 1]:
            return
        yield earlier - 1


def _has_capitals(surface: str) -> bool:
    return surface == surface.upper() or is_capitals(surface)
