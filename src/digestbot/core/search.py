"""What is looked for in the archive, and how much each place where it stands counts.

A paper's words, and those that are looked for, are folded by `core.text` and spelt with `a-z0-9_` alone
(`spelt`): every database cuts them alike, and nothing that a reader types can be syntax.

    /search words   all words, or another way to say them (synonyms, a compound written otherwise). Points: a
                    word in the title 4, among the keywords 2, an author's 2, repeated by the abstract 1.
    /similar        any of a paper's `tellings`: its keywords and those of its words that few papers hold;
                    points are the information in meeting each: what is shared by chance counts little.

Of equals the one with more votes comes first, then the newer listing, then the higher id, as everywhere.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from digestbot.core.paper import Paper
from digestbot.core.scan import Form
from digestbot.core.synonyms import Synonyms, is_asian
from digestbot.core.text import Gap, Text, is_han, read, visible
from digestbot.errors import UserError

LONGEST = 200
"""Characters that a search may have."""
MOST_WORDS = 12
MOST_TELLINGS = 16
"""So many of a paper's words tell which others are like it."""
_CANDIDATES = 30
_FEW = 50
_LONGEST_WORD = 40
_MOST_INDEXED = 4000
"""Words of one text: far more than an abstract has."""
_OFTEN = 2
_SHARED = 0.15
"""A paper is like another one if it shares so much of the points."""
_SCALE = 60
PART = "_"
"""Stands between what is not said in one breath: no phrase reaches across."""
_SMALL_WORDS = (
    "a an and are as at be been by can do for from has have how in into is it its of on or our such than that"
    " the their these they this to use used using via was we were what when where which while with"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_PIECE = re.compile(r'(?P<minus>(?<!\S)[-–−])?(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PLAIN = re.compile(r"[a-z0-9]+")

Phrase = tuple[str, ...]
"""Spelt words that follow each other."""


class Field(StrEnum):
    """Where a phrase stands."""

    TITLE = "title"
    KEYWORDS = "keywords"
    PEOPLE = "people"
    """Authors and their organisation; the id, too."""
    OFTEN = "often"
    """What the abstract says more than once."""
    ANYWHERE = "words"


POINTS = {Field.TITLE: 4, Field.KEYWORDS: 2, Field.PEOPLE: 2, Field.OFTEN: 1}


@dataclass(frozen=True, slots=True)
class Indexed:
    """A paper's spelt words, in the order in which they stand."""

    title: Phrase
    keywords: Phrase
    people: Phrase
    often: Phrase
    abstract: Phrase


@dataclass(frozen=True, slots=True)
class Point:
    """What a phrase in a field adds to a paper."""

    phrase: Phrase
    field: Field
    points: int


@dataclass(frozen=True, slots=True)
class Search:
    """Papers that hold all phrases of one of the *ways* and none *unwanted*, those with most points first."""

    ways: tuple[tuple[Phrase, ...], ...]
    unwanted: tuple[Phrase, ...]
    points: tuple[Point, ...]


def spelt(word: str) -> str:
    """Return a folded word in letters that every database takes for a word's.

    >>> spelt("agent"), spelt("c++"), spelt("확산")
    ('agent', 'c_2b__2b_', '_d655__c0b0_')
    """
    short = word[:_LONGEST_WORD]
    return (
        short
        if _PLAIN.fullmatch(short)
        else "".join(c if _PLAIN.match(c) else f"_{ord(c):x}_" for c in short)
    )


def told(paper: Paper) -> tuple[object, ...]:
    """Return what of a paper is indexed: as long as it stays, the index holds."""
    return paper.title, paper.abstract, paper.ai_keywords, paper.authors, paper.organization


def indexed(paper: Paper) -> Indexed:
    """Return the words by which a paper is found."""
    abstract = read(paper.abstract)
    counts = Counter(abstract.keys)
    often = [spelt(word) for word, count in counts.items() if count >= _OFTEN and word not in _SMALL]
    people = [paper.id, *paper.authors, *([paper.organization] if paper.organization else [])]
    return Indexed(
        title=_spelt(read(paper.title), loose=True),
        keywords=_parts(paper.ai_keywords),
        people=_parts(people),
        often=tuple(word for found in often for word in (found, PART))[:_MOST_INDEXED],
        abstract=_spelt(abstract, loose=False),
    )


def read_search(text: str, synonyms: Synonyms) -> Search:
    """Return what *text* looks for: words, `"a phrase"`, `-unwanted`. Nothing else in it means anything.

    Raises UserError `usage-search` where no word is wanted, `search-too-long`.
    """
    if len(text) > LONGEST:
        raise UserError("search-too-long", limit=LONGEST)
    shown = visible(text.translate(_QUOTES))
    loose: list[str] = []
    quoted: list[Phrase] = []
    unwanted: list[Phrase] = []
    for piece in _PIECE.finditer(shown):
        cut = read(piece["quoted"] if piece["word"] is None else piece["word"])
        phrase = tuple(map(spelt, cut.keys))
        if phrase and piece["minus"]:
            unwanted.append(phrase)
        elif phrase and piece["word"] is None:
            quoted.append(phrase)
        else:
            loose += [piece["word"]] if phrase else []
    ways = _ways(loose, synonyms)
    if not any(ways) and not quoted:
        raise UserError("usage-search")
    if len(quoted) + len(unwanted) + max(map(len, ways)) > MOST_WORDS:
        raise UserError("search-too-long", limit=LONGEST)
    all_ways = tuple((*way, *quoted) for way in ways)
    return Search(all_ways, tuple(unwanted), _points(all_ways))


def tellings(paper: Paper) -> list[str]:
    """Return the spelt words that may tell which papers are like *paper*, the likeliest first.

    Words of the title; then keywords, two of their words as one where there are more; then words of the
    abstract, the most frequent first. Which of them do tell depends on how many other papers hold them.
    """
    counts = Counter(word for word in read(paper.abstract).keys if _tells(word))
    said = sorted(counts, key=lambda word: (-counts[word], -len(word)))
    title = (word for word in read(paper.title).keys if _tells(word))
    return list(dict.fromkeys((*map(spelt, title), *_of_keywords(paper), *map(spelt, said))))[:_CANDIDATES]


def too_common(papers: int) -> int:
    """Return by how many of *papers* a word must be held to tell nothing of what one is about."""
    return max(_FEW, papers // 10)


def like(paper: Paper, counts: Sequence[int], papers: int) -> tuple[tuple[str, int], ...]:
    """Return what papers like *paper* hold, with its points; none where it shares nothing with any.

    *counts* are how many of *papers* hold each of its tellings, counted up to `too_common`.
    """
    keywords = frozenset(_of_keywords(paper))
    title = frozenset(map(spelt, read(paper.title).keys))
    said = Counter(map(spelt, read(paper.abstract).keys))
    points = {}
    for word, count in zip(tellings(paper), counts, strict=True):
        weight = (word in keywords) + (word in title) + 0.5 * min(said[word], 3)
        if 1 < count < too_common(papers):  # itself and another one, not all
            points[word] = round(_SCALE * weight * math.log((papers + 1) / count))
    best = sorted(points, key=lambda word: (-points[word], word))[:MOST_TELLINGS]
    return tuple((word, points[word]) for word in best)


def enough(points: Iterable[tuple[str, int]]) -> int:
    """Return how many of the *points* a paper must share to be like the one that they were found for."""
    return math.ceil(_SHARED * sum(found for _, found in points))


def _of_keywords(paper: Paper) -> list[str]:
    cuts = [read(keyword).keys for keyword in paper.ai_keywords]
    pairs = [["".join(pair) for pair in pairwise(keys)] or [*keys] for keys in cuts]
    return [spelt(word) for found in pairs for word in found]


def _tells(word: str) -> bool:
    return word not in _SMALL and len(word) > 1 and not word.isdigit()


def _parts(texts: Iterable[str]) -> Phrase:
    return tuple(word for text in texts for word in (*_spelt(read(text), loose=True), PART))[:_MOST_INDEXED]


def _spelt(cut: Text, *, loose: bool) -> Phrase:
    """Return a text's words, then compounds as one word each; if *loose* any two neighbours may be one."""
    words = [spelt(word) for word in cut.keys[:_MOST_INDEXED]]
    said: list[str] = []
    for word, gap in zip(words, cut.gaps, strict=False):
        said += [PART, word] if gap == Gap.BREAK else [word]
    reach = Gap.SPACE if loose else Gap.TIGHT
    compounds = dict.fromkeys(
        spelt(left + right)
        for (left, right), gap in zip(pairwise(cut.keys[:_MOST_INDEXED]), cut.gaps[1:], strict=False)
        if gap <= reach and not (gap and (left in _SMALL or right in _SMALL))
    )
    return (*said, *(word for compound in compounds for word in (PART, compound)))


def _ways(loose: Sequence[str], synonyms: Synonyms) -> list[tuple[Phrase, ...]]:
    """Return the ways to say words that need not stand together; a word with a hyphen is a phrase."""
    cuts = [read(word) for word in loose]
    keys = tuple(key for cut in cuts for key in cut.keys)
    if sum(1 if is_han(cut.keys[0]) else len(cut.keys) for cut in cuts) > MOST_WORDS:
        raise UserError("search-too-long", limit=LONGEST)
    own = [tuple(map(spelt, cut.keys)) for cut in cuts]
    ways = [_telling(own)]
    ways += [
        _telling([*own[:place], (spelt("".join(cut.keys)),), *own[place + 1 :]])
        for place, cut in enumerate(cuts)
        if len(cut.keys) > 1  # fine-tuning: finetuning
    ]
    ways += [
        _telling([*own[:place], (spelt("".join((*left.keys, *right.keys))),), *own[place + 2 :]])
        for place, (left, right) in enumerate(pairwise(cuts))  # data set: dataset
        if _SMALL.isdisjoint((*left.keys, *right.keys))
    ]
    others = (form.words for form in synonyms.forms(Form(keys)) if form.words != keys)
    ways += [
        _telling([(spelt(word),) for word in words])
        for words in others
        if is_asian(keys) or not is_asian(words)  # papers are in English
    ]
    return list(dict.fromkeys(ways))[:MOST_WORDS]


def _telling(phrases: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """Return *phrases* once each, without small words unless there are no others."""
    kept = [phrase for phrase in phrases if len(phrase) > 1 or phrase[0] not in _SMALL]
    return tuple(dict.fromkeys(kept or phrases))


def _points(ways: Sequence[Sequence[Phrase]]) -> tuple[Point, ...]:
    """Return the points of each phrase; a way with many phrases is not worth more than one with few."""
    worth: dict[Phrase, int] = {}
    for way in ways:
        for phrase in way:
            worth[phrase] = max(worth.get(phrase, 0), _SCALE // len(way))
    return tuple(
        Point(phrase, field, POINTS[field] * points) for phrase, points in worth.items() for field in POINTS
    )
