"""Quantities that are written in words: `four`, `네 개`, `twice`, `절반`, `third`."""

import re
from collections.abc import Iterator
from decimal import Decimal

from digestbot.core.quantities import Kind, Quantity, Reading


def _ranks(names: str, first: int = 0) -> dict[str, int]:
    """Return the number of each name: they are in order, other names for the same after a slash."""
    return {name: n for n, same in enumerate(names.split(), first) for name in same.split("/")}


_SMALL = _ranks(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENTHS = _ranks("twenty thirty forty fifty sixty seventy eighty ninety", 2)
_TENS = {name: 10 * n for name, n in _TENTHS.items()}
_CARDINAL = _SMALL | _TENS
_ORDINAL = _ranks("first second third fourth fifth sixth seventh eighth ninth tenth", 1)
_SCALE = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_TIMES = _ranks(
    "twice/double/doubles/doubled/doubling thrice/triple/triples/tripled/tripling"
    " quadruple/quadruples/quadrupled",
    2,
)
_PARTS = dict.fromkeys(("half", "halves", "halved", "halving", "절반"), "0.5") | {"quarter": "0.25"}
_HINTS = _ranks("single/once both/dual/pair/pairs/couple/either", 1) | {"dozen": 12}
"""What says a number only by the way: it bears a number of the summary, but needs no ground itself."""
_KOREAN = _ranks("한/하나/첫 두/둘 세/셋 네/넷 다섯 여섯 일곱 여덟 아홉 열 열한 열두", 1) | {"스무": 20}
_COUNTER = (
    "개|가지|번째|번|단계|종류|종|명|배|쌍|편|곳|차례|달|시간|주|축|채널|층|차원"
    "|모델|방법|데이터|벤치마크|과제|작업"
)

_ENGLISH = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})[- ](?P<ones>{'|'.join([*_SMALL][1:10])})"
    rf"|(?P<cardinal>{'|'.join(_CARDINAL)})"
    rf"|(?P<ordinal>{'|'.join(_ORDINAL)})|(?P<times>{'|'.join(_TIMES)})|(?P<part>{'|'.join(_PARTS)})"
    rf"|(?P<hint>{'|'.join(_HINTS)})|an?(?=[ -](?:{'|'.join(_SCALE)})\b))"
    rf"(?:[- ](?P<scale>{'|'.join(_SCALE)}))?(?P<fold>[- ]?(?:fold|times))?(?!-shot)(?![a-z])",
    re.IGNORECASE,
)
_BARE_SCALE = re.compile(
    r"(?<![\w-])(?P<scale>million|billion|trillion|thousand|hundred)(?=s?\b)", re.IGNORECASE
)
_HANGUL = re.compile(
    rf"(?<![가-힣])(?:(?P<word>{'|'.join(sorted(_KOREAN, key=len, reverse=True))})"
    rf"(?=\s|{_COUNTER})\s?(?P<times>배)?|(?P<part>절반))"
)
_MAGNITUDE = re.compile(
    r"\b(?P<count>an?|one|two|three|four|\d)\s+orders?[\s-]of[\s-]magnitude", re.IGNORECASE
)


def spelled(text: str) -> Iterator[tuple[Quantity, bool]]:
    """Yield the quantities that *text* spells, and whether each counts something.

    One, first and what only hints at a number count nothing: they are how one speaks.
    """
    for match in _ENGLISH.finditer(text):
        value, is_count = _english(match)
        times = match["times"] or match["fold"]
        yield (
            _quantity(match, value, Kind.TIMES if times else Kind.PLAIN),
            (is_count and value > 1) or value == 0.5,
        )
    for match in _BARE_SCALE.finditer(text):
        yield _quantity(match, Decimal(1).scaleb(_SCALE[match["scale"].lower()]), Kind.PLAIN), False
    for match in _MAGNITUDE.finditer(text):
        count = match["count"].lower()
        power = int(count) if count.isdecimal() else _CARDINAL.get(count, 1)
        yield _quantity(match, Decimal(10) ** power, Kind.TIMES), False
    for match in _HANGUL.finditer(text):
        value = Decimal(_PARTS[match["part"]]) if match["part"] else Decimal(_KOREAN[match["word"]])
        yield _quantity(match, value, Kind.TIMES if match["times"] else Kind.PLAIN), value != 1


def _english(match: re.Match[str]) -> tuple[Decimal, bool]:
    found = {name: text.lower() for name, text in match.groupdict().items() if text}
    value = Decimal(1)
    if "tens" in found:
        value = Decimal(_TENS[found["tens"]] + _CARDINAL[found["ones"]])
    for name, table in (("cardinal", _CARDINAL), ("ordinal", _ORDINAL), ("times", _TIMES), ("hint", _HINTS)):
        if name in found:
            value = Decimal(table[found[name]])
    if "part" in found:
        value = Decimal(_PARTS[found["part"]])
    if "scale" in found:
        value = value.scaleb(_SCALE[found["scale"]])
    return value, "hint" not in found


def _quantity(match: re.Match[str], value: Decimal, kind: Kind) -> Quantity:
    readings = {Reading(value, kind)}
    if value < 1:
        readings |= {Reading(value * 100, Kind.PERCENT)}
    return Quantity(match[0].strip(), match.start(), match.end(), frozenset(readings))
