"""How much a paper is about a term, from where and how the term stands in it.

The relevance is a weighted sum of what `Evidence` holds. The weights were learned by comparing pairs of
papers that hold the same term, of which one names it as a keyword and the other does not, over 115 terms and
3,110 papers of 2025; they hold for terms and months that were left out, and know no term.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from operator import attrgetter, mul

from digestbot.core.background import Background
from digestbot.core.sheet import Place, Sheet
from digestbot.core.text import Gap, Text

LINKS = frozenset(
    (  # noqa: SIM905
        "a about achieve across all also an and any are art as at based be been between both but by can"
        " demonstrate did do doe each enable enhance existing first for from had has have here how however"
        " improve in including into introduce is it its leverage like many more most new no not novel of on"
        " only or our over present propose recent several show such than that the their them there these they"
        " this those through to toward train trained two under use used using variou via was we were when"
        " where which while who with within without"
    ).split()
)
"""Keys of words that are no part of a term next to them."""


class Said(IntEnum):
    """How a term is said; the first is closest to what was asked for."""

    AS_ASKED = 0
    """In these words, or translated."""
    RESPELT = 1
    """Parted or joined differently: `multi-modal` for `multimodal`."""
    SYNONYM = 2
    SHARED = 3
    """Its words are not neighbours: `image generation` in "image and video generation"."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A term stands in a paper, from one word to another, both included."""

    place: Place
    first: int
    last: int
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for a paper being about a term. Flags are 0 or 1, `log` is of one more than a count."""

    title: float = 0.0
    """It stands in the title."""
    often: float = 0.0
    """Log of how often it stands in title and abstract."""
    alone: float = 0.0
    """Log of how often it is no part of a longer term."""
    ever_alone: float = 0.0
    extended: float = 0.0
    """In which share of its places a word before it narrows it: "video diffusion models"."""
    respelt: float = 0.0
    """It is never parted or joined as asked for."""
    synonym: float = 0.0
    """It is said only by synonyms."""
    shared: float = 0.0
    """It is said only by words that are not neighbours."""
    short: float = 0.0
    """It stands in brackets behind what it is short for."""
    attached: float = 0.0
    """A hyphen ties it to the word before."""
    attaches: float = 0.0
    """A hyphen always ties it to the word behind: "LLM-based"."""
    opening: float = 0.0
    """It stands in the first sentence, which often speaks of the field."""
    own: float = 0.0
    """It stands where the authors speak of their work."""
    keyword: float = 0.0
    """The source names it, in these words, as a keyword."""
    in_keyword: float = 0.0
    """It stands within one of the source's keywords."""
    only_keyword: float = 0.0
    """It stands nowhere but in the keywords."""
    length: float = 0.0
    """Log of the abstract's words."""
    names: float = 0.0
    """Log of the abstract's names: they are what such a paper is about."""
    rarity: float = 0.0
    """The mean rarity of the paper's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """What each piece of `Evidence` weighs, by its name."""

    title: float = 0.1
    often: float = 0.55
    alone: float = 0.33
    ever_alone: float = 0.83
    extended: float = -0.36
    respelt: float = -4.12
    synonym: float = -5.98
    shared: float = 0.64
    short: float = -1.34
    attached: float = -1.23
    attaches: float = -1.31
    opening: float = -0.18
    own: float = 0.19
    keyword: float = 5.0
    in_keyword: float = 0.3
    only_keyword: float = -4.0
    length: float = -0.62
    names: float = -0.24
    rarity: float = 0.43

    term_rarity: float = 0.44
    """For each nat of the rarity of a term's rarest word."""
    usual: float = 0.5
    """Added to every score, so that it is a likelihood."""
    floor: float = -4.0
    """A match of less relevance is weak."""

    def score(self, relevance: float, rarity: float) -> float:
        """Return how likely a paper of so much *relevance* is about a term of so much *rarity*, 0 to 1."""
        return 1 / (1 + math.exp(-(self.usual + relevance + self.term_rarity * rarity)))

    def sum(self, evidence: Evidence) -> float:
        """Return how relevant the paper is; about 0 where it is as likely as not."""
        return sum(map(mul, _values(self), _values(evidence)), 0.0)


_values: Callable[[Evidence | Relevance], tuple[float, ...]] = attrgetter(
    *(field.name for field in fields(Evidence))
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same for every term in a paper."""

    sheet: Sheet
    length: float
    names: float
    rarity: float

    @classmethod
    def of(cls, sheet: Sheet, background: Background) -> "Frame":
        keys = set(sheet.texts[Place.ABSTRACT].keys)
        rarity = sum(map(background.rarity, sorted(keys))) / len(keys) if keys else 0.0
        return cls(sheet, math.log1p(len(sheet.texts[Place.ABSTRACT].keys)), math.log1p(sheet.names), rarity)


def evidence(frame: Frame, hits: Sequence[Hit]) -> Evidence:
    """Return what *hits*, at least one, say of a paper being about their term."""
    said = {hit.said for hit in hits}
    told = [hit for hit in hits if hit.place != Place.KEYWORDS]
    plain = [hit for hit in told if hit.said != Said.SHARED]
    around = [_Around.of(hit, frame.sheet.texts[hit.place]) for hit in plain]
    alone = sum(not (side.narrowed or side.goes_on) for side in around)
    abstract, keywords = frame.sheet.texts[Place.ABSTRACT], frame.sheet.texts[Place.KEYWORDS]
    sentences = {abstract.sentences[hit.first] for hit in told if hit.place == Place.ABSTRACT}
    return Evidence(
        title=any(hit.place == Place.TITLE for hit in told),
        often=math.log1p(len(plain)),
        alone=math.log1p(alone),
        ever_alone=alone > 0,
        extended=sum(side.narrowed for side in around) / len(around) if around else 0.0,
        respelt=Said.RESPELT in said and Said.AS_ASKED not in said,
        synonym=Said.SYNONYM in said and not said & {Said.AS_ASKED, Said.RESPELT},
        shared=said == {Said.SHARED},
        short=any(
            side.in_brackets for side, hit in zip(around, plain, strict=True) if hit.said == Said.AS_ASKED
        ),
        attached=any(side.attached for side in around),
        attaches=bool(around) and all(side.attaches for side in around),
        opening=0 in sentences,
        own=bool(sentences & frame.sheet.own),
        keyword=any(_is_whole(hit, keywords) for hit in hits if hit.place == Place.KEYWORDS),
        in_keyword=len(told) < len(hits),
        only_keyword=not told,
        length=frame.length,
        names=frame.names,
        rarity=frame.rarity,
    )


def _is_whole(hit: Hit, keywords: Text) -> bool:
    """Tell whether *hit* is a keyword, not part of one."""
    end = len(keywords.keys) - len(keywords.asides)
    begins = hit.first == 0 or keywords.gaps[hit.first] == Gap.BREAK
    ends = hit.last + 1 >= end or keywords.gaps[hit.last + 1] == Gap.BREAK
    return hit.said == Said.AS_ASKED and begins and ends


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands on both sides of a hit."""

    narrowed: bool
    """A word before it belongs to it."""
    goes_on: bool
    """A word behind it does."""
    attached: bool
    attaches: bool
    in_brackets: bool

    @classmethod
    def of(cls, hit: Hit, text: Text) -> "_Around":
        end = len(text.keys) - len(text.asides)
        if hit.first >= end:
            return cls(narrowed=False, goes_on=False, attached=False, attaches=False, in_brackets=True)
        before = text.keys[hit.first - 1] if text.gaps[hit.first] != Gap.BREAK and hit.first else None
        after = (
            text.keys[hit.last + 1] if hit.last + 1 < end and text.gaps[hit.last + 1] != Gap.BREAK else None
        )
        return cls(
            narrowed=before is not None and before not in LINKS,
            goes_on=after is not None and after not in LINKS,
            attached=before is not None and text.gaps[hit.first] == Gap.TIGHT,
            attaches=after is not None and text.gaps[hit.last + 1] == Gap.TIGHT,
            in_brackets=False,
        )
