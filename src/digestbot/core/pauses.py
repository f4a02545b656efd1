"""How long a pause lasts, as readers type it: `until monday`, `5 days`, `until 3 May`, in each language."""

import re
from datetime import date, timedelta

from digestbot.core import wishes
from digestbot.errors import UserError

LONGEST = timedelta(days=366)

_UNTIL = re.compile(r"^(?:(?:until|till|to)\s+|(?:直到|到|至)\s*)|\s*(?:까지|まで|为止)$")
_FOR = re.compile(r"^for\s+|(?:동안|\s*間)$")
_SPAN = re.compile(r"(?P<count>\d{1,3}|a|an|one)\s*(?P<unit>\D+)")
_UNITS = {
    **dict.fromkeys(("day", "days", "d", "일", "일간", "日", "日間", "天"), 1),
    **dict.fromkeys(("week", "weeks", "w", "주", "주일", "주간", "週", "週間", "周", "星期", "个星期"), 7),
}
_TOMORROW = ("tomorrow", "내일", "明日", "あした", "明天")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN = (
    re.compile(
        r"(?P<year>\d{4})\s*[-./年년]\s*(?P<month>\d{1,2})\s*[-./月월]\s*(?P<day>\d{1,2})\s*[日일号]?"
    ),
    re.compile(r"(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일号]?"),
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?P<name>[a-z]{3,9})\.?(?:,?\s+(?P<year>\d{4}))?"),
    re.compile(r"(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{4}))?"),
)


def until(text: str, today: date) -> date | None:
    """Return the first day on which digests come again; None where *text* is empty and names no end.

    Raises UserError `usage-pause` for what is no day later than *today*, or is beyond LONGEST.
    """
    said = " ".join(wishes.plain(text).split())
    if not said:
        return None
    named = _UNTIL.sub("", said)
    end = _day(named, today) or (_after(_FOR.sub("", said), today) if named == said else None)
    if end is None or not today < end <= today + LONGEST:
        raise UserError("usage-pause", days=LONGEST.days)
    return end


def _after(said: str, today: date) -> date | None:
    """Return the day that comes so many days or weeks after *today*."""
    read = _SPAN.fullmatch(said)
    if read is None or read["unit"].strip() not in _UNITS:
        return None
    count = int(read["count"]) if read["count"].isdigit() else 1
    return today + timedelta(days=count * _UNITS[read["unit"].strip()])


def _day(said: str, today: date) -> date | None:
    """Return the next day, later than *today*, that is named so: a weekday, or a day of the year."""
    if said in _TOMORROW:
        return today + timedelta(days=1)
    weekday = wishes.weekday(said.removeprefix("next "))
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    read = next((found for form in _WRITTEN if (found := form.fullmatch(said))), None)
    return _date(read.groupdict(), today) if read else None


def _date(read: dict[str, str | None], today: date) -> date | None:
    name, month = read.get("name"), read.get("month")
    if name:
        if name[:3] not in _MONTHS:
            return None
        month = str(_MONTHS.index(name[:3]) + 1)
    try:
        if year := read.get("year"):
            return date(int(year), int(month or 0), int(read["day"] or 0))
        this = date(today.year, int(month or 0), int(read["day"] or 0))
        return this if this > today else this.replace(year=today.year + 1)
    except ValueError:
        return None
