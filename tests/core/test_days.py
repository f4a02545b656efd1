"""Days as readers write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.days import DayWish, coming, last, wish
from digestbot.errors import UserError

WEDNESDAY = date(2025, 10, 15)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2025-10-14", "2025-10-14"),
        ("2025/10/14", "2025-10-14"),
        ("2025.10.14.", "2025-10-14"),
        ("14.10.2025", "2025-10-14"),
        ("2025년10월14일", "2025-10-14"),
        ("2025년 10월 14일", "2025-10-14"),
        ("２０２５年１０月１４日", "2025-10-14"),
        ("二〇二五年十月十四日", "2025-10-14"),
        ("10월 14일", "2025-10-14"),
        ("10月15号", "2025-10-15"),
        ("12월 24일", "2024-12-24"),
        ("14 October", "2025-10-14"),
        ("Oct 14th, 2025", "2025-10-14"),
        ("Dec 24", "2024-12-24"),
        ("yesterday", "2025-10-14"),
        ("어제", "2025-10-14"),
        ("昨日", "2025-10-14"),
        ("昨天", "2025-10-14"),
        ("前天", "2025-10-13"),
        ("오늘", "2025-10-15"),
        ("Monday", "2025-10-13"),
        ("last Thursday", "2025-10-09"),
        ("수요일", "2025-10-15"),
        ("周五", "2025-10-10"),
        ("2026-01-01", "2026-01-01"),
        ("3 days ago", "2025-10-12"),
        ("two days ago", "2025-10-13"),
        ("3일 전", "2025-10-12"),
        ("3日前", "2025-10-12"),
        ("三天前", "2025-10-12"),
    ],
)
def test_a_day_that_was(said: str, day: str) -> None:
    """In each language; without a year, or as a weekday, it is the last one, today among them."""
    assert wish(said.split(), WEDNESDAY) == DayWish(date.fromisoformat(day), everything=False)


@pytest.mark.parametrize(
    "said", ["2025-10-14 all", "2025년 10월 14일 전체", "10月14日 すべて", "昨天 全部", "Oct 14 ALL"]
)
def test_all_of_a_day(said: str) -> None:
    """The last word may ask for all papers."""
    assert wish(said.split(), WEDNESDAY) == DayWish(date(2025, 10, 14), everything=True)


@pytest.mark.parametrize(
    "said",
    ["", "all", "2025-02-30", "2월 30일", "2025-10-15 some", "10.2025", "9" * 5000, "3 Foo", "十十月一日"],
)
def test_no_day(said: str) -> None:
    """Refused with an example, whatever is wrong with it."""
    with pytest.raises(UserError, match="usage-date"):
        wish(said.split(), WEDNESDAY)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_without_its_year_is_within_one_of_today(named: date, today: date) -> None:
    """Behind or ahead; the 29th of February may not be there."""
    for said in (f"{named:%b} {named.day}".lower(), f"{named.month}월 {named.day}일"):
        before, after = last(said, today), coming(said, today)
        assert before is None or 0 <= (today - before).days <= 366
        assert after is None or 0 < (after - today).days <= 366
        assert (named.month, named.day) == (2, 29) or (before and after)
