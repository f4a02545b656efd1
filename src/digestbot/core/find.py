"""Where the terms of all topics stand in a paper."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from digestbot.core.relevance import Hit, Said
from digestbot.core.scan import Find, Form, Scanner
from digestbot.core.sheet import Place, Sheet
from digestbot.core.synonyms import Synonyms, capitals, form, is_asian
from digestbot.core.terms import Words
from digestbot.core.text import Text, read, spellings

Found = dict[Words, list[Hit]]
"""By term, where it stands in a paper."""


class Finder:
    """Distinct terms, made ready to be looked for."""

    def __init__(self, terms: Iterable[Words], synonyms: Synonyms) -> None:
        uses: dict[Form, list[tuple[Words, Said]]] = {}
        for asked in terms:
            for known, said in _forms(asked, synonyms):
                uses.setdefault(known, []).append((asked, said))
        self._forms = list(uses)
        self._uses = list(uses.values())
        """By form: which terms it may say, and how."""
        self._scanner = Scanner(self._forms)

    def find(self, sheet: Sheet) -> Found:
        """Return the terms that stand in *sheet*, and where."""
        found: Found = {}
        for place in Place:
            for find in self._scanner.scan(sheet.texts[place]):
                for asked, use in self._uses[find.form]:
                    said = self._said(sheet.texts[place], find, use)
                    if said is not None and (place == Place.TITLE or not asked.in_title):
                        found.setdefault(asked, []).append(Hit(place, find.first, find.last, said))
        return _as_defined(sheet, found) if sheet.definitions else found

    def _said(self, text: Text, find: Find, use: Said) -> Said | None:
        """Return how closely the find says what was asked; None for a synonym read into a list."""
        if find.is_shared:
            return Said.SHARED if use == Said.AS_ASKED else None
        known = self._forms[find.form]
        if use != Said.AS_ASKED or known.exact or known.prefix or is_asian(known.words):
            return use
        return use if text.keys[find.first : find.last + 1] == known.words else Said.RESPELT


@lru_cache(maxsize=65_536)
def _forms(asked: Words, synonyms: Synonyms) -> tuple[tuple[Form, Said], ...]:
    """Return in which forms *asked* is looked for. A translation is as good as the words themselves."""
    if not (asked.exact or asked.prefix):
        typed = form(asked.text)
        translates = is_asian(typed.words)
        return tuple(
            (known, Said.AS_ASKED if known is typed or translates else Said.SYNONYM)
            for known in synonyms.forms(typed)
        )
    cut = read(asked.text)
    endings = spellings(cut.folded[-1]) if asked.prefix else cut.folded[-1:]
    forms = [Form((*cut.folded[:-1], end), capitals(cut), asked.exact, asked.prefix) for end in endings]
    return tuple((known, Said.AS_ASKED) for known in forms)


def _as_defined(sheet: Sheet, found: Found) -> Found:
    """Return *found* in the light of the abbreviations that the paper defines.

    What the paper abbreviates is also found where the abbreviation stands. An abbreviation that is short for
    something else in this paper is no synonym: `text-to-speech` where TTS is test-time scaling.
    """
    meant = {known.short for known in sheet.definitions}
    kept: Found = {}
    for asked, hits in found.items():
        spans = {(hit.place, hit.first, hit.last) for hit in hits}
        own = {known.short for known in sheet.definitions if (known.place, known.first, known.last) in spans}
        ends = {(hit.place, hit.last) for hit in hits}
        foreign = meant - {known.short for known in sheet.definitions if (known.place, known.last) in ends}
        rest = [hit for hit in hits if hit.said != Said.SYNONYM or _word(sheet, hit) not in foreign]
        rest += [
            hit
            for short in own
            for hit in _shorts(sheet, short)
            if (hit.place, hit.first, hit.last) not in spans
        ]
        if rest:
            kept[asked] = rest
    return kept


def _word(sheet: Sheet, hit: Hit) -> str | None:
    return sheet.texts[hit.place].keys[hit.first] if hit.first == hit.last else None


def _shorts(sheet: Sheet, short: str) -> Iterator[Hit]:
    """Yield where an abbreviation of the paper's own stands."""
    for place in (Place.TITLE, Place.ABSTRACT):
        text = sheet.texts[place]
        for at, key in enumerate(text.keys):
            if key == short and any(map(str.isupper, text.surfaces[at])):
                yield Hit(place, at, at, Said.SYNONYM)
