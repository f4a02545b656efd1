"""A day as readers write it, in each language: `2025-10-15`, `15.10.2025`, `3 May`, `10월 14일`, `昨日`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from digestbot.core import wishes
from digestbot.core.counting import in_digits
from digestbot.errors import UserError

_NEAR = {
    **dict.fromkeys(("그저께", "그제", "一昨日", "おととい", "前天"), -2),
    **dict.fromkeys(("yesterday", "어제", "昨日", "きのう", "昨天"), -1),
    **dict.fromkeys(("today", "오늘", "今日", "きょう", "本日", "今天"), 0),
    **dict.fromkeys(("tomorrow", "내일", "明日", "あした", "明天"), 1),
    **dict.fromkeys(("모레", "明後日", "あさって", "后天"), 2),
}
_NEXT_WEEK = ("next week", "다음 주", "다음주", "来週", "下周", "下星期", "下个星期")
_OF_NEXT_WEEK = re.compile(r"(?:다음\s?주\s*|来週の?\s*|下个?(?=周|星期))(?P<day>.+)")
_AGO = re.compile(r"(?P<days>\d{1,3})\s*(?:days?\s+ago|일\s*전|日前|天前)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN = (
    re.compile(
        r"(?P<year>\d{4})\s*[-./年년]\s*(?P<month>\d{1,2})\s*[-./月월]\s*(?P<day>\d{1,2})\s*[.日일号]?"
    ),
    re.compile(r"(?P<day>\d{1,2})\.\s*(?P<month>\d{1,2})\.\s*(?P<year>\d{4})"),
    re.compile(r"(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일号]?"),
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?P<name>[a-z]{3,9})\.?(?:,?\s+(?P<year>\d{4}))?"),
    re.compile(r"(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{4}))?"),
)


@dataclass(frozen=True, slots=True)
class DayWish:
    day: date
    everything: bool


def wish(words: Sequence[str], today: date) -> DayWish:
    """Return the day that `/date` *words* want, the last one named so, and with `all` all of it.

    Raises `usage-date`.
    """
    said = [*map(wishes.plain, words)]
    everything = len(said) > 1 and said[-1] in wishes.EVERYTHING
    day = last(" ".join(said[:-1] if everything else said), today)
    if day is None:
        raise UserError("usage-date")
    return DayWish(day, everything)


def last(said: str, today: date) -> date | None:
    """Return the last day up to *today* that is named so, or any with its year; None where none is named."""
    named = wishes.weekday(said.removeprefix("last "))
    if named is not None:
        return today - timedelta(days=(today.weekday() - named) % 7)
    if ago := _AGO.fullmatch(in_digits(said)):
        return today - timedelta(days=int(ago["days"]))
    return _day(said, today, lambda day: day <= today, -1)


def coming(said: str, today: date) -> date | None:
    """Return the first day after *today* that is named so, or any with its year; None where none is named."""
    of_next_week = _OF_NEXT_WEEK.fullmatch(said)
    if of_next_week and (named := wishes.weekday(of_next_week["day"])) is not None:
        return today + timedelta(days=7 - today.weekday() + named)
    named = 0 if said in _NEXT_WEEK else wishes.weekday(said.removeprefix("next "))
    if named is not None:
        return today + timedelta(days=(named - today.weekday() - 1) % 7 + 1)
    return _day(said, today, lambda day: day > today, 1)


def _day(said: str, today: date, is_meant: Callable[[date], bool], other: int) -> date | None:
    """Return a day; of one without a year, this year's if it *is_meant*, else that of the *other* year."""
    if said in _NEAR:
        return today + timedelta(days=_NEAR[said])
    numbered = in_digits(said)
    read = next((found.groupdict() for form in _WRITTEN if (found := form.fullmatch(numbered))), None)
    if read is None:
        return None
    try:
        month = _MONTHS.index(read["name"][:3]) + 1 if read.get("name") else int(read["month"])
        if read.get("year"):
            return date(int(read["year"]), month, int(read["day"]))
        this = date(today.year, month, int(read["day"]))
        return this if is_meant(this) else this.replace(year=today.year + other)
    except (ValueError, OverflowError):
        return None
