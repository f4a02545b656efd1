"""The API of arXiv, on a port of this machine, with every way we know it to fail.

async with ArxivServer() as arxiv:
    arxiv.papers.append(Submission("2510.12586", "A Title", datetime(2025, 10, 14, 9, tzinfo=UTC)))
    arxiv.fail(no_entries, times=2)
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from xml.etree import ElementTree as ET

from aiohttp import web

from .outside import Fault, OutsideServer, body, html_page, reset, stall, status, too_many, truncated

_ATOM = "http://www.w3.org/2005/Atom"
_ARXIV = "http://arxiv.org/schemas/atom"
_SEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_ERRORS = "http://arxiv.org/api/errors"
_RANGE = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")
_CATEGORY = re.compile(r"cat:([\w.-]+)")


@dataclass(frozen=True)
class Submission:
    """A paper as arXiv has it. *shown_from* is when the API first tells of it (None: at once)."""

    id: str
    title: str
    submitted: datetime
    categories: tuple[str, ...] = ("cs.CL",)
    """The primary one first."""
    version: int = 1
    abstract: str = "We show a small model.\n  It fits into a pocket."
    authors: tuple[str, ...] = ("Ann Author", "Bo Writer")
    shown_from: datetime | None = None


class ArxivServer(OutsideServer):
    """Serves `papers` by category and time of submission, paged; what it does not show yet is not there."""

    def __init__(self, now: datetime = datetime.max.replace(tzinfo=UTC)) -> None:
        super().__init__("/api/query")
        self.now = now
        self.papers: list[Submission] = []

    def truth(self, request: web.Request) -> web.Response:
        number = {name: request.query.get(name, "0") for name in ("start", "max_results")}
        for name, given in number.items():
            if not given.isdecimal():
                return error_entry_of(f"{name} must be a non-negative integer")
        return self.page(self.found(request), int(number["start"]), int(number["max_results"]))

    def found(self, request: web.Request) -> list[Submission]:
        """Return what the search query finds, as it is sorted."""
        query = request.query.get("search_query", "")
        wanted, between = set(_CATEGORY.findall(query)), _RANGE.search(query)
        first, last = (_moment(text) for text in between.groups()) if between else (_EVER, _NEVER)
        newest_first = request.query.get("sortOrder", "descending") == "descending"
        found = [
            paper
            for paper in self.papers
            if wanted & set(paper.categories)
            and first <= paper.submitted <= last
            and (paper.shown_from is None or paper.shown_from <= self.now)
        ]
        return sorted(found, key=lambda paper: paper.submitted, reverse=newest_first)

    def page(self, found: list[Submission], start: int, count: int) -> web.Response:
        return _feed([_entry(paper) for paper in found[start : start + count]], len(found), start)

    def day_of(self, request: web.Request) -> date | None:
        """Return the UTC day after that of the last minute that is asked for: that of the announcement."""
        between = _RANGE.search(request.query.get("search_query", ""))
        return _moment(between[2]).date() + timedelta(days=1) if between else None


_EVER = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


async def no_entries(arxiv: ArxivServer, request: web.Request) -> web.Response:
    """A page that counts its results and holds none, as every so often."""
    return _feed([], len(arxiv.found(request)), int(request.query["start"]))


async def no_results(arxiv: ArxivServer, request: web.Request) -> web.Response:
    """A page that says there are no results, which may be wrong."""
    return _feed([], 0, 0)


async def error_entry(arxiv: ArxivServer, request: web.Request) -> web.Response:
    """An error as a feed with status 200."""
    return error_entry_of("incorrect id format for 1234.12345678")


async def rate_exceeded(arxiv: ArxivServer, request: web.Request) -> web.Response:
    """A 429 as arXiv says it: without a word on when to come back."""
    return web.Response(status=429, text="Rate exceeded.")


async def flawed(arxiv: ArxivServer, request: web.Request) -> web.Response:
    """The truth with bad entries among the good, and a character that XML does not allow."""
    whole = arxiv.truth(request)
    assert isinstance(whole.body, bytes)  # noqa: S101 - all of ours are
    bad = b"<entry><id>nothing</id></entry><entry><title>No id \x0b</title></entry><entry/>"
    bare = b"<entry><id>2510.99999</id><title>No term</title><arxiv:primary_category/></entry>"
    blank = b"<entry><id>2510.99998</id><title>&#8203;</title></entry>"
    return _xml(whole.body.replace(b"<entry>", bad + bare + blank + b"<entry>", 1))


async def miscounted(arxiv: ArxivServer, request: web.Request) -> web.Response:
    """The truth, but for how much there is of it, which is no number."""
    whole = arxiv.truth(request)
    assert isinstance(whole.body, bytes)  # noqa: S101 - all of ours are
    return _xml(re.sub(rb"(totalResults>)\d+", rb"\1many", whole.body))


def error_entry_of(reason: str) -> web.Response:
    entry = ET.Element(f"{{{_ATOM}}}entry")
    _add(entry, "id", f"{_ERRORS}#{reason.replace(' ', '_')}")
    _add(entry, "title", "Error")
    _add(entry, "summary", reason)
    return _feed([entry], 1, 0)


def _entry(paper: Submission) -> ET.Element:
    entry = ET.Element(f"{{{_ATOM}}}entry")
    link = f"http://arxiv.org/abs/{paper.id}v{paper.version}"
    _add(entry, "id", link)
    _add(entry, "updated", f"{paper.submitted:%Y-%m-%dT%H:%M:%SZ}")
    _add(entry, "published", f"{paper.submitted:%Y-%m-%dT%H:%M:%SZ}")
    _add(entry, "title", paper.title)
    _add(entry, "summary", paper.abstract)
    for name in paper.authors:
        _add(_add(entry, "author"), "name", name)
    _add(entry, "link", href=link, rel="alternate", type="text/html")
    ET.SubElement(entry, f"{{{_ARXIV}}}primary_category", term=paper.categories[0])
    for category in paper.categories:
        _add(entry, "category", term=category, scheme=_ARXIV)
    return entry


def _feed(entries: list[ET.Element], total: int, start: int) -> web.Response:
    feed = ET.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", "http://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8")
    _add(feed, "title", "ArXiv Query")
    _add(feed, "updated", f"{datetime.combine(date(2025, 10, 15), time()):%Y-%m-%dT%H:%M:%SZ}")
    for name, number in (("totalResults", total), ("startIndex", start), ("itemsPerPage", len(entries))):
        ET.SubElement(feed, f"{{{_SEARCH}}}{name}").text = str(number)
    feed.extend(entries)
    return _xml(ET.tostring(feed, encoding="utf-8", xml_declaration=True, default_namespace=None))


def _xml(data: bytes) -> web.Response:
    return web.Response(body=data, content_type="application/atom+xml", charset="utf-8")


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    added = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    added.text = text or None
    return added


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC)


for _prefix, _space in (("", _ATOM), ("arxiv", _ARXIV), ("opensearch", _SEARCH)):
    ET.register_namespace(_prefix, _space)

__all__ = [  # what a test of it needs is all here
    "ArxivServer",
    "Fault",
    "Submission",
    "body",
    "error_entry",
    "flawed",
    "html_page",
    "no_entries",
    "no_results",
    "rate_exceeded",
    "reset",
    "stall",
    "status",
    "too_many",
    "truncated",
]
