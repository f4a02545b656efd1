"""One paper from two sources: what the later reading changes, and what it leaves."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.paper import Paper, canonical_id, merge

MONDAY, TUESDAY, FRIDAY = date(2025, 10, 13), date(2025, 10, 14), date(2025, 10, 17)
HUGGING_FACE = Paper(
    id="2510.12586",
    title="Pixels, End to End",
    abstract="We draw.",
    authors=("Ann Author",),
    upvotes=75,
    listed_on=TUESDAY,
    ai_summary="Draws pixels.",
)
ARXIV = Paper(
    id="2510.12586",
    title="Pixels, End-to-End (v2)",
    abstract="We draw better.",
    authors=("Ann Author", "Bo Writer"),
    listed_on=MONDAY,
    published_at=datetime(2025, 10, 13, 17, 59, 59, tzinfo=UTC),
    categories=("cs.CV", "cs.LG"),
    on_hugging_face=False,
)
BOTH = Paper(
    id="2510.12586",
    title="Pixels, End to End",
    abstract="We draw.",
    authors=("Ann Author",),
    upvotes=75,
    listed_on=TUESDAY,
    published_at=datetime(2025, 10, 13, 17, 59, 59, tzinfo=UTC),
    ai_summary="Draws pixels.",
    categories=("cs.CV", "cs.LG"),
)


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("10.48550/arXiv.2510.12586", "2510.12586"),
        ("https://doi.org/10.48550/ARXIV.2510.12586v2", "2510.12586"),
        ("doi:10.48550/arxiv.cs/0112017", "cs/0112017"),
        ("10.48550/other.2510.12586", None),
        ("https://doi.org/10.1145/3510.12586", None),
        ("10.18653/2510.12586", None),
    ],
)
def test_a_doi_of_arxiv_names_a_paper(text: str, paper: str | None) -> None:
    """In whatever case; another publisher's number is none."""
    assert canonical_id(text) == paper


@pytest.mark.parametrize(("known", "read"), [(ARXIV, HUGGING_FACE), (HUGGING_FACE, ARXIV)])
def test_two_sources_make_the_fuller_record(known: Paper, read: Paper) -> None:
    """Hugging Face's texts, votes and day with arXiv's categories and time, whichever came first."""
    assert merge(known, read) == BOTH


@pytest.mark.parametrize("arxiv_day", [MONDAY, FRIDAY])
def test_hugging_faces_day_counts(arxiv_day: date) -> None:
    """However early or late arXiv lists it."""
    arxiv = Paper(id="1", title="t", abstract="", listed_on=arxiv_day, on_hugging_face=False)
    listed = Paper(id="1", title="t", abstract="", listed_on=TUESDAY)
    assert merge(arxiv, listed).listed_on == merge(listed, arxiv).listed_on == TUESDAY


def test_the_newest_categories_count() -> None:
    """A cross-list that is added later is seen, also on a paper that Hugging Face lists."""
    later = Paper(
        id="1", title="t", abstract="", listed_on=MONDAY, categories=("cs.CV", "cs.AI"), on_hugging_face=False
    )
    assert merge(BOTH, later).categories == ("cs.CV", "cs.AI")
    assert merge(BOTH, HUGGING_FACE).categories == ("cs.CV", "cs.LG")


def test_what_is_empty_is_filled() -> None:
    """What the better source leaves empty is taken from the other."""
    bare = Paper(id="1", title="t", abstract="", listed_on=TUESDAY)
    arxiv = Paper(id="1", title="u", abstract="We draw.", listed_on=MONDAY, on_hugging_face=False)
    assert (merge(bare, arxiv).title, merge(bare, arxiv).abstract) == ("t", "We draw.")


texts = st.sampled_from(["", "a", "b"])
some = st.builds(
    Paper,
    id=st.just("2510.12586"),
    title=texts,
    abstract=texts,
    upvotes=st.integers(0, 3),
    listed_on=st.dates(MONDAY, FRIDAY),
    ai_summary=st.none() | texts,
    categories=st.sampled_from([(), ("cs.CL",), ("cs.CV", "cs.LG")]),
    on_hugging_face=st.booleans(),
)


@given(some, some)
def test_merging(known: Paper, read: Paper) -> None:
    """Once on Hugging Face is for ever, nothing that is known is lost, and a second reading adds nothing."""
    merged = merge(known, read)
    assert merged.on_hugging_face == (known.on_hugging_face or read.on_hugging_face)
    assert bool(merged.categories) == bool(known.categories or read.categories)
    assert bool(merged.abstract) == bool(known.abstract or read.abstract)
    assert merge(merged, read) == merged
