"""Topics in a link."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.popular import LONGEST as LONGEST_KEYWORD
from digestbot.core.popular import popular
from digestbot.core.radar import LONGEST, pack, unpack


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1), max_size=6
    )
)
def test_what_is_packed_comes_back(topics: list[str]) -> None:
    """As many as fit, in Telegram's letters."""
    payload, kept = pack(topics)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    assert unpack(payload) == kept
    rest = iter(topics)
    assert all(topic in rest for topic in kept)  # in their order


@pytest.mark.parametrize("payload", ["", "t", "x123", "t!!!", "t_w", "t" + "A" * LONGEST, "t\udcff"])
def test_what_is_no_payload_of_ours_holds_nothing(payload: str) -> None:
    """Anybody can write a link."""
    assert unpack(payload) == ()


def test_popular_topics_are_counted_by_paper_and_written_as_most_do() -> None:
    """One paper counts once; what can't be a topic or a button's word is left out."""
    keywords = [
        ("Diffusion models", "diffusion model", "agents"),
        ("diffusion models", "a, b", "x" * (LONGEST_KEYWORD + 1)),
        ("diffusion models", "agents", "((", ""),
    ]
    assert popular(keywords, 5) == [("diffusion models", 3), ("agents", 2)]
    assert popular(keywords, 1) == [("diffusion models", 3)]
    assert popular([], 5) == []
