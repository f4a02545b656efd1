"""Weeks and bursts of keywords, by examples."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.paper import Paper
from digestbot.core.trends import BASE_WEEKS, FEWEST, WEEKS, bursts, since, weekly
from tests.builders import a_paper

LAST = date(2025, 10, 14)


def weeks_of(*counts: int, keyword: str = "lamps", others: int = 20) -> list[Paper]:
    """Return papers: of so many weeks, the last one last, each with so many papers that have the keyword."""
    made: list[Paper] = []
    for ago, count in enumerate(reversed(counts)):
        for number in range(others):
            keywords = (keyword if number < count else f"other {number}",)
            day = LAST - timedelta(days=7 * ago)
            made.append(a_paper(len(made), listed_on=day, upvotes=number, ai_keywords=keywords))
    return made


def test_weeks_end_with_the_newest_list() -> None:
    """A week without papers is there too; what is older is not."""
    papers = [
        a_paper(1, listed_on=LAST, upvotes=3),
        a_paper(2, listed_on=LAST - timedelta(days=6), upvotes=4),
        a_paper(3, listed_on=LAST - timedelta(days=14)),
        a_paper(4, listed_on=since(LAST) - timedelta(days=1)),
    ]
    weeks = weekly(papers, LAST)
    assert len(weeks) == WEEKS
    assert weeks[0].first == since(LAST)
    assert [week.papers for week in weeks[-3:]] == [1, 0, 2]
    assert weeks[-1].votes == 7


@pytest.mark.parametrize(
    ("counts", "does_burst"),
    [
        ((0,) * BASE_WEEKS + (FEWEST,), True),
        ((0,) * BASE_WEEKS + (FEWEST - 1,), False),
        ((1,) * BASE_WEEKS + (6,), True),
        ((3,) * BASE_WEEKS + (4,), False),
        ((8,) * BASE_WEEKS + (8,), False),
        ((9,), False),  # nothing to hold it against
        ((0, 0, 0, 9), False),  # half of the base is missing
    ],
)
def test_what_bursts(counts: tuple[int, ...], does_burst: bool) -> None:
    """More than chance, and at least twice as common as before."""
    found = bursts(weeks_of(*counts), LAST, 5)
    assert ("lamps" in [burst.keyword for burst in found]) == does_burst


def test_a_burst_tells_its_best_papers_and_is_spelled_as_most_do() -> None:
    """`Lamp` and `lamps` are one keyword."""
    papers = [
        *weeks_of(*(0,) * BASE_WEEKS, 4),
        a_paper(999, listed_on=LAST, upvotes=90, ai_keywords=("Lamp",)),
    ]
    [burst] = bursts(papers, LAST, 5)
    assert (burst.keyword, burst.papers) == ("lamps", 5)
    assert [paper.upvotes for paper in burst.best] == [90, 3]
    assert burst.expected < 0.2


@given(st.lists(st.integers(0, 20), min_size=BASE_WEEKS + 1, max_size=BASE_WEEKS + 1))
def test_what_grows_no_faster_than_all_does_not_burst(counts: list[int]) -> None:
    """Whatever was before, a last week with fewer than the weeks before on average brings nothing."""
    usual = sum(counts[:-1]) / BASE_WEEKS
    found = bursts(weeks_of(*counts), LAST, 50)
    if counts[-1] <= usual:
        assert "lamps" not in [burst.keyword for burst in found]
