"""A day's list over the real wire: pages, bad entries, bad answers."""

from datetime import date
from typing import Any

import pytest

from digestbot.errors import SourceError
from digestbot.playground.hub import (
    MALFORMED,
    Fault,
    HuggingFaceServer,
    body,
    entry,
    error_object,
    html_page,
    list_of_strings,
    malformed,
    reset,
    same_page,
    status,
    truncated,
)
from digestbot.sources import huggingface
from digestbot.sources.http import Http
from digestbot.sources.huggingface import HuggingFace

DAY = date(2025, 10, 14)


@pytest.fixture
def source(http: Http, hub: HuggingFaceServer) -> HuggingFace:
    return HuggingFace(http, hub.url, token=None)


def entries(count: int) -> list[dict[str, Any]]:
    """Return *count* entries, most votes first."""
    return [entry(id=f"2510.{n:05}", title=f"Paper {n}", upvotes=count - n, day=DAY) for n in range(count)]


async def test_a_day_is_read_in_the_order_of_its_list(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """Most votes first, each paper with its day."""
    hub.days[DAY] = [entry(id="2510.00001", upvotes=3), entry(id="2510.00002", upvotes=40)]
    fetched = await source.fetch_day(DAY)
    assert [(paper.id, paper.upvotes, paper.listed_on) for paper in fetched.papers] == [
        ("2510.00002", 40, DAY),
        ("2510.00001", 3, DAY),
    ]
    assert (fetched.day, fetched.rejected) == (DAY, ())


async def test_a_day_without_papers(source: HuggingFace) -> None:
    """A weekend is an empty list, not an error."""
    assert (await source.fetch_day(date(2025, 10, 11))).papers == ()


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (50, 1), (99, 1), (100, 2), (101, 2), (230, 3)])
async def test_every_page_is_read(
    source: HuggingFace, hub: HuggingFaceServer, count: int, pages: int
) -> None:
    """Pages of 100 until one is shorter; none of the day's papers is left behind."""
    hub.days[DAY] = entries(count)
    fetched = await source.fetch_day(DAY)
    assert [paper.id for paper in fetched.papers] == [f"2510.{n:05}" for n in range(count)]
    asked = [(seen.query["date"], seen.query["limit"], seen.query["p"]) for seen in hub.requests]
    assert asked == [("2025-10-14", "100", str(number)) for number in range(pages)]


async def test_the_same_page_for_ever(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """A server that ignores the page number is asked once more, not for ever."""
    hub.days[DAY] = entries(130)
    hub.fail(same_page)
    assert len((await source.fetch_day(DAY)).papers) == 100
    assert len(hub.requests) == 2


async def test_a_page_of_junk_does_not_end_the_list(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """Papers behind a hundred bad entries are found, and each bad entry is set aside once."""
    hub.fail(body(b"[%s]" % b",".join(b"%d" % n for n in range(100))), times=1)
    hub.days[DAY] = entries(101)
    fetched = await source.fetch_day(DAY)
    assert (len(fetched.papers), len(fetched.rejected)) == (1, 100)


async def test_a_list_without_end_is_cut(
    source: HuggingFace, hub: HuggingFaceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many pages a server has, we read so many of them."""
    monkeypatch.setattr(huggingface, "MAX_PAGES", 2)
    hub.days[DAY] = entries(350)
    assert len((await source.fetch_day(DAY)).papers) == 200


async def test_a_bad_entry_costs_only_itself(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """The good ones are kept in their order; each bad one is set aside with its text and a reason."""
    hub.days[DAY] = entries(3)
    hub.fail(malformed)
    fetched = await source.fetch_day(DAY)
    assert [paper.title for paper in fetched.papers] == ["Paper 0", "Paper 1", "Paper 2"]
    assert len(fetched.rejected) == len(MALFORMED)
    told = {rejected.entry: rejected.reason for rejected in fetched.rejected}
    assert told['"2510.12586"'].startswith("entry: Input should be a valid dictionary")
    assert told['{"paper": {"id": "2510.12586", "upvotes": 3}}'] == "paper.title: Field required"


async def test_a_list_of_strings(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """Each is set aside, none is a paper."""
    hub.fail(list_of_strings)
    fetched = await source.fetch_day(DAY)
    assert (fetched.papers, len(fetched.rejected)) == ((), 2)


async def test_what_is_set_aside_can_be_stored(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """Its text is bounded, and has neither NUL nor lone surrogates, which databases refuse."""
    hub.fail(body(b'["\\u0000 \\ud800 ' + b"long" * 5000 + b'"]'))
    (rejected,) = (await source.fetch_day(DAY)).rejected
    assert rejected.entry.startswith(r'"\u0000 \ud800 long')
    assert len(rejected.entry) == 2000
    assert (rejected.entry + rejected.reason).isascii()
    assert "\0" not in rejected.entry


async def test_the_same_paper_twice(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """Versions of one paper are one paper: the later entry counts, and keeps what only the earlier told."""
    first = entry(id="2510.00001v1", upvotes=9, ai_summary="Short.")
    hub.days[DAY] = [first, entry(id="2510.00002", upvotes=8), entry(id="2510.00001v2", upvotes=7)]
    one, two = (await source.fetch_day(DAY)).papers
    assert (one.id, one.upvotes, one.ai_summary) == ("2510.00001", 7, "Short.")
    assert two.id == "2510.00002"


@pytest.mark.parametrize("answer", [error_object, body(b"null"), body(b'"x"'), body(b'{"papers": []}')])
async def test_an_answer_that_is_no_list(source: HuggingFace, hub: HuggingFaceServer, answer: Fault) -> None:
    """The day has failed; an error object is no empty day."""
    hub.fail(answer)
    with pytest.raises(SourceError, match="instead of a list") as caught:
        await source.fetch_day(DAY)
    assert caught.value.id == "source-shape"


async def test_a_day_that_has_not_begun(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """The server refuses a date after its today; the error names the day, and it is not asked again."""
    hub.today = DAY
    assert (await source.fetch_day(DAY)).papers == ()
    with pytest.raises(SourceError, match="2025-10-15") as caught:
        await source.fetch_day(date(2025, 10, 15))
    assert caught.value.id == "source-no-such-day"
    assert len(hub.requests) == 2


@pytest.mark.parametrize("fault", [status(500), html_page, truncated, reset])
async def test_a_fault_in_the_middle_is_got_over(
    source: HuggingFace, hub: HuggingFaceServer, fault: Fault
) -> None:
    """A page that fails once is read again, and nothing of the day is lost."""
    hub.days[DAY] = entries(120)
    hub.fail(fault, times=1, day=DAY)
    assert len((await source.fetch_day(DAY)).papers) == 120


async def test_half_a_day_is_no_day(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """When the second page can't be had, the error is told instead of the first page."""
    hub.days[DAY] = entries(120)

    async def second_page_fails(hub: HuggingFaceServer, request: Any) -> Any:
        return await status(503)(hub, request) if request.query["p"] == "1" else hub.page(request, 0)

    hub.fail(second_page_fails)
    with pytest.raises(SourceError):
        await source.fetch_day(DAY)


async def test_the_token_is_sent(http: Http, hub: HuggingFaceServer) -> None:
    """With a token each request bears it; a wrong one is refused at once and not told."""
    hub.token = "hf_right"
    await HuggingFace(http, hub.url + "/", "hf_right").fetch_day(DAY)
    assert hub.requests[0].headers["Authorization"] == "Bearer hf_right"
    with pytest.raises(SourceError, match="HTTP 401") as caught:
        await HuggingFace(http, hub.url, "hf_wrong").fetch_day(DAY)
    assert "hf_wrong" not in repr(caught.value)
    assert len(hub.requests) == 2


async def test_without_a_token_none_is_sent(source: HuggingFace, hub: HuggingFaceServer) -> None:
    """The list is public."""
    await source.fetch_day(DAY)
    assert "Authorization" not in hub.requests[0].headers
