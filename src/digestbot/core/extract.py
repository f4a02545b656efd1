"""A summary out of an abstract's own sentences: some are chosen and shortened, no word is added."""

import re

from digestbot.core.summary import Bullet, Section
from digestbot.core.text import sentences

MOST = 3
LONGEST = 320
"""Of one bullet, in characters; a longer sentence is cut at a word's end, and says so."""
_NEW = re.compile(
    r"\b(?:we|this (?:paper|work|study|report|survey|article))\b[^.]{0,40}\b(?:propos|introduc|present|"
    r"develop|releas|describ|explor|investigat|stud|formulat|"
    r"design|construct|build|offer|show that|survey)"
    r"|\b(?:is|are) (?:proposed|introduced|presented)\b",
    re.IGNORECASE,
)
_RESULTS = re.compile(
    r"\b(?:outperform|surpass|exceed|achiev|improv|reduc|result|experiment|evaluat|demonstrat|state-of-the-art|"
    r"sota|accurac|benchmark|faster|gain|scor|find that|found that|reveal)",
    re.IGNORECASE,
)
_NOT_OF_INTEREST = re.compile(
    r"https?://|\b(?:code|data|dataset|datasets|models?|project page|demo|weights)\b[^.]{0,60}"
    r"\b(?:available|released|open-sourced?|here)\b|\bsupplementary\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:However|Moreover|Furthermore|Additionally|In addition|Therefore|Thus|Hence|Consequently|"
    r"Specifically|In particular|Notably|Importantly|Finally|Meanwhile|To this end|"
    r"To address (?:this|these)[^,]{0,60}|"
    r"In this (?:paper|work|study|report)|As a result|Concretely|Accordingly|Besides|Also|Overall),\s+",
    re.IGNORECASE,
)


def extract(abstract: str) -> tuple[Bullet, ...]:
    """Return up to MOST sentences in their order, each with the section that it seems to belong to.

    What is new and what came out are looked for by the words that announce them; where nothing does, the
    abstract's first sentences are taken.
    """
    told = sentences(abstract)
    worth = [place for place, sentence in enumerate(told) if not _NOT_OF_INTEREST.search(sentence)]
    chosen: dict[int, Section] = {}
    new = next((place for place in worth if _NEW.search(told[place])), None)
    if new is not None:
        chosen[new] = Section.NEW
    results = [place for place in worth if place not in chosen and _RESULTS.search(told[place])]
    results.sort(key=lambda place: (not re.search(r"\d", told[place]), -place))
    after = [place for place in results if new is None or place > new]
    if after:
        chosen[after[0]] = Section.RESULTS
    following = [] if new is None else [place for place in worth if place > new]
    for place in [*following, *worth, *range(len(told))]:
        if len(chosen) < min(MOST, len(told)):
            chosen.setdefault(place, Section.NEW if not chosen else Section.TECHNICAL)
    return tuple(Bullet(_shortened(told[place]), chosen[place]) for place in sorted(chosen))


def _shortened(sentence: str) -> str:
    rest = _OPENING.sub("", sentence)
    text = rest[:1].upper() + rest[1:] if rest != sentence else sentence
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
