"""The one notion of "the same word": case, accents, width, hyphens and plurals do not tell words apart."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\bet al\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)\s+(?=[A-Z0-9\"'(\[])"
)


def visible(text: str) -> str:
    """Return *text* on one line, without zero-width and direction marks and control characters."""
    shown = _INVISIBLE.sub("", text)
    return " ".join("".join(c if unicodedata.category(c) != "Cc" else " " for c in shown).split())


def fold(text: str) -> str:
    """Return *text* in the form in which words are compared.

    >>> fold("Mixture-of-Experts")
    'mixture-of-experts'
    >>> fold("Poincaré")
    'poincare'
    """
    decomposed = unicodedata.normalize("NFKD", visible(text)).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


def words(text: str) -> tuple[str, ...]:
    """Return the folded words of *text*, each in the singular.

    >>> words("Mixture-of-Experts models")
    ('mixture', 'of', 'expert', 'model')
    """
    return tuple(_singular(word) for word in _WORD.findall(fold(text)))


def sentences(text: str) -> list[str]:
    """Return the sentences of an English *text* in order."""
    return [sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence]


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
