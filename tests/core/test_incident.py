"""What the owners have to know of."""

import pytest

from digestbot.core.incident import Trouble, of_budget, of_delay, of_disk, of_sources
from digestbot.core.paper import DayState, SourceDay
from tests.builders import DAY


@pytest.mark.parametrize(
    ("state", "failures", "count"),
    [
        (DayState.FAILED, 1, 0),
        (DayState.FAILED, 2, 1),
        (DayState.FAILED, 9, 1),
        (DayState.PARTIAL, 0, 0),
        (DayState.COMPLETE, 5, 0),
    ],
)
def test_a_day_that_failed_twice_is_trouble(state: DayState, failures: int, count: int) -> None:
    """In a row; one that is complete lacks nothing."""
    day = SourceDay(source="arxiv", day=DAY, state=state, failures=failures, error="HTTP 500")
    troubles = of_sources([day])
    assert len(troubles) == count
    assert all(trouble.about == "arxiv 2025-10-14" for trouble in troubles)


@pytest.mark.parametrize(
    ("troubles", "is_one"),
    [
        (of_delay(3, 14, 15), False),
        (of_delay(3, 15, 15), True),
        (of_disk(500, 500), False),
        (of_disk(499, 500), True),
        (of_budget(89, 100, 90), False),
        (of_budget(90, 100, 90), True),
        (of_budget(0, 0, 90), False),
    ],
)
def test_limits_are_as_they_say(troubles: list[Trouble], is_one: bool) -> None:
    """On both sides of each."""
    assert bool(troubles) is is_one
