"""Names of models, datasets and benchmarks in a text, and whether another text holds them."""

import re
from collections.abc import Iterator
from functools import cached_property

from digestbot.core.synonyms import Synonyms
from digestbot.core.text import words

_LATIN = re.compile(
    r"[A-Za-zÀ-ɏ][A-Za-z0-9À-ɏ]*(?:[-.+_/@'’*][A-Za-z0-9À-ɏ]+)*\+{0,2}|\d+[A-Za-z][A-Za-z0-9-]*"
)
_TOKEN = re.compile(r"[^\W_]+")
_SIZE = re.compile(r"\d+(?:\.\d+)?[BMKbmk]?")
_EVERYWHERE = (
    "ai ml dl nlp cv gpu gpus cpu api apis url id vs it ok us uk eu usa pdf html json xml sql http ui ux"
    " os iot ph.d phd e.g i.e etc al fig eq"
)
_COMMON = frozenset(_EVERYWHERE.split())
"""What is said everywhere and names nothing."""


class Vocabulary:
    """The words and names that a source holds, with what it abbreviates and what that is short for."""

    def __init__(self, source: str, synonyms: Synonyms) -> None:
        self._source = source
        self._synonyms = synonyms
        self._tokens = [token.casefold() for token in _TOKEN.findall(source)]

    def has(self, name: str) -> bool:
        """Tell whether the source holds *name*: as such, as its words, or by an abbreviation."""
        bare = re.sub(r"['’]s?$", "", name)
        if bare.casefold() in _COMMON or self._has_run(bare) or self._has_words(bare):
            return True
        if bare.isupper() or (bare.endswith("s") and bare[:-1].isupper()):
            return self._has_initials(bare.removesuffix("s").casefold())
        parts = re.split(r"[-/+_ ]", bare)
        if any(part.islower() and part.isalpha() for part in parts):  # LLM-based: what matters is the LLM
            return all((part.islower() and part.isalpha()) or self.has(part) for part in parts if part)
        if len(parts) > 1 and (_SIZE.fullmatch(parts[-1]) or "/" in bare):
            return all(
                self.has(part) or bool(_SIZE.fullmatch(part) and self._has_run(part)) for part in parts
            )
        return False

    def _has_run(self, name: str) -> bool:
        """Tell whether tokens in a row make *name*, whatever stands between them: `LLaMA 3 (8B)`."""
        squeezed = "".join(_TOKEN.findall(name)).casefold()
        return bool(squeezed) and (
            {squeezed, squeezed.removesuffix("s"), f"{squeezed}s"} & self._runs != set()
        )

    @cached_property
    def _runs(self) -> set[str]:
        tokens = self._tokens
        return {
            "".join(tokens[start : start + length])
            for start in range(len(tokens))
            for length in range(1, 7)
            if start + length <= len(tokens)
        }

    def _has_words(self, name: str) -> bool:
        keys = () if re.search(r"\d", name) else words(name)
        return bool(keys) and all(key in self._keys for key in keys)

    @cached_property
    def _keys(self) -> frozenset[str]:
        """The keys of all words, of the source's own and of what means the same."""
        own = words(self._source)
        known = set(own)
        joined = {"".join(own[n : n + length]) for n in range(len(own)) for length in range(1, 7)}
        for group in self._synonyms.groups:
            keys = [words(term) for term in group]
            if any("".join(term) in joined for term in keys):
                known.update(key for term in keys for key in term)
                known.update("".join(term) for term in keys)
        return frozenset(known)

    def _has_initials(self, letters: str) -> bool:
        """Tell whether words in a row begin with *letters*, small words between them or not."""
        tokens = [
            token for token in self._tokens if token not in ("of", "the", "and", "for", "to", "in", "with")
        ]
        initials = "".join(token[0] for token in tokens)
        return len(letters) > 1 and (
            letters in initials or letters in "".join(token[0] for token in self._tokens)
        )


def names(text: str, *, capitals: bool) -> Iterator[str]:
    """Yield what looks like a name: mixed case, all capitals, letters with digits, hyphens between capitals.

    With *capitals* also words that begin with one, but for a sentence's first.
    """
    for match in _LATIN.finditer(text):
        word = match[0].rstrip(".'’-/")
        if len(word) < 2:
            continue
        if _is_name(word) or (capitals and word[0].isupper() and not _begins(text, match.start())):
            yield word


def _is_name(word: str) -> bool:
    has_digit = any(map(str.isdigit, word))
    capitals = sum(map(str.isupper, word))
    inner = any(map(str.isupper, word[1:]))
    return (has_digit and any(map(str.isalpha, word))) or inner or capitals > 1


def _begins(text: str, place: int) -> bool:
    """Tell whether a sentence, a title or a quotation begins at *place*."""
    before = text[:place].rstrip()
    return not before or before[-1] in ".!?:;*\"“'‘([•-–—"
