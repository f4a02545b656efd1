"""A day as a document, with what sources wrote kept from being markup."""

import html
import json
from dataclasses import replace
from html.parser import HTMLParser

import feedparser

from digestbot.core.archive import read_archive
from digestbot.core.digest import Card, Listing, View, ViewKind
from digestbot.core.summary import Bullet, Section, Summary, SummarySource
from digestbot.render.document import Format, write
from tests.builders import DAY, a_paper

PAPER = a_paper(
    title="A <script>alert(1)</script> & [Link](x)",
    abstract='It says "stop" & <b>stops</b>.',
    authors=("Ann Author", "Bo <i>Writer</i>"),
    upvotes=75,
    thumbnail="https://cdn.example.org/1.png",
)
SUMMARY = Summary(
    bullets=(
        Bullet("It finds 3 <b>stops</b>.", Section.RESULTS),
        Bullet('It says "stop" & <b>stops</b>.', Section.NEW),
        Bullet("They are new.", Section.NEW),
    ),
    source=SummarySource.EXTRACT,
    language="en",
    checked=True,
)
LISTING = Listing(
    view=View(ViewKind.ALL, DAY.isoformat()),
    day=DAY,
    cards=(Card(PAPER, ("agents",), SUMMARY.plain()),),
    matched=1,
    listed=9,
)


def test_the_page_holds_no_markup_of_others() -> None:
    """Tags that a title holds are text."""
    tags: list[str] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    reader.feed(write(LISTING, Format.HTML, "en"))
    assert not {"script", "b", "i"} & set(tags)
    assert tags.count("article") == 1


def test_markdown_holds_the_facts() -> None:
    """In the shape of the page that this bot follows: title, picture, votes, authors, bullets."""
    text = write(LISTING, Format.MARKDOWN, "en")
    assert text.startswith("## Daily Papers (2025-10-14)")
    for fact in (
        "https://arxiv.org/abs/2510.00001",
        "Vote: 75",
        "Ann Author",
        "![](https://cdn.example.org/1.png)",
    ):
        assert fact in text


def test_sections_are_bullets_with_labels() -> None:
    """As the archives of 2025 write them: a line a section, in a fixed order."""
    listing = replace(LISTING, cards=(Card(PAPER, (), SUMMARY),))
    (entry,) = read_archive(write(listing, Format.MARKDOWN, "en")).entries
    assert entry.bullets == (
        'What\'s new: It says "stop" & <b>stops</b>. They are new.',
        "Results: It finds 3 <b>stops</b>.",
    )
    assert entry.body.startswith("- ***What's new***: ")
    assert "<b>결과</b>" not in write(listing, Format.HTML, "ko")
    assert "결과\n• It finds" in write(listing, Format.HTML, "ko")


def test_markdown_is_in_the_shape_of_the_archives() -> None:
    """What is written of our own papers can be read back."""
    text = write(LISTING, Format.MARKDOWN, "en")
    archive = read_archive(text)
    (entry,) = archive.entries
    assert (archive.day, archive.unread) == (DAY, ())
    assert (entry.paper_id, entry.title, entry.upvotes) == (PAPER.id, PAPER.title, 75)
    assert entry.picture == PAPER.thumbnail
    assert entry.bullets == tuple(bullet.text for bullet in SUMMARY.bullets)
    assert text.endswith("\n\n")


def test_markdown_holds_no_markup_of_others() -> None:
    """A title with brackets or tags is one link, and nothing else."""
    text = write(LISTING, Format.MARKDOWN, "en")
    assert "<script>" not in text
    assert "[Link](x)" not in text
    assert "<i>" not in text


def test_the_feed_is_a_feed() -> None:
    """Valid Atom, an entry a paper, what others wrote as text."""
    text = write(LISTING, Format.ATOM, "ko")
    feed = feedparser.parse(text, sanitize_html=False)
    assert (feed.bozo, feed.version, feed.feed.title) == (False, "atom10", "2025년 10월 14일 (화)의 논문")
    (entry,) = feed.entries
    assert (entry.title, entry.link) == (PAPER.title, f"https://arxiv.org/abs/{PAPER.id}")
    assert entry.summary_detail.type == "text/html"
    told = ["• " + bullet.text for bullet in SUMMARY.bullets]
    assert html.unescape(entry.summary) == "<br />".join(told)
    assert "<b>" not in entry.summary
    assert (entry.author, entry.tags[0].term) == ("Ann Author, Bo <i>Writer</i>", "agents")


def test_json_holds_all_that_is_known() -> None:
    """Dates as ISO texts, the summary with its source."""
    told = json.loads(write(LISTING, Format.JSON, "en"))
    assert (told["date"], told["listed"]) == ("2025-10-14", 9)
    (paper,) = told["papers"]
    assert (paper["id"], paper["title"], paper["upvotes"]) == (PAPER.id, PAPER.title, 75)
    assert paper["summary"]["source"] == "extractive"
    assert paper["summary"]["bullets"][1] == {"text": SUMMARY.bullets[1].text, "section": None}
    assert paper["topics"] == ["agents"]
