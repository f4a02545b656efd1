"""Measures what a flood costs others: how soon they are answered while a stranger sends a thousand updates.

    python -m tests.benchmarks.flood [--times 3] [--seconds 4] [--kinds help search …]

The bot is a real process with a SQLite file; a Telegram in this one hands it updates by `getUpdates` and
writes down when each answer arrives. Readers ask `/today` twenty times a second, for some seconds without a
flood and for some with one, of each kind in turn. Each figure is a line `figure NAME VALUE`, a median over
all turns: the p95 of the time from a question to its answer, and how many times the quiet one that is.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import uvloop
from aiohttp import web

from digestbot.core.query import key
from digestbot.store import Store
from tests.benchmarks.interests import HOSTILE, WORST, figure, invented, readers
from tests.builders import a_subscriber

TOKEN = "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI"
FLOOD = 1_000
ASKING = 0.05
LATENCY = 0.04
PAGE = 100
"""Updates that `getUpdates` gives at most."""
READERS = 60
STRANGER = 1_000_000
DAYS = 15

Body = dict[str, Any]


class Telegram:
    """Hands out updates, takes whatever is said, and knows when."""

    def __init__(self) -> None:
        self.waiting: dict[int, Body] = {}
        self.answered_at: dict[int, float] = {}
        """When a chat was last written to."""
        self._numbers = itertools.count(1)
        self._news = asyncio.Event()

    def post(self, **update: Any) -> None:
        number = next(self._numbers)
        self.waiting[number] = {"update_id": number, **update}
        self._news.set()

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        is_json = request.content_type == "application/json"
        given: Any = await request.json() if is_json else await request.post()
        if method == "getUpdates":
            return _ok(await self._updates(int(given.get("offset", 0))))
        await asyncio.sleep(LATENCY)
        if method == "getMe":
            return _ok({"id": 1, "is_bot": True, "first_name": "Digest", "username": "digest_bot"})
        if not method.startswith(("send", "edit")):
            return _ok(result=True)
        chat = int(given["chat_id"])
        self.answered_at[chat] = time.perf_counter()
        return _ok({"message_id": 7, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "."})

    async def _updates(self, offset: int) -> list[Body]:
        for number in [*itertools.takewhile(lambda number: number < offset, self.waiting)]:
            del self.waiting[number]
        if not self.waiting:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await self._news.wait()
        return [*itertools.islice(self.waiting.values(), PAGE)]


def _ok(result: Any) -> web.Response:
    return web.Response(body=orjson.dumps({"ok": True, "result": result}), content_type="application/json")


# -- what is said ------------------------------------------------------------------------------


def user(number: int) -> Body:
    return {"id": number, "is_bot": False, "first_name": "Ann", "language_code": "en"}


def private(number: int) -> Body:
    return {"id": number, "type": "private", "first_name": "Ann"}


def command(text: str, person: int, chat: Body | None = None) -> Body:
    length = len(text.split(maxsplit=1)[0])
    return {
        "message": {
            "message_id": 1,
            "date": int(time.time()),
            "chat": chat or private(person),
            "from": user(person),
            "text": text,
            "entities": [{"type": "bot_command", "offset": 0, "length": length}],
        }
    }


def press(code: str, person: int) -> Body:
    shown = {"message_id": 1, "date": 1, "chat": private(person), "text": "."}
    pressed = {"id": "1", "from": user(person), "chat_instance": "1", "message": shown, "data": code}
    return {"callback_query": pressed}


def inline(words: str, person: int) -> Body:
    return {"inline_query": {"id": "1", "from": user(person), "query": words, "offset": ""}}


def group(number: int) -> Body:
    return {"id": -number, "type": "group", "title": "Lab"}


def floods(terms: list[str]) -> dict[str, Callable[[int, int], Body]]:
    """Return, by the kind of flood, what makes its n-th update; *who* is a stranger's number."""
    hostile = [topic[:4000] for topic in (*HOSTILE, *WORST)]
    return {
        "help": lambda _, who: command("/help", who),
        "search": lambda n, who: command(f"/search {terms[n]} OR {terms[-n]}", who),
        "trends": lambda n, who: command(f"/trends {terms[n]}", who),
        "test": lambda n, who: command(f"/test {terms[n]} OR {terms[-n]}", who),
        "add": lambda n, who: command(f"/add {hostile[n % len(hostile)]}", who),
        "export": lambda _, who: command("/export", who),
        "press": lambda _, who: press("1:settings", who),
        "inline": lambda n, who: inline(f"{terms[n]} {terms[-n]}", who),
        "group": lambda n, who: command("/help", who + n % 100, group(who)),
    }


# -- the bot -----------------------------------------------------------------------------------


async def fill(store: Store) -> list[str]:
    """Store a month of papers and those who read them; return the terms of these papers."""
    random_, today = random.Random(1), datetime.now(UTC).date()
    terms: list[str] = []
    await store.upgrade()
    async with store.write() as tables:
        for ago in range(DAYS):
            papers, terms = invented(random_)
            day = today - timedelta(days=ago)
            listed = [
                replace(paper, id=f"{2400 + ago}.{number:05}", listed_on=day)
                for number, paper in enumerate(papers[:40])
            ]
            await tables.papers.save(listed, datetime.now(UTC))
        for chat, topics in enumerate(readers(terms, READERS, random_), 1):
            reader = await tables.subscribers.add(a_subscriber(chat, next_due_at=None), datetime.now(UTC))
            named = {key(topic): topic for topic in topics}
            await tables.subscribers.add_topics(reader.id, [(topic, kept) for kept, topic in named.items()])
    return terms


@asynccontextmanager
async def a_bot(folder: Path, telegram: Telegram) -> AsyncIterator[None]:
    """Start the bot against *telegram*."""
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", telegram.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    environment = {
        **os.environ,
        "DIGESTBOT_DATA_DIR": str(folder),
        "DIGESTBOT_TELEGRAM__TOKEN": TOKEN,
        "DIGESTBOT_TELEGRAM__API_URL": f"http://127.0.0.1:{runner.addresses[0][1]}",
        "DIGESTBOT_HUGGINGFACE__URL": "http://127.0.0.1:9",
        "DIGESTBOT_LOG_LEVEL": "ERROR",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "digestbot", "run"), env=environment
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()
        await runner.cleanup()


async def ask(telegram: Telegram, people: Iterator[int], seconds: float) -> float:
    """Have readers ask for so long; return the p95 of the seconds until they were answered."""
    asked: dict[int, float] = {}
    for _ in range(int(seconds / ASKING)):
        person = next(people)
        asked[person] = time.perf_counter()
        telegram.post(**command("/today", person))
        await asyncio.sleep(ASKING)
    async with asyncio.timeout(60):
        while any(telegram.answered_at.get(person, 0) < at for person, at in asked.items()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    took = [telegram.answered_at[person] - at for person, at in asked.items()]
    return statistics.quantiles(took, n=20)[-1]


async def turn(folder: Path, make: Callable[[int, int], Body], seconds: float) -> tuple[float, float]:
    """Start a bot; return how soon it answers, quiet and during a flood."""
    telegram, people = Telegram(), itertools.cycle(range(1, READERS + 1))
    async with a_bot(folder, telegram):
        telegram.post(**make(0, STRANGER - 1_000))  # what is made once is made
        await ask(telegram, people, READERS * ASKING)
        quiet = await ask(telegram, people, seconds)
        for number in range(FLOOD):
            telegram.post(**make(number, STRANGER))
        return quiet, await ask(telegram, people, seconds)


async def measure(times: int, seconds: float, kinds: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with Store(f"sqlite+aiosqlite:///{folder / 'digestbot.db'}") as store:
            terms = await fill(store)
        made = floods(terms)
        found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds or made}
        for _ in range(times):
            for kind, turns in found.items():
                turns.append(await turn(folder, made[kind], seconds))
    for kind, turns in found.items():
        figure(f"flood.today_p95_quiet_{kind}_ms", 1000 * statistics.median(quiet for quiet, _ in turns))
        figure(f"flood.today_p95_during_{kind}_ms", 1000 * statistics.median(during for _, during in turns))
        figure(f"flood.times_quiet_{kind}", statistics.median(during / quiet for quiet, during in turns))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--kinds", nargs="*", default=[])
    given = parser.parse_args()
    uvloop.run(measure(given.times, given.seconds, given.kinds))


if __name__ == "__main__":
    main()
