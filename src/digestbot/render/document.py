"""A day's papers as a document: Markdown, a page, or data."""

import json
from dataclasses import asdict
from enum import StrEnum

from digestbot.core.digest import Card, Listing
from digestbot.render.markup import arxiv, document


class Format(StrEnum):
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


def write(listing: Listing, form: Format, language: str) -> str:
    """Return the document of a day's *listing*."""
    match form:
        case Format.MARKDOWN:
            return document("document.md.jinja", language, listing)
        case Format.HTML:
            return document("document.html.jinja", language, listing)
        case Format.JSON:
            papers = [_fields(card) for card in listing.cards]
            told = {"date": str(listing.day), "listed": listing.listed, "papers": papers}
            return json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n"


def _fields(card: Card) -> dict[str, object]:
    summary = card.summary and {"text": card.summary.text, "source": str(card.summary.source)}
    return {
        **asdict(card.paper),
        "link": arxiv(card.paper),
        "topics": list(card.topics),
        "summary": summary,
    }
