"""A Telegram with bad days: it takes messages or fails as its dice fall, and remembers what reached whom."""

import asyncio
import random
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

FLAGS = ("<i>Possible repeat", "<i>중복일 수")
TROUBLES = ("flood", "error", "reset before", "reset after", "stall")
STALL = 10.0
"""Seconds; of the clock that is given, as those of a flood."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that a reader has."""

    reader: int
    papers: tuple[str, ...]
    flagged: bool
    at: datetime


class BadTelegram:
    """Answers `sendMessage`. *trouble* is the part of calls that fails, *speed* how fast the clock runs."""

    def __init__(self, seed: int, clock: Callable[[], datetime], speed: float, trouble: float) -> None:
        self.trouble = trouble
        self.blocked: set[int] = set()
        self.moving: dict[int, int] = {}
        """New ids of chats, by the old ones."""
        self.arrivals: list[Arrival] = []
        self.met: Counter[str] = Counter()
        """What went wrong, how often."""
        self.calls: list[float] = []
        """When each call came, in seconds of the real clock."""
        self.heard: defaultdict[int, list[str]] = defaultdict(list)
        """What was asked for each chat, when, and how that went."""
        self._inside: dict[int, web.Request] = {}
        self._random = random.Random(seed)
        self._clock = clock
        self._speed = speed
        self._shut_until: defaultdict[int, float] = defaultdict(float)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Give the URL at which it answers."""
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, self._port = self._runner.addresses[0][:2]
        try:
            yield f"http://{host}:{self._port}"
        finally:
            await self._runner.cleanup()

    async def be_out(self, seconds: float) -> None:
        """Let nobody in for so long, and cut off whoever is inside."""
        for site in [*self._runner.sites]:
            await site.stop()
        for request in [*self._inside.values()]:
            _cut(request)
        self.met["outage"] += 1
        await asyncio.sleep(seconds)
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] != "sendMessage":
            me = {"id": 1, "is_bot": True, "first_name": "digestbot", "username": "digestbot"}
            return web.json_response({"ok": True, "result": me})
        said = await (request.json() if request.content_type == "application/json" else request.post())
        chat, text = int(str(said["chat_id"])), str(said["text"])
        self.calls.append(asyncio.get_running_loop().time())
        trouble = self._trouble(chat)
        if trouble:
            self.met[trouble] += 1
        self.heard[chat].append(f"{self._clock():%d %H:%M:%S} {trouble or 'well'}")
        self._inside[id(request)] = request
        try:
            return await self._told(request, chat, text, trouble)
        finally:
            del self._inside[id(request)]

    def _trouble(self, chat: int) -> str:
        if asyncio.get_running_loop().time() < self._shut_until[chat]:
            return "too early"
        return self._random.choice(TROUBLES) if self._random.random() < self.trouble else ""

    async def _told(self, request: web.Request, chat: int, text: str, trouble: str) -> web.StreamResponse:
        match trouble:
            case "too early":
                return _no(429, "Too Many Requests", retry_after=1)
            case "flood":
                seconds = self._random.randint(1, 30)
                self._shut_until[chat] = asyncio.get_running_loop().time() + seconds / self._speed
                return _no(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
            case "error":
                return _no(500, "Internal Server Error")
            case "reset before":
                return _cut(request)
            case "stall":
                await asyncio.sleep(STALL / self._speed)
        if chat in self.blocked:
            self.met["blocked"] += 1
            return _no(403, "Forbidden: bot was blocked by the user")
        if chat in self.moving:
            self.met["moved"] += 1
            moved = "Bad Request: group chat was upgraded to a supergroup chat"
            return _no(400, moved, migrate_to_chat_id=self.moving[chat])
        self._take(chat, text)
        if trouble == "reset after":
            return _cut(request)
        return web.json_response({"ok": True, "result": {"message_id": len(self.arrivals)}})

    def _take(self, chat: int, text: str) -> None:
        papers = tuple(re.findall(r"arxiv\.org/abs/([\d.]+)", text))
        self.arrivals.append(Arrival(chat, papers, text.startswith(FLAGS), self._clock()))

    def busiest_second(self) -> int:
        """Return the most calls that came within one second, any one."""
        most, first = 0, 0
        for last, at in enumerate(self.calls):
            while self.calls[first] <= at - 1:
                first += 1
            most = max(most, last - first + 1)
        return most


def _no(status: int, description: str, **parameters: int) -> web.Response:
    told = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return web.json_response(told, status=status)


def _cut(request: web.Request) -> web.Response:
    """Cut the connection; what is returned reaches nobody."""
    if request.transport:
        request.transport.abort()
    return web.Response()
