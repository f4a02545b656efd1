"""The HTTP client against a real server: what it asks again, what it gives up at once, what it tells."""

import asyncio
import json
import socket
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from digestbot import __version__
from digestbot.errors import SourceError
from digestbot.playground.hub import (
    Fault,
    HuggingFaceServer,
    body,
    html_page,
    reset,
    stall,
    status,
    too_many,
    truncated,
)
from digestbot.sources.http import Http, told_wait
from tests.sources.conftest import quick

NOW = datetime(2025, 10, 14, 12, 0, tzinfo=UTC)


async def broken_gzip(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    return web.Response(body=b"[]", headers={"Content-Encoding": "gzip"})


PASSING = {
    "html": (html_page, "source-garbled"),
    "no body": (body(b""), "source-garbled"),
    "not a number": (body(b"[NaN]"), "source-garbled"),
    "endless nesting": (body(b"[" * 100_000), "source-garbled"),
    "broken gzip": (broken_gzip, "source-unreachable"),
    "truncated": (truncated, "source-unreachable"),
    "reset": (reset, "source-unreachable"),
    "stall": (stall, "source-timeout"),
    "429": (status(429), "source-status"),
    "500": (status(500), "source-status"),
    "502": (status(502), "source-status"),
    "503": (status(503), "source-status"),
}
passing = pytest.mark.parametrize(("fault", "id_"), PASSING.values(), ids=PASSING)


def address(hub: HuggingFaceServer) -> str:
    return f"{hub.url}/api/daily_papers"


async def test_an_answer_is_its_json(hub: HuggingFaceServer, http: Http) -> None:
    """The parameters and headers reach the server, which learns who asks."""
    assert await http.get_json(address(hub), {"p": 0, "date": "2025-10-14"}, {"X-Test": "1"}) == []
    (asked,) = hub.requests
    assert asked.query == {"p": "0", "date": "2025-10-14"}
    assert asked.headers["X-Test"] == "1"
    assert asked.headers["User-Agent"] == f"digestbot/{__version__}"


@passing
async def test_a_passing_fault_is_asked_again(hub: HuggingFaceServer, fault: Fault, id_: str) -> None:
    """One bad answer costs one more request and no error."""
    hub.fail(fault, times=1)
    async with quick(timeout=0.2) as http:
        assert await http.get_json(address(hub)) == []
    assert len(hub.requests) == 2


@passing
async def test_a_lasting_fault_ends_as_our_error(hub: HuggingFaceServer, fault: Fault, id_: str) -> None:
    """After the last attempt the error says where and why."""
    hub.fail(fault)
    async with quick(timeout=0.1, attempts=2) as http:
        with pytest.raises(SourceError) as caught:
            await http.get_json(address(hub), {"date": "2025-10-14"})
    assert caught.value.id == id_
    assert caught.value.values["url"] == f"{address(hub)}?date=2025-10-14"
    assert caught.value.values["reason"]
    assert len(hub.requests) == (4 if fault is reset else 2)  # aiohttp itself renews a lost connection once


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 422, 304])
async def test_a_refusal_is_not_asked_again(hub: HuggingFaceServer, http: Http, code: int) -> None:
    """The same request would be refused again."""
    hub.fail(status(code))
    with pytest.raises(SourceError, match=f"HTTP {code}") as caught:
        await http.get_json(address(hub))
    assert caught.value.values["status"] == code
    assert len(hub.requests) == 1


async def test_nobody_listens(http: Http) -> None:
    """A port without a server is a SourceError after the attempts."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(SourceError) as caught:
            await http.get_json(url)
    assert caught.value.id == "source-unreachable"


@pytest.mark.parametrize("url", ["ftp://example.org/", "http://", "/api"])
async def test_an_address_that_is_none(http: Http, url: str) -> None:
    """What can't be asked is told as such, at once."""
    with pytest.raises(SourceError) as caught:
        await http.get_json(url)
    assert caught.value.id == "source-address"


async def test_a_circle_of_redirects(hub: HuggingFaceServer, http: Http) -> None:
    """A redirect to itself is followed some times, not for ever, and not asked again."""
    hub.fail(status(302, Location="/api/daily_papers"))
    with pytest.raises(SourceError) as caught:
        await http.get_json(address(hub))
    assert caught.value.id == "source-address"
    assert len(hub.requests) <= 11


@pytest.mark.parametrize("fault", [status(503, Retry_After="1"), too_many(reset_in=1)])
async def test_the_servers_own_wait_is_obeyed(hub: HuggingFaceServer, http: Http, fault: Fault) -> None:
    """The next request comes no earlier than asked for, though our own back-off is far shorter."""
    hub.fail(fault, times=1)
    assert await http.get_json(address(hub)) == []
    first, second = hub.requests
    assert 0.99 <= second.at - first.at < 2


@pytest.mark.parametrize(
    "fault",
    [
        too_many(retry_after=3600),
        too_many(retry_after=timedelta(hours=1)),
        too_many(reset_in=299),
    ],
)
async def test_too_long_a_wait_is_left_to_the_next_poll(
    hub: HuggingFaceServer, http: Http, fault: Fault
) -> None:
    """Beyond the cap we give up at once and say how long the server wanted."""
    hub.fail(fault)
    with pytest.raises(SourceError, match=r"asks to wait (36..|359.|299) s"):
        await http.get_json(address(hub))
    assert len(hub.requests) == 1


async def test_the_total_time_is_bounded(hub: HuggingFaceServer) -> None:
    """Attempts end with the total, however many are left."""
    hub.fail(stall)
    async with quick(timeout=0.1, attempts=100, total=0.25) as http:
        with pytest.raises(SourceError):
            await http.get_json(address(hub))
    assert len(hub.requests) == 3


@pytest.mark.parametrize("compressed", [False, True])
async def test_too_large_a_body_is_refused(hub: HuggingFaceServer, compressed: bool) -> None:
    """The limit counts unpacked bytes, so a small bomb is refused as well, and once is enough."""
    hub.fail(body(b"[" + b" " * 2**20 + b"]", compressed=compressed))
    async with quick(max_mib=1) as http:
        with pytest.raises(SourceError) as caught:
            await http.get_json(address(hub))
    assert caught.value.id == "source-too-large"
    assert len(hub.requests) == 1


async def test_a_body_up_to_the_limit_is_read(hub: HuggingFaceServer) -> None:
    """Exactly one MiB is not more than one MiB."""
    hub.fail(body(b"[" + b" " * (2**20 - 2) + b"]", compressed=True))
    async with quick(max_mib=1) as http:
        assert await http.get_json(address(hub)) == []


@pytest.mark.parametrize(
    "fault", [status(401), status(500), html_page, truncated, reset, stall, status(302, Location="/x:y")]
)
async def test_no_secret_in_an_error(hub: HuggingFaceServer, fault: Fault) -> None:
    """Neither the token nor a password in the URL is in the error or in its traceback."""
    hub.fail(fault)
    url = address(hub).replace("http://", "http://user:pass-word@") if fault is html_page else address(hub)
    headers = None if fault is html_page else {"Authorization": "Bearer hf_secret"}
    async with quick(timeout=0.05, attempts=1) as http:
        with pytest.raises(SourceError) as caught:
            await http.get_json(url, headers=headers)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "hf_secret" not in told
    assert "pass-word" not in told


async def test_a_cancelled_request_stays_cancelled(hub: HuggingFaceServer) -> None:
    """Shutting down in the middle of a request is neither swallowed nor asked again."""
    hub.fail(stall)
    async with quick(timeout=5) as http:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await http.get_json(address(hub))
    assert len(hub.requests) == 1


async def test_it_is_used_inside_its_with() -> None:
    """A client that was not opened is our own mistake, not the source's."""
    with pytest.raises(RuntimeError):
        await quick().get_json("http://127.0.0.1/")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 7 "}, 7),
        ({"Retry-After": "Tue, 14 Oct 2025 12:01:00 GMT"}, 60),
        ({"Retry-After": "Tue, 14 Oct 2025 11:59:00 GMT"}, 0),
        ({"Retry-After": "Tue, 14 Oct 2025 12:01:00 GMT", "Date": "Tue, 14 Oct 2025 12:00:50 GMT"}, 10),
        ({"RateLimit": '"default";r=0;t=55'}, 55),
        ({"RateLimit": '"default";t=55;r=0'}, 55),
        ({"RateLimit": '"burst";r=3;t=900, "default";r=0;t=55'}, 55),
        ({"RateLimit": '"a";r=0;t=5, "b";r=0;t=55'}, 55),
        ({"RateLimit": "limit=500, remaining=0, reset=55"}, 55),
        ({"RateLimit-Reset": "55"}, 55),
        ({"Retry-After": "3", "RateLimit": '"default";r=0;t=55'}, 3),
        ({"Retry-After": "soon", "RateLimit": '"default";r=0;t=55'}, 55),
        ({"RateLimit": '"default";r=499;t=300'}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "9" * 5000}, None),
        ({}, None),
    ],
)
def test_told_wait(headers: dict[str, str], seconds: float | None) -> None:
    """Every form in which servers name their pause, and what is none."""
    assert told_wait(headers, NOW) == seconds


@given(st.text(), st.text(), st.text())
def test_told_wait_survives_any_header(after: str, limit: str, sent: str) -> None:
    """Nonsense is None or seconds, never an error."""
    wait = told_wait({"Retry-After": after, "RateLimit": limit, "Date": sent}, NOW)
    assert wait is None or wait >= 0


async def test_compressed_json_is_unpacked(hub: HuggingFaceServer, http: Http) -> None:
    """Korean and symbols survive gzip."""
    hub.fail(body(json.dumps(["논문 ▲"]).encode(), compressed=True))
    assert await http.get_json(address(hub)) == ["논문 ▲"]
    assert "gzip" in hub.requests[0].headers["Accept-Encoding"]
