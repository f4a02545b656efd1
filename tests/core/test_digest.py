"""Which papers a digest holds, and lists so short that a button can name them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.digest import Digest, Pick, View, ViewKind, compose, read_view

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
