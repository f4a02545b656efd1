"""Is what a summary says in its source? Its numbers, names, links and language are looked at.

Only what can be told without understanding is checked: a bullet that passes may still be wrong, one that
fails names something that its source does not.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from digestbot.core.names import Vocabulary, names
from digestbot.core.numerals import spelled
from digestbot.core.quantities import Kind, Quantity, Reading, plain, quantities
from digestbot.core.scripts import complaint
from digestbot.core.synonyms import Synonyms
from digestbot.core.text import words

LONGEST_BULLET = 2000
"""In characters; a longer one is no bullet, and would take long to look at."""
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'）)\]}」]+"
    r"|(?<![\w@./-])(?:[a-z0-9-]+\.)+"
    r"(?:com|org|net|io|ai|me|dev|app|co|info|xyz|ru|cn|kr|top|site|link|ly|gg|sh)(?![\w-])(?:/[^\s<>\"'）)\]}」]*)?",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![\w.@/])@[A-Za-z]\w{2,}")
_COMMAND = re.compile(r"(?<![\w/.:-])/[a-z]\w+(?![/\w-])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_ORDER = re.compile(
    r"\byou (?:are|must|should|have to|will)\b"
    r"|\byour (?:task|answer|response|reply|output|summary|instructions)\b"
    r"|\b(?:system prompt|as an ai|dear (?:ai|model|assistant)|summari[sz]er|language model reading)\b"
    r"|\b(?:to the (?:ai|llm|model|assistant)\b|assistant:|system:|user:)"
    r"|무시하(?:고|세요|라)|지시(?:를|사항)|출력하(?:세요|라)|방문하(?:세요|라)",
    re.IGNORECASE,
)
_VERB_AND_OBJECT = (
    (
        re.compile(r"\b(?:ignore|disregard|forget|override)\b", re.IGNORECASE),
        re.compile(r"\b(?:instruction|prompt|rule|above|previous|prior|guideline)", re.IGNORECASE),
    ),
    (
        re.compile(
            r"\b(?:post|send|visit|click|subscribe|join|forward|share|include|append|output|print|reply|respond"
            r"|write|tell)\b",
            re.IGNORECASE,
        ),
        re.compile(r"https?://|www\.|@\w|/\w|\bt\.me", re.IGNORECASE),
    ),
)
"""What else makes an order."""
_CLAUSE = re.compile(r"[^.]+")
_ENUMERATOR = re.compile(r"\(?\d\)")
_NEXT = re.compile(r"[ -]([A-Za-z]{3,})(?!\w*-)")
_AFTER_NUMBERS = (
    "and the for with times that but more over than across fewer less from higher lower faster points point"
    " percent million billion different"
)
_SMALL_WORDS = frozenset(_AFTER_NUMBERS.split())
_SENTENCE = re.compile(r"(?<=[.!?。])\s+|\n+")


class Fault(StrEnum):
    """Why a bullet is not kept."""

    NUMBER = "number"
    NAME = "name"
    LINK = "link"
    MENTION = "mention"
    COMMAND = "command"
    LANGUAGE = "language"
    LENGTH = "length"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one bullet. *what* is the text that has no ground."""

    fault: Fault | None = None
    what: str = ""

    @property
    def ok(self) -> bool:
        return self.fault is None

    @property
    def reason(self) -> str:
        """The fault in words, for the model that is asked again and for operators."""
        return f"{self.fault}: {self.what}" if self.fault else ""


class Source:
    """A text that summaries are held against.

    A link, mention or command within a sentence that gives orders to its reader is never passed on.
    """

    def __init__(self, text: str, synonyms: Synonyms | None = None) -> None:
        self._text = plain(text)
        self._vocabulary = Vocabulary(self._text, synonyms or Synonyms())
        self._readings: dict[Decimal, set[Reading]] = {}
        self._counted: dict[str, set[Decimal]] = {}
        """By the word after a quantity, its values."""
        for quantity in _all(self._text):
            counted = _counted(quantity, self._text)
            for reading in quantity.readings:
                self._readings.setdefault(reading.value, set()).add(reading)
                if counted:
                    self._counted.setdefault(counted, set()).add(reading.value)
        calm = " ".join(part for part in _SENTENCE.split(self._text) if not _is_order(part))
        self._links = set(map(_bare_link, _LINK.findall(calm)))
        self._mentions = {mention.lower() for mention in _MENTION.findall(calm)}
        self._commands = set(_COMMAND.findall(calm))

    def check(self, bullet: str, language: str) -> Verdict:
        """Return whether *bullet*, in the language of a BCP-47 tag, says only what the source does."""
        if len(bullet) > LONGEST_BULLET:
            return Verdict(Fault.LENGTH, f"{len(bullet)} characters")
        text = plain(bullet)
        if not re.search(r"\w", text):
            return Verdict(Fault.EMPTY)
        rest = _LINK.sub(" ", _MAIL.sub(" ", text))
        return (
            self._of_links(text, rest)
            or self._of_language(rest, language)
            or self._of_numbers(rest)
            or self._of_names(rest, language)
            or Verdict()
        )

    def _of_links(self, text: str, rest: str) -> Verdict | None:
        for link in (*_LINK.findall(_MAIL.sub(" ", text)), *_MAIL.findall(text)):
            if _bare_link(link) not in self._links:
                return Verdict(Fault.LINK, link)
        for mention in _MENTION.findall(rest):
            if mention.lower() not in self._mentions:
                return Verdict(Fault.MENTION, mention)
        for command in _COMMAND.findall(rest):
            if command not in self._commands:
                return Verdict(Fault.COMMAND, command)
        return None

    def _of_language(self, text: str, language: str) -> Verdict | None:
        told = complaint(text, language, self._text)
        return Verdict(Fault.LANGUAGE, told) if told else None

    def _of_numbers(self, text: str) -> Verdict | None:
        told = [*quantities(text), *(quantity for quantity, counts in spelled(text) if counts)]
        for quantity in told:
            if _is_each(quantity) or _ENUMERATOR.match(text, max(0, quantity.start - 1)):
                continue
            if not self._has(quantity) or self._counts_otherwise(quantity, text):
                return Verdict(Fault.NUMBER, quantity.written.strip())
        return None

    def _of_names(self, text: str, language: str) -> Verdict | None:
        capitals = language.split("-", maxsplit=1)[0] in _CAPITALS_ARE_NAMES
        for name in names(text, capitals=capitals):
            if not self._vocabulary.has(name) and not _is_number(name):
                return Verdict(Fault.NAME, name)
        return None

    def _has(self, quantity: Quantity) -> bool:
        return any(
            _agree(said, known) for said in quantity.readings for known in self._readings.get(said.value, ())
        )

    def _counts_otherwise(self, quantity: Quantity, text: str) -> bool:
        """Tell whether the source counts the same things, but never so: five dialects, not six dialects."""
        counted = _counted(quantity, text)
        known = self._counted.get(counted, set()) if counted else set()
        return bool(known) and known.isdisjoint(reading.value for reading in quantity.readings)


_CAPITALS_ARE_NAMES = ("en", "ko", "ja", "zh", "ru")
"""Languages in which a Latin capital within a sentence begins a name; in German every noun has one."""


def _is_order(sentence: str) -> bool:
    return bool(_ORDER.search(sentence)) or any(
        _orders(verb, wanted, sentence) for verb, wanted in _VERB_AND_OBJECT
    )


def _orders(verb: re.Pattern[str], wanted: re.Pattern[str], sentence: str) -> bool:
    """Tell whether what is *wanted* stands after a *verb*, with no full stop between them.

    A single pattern would go on to the end of the sentence from each verb again: seconds for a long one.
    """
    for clause in _CLAUSE.finditer(sentence):
        said = verb.search(sentence, *clause.span())
        found = said and wanted.search(sentence, said.end(), clause.end() + len(".me"))
        if found and found.start() < clause.end():
            return True
    return False


def _all(text: str) -> list[Quantity]:
    return [*quantities(text), *(quantity for quantity, _ in spelled(text))]


def _counted(quantity: Quantity, text: str) -> str | None:
    """Return the key of the English word after a plain number, if it tells what is counted."""
    if quantity.scale or any(reading.kind is not Kind.PLAIN for reading in quantity.readings):
        return None
    after = _NEXT.match(text, quantity.end)
    return words(after[1])[0] if after and after[1].lower() not in _SMALL_WORDS else None


def _agree(said: Reading, known: Reading) -> bool:
    """Tell whether two readings of the same value may mean the same thing."""
    if said.unit and known.unit and said.unit != known.unit:
        return False
    kinds = {said.kind, known.kind}
    if len(kinds) == 1 or kinds <= {Kind.PLAIN, Kind.TIMES} or kinds <= {Kind.POINTS, Kind.PERCENT}:
        return True
    if kinds == {Kind.PLAIN, Kind.POINTS}:
        return True
    is_broken = said.value != said.value.to_integral_value()
    return kinds == {Kind.PLAIN, Kind.PERCENT} and is_broken  # 85.3 and 85.3% are hardly two things


def _is_each(quantity: Quantity) -> bool:
    """Tell whether *quantity* is one of a measure: `1초마다` is "each second"."""
    return all(reading.value == 1 and reading.unit for reading in quantity.readings)


def _is_number(name: str) -> bool:
    """Tell whether *name* is read as a quantity, 7B or 3x: it was looked at already."""
    found = quantities(name)
    return len(found) == 1 and found[0].written == name


def _bare_link(link: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.strip(), flags=re.IGNORECASE)
    return bare.rstrip(".,;:!?/*_`'\"").casefold()
