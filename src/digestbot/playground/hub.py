"""The daily_papers API of Hugging Face, on a port of this machine, with every way we know it to fail.

async with HuggingFaceServer() as hub:
    hub.days[date(2025, 10, 14)] = [entry(id="2510.12586", title="…", upvotes=7)]
    hub.fail(status(503), times=2)
"""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

Fault = Callable[["HuggingFaceServer", web.Request], Awaitable[web.StreamResponse]]
"""What to answer instead of the list."""

_OF_THE_ENTRY = ("mediaUrl", "numComments", "submittedBy", "thumbnail")
_OF_BOTH = ("mediaUrls", "organization")
_CDN = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers"


def entry(
    *,
    id: str = "2510.00001",  # noqa: A002 - the API's own word
    title: str = "A Small Model of Everything",
    abstract: str = "We show a small model.\nIt fits into a pocket.",
    upvotes: int = 1,
    day: date | None = None,
    authors: Sequence[str] = ("Ann Author", "Bo Writer"),
    **more: Any,
) -> dict[str, Any]:
    """Return a raw entry as the API writes it, listed on *day* if given (older entries don't tell theirs).

    *more* goes where the API has it: into the entry, its paper, or both.
    """
    published = f"{(day or date(2025, 10, 2)) - timedelta(days=1)}T17:59:59.000Z"
    paper: dict[str, Any] = {
        "id": id,
        "authors": [{"_id": f"{n:024x}", "name": name, "hidden": False} for n, name in enumerate(authors)],
        "publishedAt": published,
        "title": title,
        "summary": abstract,
        "upvotes": upvotes,
        "discussionId": "68edb7abde1fee572713a7ed",
    }
    if day is not None:
        paper["submittedOnDailyAt"] = f"{day}T01:17:25.740Z"
    paper |= {name: value for name, value in more.items() if name not in _OF_THE_ENTRY}
    outer = {name: value for name, value in more.items() if name in _OF_THE_ENTRY + _OF_BOTH}
    return {
        "paper": paper,
        "publishedAt": published.replace("T17", "T13"),
        "title": title,
        "summary": abstract,
        "thumbnail": f"{_CDN}/{id}.png",
        "numComments": 1,
        "isAuthorParticipating": False,
        **outer,
    }


MALFORMED: tuple[Any, ...] = (
    "2510.12586",
    None,
    {"error": "not found"},
    {"paper": "2510.12586", "title": "A text where the paper should be"},
    {"paper": {"id": "2510.12586", "upvotes": 3}},
    {"paper": {"id": "not an id", "title": "No id", "upvotes": 3}},
    {"paper": {"id": "2510.12586", "title": "Votes in words", "upvotes": "many"}},
)
"""Entries that are none, each in its own way."""


@dataclass(frozen=True)
class Asked:
    """One request. *at* is in seconds of the monotonic clock."""

    at: float
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class _Planned:
    fault: Fault
    times: int | None
    day: date | None


class HuggingFaceServer:
    """Serves `days` (those that are not there are empty, as weekends are), paged, most votes first.

    A date after `today` answers 400. With a `token`, another one in a request answers 401.
    """

    def __init__(self, today: date = date.max, token: str | None = None) -> None:
        self.today = today
        self.token = token
        self.days: dict[date, list[Any]] = {}
        self.requests: list[Asked] = []
        self.url = ""
        self._planned: list[_Planned] = []
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_get("/api/daily_papers", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def fail(self, fault: Fault, times: int | None = None, day: date | None = None) -> None:
        """Answer with *fault* the next *times* requests (None: always), only those for *day* if given.

        Faults that are planned later have their turn after the earlier ones.
        """
        self._planned.append(_Planned(fault, times, day))

    def heal(self) -> None:
        """Forget every fault."""
        self._planned.clear()

    def listed(self, day: date) -> list[Any]:
        """Return the day's entries, most votes first; junk among them keeps to the end."""
        return sorted(self.days.get(day, []), key=_votes, reverse=True)

    def page(self, request: web.Request, number: int) -> web.Response:
        limit = int(request.query.get("limit", "50"))
        entries = self.listed(_day(request) or self.today)
        return _json(
            entries[number * limit : (number + 1) * limit], headers={"RateLimit": '"api";r=499;t=300'}
        )

    async def stalled(self) -> None:
        await self._closing.wait()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        query, headers = dict(request.query), dict(request.headers)
        self.requests.append(Asked(time.monotonic(), request.path, query, headers))
        fault = self._next_fault(request)
        if fault is not None:
            return await fault(self, request)
        if self.token and headers.get("Authorization") not in (None, f"Bearer {self.token}"):
            return _json({"error": "Invalid credentials in Authorization header"}, 401)
        if problem := self._problem(request):
            return _json({"error": problem}, 400)
        return self.page(request, int(query.get("p", "0")))

    def _next_fault(self, request: web.Request) -> Fault | None:
        for planned in self._planned:
            if planned.times != 0 and planned.day in (None, _day(request)):
                planned.times = planned.times and planned.times - 1
                return planned.fault
        return None

    def _problem(self, request: web.Request) -> str | None:
        try:
            day = _day(request)
            limit, number = int(request.query.get("limit", "50")), int(request.query.get("p", "0"))
        except ValueError:
            return "Invalid query"
        if not 1 <= limit <= 100 or number < 0:
            return "Invalid limit or p"
        return "Date must not be in the future" if day and day > self.today else None


async def html_page(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    """A page for people, with status 200."""
    return web.Response(text="<!doctype html><title>Back soon</title>", content_type="text/html")


async def error_object(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    """A JSON object with status 200, where a list should be."""
    return _json({"error": "Internal error, try again"})


async def list_of_strings(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    return _json(["2510.12586", "2510.12587"])


async def malformed(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    """The day's good entries with every malformed one among them."""
    good = hub.listed(_day(request) or hub.today)
    return _json([*MALFORMED[:3], *good, *MALFORMED[3:]])


async def same_page(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    """The first page, whichever is asked for."""
    return hub.page(request, 0)


async def truncated(hub: HuggingFaceServer, request: web.Request) -> web.StreamResponse:
    """Half of the body that the header promises."""
    body = json.dumps(hub.listed(_day(request) or hub.today)).encode().ljust(64)
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def stall(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    """No answer, for as long as the server is up."""
    await hub.stalled()
    return web.Response(status=503)


async def reset(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    """A connection that breaks off: TCP's RST, without a word of HTTP."""
    if request.transport is None:  # the other side was quicker
        raise ConnectionResetError
    at_once = struct.pack("ii", 1, 0)  # linger on, 0 seconds
    request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    request.transport.abort()
    return web.Response(status=503)


def status(code: int, **headers: str) -> Fault:
    """Return a fault that answers *code*; `Retry_After="60"` is the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(hub: HuggingFaceServer, request: web.Request) -> web.Response:
        return _json({"error": f"status {code}"}, code, named)

    return answer


def too_many(retry_after: int | timedelta | None = None, reset_in: int | None = None) -> Fault:
    """Return a 429 that says when to come back: in `Retry-After` (seconds or a date) or in `RateLimit`."""

    async def answer(hub: HuggingFaceServer, request: web.Request) -> web.Response:
        headers = {}
        if isinstance(retry_after, timedelta):
            headers["Retry-After"] = format_datetime(datetime.now(UTC) + retry_after, usegmt=True)
        elif retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        if reset_in is not None:
            headers["RateLimit"] = f'"api";r=0;t={reset_in}'
        return _json({"error": "Too many requests"}, 429, headers)

    return answer


def body(data: bytes, content_type: str = "application/json", *, compressed: bool = False) -> Fault:
    """Return a fault that answers 200 with *data* as it is."""

    async def answer(hub: HuggingFaceServer, request: web.Request) -> web.Response:
        response = web.Response(body=data, content_type=content_type)
        if compressed:
            response.enable_compression(web.ContentCoding.gzip)
        return response

    return answer


def _json(value: Any, code: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    response = web.json_response(value, status=code, headers=headers)
    response.enable_compression()
    return response


def _day(request: web.Request) -> date | None:
    text = request.query.get("date")
    return date.fromisoformat(text) if text else None


def _votes(listed: Any) -> int:
    paper = listed.get("paper") if isinstance(listed, dict) else None
    votes = paper.get("upvotes") if isinstance(paper, dict) else None
    return votes if isinstance(votes, int) else -1
