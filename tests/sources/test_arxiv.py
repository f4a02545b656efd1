"""arXiv's list of a day over the real wire: windows, pages, versions, and its known faults."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from aiohttp import web

from digestbot.errors import SourceError
from digestbot.playground.arxiv import (
    ArxivServer,
    Fault,
    Submission,
    body,
    error_entry,
    flawed,
    html_page,
    miscounted,
    no_entries,
    rate_exceeded,
    reset,
    stall,
    status,
    too_many,
    truncated,
)
from digestbot.sources import arxiv as module
from digestbot.sources.arxiv import Arxiv, window
from digestbot.sources.http import Http

WEDNESDAY = date(2025, 10, 15)
TUESDAY_MORNING = datetime(2025, 10, 14, 9, 0, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[ArxivServer]:
    async with ArxivServer() as server:
        yield server


@pytest.fixture
def source(http: Http, server: ArxivServer, monkeypatch: pytest.MonkeyPatch) -> Arxiv:
    monkeypatch.setattr(module, "SECONDS_BETWEEN", 0.001)
    return Arxiv(http, server.url, ("cs.CL", "cs.CV"))


def submissions(count: int) -> list[Submission]:
    return [
        Submission(f"2510.{n:05}", f"Paper {n}", TUESDAY_MORNING + timedelta(seconds=n)) for n in range(count)
    ]


def on_later_pages(fault: Fault, times: int) -> Fault:
    """Return a fault that spares the first page, and the others after so many *times*."""
    left = [times]

    async def answer(server: ArxivServer, request: web.Request) -> web.StreamResponse:
        if request.query["start"] == "0" or not left[0]:
            return server.truth(request)
        left[0] -= 1
        return await fault(server, request)

    return answer


async def test_a_paper_is_read_whole(source: Arxiv, server: ArxivServer) -> None:
    """All that arXiv tells of it, on one line each, its primary category first."""
    server.papers = [
        Submission(
            "2510.12586",
            "Two\n  Lines & <b>no markup</b>",
            TUESDAY_MORNING,
            ("cs.LG", "cs.CV", "stat.ML"),
            version=3,
            authors=("Yann LeCun", "김민준"),
        )
    ]
    (paper,) = (await source.fetch_day(WEDNESDAY)).papers
    assert paper.id == "2510.12586"
    assert paper.title == "Two Lines & <b>no markup</b>"
    assert paper.abstract == "We show a small model. It fits into a pocket."
    assert paper.authors == ("Yann LeCun", "김민준")
    assert paper.categories == ("cs.LG", "cs.CV", "stat.ML")
    assert (paper.listed_on, paper.published_at) == (WEDNESDAY, TUESDAY_MORNING)
    assert (paper.on_hugging_face, paper.upvotes) == (False, 0)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2025-10-13", "2025-10-09 18:00", "2025-10-10 17:59"),  # Monday: Thursday's
        ("2025-10-14", "2025-10-10 18:00", "2025-10-13 17:59"),  # Tuesday: the weekend's
        ("2025-10-15", "2025-10-13 18:00", "2025-10-14 17:59"),
        ("2025-10-17", "2025-10-15 18:00", "2025-10-16 17:59"),
        ("2025-11-04", "2025-10-31 18:00", "2025-11-03 18:59"),  # the clocks of New York go back between
        ("2026-03-10", "2026-03-06 19:00", "2026-03-09 17:59"),  # and forward
    ],
)
def test_what_is_announced_on_a_day_was_submitted_before_it(day: str, first: str, last: str) -> None:
    """The deadline is at 14:00 in New York, https://info.arxiv.org/help/availability.html."""
    told = [f"{moment:%Y-%m-%d %H:%M}" for moment in window(date.fromisoformat(day))]
    assert told == [first, last]


def test_no_minute_is_left_out_or_told_twice() -> None:
    """Over a year every window begins a minute after the one before has ended."""
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(400)]
    windows = [window(day) for day in days if day.weekday() < 5]
    gaps = {after[0] - before[1] for before, after in pairwise(windows)}
    assert gaps == {timedelta(minutes=1)}


async def test_only_the_day_and_the_categories_are_asked_for(source: Arxiv, server: ArxivServer) -> None:
    """A cross-list counts; another day's or another category's paper does not."""
    server.papers = [
        Submission("2510.00001", "Ours", TUESDAY_MORNING),
        Submission("2510.00002", "Cross-listed", TUESDAY_MORNING, ("cs.RO", "cs.CV")),
        Submission("2510.00003", "Robots only", TUESDAY_MORNING, ("cs.RO",)),
        Submission("2510.00004", "The next day's", TUESDAY_MORNING + timedelta(hours=9)),
    ]
    fetched = await source.fetch_day(WEDNESDAY)
    assert [paper.title for paper in fetched.papers] == ["Ours", "Cross-listed"]
    assert server.requests[0].query["search_query"] == (
        "(cat:cs.CL OR cat:cs.CV) AND submittedDate:[202510131800 TO 202510141759]"
    )


async def test_a_weekend_is_not_asked_for(source: Arxiv, server: ArxivServer) -> None:
    assert (await source.fetch_day(date(2025, 10, 18))).papers == ()
    assert server.requests == []


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (200, 1), (201, 2), (430, 3)])
async def test_every_page_is_read(source: Arxiv, server: ArxivServer, count: int, pages: int) -> None:
    server.papers = submissions(count)
    fetched = await source.fetch_day(WEDNESDAY)
    assert [paper.id for paper in fetched.papers] == [paper.id for paper in server.papers]
    assert [asked.query["start"] for asked in server.requests] == [str(200 * n) for n in range(pages)]
    assert fetched.cut is None


async def test_requests_keep_their_distance(
    http: Http, server: ArxivServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three seconds by arXiv's terms, kept between pages, days and attempts; here a little less."""
    assert module.SECONDS_BETWEEN == 3
    monkeypatch.setattr(module, "SECONDS_BETWEEN", 0.2)
    source = Arxiv(http, server.url, ("cs.CL",))
    server.papers = submissions(201)
    server.fail(status(503), times=1)
    await source.fetch_day(WEDNESDAY)
    await source.fetch_day(WEDNESDAY - timedelta(days=1))
    times = [asked.at for asked in server.requests]
    assert len(times) == 4
    assert min(after - before for before, after in pairwise(times)) >= 0.2


@pytest.mark.parametrize("versions", [(1, 2), (2, 1), (1, 1)])
async def test_versions_are_one_paper(source: Arxiv, server: ArxivServer, versions: tuple[int, ...]) -> None:
    server.papers = [Submission("2510.00001", "One", TUESDAY_MORNING, version=n) for n in versions]
    fetched = await source.fetch_day(WEDNESDAY)
    assert [paper.id for paper in fetched.papers] == ["2510.00001"]


@pytest.mark.parametrize(
    "fault",
    [
        status(503),
        status(500),
        rate_exceeded,
        too_many(retry_after=0),
        no_entries,
        miscounted,
        html_page,
        body(b""),
        body(b'<feed xmlns="http://www.w3.org/2005/Atom">', "application/atom+xml"),
        body(b"<rss version='2.0'><channel></channel></rss>", "application/rss+xml"),
        truncated,
        reset,
        stall,
    ],
)
async def test_a_passing_fault_costs_nothing(source: Arxiv, server: ArxivServer, fault: Fault) -> None:
    """The same page is asked for again, be it the first or a later one."""
    server.papers = submissions(201)
    server.fail(fault, times=1)
    assert len((await source.fetch_day(WEDNESDAY)).papers) == 201
    server.fail(on_later_pages(fault, times=1))
    fetched = await source.fetch_day(WEDNESDAY)
    assert (len(fetched.papers), fetched.cut) == (201, None)
    assert [asked.query["start"] for asked in server.requests] == ["0", "0", "200", "0", "200", "200"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(503), "HTTP 503"),
        (rate_exceeded, "HTTP 429"),
        (too_many(retry_after=7200), "HTTP 429, asks to wait 7200 s"),
        (no_entries, "something instead of a whole Atom page"),
        (html_page, "HTML instead of a whole Atom page"),
        (error_entry, "incorrect id format for 1234.12345678"),
    ],
)
async def test_a_lasting_fault_is_told(source: Arxiv, server: ArxivServer, fault: Fault, reason: str) -> None:
    server.papers = submissions(1)
    server.fail(fault)
    with pytest.raises(SourceError) as caught:
        await source.fetch_day(WEDNESDAY)
    assert reason in str(caught.value.values["reason"])


async def test_what_came_before_a_lasting_fault_is_kept(source: Arxiv, server: ArxivServer) -> None:
    """The first page is good, the second never: the day has 200 papers and says why no more."""
    server.papers = submissions(300)
    server.fail(on_later_pages(status(503), times=99))
    fetched = await source.fetch_day(WEDNESDAY)
    assert (len(fetched.papers), fetched.cut) == (200, "HTTP 503")


async def test_bad_entries_are_set_aside(source: Arxiv, server: ArxivServer) -> None:
    """Each with its reason; also where the page is not good XML. The good ones are all there."""
    server.papers = submissions(3)
    server.fail(flawed)
    fetched = await source.fetch_day(WEDNESDAY)
    assert len(fetched.papers) == 3
    assert len(fetched.rejected) == 5
    assert all(entry.reason for entry in fetched.rejected)
    assert "no title" in fetched.rejected[4].reason


async def test_an_endless_list_is_cut(
    source: Arxiv, server: ArxivServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_PAGES", 2)
    server.papers = submissions(500)
    fetched = await source.fetch_day(WEDNESDAY)
    assert (len(fetched.papers), fetched.cut) == (400, "more than 400 papers")
