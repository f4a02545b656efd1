"""How long a pause lasts, as readers type it: `until monday`, `5 days`, `5`, `3 May`, in each language."""

import re
from datetime import date, timedelta

from digestbot.core import days, wishes
from digestbot.core.counting import in_digits
from digestbot.errors import UserError

LONGEST = timedelta(days=366)

_UNTIL = re.compile(r"^(?:(?:until|till|to)\s+|(?:直到|到|至)\s*)|\s*(?:까지|まで|为止)$")
_FOR = re.compile(r"^for\s+|\s*(?:동안|간|間)$")
_SPAN = re.compile(r"(?P<count>\d{1,3})\s*(?P<unit>\D*)")
_UNITS = {
    **dict.fromkeys(("", "day", "days", "d", "일", "일간", "日", "日間", "天"), 1),
    **dict.fromkeys(("week", "weeks", "w", "주", "주일", "주간", "週", "週間", "周", "星期", "个星期"), 7),
    **dict.fromkeys(("month", "months", "달", "개월", "か月", "ヶ月", "カ月", "个月"), 30),
}
_NAMED = {
    "하루": 1,
    "이틀": 2,
    "사흘": 3,
    "나흘": 4,
    "닷새": 5,
    "엿새": 6,
    "열흘": 10,
    "보름": 15,
    "일주일": 7,
    "이주일": 14,
}


def until(text: str, today: date) -> date | None:
    """Return the first day on which digests come again; None where *text* is empty and names no end.

    Raises UserError `usage-pause` for what is no day later than *today*, or is beyond LONGEST.
    """
    said = " ".join(wishes.plain(text).split())
    if not said:
        return None
    named = _UNTIL.sub("", said)
    end = days.coming(named, today) or (_after(_FOR.sub("", said), today) if named == said else None)
    if end is None or not today < end <= today + LONGEST:
        raise UserError("usage-pause", days=LONGEST.days)
    return end


def _after(said: str, today: date) -> date | None:
    """Return the day that comes so many days, weeks or months after *today*; a number alone is of days."""
    if said in _NAMED:
        return today + timedelta(days=_NAMED[said])
    read = _SPAN.fullmatch(in_digits(said))
    if read is None or read["unit"].strip() not in _UNITS:
        return None
    return today + timedelta(days=int(read["count"]) * _UNITS[read["unit"].strip()])
