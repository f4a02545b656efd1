"""arXiv: the new papers of some categories, by the day on which they were announced.

The API is at https://info.arxiv.org/help/api/user-manual.html. It knows when a paper was submitted, not when
it was announced; https://info.arxiv.org/help/availability.html tells the one from the other. Its known
faults: pages without their entries, errors with status 200, 429 and 503 for hours, papers a day late.
"""

import asyncio
import io
from calendar import timegm
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
import structlog

from digestbot.core.paper import Paper, add, canonical_id
from digestbot.core.text import visible
from digestbot.errors import SourceError
from digestbot.sources.http import Format, Http, Pace
from digestbot.sources.listing import REJECTED_LENGTH, FetchedDay, Rejected, clean

PAGE_SIZE = 200
MAX_PAGES = 50
"""A bound for a broken server: 10,000 papers, where all of arXiv has some 1,500 a day."""
SECONDS_BETWEEN = 3.0
"""What arXiv's terms of use ask for, https://info.arxiv.org/help/api/tou.html."""
_EASTERN = ZoneInfo("America/New_York")
_CUT_OFF = time(14)
_WINDOWS = {0: (4, 3), 1: (4, 1), 2: (2, 1), 3: (2, 1), 4: (2, 1)}
"""By weekday: from how many days back to how many, each at the cut-off, what is announced was submitted."""

log = structlog.get_logger()


class Arxiv:
    """The papers of *categories*, cross-lists among them, as the API at *url* has them."""

    name = "arxiv"
    open_days = 7
    """Holidays shift announcements, and the API lags behind them."""

    def __init__(self, http: Http, url: str, categories: Sequence[str]) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}/api/query"
        self._categories = categories
        self._pace = Pace(SECONDS_BETWEEN)

    async def fetch_day(self, day: date) -> FetchedDay:
        """Return what was announced on the UTC *day*; a day with some pages missing tells why it is cut.

        Raises SourceError where not even the first page can be had.
        """
        papers: dict[str, Paper] = {}
        rejected: list[Rejected] = []
        if day.weekday() not in _WINDOWS:
            return FetchedDay(day, (), ())
        start, cut = 0, None
        for _ in range(MAX_PAGES):
            try:
                page = await self._page(day, start)
            except SourceError as error:
                if start == 0:
                    raise
                cut = str(error.values["reason"])
                break
            start += len(page.entries)
            _sort_out(page.entries, day, papers, rejected)
            if not page.entries or start >= _total(page):
                break
        else:
            cut = f"more than {start} papers"
            log.warning("source list cut", source=self.name, day=day.isoformat(), papers=len(papers))
        return FetchedDay(day, tuple(papers.values()), tuple(rejected), cut)

    async def _page(self, day: date, start: int) -> Any:
        params: dict[str, str | int] = {
            "search_query": _query(self._categories, day),
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
            "start": start,
            "max_results": PAGE_SIZE,
        }
        page = await self._http.get(self._url, PAGE, params, pace=self._pace)
        if page.entries and "/api/errors" in page.entries[0].get("id", ""):
            reason = clean(page.entries[0].get("summary", "an error without its reason"))[:200]
            raise SourceError("source-shape", url=self._url, reason=reason)
        return page


def window(day: date) -> tuple[datetime, datetime]:
    """Return the first and the last minute, in UTC, in which what is announced on *day* was submitted.

    >>> [str(moment) for moment in window(date(2025, 10, 15))]
    ['2025-10-13 18:00:00+00:00', '2025-10-14 17:59:00+00:00']
    """
    first, last = (
        datetime.combine(day - timedelta(days=back), _CUT_OFF, _EASTERN).astimezone(UTC)
        for back in _WINDOWS[day.weekday()]
    )
    return first, last - timedelta(minutes=1)


def to_paper(entry: Any, day: date) -> Paper:
    """Return the paper of one *entry* of feedparser's. Raises KeyError or ValueError where it is none."""
    paper_id = canonical_id(entry["id"])
    title = clean(entry["title"])
    if paper_id is None or not visible(title):
        raise ValueError("no arXiv id" if paper_id is None else "no title")
    primary = entry.get("arxiv_primary_category", {}).get("term")
    terms = [primary, *(tag.get("term") for tag in entry.get("tags", ()))]
    names = (clean(author.get("name", "")) for author in entry.get("authors", ()))
    return Paper(
        id=paper_id,
        title=title,
        abstract=clean(entry.get("summary", "")),
        authors=tuple(filter(None, names)),
        listed_on=day,
        published_at=datetime.fromtimestamp(timegm(entry["published_parsed"]), UTC),
        categories=tuple(dict.fromkeys(clean(term) for term in terms if term)),
        on_hugging_face=False,
    )


def _query(categories: Sequence[str], day: date) -> str:
    first, last = window(day)
    anyone = " OR ".join(f"cat:{category}" for category in categories)
    return f"({anyone}) AND submittedDate:[{first:%Y%m%d%H%M} TO {last:%Y%m%d%H%M}]"


def _sort_out(entries: Sequence[Any], day: date, papers: dict[str, Paper], rejected: list[Rejected]) -> None:
    """Add each entry to *papers* by id, its versions and cross-lists as one, or to *rejected*."""
    for entry in entries:
        try:
            paper = to_paper(entry, day)
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # a bad entry's shapes, no wider
            text = ascii(f"{entry.get('id')} {entry.get('title')}")
            rejected.append(Rejected(text[:REJECTED_LENGTH], f"{type(error).__name__}: {error}"[:200]))
        else:
            add(papers, paper)


async def _read(body: bytes) -> Any:
    """Return feedparser's reading of *body*, also where its XML has a flaw. Raises ValueError where it is no
    feed, breaks off, counts with what is no number, or has none of the entries that it counts.
    """
    if not body.rstrip().endswith(b"</feed>"):
        raise ValueError("breaks off")
    page = await asyncio.to_thread(
        feedparser.parse, io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False
    )
    if page.version != "atom10":
        raise ValueError("no Atom feed")
    is_short = _total(page) > _start(page)  # reads both: a count that is no number makes it no page
    if is_short and not page.entries:
        raise ValueError("entries are missing")
    return page


def _total(page: Any) -> int:
    return int(page.feed.get("opensearch_totalresults", 0))


def _start(page: Any) -> int:
    return int(page.feed.get("opensearch_startindex", 0))


PAGE: Format[Any] = Format("a whole Atom page", "application/atom+xml", _read)
