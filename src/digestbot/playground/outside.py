"""What our servers of the outside world share: a port, a log of requests, every way we know them to fail."""

import asyncio
import json
import socket
import struct
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

BODY: web.RequestKey[Any] = web.RequestKey("body", object)
"""Where a request holds its JSON for `truth`, which can't wait for it."""

Fault = Callable[[Any, web.Request], Awaitable[web.StreamResponse]]
"""What to answer instead of the truth; it is given the server."""


@dataclass(frozen=True)
class Asked:
    """One request. *at* is in seconds of the monotonic clock, *body* is its JSON, if it has any."""

    at: float
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass
class _Planned:
    fault: Fault
    times: int | None
    day: date | None


class OutsideServer(ABC):
    """Answers GET (or *route*) on *path* with `truth`, which its heirs know, unless a fault is planned."""

    def __init__(self, path: str, route: Callable[..., web.RouteDef] = web.get) -> None:
        self.requests: list[Asked] = []
        self.url = ""
        self._planned: list[_Planned] = []
        self._closing = asyncio.Event()
        app = web.Application()
        app.add_routes([route(path, self._answer)])
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

    @abstractmethod
    def truth(self, request: web.Request) -> web.Response:
        """Return the answer of a server that is well."""

    @abstractmethod
    def day_of(self, request: web.Request) -> date | None:
        """Return the day that *request* asks for."""

    async def stalled(self) -> None:
        await self._closing.wait()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked_at = time.monotonic()
        request[BODY] = await _json_of(request)
        self.requests.append(
            Asked(asked_at, request.path, dict(request.query), dict(request.headers), request[BODY])
        )
        fault = self._next_fault(request)
        return await fault(self, request) if fault else self.truth(request)

    def _next_fault(self, request: web.Request) -> Fault | None:
        for planned in self._planned:
            if planned.times != 0 and (planned.day is None or planned.day == self.day_of(request)):
                planned.times = planned.times and planned.times - 1
                return planned.fault
        return None


async def _json_of(request: web.Request) -> Any:
    try:
        return json.loads(await request.read() or b"null")
    except ValueError:
        return None


async def html_page(server: OutsideServer, request: web.Request) -> web.Response:
    """A page for people, with status 200."""
    return web.Response(text="<!doctype html><title>Back soon</title>", content_type="text/html")


async def truncated(server: OutsideServer, request: web.Request) -> web.StreamResponse:
    """Half of the body that the header promises."""
    whole = server.truth(request)
    assert isinstance(whole.body, bytes)  # noqa: S101 - all of ours are
    body = whole.body.ljust(64)
    response = web.StreamResponse(headers={"Content-Type": whole.headers["Content-Type"]})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def stall(server: OutsideServer, request: web.Request) -> web.Response:
    """No answer, for as long as the server is up."""
    await server.stalled()
    return web.Response(status=503)


async def reset(server: OutsideServer, request: web.Request) -> web.Response:
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

    async def answer(server: OutsideServer, request: web.Request) -> web.Response:
        return json_answer({"error": f"status {code}"}, code, named)

    return answer


def too_many(retry_after: int | str | timedelta | None = None, reset_in: int | None = None) -> Fault:
    """Return a 429 that says when to come back: in `Retry-After` (seconds or a date) or in `RateLimit`."""

    async def answer(server: OutsideServer, request: web.Request) -> web.Response:
        headers = {}
        if isinstance(retry_after, timedelta):
            headers["Retry-After"] = format_datetime(datetime.now(UTC) + retry_after, usegmt=True)
        elif retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        if reset_in is not None:
            headers["RateLimit"] = f'"api";r=0;t={reset_in}'
        return json_answer({"error": "Too many requests"}, 429, headers)

    return answer


def body(data: bytes, content_type: str = "application/json", *, compressed: bool = False) -> Fault:
    """Return a fault that answers 200 with *data* as it is."""

    async def answer(server: OutsideServer, request: web.Request) -> web.Response:
        response = web.Response(body=data, content_type=content_type)
        if compressed:
            response.enable_compression(web.ContentCoding.gzip)
        return response

    return answer


def json_answer(value: Any, code: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    response = web.json_response(value, status=code, headers=headers)
    response.enable_compression()
    return response
