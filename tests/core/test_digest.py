"""Which papers a digest holds, and lists so short that a button can name them."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot.core.digest import Digest, Pick, View, ViewKind, compose, read_view, select
from digestbot.core.picker import of_picks
from digestbot.core.postings import Postings, Rules
from tests.builders import DAY, a_paper

PICKS = tuple(Pick(f"2510.0000{number}", ("agents",)) for number in range(5))


@pytest.mark.parametrize(
    ("maximum", "digest"),
    [
        (10, Digest(PICKS, (), 20)),
        (5, Digest(PICKS, (), 20)),
        (2, Digest(PICKS[:2], PICKS[2:], 20)),
    ],
)
def test_the_best_are_shown_and_the_rest_is_counted(maximum: int, digest: Digest) -> None:
    """At most the reader's maximum; what is left out is not lost."""
    assert compose(PICKS, 20, maximum) == digest
    assert digest.matched == 5


def test_nothing_to_say_is_silence() -> None:
    """No digest, rather than an empty one."""
    assert compose([], 20, 5) is None


WORDS = ("agents", "video", "robots", "maps", "diffusion")
ASKED = (*WORDS, "agents OR maps", "video robots", "votes>=3", "has:code", "crows", "-maps", "-crows")
papers = st.lists(
    st.builds(
        lambda title, abstract, upvotes, age: (title, abstract, upvotes, age),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
        st.lists(st.sampled_from((*WORDS, "something", "else")), max_size=40).map(" ".join),
        st.integers(0, 4),
        st.integers(0, 2),
    ),
    max_size=60,
)
crowd = st.lists(
    st.tuples(st.lists(st.sampled_from(ASKED), unique=True), st.integers(0, 2**60)), min_size=1, max_size=12
)


@settings(deadline=None)
@given(papers, crowd)
def test_many_readers_are_shown_what_each_alone_would_be(
    listed: list[tuple[str, str, int, int]], readers: list[tuple[list[str], int]]
) -> None:
    """The same papers, in the same order, for the same reasons."""
    some = [
        a_paper(number, title, abstract=abstract, upvotes=upvotes, listed_on=DAY - timedelta(days=age))
        for number, (title, abstract, upvotes, age) in enumerate(listed)
    ]
    postings = Postings(some, Rules(), ASKED)
    picker = of_picks(postings)
    for topics, among in readers:
        wanted = postings.brought(topics) & among
        alone = select(postings, topics, among) if any(not topic.startswith("-") for topic in topics) else []
        assert picker.pick(topics, wanted) == alone


views = st.one_of(
    st.builds(View, st.sampled_from([ViewKind.DIGEST, ViewKind.SEARCH]), st.integers(0, 2**31 - 1).map(str)),
    st.builds(View, st.just(ViewKind.SIMILAR), st.sampled_from(["2510.12586", "astro-ph/0112017"])),
    st.builds(View, st.just(ViewKind.SAVED)),
    st.builds(View, st.just(ViewKind.MINE), st.dates(date(2000, 1, 1)).map(date.isoformat)),
    st.builds(View, st.just(ViewKind.ALL), st.dates(date(2000, 1, 1)).map(date.isoformat) | st.just("")),
    st.builds(View, st.just(ViewKind.TODAY)),
    st.builds(
        View,
        st.sampled_from([ViewKind.TOP_DAY, ViewKind.TOP_WEEK, ViewKind.TOP_MONTH]),
        st.integers(1, 30).map(str),
    ),
)


@given(views)
def test_a_view_is_read_as_it_was_printed(view: View) -> None:
    """And leaves room for the rest of a button's 64 bytes."""
    assert read_view(str(view)) == view
    assert len(str(view)) <= 24


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x.1",
        "d.",
        "d.one",
        "m.",
        "m.2025-13-01",
        "t1.",
        "t7.many",
        "a.today",
        "d.-1",
        "s.2147483648",
        "l.x",
    ],
)
def test_what_is_no_view_is_refused(text: str) -> None:
    """As ValueError; the gate makes an answer of it."""
    with pytest.raises(ValueError, match=r".+"):
        read_view(text)
