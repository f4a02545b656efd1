"""What readers type after a command."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core import wishes
from digestbot.core.digest import ViewKind, read_view
from digestbot.core.subscriber import EVERY_DAY, WEEKDAYS
from digestbot.errors import UserError


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("08:30", time(8, 30)),
        ("8", time(8)),
        ("8:30", time(8, 30)),
        ("8.30", time(8, 30)),
        ("8h30", time(8, 30)),
        ("8 am", time(8)),
        ("8:30 PM", time(20, 30)),
        ("12 am", time(0)),
        ("12pm", time(12)),
        ("8시", time(8)),
        ("8시 30분", time(8, 30)),
        ("０８：３０", time(8, 30)),
        ("८", time(8)),
        ("\u200e08:30\u200f", time(8, 30)),
    ],
)
def test_a_clock(text: str, means: time) -> None:
    """As people write a time of day."""
    assert wishes.clock(text) == means


@pytest.mark.parametrize("text", ["", "24:00", "8:60", "25", "13 pm", "0 am", "noon", "8:30:00", "-8", "🕗"])
def test_no_clock(text: str) -> None:
    """Refused with an example."""
    with pytest.raises(UserError, match="usage-time"):
        wishes.clock(text)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("mon-fri", WEEKDAYS),
        ("Mon – Fri", WEEKDAYS),
        ("weekdays", WEEKDAYS),
        ("평일", WEEKDAYS),
        ("all", EVERY_DAY),
        ("매일", EVERY_DAY),
        ("sat,sun", (5, 6)),
        ("sun mon", (0, 6)),
        ("fri-mon", (0, 4, 5, 6)),
        ("월, 수, 금", (0, 2, 4)),
        ("화~목", (1, 2, 3)),
        ("monday", (0,)),
        ("tue,tue", (1,)),
    ],
)
def test_days(text: str, means: tuple[int, ...]) -> None:
    """As people write days of the week."""
    assert wishes.weekdays(text) == means


@pytest.mark.parametrize("text", ["", "someday", "mon-", "-", "1-5", "mon-xyz", ",,,"])
def test_no_days(text: str) -> None:
    """Refused with an example."""
    with pytest.raises(UserError, match="usage-days"):
        wishes.weekdays(text)


@pytest.mark.parametrize(
    ("words", "day", "everything"),
    [
        (["2025-10-15"], date(2025, 10, 15), False),
        (["2025/10/15"], date(2025, 10, 15), False),
        (["2025.10.15."], date(2025, 10, 15), False),
        (["2025-10-15", "all"], date(2025, 10, 15), True),
        (["2025-10-15", "전체"], date(2025, 10, 15), True),
    ],
)
def test_a_day(words: list[str], day: date, everything: bool) -> None:
    """A date, and whether all of it is wanted."""
    assert wishes.day(words) == wishes.DayWish(day, everything)


@pytest.mark.parametrize(
    "words", [[], ["15.10.2025"], ["2025-02-30"], ["yesterday"], ["2025-10-15", "some"], ["9" * 5000]]
)
def test_no_day(words: list[str]) -> None:
    """Refused with an example, whatever is wrong with it."""
    with pytest.raises(UserError, match="usage-date"):
        wishes.day(words)


@pytest.mark.parametrize(
    ("words", "view"),
    [
        ([], "t1.5"),
        (["10"], "t1.10"),
        (["week"], "t7.5"),
        (["3", "month"], "t30.3"),
        (["month", "3"], "t30.3"),
        (["주간"], "t7.5"),
        (["30", "DAY"], "t1.30"),
    ],
)
def test_top(words: list[str], view: str) -> None:
    """How many, and of which time; in any order."""
    assert str(wishes.top(words)) == view
    assert str(read_view(view)) == view


@pytest.mark.parametrize("words", [["0"], ["31"], ["year"], ["5", "week", "now"], ["-5"], ["5.5"]])
def test_no_top(words: list[str]) -> None:
    """Refused with an example."""
    with pytest.raises(UserError, match="usage-top"):
        wishes.top(words)


def test_topics() -> None:
    """Parted by commas of any script and by lines; what is empty is none."""
    assert wishes.topics("a, b，c、d\ne,,\u200b, ") == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    "read",
    [
        wishes.clock,
        wishes.weekdays,
        lambda text: wishes.number(text, 50),
        lambda text: wishes.today(text.split()),
        lambda text: wishes.day(text.split()),
        lambda text: wishes.top(text.split()),
        wishes.topics,
    ],
)
@given(text=st.text())
def test_nothing_else_is_ever_raised(read: Callable[[str], object], text: str) -> None:
    """Any text is either read, or refused as a reader's mistake."""
    with suppress(UserError):
        read(text)


@pytest.mark.parametrize(
    ("words", "view"), [((), "m7.10"), (("5",), "m7.5"), (("30",), "m7.30"), (("٥",), "m7.5")]
)
def test_a_look_back(words: tuple[str, ...], view: str) -> None:
    """Ten papers, or as many as wanted, of my topics."""
    assert str(wishes.recap(words, ViewKind.TOP_WEEK)) == view


@pytest.mark.parametrize("words", [("0",), ("31",), ("1", "2"), ("week",), ("9" * 5000,)])
def test_no_look_back(words: tuple[str, ...]) -> None:
    """Refused with an example."""
    with pytest.raises(UserError, match="usage-top"):
        wishes.recap(words, ViewKind.TOP_WEEK)
