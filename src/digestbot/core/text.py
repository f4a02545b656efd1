"""The one notion of "the same word".

Case, accents, width, invisible characters, plural, British spelling and Greek letters do not tell words
apart, nor does it matter whether a compound is written `fine-tuning`, `fine tuning` or `finetuning`: texts
are compared as their words' keys run together (`Text.joined`), and what is found must start and end where a
word does. Korean is split where the script changes (`LLM을`) and may carry particles (`is_particle`);
Chinese and Japanese have no spaces, so there each character is a word.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_HAN = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
_HANGUL_LETTER = re.compile(f"[{_HANGUL}]")
_HAN_LETTER = re.compile(f"[{_HAN}]")
_WORD = re.compile(rf"[{_HAN}]|[{_HANGUL}]+|[^\W_{_HAN}{_HANGUL}]+(?:\+\+|#(?!\w))?")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
_BREAK = re.compile(r"[.!?;:,]\s|[()\[\]{}—|。、，；：！？]")
_ASIDE = re.compile(r"(?<=\w) \((\w[\w-]{0,20})\)")
_STOP = re.compile(r"[.!?][\"'”’)\]]*\s|[。！？]")
_NO_STOP = re.compile(r"(?:\b(?:al|e\.g|i\.e|vs|cf|etc|fig|eq|resp)|\b[a-z])\.\s*$", re.IGNORECASE)
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")
_PARTICLE = re.compile(
    r"(?:들)?(?:은|는|이|가|을|를|의|에|에서|에게|께|로|으로|와|과|도|만|까지|부터|보다|처럼|마다|이나|나|이란|란"
    r"|라는|이라는|이라고|라고|에서의|에의|으로의|로의|에서는|에는|에도|으로는|로는|으로서|로서|으로써|로써"
    r"|이다|입니다|인|이며|하고|이고|및|등)?"
)
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau"
    " upsilon phi chi psi omega"
)
_GREEK = {chr(0x3B1 + place): name for place, name in enumerate(_GREEK_NAMES.split())}


class Gap:
    """What stands before a word. Plain numbers: they are compared in the innermost loop."""

    TIGHT = 0
    """Nothing that parts: a hyphen, a slash, a change of script."""
    SPACE = 1
    BREAK = 2
    """A comma, a bracket, the end of a sentence: no term reaches across."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text cut into words. All tuples are as long as there are words."""

    surfaces: tuple[str, ...]
    """The words as they are written, without accents."""
    folded: tuple[str, ...]
    """Without case; what `"quotes"` and `prefix*` are compared with."""
    keys: tuple[str, ...]
    """In the singular and in American spelling; what all else is compared with."""
    gaps: tuple[int, ...]
    sentences: tuple[int, ...]
    """The number of each word's sentence, from 0."""
    asides: tuple[int, ...]
    """The last words are asides, `Vision-Language-Action (VLA) models`; after which word each stands."""
    joined: dict[bool, str] = field(default_factory=dict, compare=False, repr=False)
    """What `scan.py` ran together of it, by whether that was of the folded words."""


def visible(text: str) -> str:
    """Return *text* on one line, without zero-width and direction marks and control characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    shown = _INVISIBLE.sub("", text)
    return " ".join("".join(c if unicodedata.category(c) != "Cc" else " " for c in shown).split())


def fold(text: str) -> str:
    """Return *text* in the form in which words are compared.

    >>> fold("Mixture-of-Experts")
    'mixture-of-experts'
    >>> fold("Poincaré")
    'poincare'
    """
    return visible(_bare(_bare(visible(text)).casefold()))


def words(text: str) -> tuple[str, ...]:
    """Return the keys of the words of *text*: folded, in the singular, in American spelling.

    >>> words("Mixture-of-Experts modelling")
    ('mixture', 'of', 'expert', 'modeling')
    """
    return read(text).keys


def sentences(text: str) -> list[str]:
    """Return the sentences of an English *text* in order."""
    import sentencex  # noqa: PLC0415 - a bot that waits has no use for its megabyte

    plain = _WIDE_SPACE.sub(" ", text)  # sentencex panics, which no `except Exception` holds, at "A\u00a0."
    return [found for part in sentencex.segment("en", plain) if (found := part.strip())]


def read(text: str) -> Text:
    """Return *text* cut into words. A single word in brackets is put at the end: terms reach across it."""
    main: list[_Cut] = []
    asides: list[_Cut] = []
    after: list[int] = []
    for cut, is_aside in _cuts(_POSSESSIVE.sub("", _bare(visible(text)))):
        if is_aside:
            asides.append(cut)
            after.append(len(main) - 1)
        else:
            main.append(cut)
    cuts = main + asides
    forms = [_forms(surface) for surface, _, _ in cuts]
    return Text(
        surfaces=tuple(surface for surface, _, _ in cuts),
        folded=tuple(folded for folded, _ in forms),
        keys=tuple(key for _, key in forms),
        gaps=tuple(gap for _, gap, _ in cuts),
        sentences=tuple(sentence for _, _, sentence in cuts),
        asides=tuple(after),
    )


_Cut = tuple[str, int, int]
"""A word, what stands before it, and its sentence."""


def _cuts(shown: str) -> Iterator[tuple[_Cut, bool]]:
    """Yield each word, and whether it is an aside; what follows an aside is parted from what precedes it."""
    asides = {aside.start(1): aside.end(1) for aside in _ASIDE.finditer(shown)}
    end = sentence = aside_end = 0
    for found in _WORD.finditer(shown):
        between = shown[end : found.start()]
        if _STOP.search(between) and not _NO_STOP.search(shown[max(0, end - 6) : found.start()]):
            sentence += 1
        aside_end = asides.get(found.start(), aside_end)
        is_aside = found.end() <= aside_end
        gap = Gap.BREAK if found.start() in asides else _gap(between)
        yield (found[0], gap, sentence), is_aside
        end = found.end() + (found.end() == aside_end)


def is_capitals(surface: str) -> bool:
    """Tell whether a word is written as an abbreviation is: `SAM`, `LLMs`, not `Sam`, `MoE` or `A`."""
    stem = surface[:-1] if surface.endswith("s") else surface
    return len(stem) > 1 and stem.isupper() and sum(map(str.isalpha, stem)) > 1


def is_hangul(character: str) -> bool:
    """Tell whether a character is of the Korean script."""
    return _HANGUL_LETTER.match(character) is not None


def is_han(character: str) -> bool:
    """Tell whether a character is of the Japanese or Chinese script, each character of which is a word."""
    return _HAN_LETTER.match(character) is not None


def is_particle(rest: str) -> bool:
    """Tell whether *rest*, the end of a Korean word, only relates the word to its sentence.

    >>> is_particle("을"), is_particle("링")
    (True, False)
    """
    return _PARTICLE.fullmatch(rest) is not None


def spellings(prefix: str) -> tuple[str, ...]:
    """Return the ways in which a word may go on that begins with *prefix*, British and American.

    >>> spellings("optimis")
    ('optimis', 'optimiz')
    """
    return tuple(dict.fromkeys((prefix, *_both(prefix))))


def _both(prefix: str) -> Iterator[str]:
    yield _american(prefix)
    if re.search(r"\w\w\wi[sz]$", prefix):
        yield prefix[:-1] + "z"
        yield prefix[:-1] + "s"


def _bare(text: str) -> str:
    """Return *text* without accents, wide and compatibility forms made plain; capitals stay."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def _gap(between: str) -> int:
    if between == " ":
        return Gap.SPACE
    if _BREAK.search(between):
        return Gap.BREAK
    return Gap.SPACE if " " in between else Gap.TIGHT


@lru_cache(maxsize=100_000)
def _forms(surface: str) -> tuple[str, str]:
    """Return *surface* folded, and its key."""
    folded = "".join(_GREEK.get(c, c) for c in _bare(surface.casefold()))
    short = is_capitals(surface) and surface.endswith("s")  # LMs
    return folded, _american(_singular(folded[:-1] if short else folded))


_IRREGULAR = {
    "analyses": "analysis",
    "children": "child",
    "corpora": "corpus",
    "criteria": "criterion",
    "hypotheses": "hypothesis",
    "indices": "index",
    "lens": "lens",
    "lenses": "lens",
    "matrices": "matrix",
    "mice": "mouse",
    "phenomena": "phenomenon",
    "syntheses": "synthesis",
    "theses": "thesis",
    "vertices": "vertex",
    "news": "news",
    "gas": "gas",
}


def _singular(word: str) -> str:
    """Return *word* in the singular; what only looks like a plural loses its ending too."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    while len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 3:
        if word.endswith("ie"):
            return word[:-2] + "y"
        if word.endswith(("che", "she", "xe", "sse", "oe")):
            return word[:-1]
        if word.endswith(("use", "ase")):  # focuses, biases; and so cause, database
            return _singular(word[:-1])
    return word


_SPELLINGS = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (r"(?<=\w\w\w)is(e|ed|er|ing|ation|ational)$", r"iz\1"),
        (r"(?<=\w)ys(e|ed|er|ing)$", r"yz\1"),
        (r"(behavi|col|endeav|fav|flav|harb|hon|hum|lab|neighb|rum|tum|vap|vig)our", r"\1or"),
        (r"(calib|cent|fib|lit|met|spect|theat)re$", r"\1er"),
        (r"(cancel|channel|label|level|model|panel|signal|total|travel|tunnel)l(ed|er|ing)$", r"\1\2"),
        (r"(anal|catal|dial|monol)ogue$", r"\1og"),
        (r"(def|off)ence$", r"\1ense"),
    )
)
_WORDS = {
    "aeroplane": "airplane",
    "ageing": "aging",
    "aluminium": "aluminum",
    "artefact": "artifact",
    "encyclopaedia": "encyclopedia",
    "grey": "gray",
    "judgement": "judgment",
    "licence": "license",
    "paediatric": "pediatric",
    "practise": "practice",
    "programme": "program",
    "sceptical": "skeptical",
    "tyre": "tire",
}


def _american(word: str) -> str:
    """Return *word* in American spelling; some words come out misspelt, always in the same way."""
    if word in _WORDS:
        return _WORDS[word]
    for pattern, spelling in _SPELLINGS:
        word = pattern.sub(spelling, word)
    return word
