"""How long a pause lasts, in the words of each language."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.pauses import LONGEST, until
from digestbot.errors import UserError

TUESDAY = date(2025, 10, 14)


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("5 days", "2025-10-19"),
        ("for 5 days", "2025-10-19"),
        ("a week", "2025-10-21"),
        ("2 weeks", "2025-10-28"),
        ("until monday", "2025-10-20"),
        ("until Tuesday", "2025-10-21"),
        ("until tomorrow", "2025-10-15"),
        ("tomorrow", "2025-10-15"),
        ("till next Fri", "2025-10-17"),
        ("until 3 May", "2026-05-03"),
        ("until Dec 24", "2025-12-24"),
        ("until December 24th, 2025", "2025-12-24"),
        ("until 2025-11-02", "2025-11-02"),
        ("월요일까지", "2025-10-20"),
        ("5일", "2025-10-19"),
        ("5일 동안", "2025-10-19"),
        ("2주", "2025-10-28"),
        ("5월 3일까지", "2026-05-03"),
        ("내일까지", "2025-10-15"),
        ("月曜まで", "2025-10-20"),
        ("5日間", "2025-10-19"),
        ("2週間", "2025-10-28"),
        ("5月3日まで", "2026-05-03"),
        ("到周一", "2025-10-20"),
        ("5天", "2025-10-19"),
        ("2周", "2025-10-28"),
        ("直到5月3日", "2026-05-03"),
        ("2026年5月3日", "2026-05-03"),
        ("2026년 5월 3일까지", "2026-05-03"),
        ("3.5.2026", "2026-05-03"),
        ("일주일", "2025-10-21"),
        ("until next week", "2025-10-20"),
        ("다음 주까지", "2025-10-20"),
        ("来週まで", "2025-10-20"),
        ("到下周", "2025-10-20"),
        ("일주일간", "2025-10-21"),
        ("두 주 동안", "2025-10-28"),
        ("닷새", "2025-10-19"),
        ("一周", "2025-10-21"),
        ("两周", "2025-10-28"),
        ("十天", "2025-10-24"),
        ("一週間", "2025-10-21"),
        ("two weeks", "2025-10-28"),
        ("到五月三日", "2026-05-03"),
        ("5", "2025-10-19"),
        ("５", "2025-10-19"),
        ("a month", "2025-11-13"),
        ("한 달", "2025-11-13"),
        ("3개월", "2026-01-12"),
        ("一か月", "2025-11-13"),
        ("一个月", "2025-11-13"),
        ("다음 주 월요일까지", "2025-10-20"),
        ("다음주 금요일", "2025-10-24"),
        ("来週の金曜まで", "2025-10-24"),
        ("到下周五", "2025-10-24"),
        ("下个星期天", "2025-10-26"),
    ],
)
def test_an_end_is_read(said: str, end: str) -> None:
    """Spans, weekdays and dates mean the same in each language; a weekday is the next one."""
    assert until(said, TUESDAY) == date.fromisoformat(end)


def test_nothing_said_is_no_end() -> None:
    """A pause without words lasts until it is ended."""
    assert until("  ", TUESDAY) is None


@pytest.mark.parametrize(
    "said",
    [
        "whenever",
        "0 days",
        "until 5 days",
        "until 30 February",
        "until 2025-10-14",
        "999 days",
        "0",
        "until 5",
        "5까지",
        "13 months",
        "下周八",
        "until 3 Foo",
        "yesterday",
        "오늘까지",
        "일주일까지",
    ],
)
def test_what_is_no_end_is_refused(said: str) -> None:
    """Days that are past, too far, or do not exist are told apart from those that are meant."""
    with pytest.raises(UserError, match="usage-pause"):
        until(said, TUESDAY)


@given(st.text(max_size=30), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_whatever_is_typed_ends_after_today_or_is_refused(said: str, today: date) -> None:
    """No words make a pause that ends today, or lasts for more than a year."""
    try:
        end = until(said, today)
    except UserError:
        return
    assert end is None or today < end <= today + LONGEST
