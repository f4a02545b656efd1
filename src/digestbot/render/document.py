"""A day's papers as a document: Markdown, a page, a feed, or data."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from enum import StrEnum

from feedgenerator import Atom1Feed

from digestbot.core.digest import Card, Listing
from digestbot.render.i18n import words
from digestbot.render.markup import arxiv, document, lines
from digestbot.render.summaries import as_text


class Format(StrEnum):
    MARKDOWN = "markdown"
    HTML = "html"
    ATOM = "atom"
    JSON = "json"


def write(listing: Listing, form: Format, language: str) -> str:
    """Return the document of a day's *listing*."""
    match form:
        case Format.MARKDOWN:
            return document("document.md.jinja", language, listing=listing)
        case Format.HTML:
            return document("document.html.jinja", language, listing=listing)
        case Format.ATOM:
            return _feed(listing, language)
        case Format.JSON:
            papers = [_fields(card) for card in listing.cards]
            told = {"date": str(listing.day), "listed": listing.listed, "papers": papers}
            return json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n"


def _feed(listing: Listing, language: str) -> str:
    """Return a day as an Atom feed, an entry a paper."""
    assert listing.day is not None  # noqa: S101 - a document is one of a day
    spoken = words(language)
    page = f"https://huggingface.co/papers?date={listing.day}"
    at = datetime.combine(listing.day, time(), UTC)
    feed = Atom1Feed(
        title=spoken.gettext("Papers of %(day)s") % {"day": spoken.day(listing.day)},
        link=page,
        description="",
        language=language,
        feed_guid=page,
        author_name="digestbot",
    )
    for card in listing.cards:
        paper = card.paper
        feed.add_item(
            title=paper.title,
            link=arxiv(paper),
            description=lines(as_text(card.summary, language) if card.summary else paper.abstract),
            author_name=", ".join(paper.authors) or None,
            categories=[*card.topics],
            pubdate=paper.published_at or at,
            updateddate=at,
            unique_id=arxiv(paper),
        )
    return str(feed.writeString("utf-8")) + "\n"


def _fields(card: Card) -> dict[str, object]:
    summary = card.summary and asdict(card.summary)
    return {
        **asdict(card.paper),
        "link": arxiv(card.paper),
        "topics": list(card.topics),
        "summary": summary,
    }
