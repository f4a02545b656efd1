"""The quantities that a text names, in one form, whoever wrote them and in which language.

`1,000`, `1k` and `1천` are the same number, and so are `7B`, `7 billion` and `70억`; `50%` is also the share
0.5. A quantity has several readings where its text leaves them open: the 1 of `1 to 3 billion` may be one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Kind(StrEnum):
    PLAIN = "plain"
    PERCENT = "percent"
    POINTS = "points"
    """Points of a score, or of percent: texts do not keep the two apart."""
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Reading:
    value: Decimal
    kind: Kind
    unit: str = ""
    """A measure such as `gb` or `hour`; others than the known ones are left out."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a text, *written* there from *start* to *end*."""

    written: str
    start: int
    end: int
    readings: frozenset[Reading]
    scale: int = 0
    """By which power of ten it is written: 9 in `7.5 billion`."""


def _inverted(table: Mapping[T, str]) -> dict[str, T]:
    """Return what each name of a table means; a name has underscores where it is of several words."""
    return {name.replace("_", " "): meaning for meaning, names in table.items() for name in names.split()}


_SCALES = _inverted(
    {  # English, Korean, Japanese, Chinese, German, French, Spanish, Portuguese, Russian
        2: "hundred 백 百",
        3: "k thousand thousands 천 千 tausend mille mil тыс тысяч тысячи тысяча",
        4: "만 万 萬",
        5: "십만 十万",
        6: "m mn million millions mio 백만 百万 millionen millón millones milhão milhões"
        " млн миллион миллиона миллионов",
        7: "천만 千万",
        8: "억 億 亿",
        9: "b bn billion billions 십억 十亿 milliarde milliarden milliard milliards mil_millones mil_milhões"
        " bilhão bilhões млрд миллиард миллиарда миллиардов",
        10: "백억 百亿",
        11: "천억 千亿",
        12: "t trillion trillions 조 兆 billionen billones trilhão trilhões"
        " трлн триллион триллиона триллионов",
        16: "경",
    }
)
_LETTERS = ("k", "m", "b", "t", "mn", "bn")
"""Scales only where they are attached in this form: 7B, but not 5 m."""
_KINDS = _inverted(
    {
        Kind.POINTS: "%p %포인트 percentage_points percentage_point points point pp 포인트 점",
        Kind.PERCENT: "% percent per_cent 퍼센트 prozent",
        Kind.TIMES: "x × times fold 배 倍 mal fois veces vezes раз раза",
    }
)
_UNITS = _inverted(
    {
        "byte": "bytes byte 바이트",
        "kb": "kb kib",
        "mb": "mb mib",
        "gb": "gb gib gigabytes",
        "tb": "tb tib terabytes",
        "ms": "ms milliseconds 밀리초",
        "second": "seconds s sec 초",
        "minute": "minutes minute min 분",
        "hour": "hours hour h 시간",
        "day": "days day 일",
        "week": "weeks week 주",
        "month": "months month 개월 달",
        "hz": "hz 헤르츠",
        "khz": "khz",
        "mhz": "mhz",
        "ghz": "ghz",
        "mm": "mm",
        "cm": "cm",
        "km": "km 킬로미터",
        "fps": "fps",
        "bit": "bits bit 비트",
    }
)
_DIGITS = r"\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+"


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_SCALE_WORDS = _any_of(name for name in _SCALES if name not in _LETTERS)
_CJK_SCALES = _any_of(name for name in _SCALES if not name.isascii() and name[0] > "\u2e80")
_NUMBER = re.compile(
    rf"""(?<![\w.])(?<![A-Za-z]-)
    (?P<digits>{_DIGITS})
    (?:(?:\s?\^|\s?e(?=[-+]?\d))(?P<power>[-+−]?\d{{1,3}}))?
    (?:(?P<letter>k|K|M|mn|B|b|bn|T)(?![A-Za-z])
      |[\s-]?(?P<scale>{_SCALE_WORDS})(?![a-zа-я]))?
    (?P<more>(?:\s?(?:{_DIGITS})\s?(?:{_CJK_SCALES}))*(?:\s?\d[\d,]*(?=\s?[가-힣]))?)
    (?:st|nd|rd|th)?(?:[-+](?=\s))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LETTER = re.compile("[A-Za-z]")
_PART = re.compile(rf"({_DIGITS})\s?({_CJK_SCALES})?")
_AFTER = re.compile(rf"[\s-]?(?P<kind>{_any_of(_KINDS)})(?![a-zа-я])", re.IGNORECASE)
_MEASURE = re.compile(rf"[\s-]?(?P<unit>{_any_of(_UNITS)})(?![a-zа-я])", re.IGNORECASE)
_JOINED = re.compile(
    r"\s*(?:to|and|or|,|~|-|–|—|/|에서|부터|및|와|과|a|bis|à|до|и|und|et|y|e|から|到|至|、|과|또는|versus|vs\.?|"
    r"(?:,\s*(?:and|or)))\s*",
    re.IGNORECASE,
)
_LATEX = (
    (re.compile(r"\\times|\\cdot"), "×"),
    (re.compile(r"\{,\}"), ","),
    (re.compile(r"\\(?:sim|approx|simeq|geq?|leq?|pm|bf|textbf|mathbf|text|mathrm)(?![a-zA-Z])"), " "),
    (re.compile(r"\^\{([^{}]*)\}"), r"^\1"),
    (re.compile(r"\\([%$&#_ ,])"), r"\1"),
    (re.compile(r"[${}]|\\[!;]"), ""),
)


def plain(text: str) -> str:
    r"""Return *text* as it is compared: NFKC, without LaTeX's marks.

    >>> plain("$3.5\\\\times$ faster, by 50\\\\%")
    '3.5× faster, by 50%'
    """
    raised = re.sub(r"[⁰¹²³⁴-⁹]+", lambda found: "^" + unicodedata.normalize("NFKC", found[0]), text)
    read = unicodedata.normalize("NFKC", raised)
    for pattern, meaning in _LATEX:
        read = pattern.sub(meaning, read)
    return read


def quantities(text: str) -> list[Quantity]:
    """Return the quantities in digits of a *text* that `plain` gave; those of a list share their scale.

    The digits of names (GPT-4, 3D) are none.
    """
    read = (_quantity(match, text) for match in _NUMBER.finditer(text))
    found = [quantity for quantity in read if not _LETTER.match(text, quantity.end)]
    for place in range(len(found) - 2, -1, -1):
        here, after = found[place], found[place + 1]
        if _JOINED.fullmatch(text, here.end, after.start):
            found[place] = _shared(here, after)
    return found


def _quantity(match: re.Match[str], text: str) -> Quantity:
    value = _decimal(match["digits"])
    values = {value}
    if match["power"]:
        power = int(match["power"].replace("−", "-"))
        values = {value, Decimal(abs(power))}
        with suppress(ArithmeticError):  # 0^0, and numbers beyond all use
            values |= {value**power if "^" in match[0] else value.scaleb(power)}
    written = match["letter"] or match["scale"]
    scale = _SCALES[written.lower()] if written else 0
    if scale:
        values = {value.scaleb(scale)}
    if match["more"].strip():
        values = {sum(_parts(match["more"]), next(iter(values)))}
    end = match.end()
    kind, unit = Kind.PLAIN, ""
    if after := _AFTER.match(text, end):
        kind, end = _KINDS[after["kind"].lower()], after.end()
    elif measure := _MEASURE.match(text, end):
        unit, end = _UNITS[measure["unit"].lower()], measure.end()
    readings = {Reading(known, kind, unit) for known in values}
    if kind is Kind.PERCENT:
        readings |= {Reading(known / 100, Kind.PLAIN) for known in values if known <= 100}
    return Quantity(text[match.start() : end], match.start(), end, frozenset(readings), scale)


def _parts(more: str) -> Iterator[Decimal]:
    """Yield the parts of a number that is written in steps: the 2천만 of 3억 2천만."""
    for digits, scale in _PART.findall(more):
        yield _decimal(digits).scaleb(_SCALES[scale] if scale else 0)


def _shared(here: Quantity, after: Quantity) -> Quantity:
    """Return *here*, if it is bare digits, with what it may share with its neighbour: scale, kind, unit."""
    if not re.fullmatch(_DIGITS, here.written):
        return here
    (value,) = {reading.value for reading in here.readings}
    more = {
        Reading(value.scaleb(scale), reading.kind, reading.unit)
        for reading in after.readings
        for scale in (0, after.scale)
    }
    return replace(here, readings=here.readings | more, scale=after.scale)


def _decimal(digits: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.]", "", digits)).normalize()
