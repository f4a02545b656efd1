"""One raw entry to one paper: every generation of the API, every kind of dirt, and any junk at all."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digestbot.core.paper import Paper, canonical_id
from digestbot.playground.hub import MALFORMED, entry
from digestbot.sources.huggingface import to_paper
from digestbot.sources.listing import clean

DAY = date(2025, 10, 14)


def test_a_full_entry() -> None:
    """Each field that the API has today finds its place."""
    paper = to_paper(
        entry(
            id="2510.12586",
            title="Pixels,\n  End to End",
            abstract="We draw.\nIt works.",
            upvotes=75,
            day=DAY,
            authors=["Ann Author", " Bo\n Writer "],
            ai_summary="Draws pixels.",
            ai_keywords=["diffusion", "pixel space", "diffusion"],
            mediaUrls=["https://cdn.example/a.mp4", "https://cdn.example/a.png"],
            githubRepo="https://github.com/ann/pixels",
            githubStars=103,
            projectPage=" https://ann.example/pixels ",
            organization={"name": "r-and-d", "fullname": "R&D"},
            submittedOnDailyBy={"fullname": "Cy Reader", "user": "cy"},
            numComments=4,
        ),
        DAY,
    )
    assert paper == Paper(
        id="2510.12586",
        title="Pixels, End to End",
        abstract="We draw. It works.",
        authors=("Ann Author", "Bo Writer"),
        upvotes=75,
        listed_on=DAY,
        published_at=datetime(2025, 10, 13, 17, 59, 59, tzinfo=UTC),
        comments=4,
        ai_summary="Draws pixels.",
        ai_keywords=("diffusion", "pixel space"),
        thumbnail="https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/2510.12586.png",
        media=("https://cdn.example/a.mp4", "https://cdn.example/a.png"),
        code_url="https://github.com/ann/pixels",
        code_stars=103,
        project_url="https://ann.example/pixels",
        organization="R&D",
        submitter="Cy Reader",
    )


def test_the_least_entry() -> None:
    """An id and a title make a paper; everything else is empty."""
    paper = to_paper({"paper": {"id": "2510.12586", "title": "Pixels"}}, DAY)
    assert paper == Paper(id="2510.12586", title="Pixels", abstract="", listed_on=DAY)


def test_null_is_as_good_as_left_out() -> None:
    """A field that is null at any depth is empty."""
    nothing = dict.fromkeys(["authors", "summary", "upvotes", "publishedAt", "organization", "mediaUrls"])
    raw = {"paper": {"id": "2510.12586", "title": "Pixels", **nothing}, "numComments": None, "mediaUrl": None}
    assert to_paper(raw, DAY) == Paper(id="2510.12586", title="Pixels", abstract="", listed_on=DAY)


def changed(**fields: Any) -> Paper:
    return to_paper(entry(**fields), DAY)


@pytest.mark.parametrize(
    ("raw", "id_"),
    [("2510.12586v3", "2510.12586"), ("arXiv:2510.12586", "2510.12586"), ("cs/0112017v1", "cs/0112017")],
)
def test_the_id_is_canonical(raw: str, id_: str) -> None:
    """A version or a prefix does not make another paper."""
    assert changed(id=raw).id == id_


@pytest.mark.parametrize(
    ("told", "listed_on"),
    [
        ("2025-10-13T23:59:59.999Z", date(2025, 10, 13)),
        ("2025-10-15T01:00:00+02:00", date(2025, 10, 14)),
        ("2025-10-13", date(2025, 10, 13)),
        ("2025-10-13T12:00:00", date(2025, 10, 13)),
        ("2099-01-01T00:00:00.000Z", DAY),
        (None, DAY),
    ],
)
def test_the_day_is_the_listings_own(told: str | None, listed_on: date) -> None:
    """The UTC day on which it was listed, else, or where that is later, the day that was asked for; never the
    publication's.
    """
    assert changed(submittedOnDailyAt=told).listed_on == listed_on


@pytest.mark.parametrize(
    ("dirty", "shown"),
    [
        ("A\n  title\tin  lines", "A title in lines"),
        (" \u00a0A\u2028title\r\n", "A title"),
        ("A\x00 ti\x07t\x1ble\x9f", "A title"),
        ("A \ud800title\udfff", "A title"),
        ("Poincare\u0301", "Poincaré"),
        ("$O(n^2)$ < O(n) & _so_ *on* <b>", "$O(n^2)$ < O(n) & _so_ *on* <b>"),
        ("논문 👩‍🔬", "논문 👩‍🔬"),
    ],
)
def test_texts_are_cleaned(dirty: str, shown: str) -> None:
    """One line, one blank, one form of each letter, and nothing that a database refuses; no markup."""
    paper = changed(title=dirty, abstract=dirty, authors=[dirty], ai_summary=dirty, ai_keywords=[dirty])
    assert (paper.title, paper.abstract, paper.ai_summary) == (shown, shown, shown)
    assert paper.authors == paper.ai_keywords == (shown,)


def test_hidden_authors_are_left_out() -> None:
    """Who hides is not named, and neither is an author without a name."""
    raw = entry()
    raw["paper"]["authors"] = [{"name": "Ann"}, {"name": "Bo", "hidden": True}, {"name": " "}, {}]
    assert to_paper(raw, DAY).authors == ("Ann",)


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        (" https://ann.example/x ", "https://ann.example/x"),
        ("HTTP://ann.example", "HTTP://ann.example"),
        ("https://github.com/\nann/x.git", "https://github.com/ann/x.git"),
        ("https://ann.example/a b", None),
        ("javascript:alert(1)", None),
        ("ann.example/x", None),
        ("https:///x", None),
        ("https://ann.example/" + "x" * 3000, None),
        ("", None),
    ],
)
def test_links_are_web_links(link: str, kept: str | None) -> None:
    """What does not start with http(s):// and a host is no link; the paper stays."""
    paper = changed(githubRepo=link, projectPage=link, thumbnail=link, mediaUrls=[link])
    assert (paper.code_url, paper.project_url, paper.thumbnail) == (kept, kept, kept)
    assert paper.media == ((kept,) if kept else ())


@pytest.mark.parametrize(
    ("media", "urls"),
    [
        ({"mediaUrl": "https://cdn.example/old.png"}, ("https://cdn.example/old.png",)),
        ({"mediaUrl": ["https://cdn.example/old.png"]}, ("https://cdn.example/old.png",)),
        ({"mediaUrls": ["https://cdn.example/a.gif"] * 2}, ("https://cdn.example/a.gif",)),
    ],
)
def test_media_of_every_generation(media: dict[str, Any], urls: tuple[str, ...]) -> None:
    """One URL, a list, in the entry, in the paper, or both: each once, in order."""
    assert changed(**media).media == urls


def test_the_entry_tells_what_its_paper_does_not() -> None:
    """Organization and submitter stood in the entry before they stood in the paper; a name is second best."""
    people: dict[str, Any] = {"organization": {"name": "lab"}, "submittedBy": {"fullname": "Cy Reader"}}
    paper = to_paper(entry() | people, DAY)
    assert (paper.organization, paper.submitter) == ("lab", "Cy Reader")


@pytest.mark.parametrize(("raw", "votes"), [(0, 0), (250, 250), (-3, 0), (-(10**30), 0), (None, 0)])
def test_votes(raw: int | None, votes: int) -> None:
    """Fewer than none are none."""
    assert changed(upvotes=raw).upvotes == votes


@pytest.mark.parametrize(
    "wrong",
    [
        {"upvotes": "7"},
        {"upvotes": 7.0},
        {"upvotes": True},
        {"upvotes": 2**31},
        {"title": ""},
        {"title": " \n\x00"},
        {"title": "\u200b\u2060"},
        {"title": 7},
        {"id": ""},
        {"id": "12345"},
        {"id": 2510.12586},
        {"abstract": ["a"]},
        {"ai_keywords": "diffusion"},
        {"ai_keywords": [1]},
        {"publishedAt": "yesterday"},
        {"publishedAt": 1760400000},
        {"submittedOnDailyAt": "0001-01-01T00:00:00+14:00"},
        {"githubRepo": 1},
        {"mediaUrls": {"a": 1}},
        {"organization": "lab"},
        {"numComments": "3"},
    ],
    ids=str,
)
def test_a_wrong_type_is_refused(wrong: dict[str, Any]) -> None:
    """A field of another type than the API's makes the entry one to look at, not one to guess about."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        changed(**wrong)


@pytest.mark.parametrize("raw", MALFORMED, ids=str)
def test_what_is_no_entry_is_refused(raw: Any) -> None:
    """The shapes that archives of the API hold in the wild."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        to_paper(raw, DAY)


texts = st.text(st.characters(codec=None), max_size=20)  # lone surrogates too
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
PAPER_FIELDS = [
    *(
        "authors",
        "summary",
        "upvotes",
        "publishedAt",
        "submittedOnDailyAt",
        "submittedOnDailyBy",
        "ai_summary",
    ),
    *("ai_keywords", "mediaUrls", "githubRepo", "githubStars", "projectPage", "organization"),
]
ENTRY_FIELDS = ["mediaUrl", "mediaUrls", "numComments", "submittedBy", "organization", "thumbnail", "summary"]


def some(fields: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(fields), junk, max_size=3)


ids = st.sampled_from(["2510.12586", "2510.12586v2"]) | junk
papers = st.builds(
    lambda id_, title, rest: {"id": id_, "title": title, **rest}, ids, texts | junk, some(PAPER_FIELDS)
)
almost_entries = st.builds(lambda paper, rest: {"paper": paper, **rest}, papers | junk, some(ENTRY_FIELDS))


@given(raw=almost_entries | junk)
@example(raw={"paper": {"id": "2510.12586", "title": "x", "publishedAt": "9999-12-31T23:59:59-14:00"}})
@example(raw={"paper": {"id": "2510.12586", "title": "x", "publishedAt": "\ud800"}})
@example(raw=json.loads('{"paper": ' * 400 + "1" + "}" * 400))
def test_any_junk_is_a_paper_or_refused(raw: Any) -> None:
    """Whatever JSON holds: a paper that can be stored and shown, or one of three errors."""
    try:
        paper = to_paper(raw, DAY)
    except (KeyError, TypeError, ValueError):
        return
    assert canonical_id(paper.id) == paper.id
    assert paper.title
    assert 0 <= paper.upvotes < 2**31
    shown = [paper.title, paper.abstract, *paper.authors, *paper.ai_keywords, *paper.media]
    for text in [*shown, paper.ai_summary, paper.code_url, paper.project_url, paper.organization]:
        assert text is None or (clean(text) == text and not {"\0", "\n"} & set(text))
        assert text is None or text.encode().decode() == text


@given(texts)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What is clean stays as it is, and fits into UTF-8."""
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned
