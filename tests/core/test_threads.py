"""Which thread a paper goes to, and what one message may hold."""

from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.digest import Pick
from digestbot.core.threads import Route, end_of_part, grouped, rerouted, thread_of

topics = st.sampled_from(["agents", "diffusion", "robots", "video"])
routes = st.lists(st.builds(Route, topics, st.integers(2, 4)), max_size=4, unique_by=lambda one: one.topic)
picks = st.lists(
    st.builds(Pick, st.uuids().map(str), st.lists(topics, max_size=3, unique=True).map(tuple)), max_size=12
)


def test_the_best_topic_that_has_a_thread_decides() -> None:
    """The first of a paper's topics that has a route; without one, where all others go."""
    two = (Route("agents", 4), Route("video", 5))
    assert thread_of(("robots", "video", "agents"), two) == 5
    assert thread_of(("robots",), two) is None
    assert thread_of((), two, common=9) == 9


@given(picks, routes)
def test_parts_are_one_to_a_thread_and_hold_each_paper_once(picks: list[Pick], routes: list[Route]) -> None:
    """No paper is lost by grouping, each thread has one part, and within it the order stays."""
    told = grouped(picks, routes)
    parts = []
    first = 0
    while first < len(told):
        end = end_of_part([pick.topics for pick in told], first, routes)
        parts.append(told[first:end])
        first = end
    threads = [{thread_of(pick.topics, routes) for pick in part} for part in parts]
    assert all(len(one) == 1 for one in threads)
    assert len(set().union(*threads)) == len(threads)
    assert sorted(told, key=picks.index) == picks
    assert all(list(part) == sorted(part, key=picks.index) for part in parts)


def test_a_topic_has_one_route_and_those_of_topics_that_are_gone_go_with_them() -> None:
    """A second route replaces the first, None takes it away."""
    had = (Route("agents", 4), Route("gone", 5))
    assert rerouted(had, "agents", 6, ["agents"]) == (Route("agents", 6),)
    assert rerouted(had, "agents", None, ["agents"]) == ()
