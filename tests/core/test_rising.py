"""Who is shown a paper after all: what was left out and rose."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.digest import CLIMB, How, Pick, bar, by_votes_alone, compose
from digestbot.core.picker import of_picks
from digestbot.core.postings import Postings, Rules
from digestbot.core.rank import Weights, explain, weight_of_votes
from digestbot.core.rising import DAYS, MOST, has_risen, is_in_time, is_still_wanted, rising
from tests.builders import DAY, a_paper, votes_to_gain

LEFT = Pick("2510.00001", ("agents",), bar=20)


@pytest.mark.parametrize(
    ("votes", "risen"), [({}, False), ({LEFT.paper_id: 20}, False), ({LEFT.paper_id: 21}, True)]
)
def test_above_its_bar_a_paper_has_risen(votes: dict[str, int], risen: bool) -> None:
    """One that got no more votes is not even among those that are asked about."""
    assert has_risen(LEFT, votes) is risen


@pytest.mark.parametrize(
    ("days", "in_time"), [(0, False), (1, True), (DAYS, True), (DAYS + 1, False), (-1, False)]
)
def test_a_second_chance_ends(days: int, in_time: bool) -> None:
    """From the next day on, for three days."""
    assert is_in_time(DAY, DAY + timedelta(days=days)) is in_time


@pytest.mark.parametrize(
    ("brought_by", "topics", "wanted"),
    [
        (("agents", "maps"), ("maps", "video"), True),
        (("agents",), ("video",), False),
        ((), (), True),
        ((), ("-survey",), True),
        ((), ("agents",), False),
    ],
)
def test_only_what_is_still_wanted_rises(
    brought_by: tuple[str, ...], topics: tuple[str, ...], wanted: bool
) -> None:
    """A topic that was removed meanwhile brings nothing."""
    assert is_still_wanted(Pick("2510.00001", brought_by), topics) is wanted


def test_the_highest_above_their_bars_are_shown_marked() -> None:
    """Two at most, and none that was shown before."""
    left = [Pick(f"2510.0000{number}", bar=10) for number in range(5)]
    votes = {pick.paper_id: 20 + number for number, pick in enumerate(left)}
    found = rising(left, votes, {"2510.00004"})
    assert found == (Pick("2510.00003", how=How.RISING), Pick("2510.00002", how=How.RISING))
    assert len(found) == MOST


def test_rising_papers_have_half_of_the_room_and_break_no_silence() -> None:
    """They come last, within the maximum; alone they make no digest."""
    new = [Pick(f"2510.0000{number}") for number in range(4)]
    up = [Pick("2509.00001", how=How.RISING), Pick("2509.00002", how=How.RISING)]
    for maximum, shown, risen in ((10, 4, 2), (4, 2, 2), (2, 1, 1), (1, 1, 0)):
        digest = compose(new, 9, maximum, up)
        assert digest is not None
        assert digest.picks == (*new[:shown], *up[:risen])
        assert digest.matched == 4
    assert compose([], 9, 10, up) is None


@given(st.lists(st.integers(0, 60), min_size=2, max_size=12), st.integers(1, 5), st.integers(0, 10))
def test_just_above_its_bar_a_paper_is_worth_more_than_what_was_shown(
    upvotes: list[int], shown: int, days: int
) -> None:
    """By topics; and its bar is CLIMB above what it had, at least."""
    some = [
        a_paper(number, "Agents", upvotes=votes, listed_on=DAY - timedelta(days=days * (number % 2)))
        for number, votes in enumerate(upvotes)
    ]
    picks = of_picks(Postings(some, Rules(), ["agents"])).pick(["agents"], (1 << len(some)) - 1, shown)
    for pick in picks[shown:]:
        paper = next(paper for paper in some if paper.id == pick.paper_id)
        assert pick.bar is not None
        assert pick.bar >= paper.upvotes + CLIMB - 1
        risen = [replace(other, upvotes=pick.bar + 1) if other is paper else other for other in some]
        again = of_picks(Postings(risen, Rules(), ["agents"])).pick(["agents"], (1 << len(some)) - 1, shown)
        assert pick.paper_id in [other.paper_id for other in again[:shown]]
    assert all(pick.bar is None for pick in picks[:shown])


@pytest.mark.parametrize("weight", [0.0, 0.01, 0.75])
def test_bars_are_those_that_the_rules_tell(weight: float) -> None:
    """Worked out from what is the same for all readers; where votes count for nothing, none will do."""
    weights = Weights(votes=weight)
    some = [
        a_paper(
            number,
            " ".join(["Agents"] * (1 + number % 2)),
            upvotes=votes,
            listed_on=DAY - number * timedelta(days=1),
        )
        for number, votes in enumerate([-9, -2, 0, 0, 1, 7, 7, 300, 2**31 - 1])
    ]
    postings = Postings(some, Rules(weights=weights), ["agents"])
    papers = {paper.id: paper for paper in some}

    def worth(pick: Pick) -> float:
        matches = postings.matches(pick.paper_id, ["agents"])
        return sum(explain(papers[pick.paper_id], matches, DAY, weights).values())

    for shown in range(1, len(some)):
        picks = of_picks(postings).pick(["agents"], postings.all, shown)
        for pick in picks[shown:]:
            paper = papers[pick.paper_id]
            missing = worth(picks[shown - 1]) - worth(pick)
            needed = votes_to_gain(paper.upvotes, missing, weight_of_votes(paper, DAY, weights))
            assert pick.bar == bar(paper.upvotes, needed)


def test_without_topics_votes_alone_are_the_bar() -> None:
    """Those of the last that is shown; nobody knows a bar where nothing is left out."""
    some = [a_paper(number, upvotes=votes) for number, votes in enumerate((50, 40, 10))]
    assert [pick.bar for pick in by_votes_alone(some, 2)] == [None, None, 40]
    assert [pick.bar for pick in by_votes_alone(some, 3)] == [None] * 3
