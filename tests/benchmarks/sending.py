"""Measures sending: digests a second against other ways, the pace at a cap, and how soon the bot is there.

    python -m tests.benchmarks.sending [--seconds 60] [--messages 5000]

A Telegram in a process of its own (`stub.py`) takes every message. Each figure is a line `figure NAME VALUE`;
what is compared is the median of five runs in turn. *seconds* is the time at a cap of 1,000 a second. aiogram
is measured where it is installed; it is no dependency of ours.
"""

import argparse
import asyncio
import contextlib
import gc
import importlib.util
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import uvloop
from telegram import Bot, Update
from telegram.ext import ApplicationBuilder, ExtBot
from telegram.request import HTTPXRequest

from digestbot import log
from digestbot.app import App
from digestbot.bot.limiter import Limiter
from digestbot.bot.sender import TelegramSender, call
from digestbot.bot.transport import AiohttpRequest
from digestbot.core.subscriber import Schedule
from digestbot.render.message import Message
from digestbot.settings import only
from tests.builders import NOON, Clock, a_paper, a_subscriber

TOKEN = "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI"
TIMES = 5
AT_ONCE = 64
NO_CAP = 1_000_000
CAP = 1_000
LATENCY = 0.04
SLOW = 10
"""Such a part of the messages is enough for the slow ways."""
DIGEST = Message("<b>A Paper about Agents</b>\nWhat it shows, in one sentence of some length.\n" * 10)


def figure(name: str, value: float) -> None:
    print(f"figure {name} {value:.3f}", flush=True)  # noqa: T201 - it is what this file is for


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


@contextmanager
def a_telegram(latency: float = 0.0) -> Iterator[str]:
    """Start a Telegram in a process of its own, and give its address."""
    command = [sys.executable, "-m", "tests.benchmarks.stub", "--latency", str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


async def arrivals(url: str) -> list[float]:
    """Return when messages arrived since this was last asked, sorted."""
    async with aiohttp.ClientSession() as client, client.get(f"{url}/counts") as answer:
        return sorted(orjson.loads(await answer.read()))


def most_in_a_second(times: Sequence[float]) -> int:
    first = most = 0
    for last, moment in enumerate(times):
        while moment - times[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


async def rate(count: int, send: Callable[[int], Awaitable[object]], at_once: int = AT_ONCE) -> float:
    """Return how many of *count* messages a second *send* takes, so many *at_once*."""
    numbers = iter(range(1, count + 1))

    async def sender() -> None:
        for number in numbers:
            await send(number)

    started = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(at_once)))
    return count / (time.perf_counter() - started)


# -- ways to send ------------------------------------------------------------------------------


@asynccontextmanager
async def a_bot(url: str, limiter: Limiter) -> AsyncIterator[ExtBot[Any]]:
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").job_queue(None)
    builder = builder.request(AiohttpRequest()).get_updates_request(AiohttpRequest(connections=2))
    async with builder.rate_limiter(limiter).build().bot as bot:
        yield bot


async def by_sender(url: str, count: int) -> float:
    """Our sender and nothing else."""
    async with a_bot(url, Limiter(NO_CAP)) as bot:
        sender = TelegramSender(bot)
        packed = sender.pack(DIGEST)
        return await rate(count, lambda number: sender.send(number, packed))


async def by_aiohttp(url: str, count: int) -> float:
    """The same bodies by a bare client: what can be had at most."""
    rest = orjson.dumps(
        {"text": DIGEST.html, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    )
    headers = {"Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as client:

        async def send(number: int) -> None:
            body = b'{"chat_id":%d,%b' % (number, rest[1:])
            async with client.post(f"{url}/bot{TOKEN}/sendMessage", data=body) as answer:
                await answer.read()

        return await rate(count, send)


async def by_default(url: str, count: int) -> float:
    """python-telegram-bot as it comes, but with room for as many at once."""
    request = HTTPXRequest(connection_pool_size=AT_ONCE, pool_timeout=60)
    async with Bot(TOKEN, base_url=f"{url}/bot", request=request) as bot:
        return await rate(count, lambda number: bot.send_message(number, **call(DIGEST)))


async def by_aiogram(url: str, count: int) -> float:
    aiogram = importlib.import_module("aiogram")
    server = importlib.import_module("aiogram.client.telegram").TelegramAPIServer
    session = importlib.import_module("aiogram.client.session.aiohttp").AiohttpSession(
        api=server.from_base(url), limit=AT_ONCE
    )
    bot = aiogram.Bot(TOKEN, session=session)
    try:
        return await rate(count, lambda number: bot.send_message(number, DIGEST.html, parse_mode="HTML"))
    finally:
        await session.close()


@asynccontextmanager
async def an_app(folder: Path, url: str, subscribers: int) -> AsyncIterator[App]:
    """Open the application with a SQLite file of so many readers, all due now, and some papers."""
    settings = only(data_dir=folder, telegram={"token": TOKEN, "api_url": url}, delivery={"rate": CAP})
    async with App(settings, Clock(NOON)) as app:
        await app.store.upgrade()
        async with app.store.write() as tables:
            await tables.papers.save(
                [a_paper(number, f"Agents of Kind {number}") for number in range(1, 4)], NOON
            )
            schedule = Schedule(NOON.time(), "UTC")
            for chat in range(1, subscribers + 1):
                reader = a_subscriber(chat, schedule=schedule, next_due_at=NOON - timedelta(minutes=1))
                await tables.subscribers.add(reader, NOON)
        yield app


async def by_courier(url: str, count: int) -> float:
    """All of it: claim, render, send and the ledger."""
    with tempfile.TemporaryDirectory() as folder:
        async with an_app(Path(folder), url, count) as app, a_bot(url, Limiter(NO_CAP)) as bot:
            courier = app.courier(TelegramSender(bot))
            await courier.plan()
            started = time.perf_counter()
            sent = await courier.send()
            seconds = time.perf_counter() - started
            assert sent == count, f"{sent} of {count} were sent"
            return sent / seconds


async def measure_ways(count: int) -> None:
    ways: dict[str, Callable[[str, int], Awaitable[float]]] = {
        "digests": by_courier,
        "sender": by_sender,
        "bare_aiohttp": by_aiohttp,
        "python_telegram_bot": by_default,
    }
    has_aiogram = importlib.util.find_spec("aiogram") is not None
    if not has_aiogram:
        say("aiogram is not installed, and not measured; `pip install aiogram` brings it")
    else:
        ways["aiogram"] = by_aiogram
    found: dict[str, list[float]] = {name: [] for name in ways}
    with a_telegram() as url:
        for _ in range(TIMES):
            for name, way in ways.items():
                few = count // SLOW if name == "python_telegram_bot" else count
                found[name].append(await way(url, few))
                await arrivals(url)
    middle = {name: statistics.median(rates) for name, rates in found.items()}
    for name, value in middle.items():
        figure(f"sending.{name}_per_second", value)
    figure("sending.times_bare_aiohttp", middle["digests"] / middle["bare_aiohttp"])
    figure("sending.times_python_telegram_bot", middle["digests"] / middle["python_telegram_bot"])
    if has_aiogram:
        figure("sending.times_aiogram", middle["digests"] / middle["aiogram"])
    figure("sending.ledger_percent", 100 * (middle["sender"] / middle["digests"] - 1))


# -- at the cap --------------------------------------------------------------------------------


class Watched(AiohttpRequest):
    """Writes down when each message was given to the line."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    async def post_json(self, *given: Any) -> tuple[int, bytes]:
        self.times.append(time.monotonic())
        return await super().post_json(*given)


async def measure_cap(seconds: int) -> None:
    """Send for so long at a cap, with Telegram 40 ms away."""
    with a_telegram(LATENCY) as url:
        builder = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").job_queue(None)
        watched = Watched()
        builder = builder.request(watched).get_updates_request(AiohttpRequest(connections=2))
        async with builder.rate_limiter(Limiter(CAP)).build().bot as bot:
            sender = TelegramSender(bot)
            packed = sender.pack(DIGEST)
            until, started, busy = time.monotonic() + seconds, time.monotonic(), time.process_time()

            async def one(chats: Iterator[int]) -> None:
                while time.monotonic() < until:
                    await sender.send(next(chats), packed)

            chats = iter(range(1, 10_000_000))
            await asyncio.gather(*(one(chats) for _ in range(AT_ONCE)))
            busy, taken = time.process_time() - busy, time.monotonic() - started
        seen = await arrivals(url)
    figure("sending.capped_per_second", len(seen) / taken)
    figure("sending.capped_core_percent", 100 * busy / taken)
    figure("sending.capped_most_left_in_a_second", most_in_a_second(watched.times))
    figure("sending.capped_most_seen_in_a_second", most_in_a_second(seen))


async def measure_today(push: int) -> None:
    """Ask for /today twenty times a second, quiet and while a push runs at the cap."""
    with tempfile.TemporaryDirectory() as folder, a_telegram(LATENCY) as url:
        async with an_app(Path(folder), url, push) as app, app.bot() as bot:
            quiet = await _today(bot, range(5_000_000, 5_000_200))
            courier = app.courier(app.sender(bot.bot))
            await courier.plan()
            pushing = asyncio.create_task(courier.send())
            await asyncio.sleep(1)
            busy = await _today(bot, range(6_000_000, 6_000_150))
            assert not pushing.done(), "the push was over before the questions were"
            await pushing
    figure("sending.today_p95_quiet_ms", 1000 * quiet)
    figure("sending.today_p95_during_push_ms", 1000 * busy)
    figure("sending.today_times_quiet", busy / quiet)


async def _today(bot: Any, people: Sequence[int]) -> float:
    """Return the p95 of the seconds from the question to the confirmed answer."""
    took = []

    async def ask(person: int) -> None:
        update = Update.de_json(
            {
                "update_id": person,
                "message": {
                    "message_id": 1,
                    "date": int(time.time()),
                    "chat": {"id": person, "type": "private", "first_name": "Ann"},
                    "from": {"id": person, "is_bot": False, "first_name": "Ann", "language_code": "en"},
                    "text": "/today",
                    "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
                },
            },
            bot.bot,
        )
        started = time.perf_counter()
        await bot.process_update(update)
        took.append(time.perf_counter() - started)

    async with asyncio.TaskGroup() as asking:
        for person in people:
            asking.create_task(ask(person))
            await asyncio.sleep(0.05)
    return statistics.quantiles(took, n=20)[-1]


# -- the process -------------------------------------------------------------------------------


def measure_process() -> None:
    version = [sys.executable, "-m", "digestbot", "--version"]
    figure("sending.version_seconds", statistics.median(_seconds(version) for _ in range(TIMES)))
    with tempfile.TemporaryDirectory() as folder, a_telegram() as url:
        environment = {
            **os.environ,
            "DIGESTBOT_DATA_DIR": folder,
            "DIGESTBOT_TELEGRAM__TOKEN": TOKEN,
            "DIGESTBOT_TELEGRAM__API_URL": url,
            "DIGESTBOT_HUGGINGFACE__URL": "http://127.0.0.1:9",
        }
        first, *others = [_ready(environment) for _ in range(1 + TIMES)]
    figure("sending.first_ready_seconds", first[0])
    figure("sending.ready_seconds", statistics.median(seconds for seconds, _ in others))
    figure("sending.first_idle_mb", first[1])
    figure("sending.idle_mb", statistics.median(mib for _, mib in others))


def _seconds(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _ready(environment: dict[str, str]) -> tuple[float, float]:
    """Start the bot; return the seconds until it answers, and its resident MB some seconds later."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "digestbot", "run"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            while "digestbot runs" not in process.stderr.readline():
                assert process.poll() is None, "the bot did not start"
            ready = time.perf_counter() - started
            time.sleep(3)
            status = Path(f"/proc/{process.pid}/status")
            lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
            kib = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
            return ready, kib / 1024
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=15)
            process.kill()


async def measure(messages: int, seconds: int) -> None:
    gc.collect()
    gc.freeze()  # as the bot does
    await measure_ways(messages)
    await measure_today(push=10_000)
    await measure_cap(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--messages", type=int, default=5_000)
    given = parser.parse_args()
    log.set_up("WARNING")
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    measure_process()
    uvloop.run(measure(given.messages, given.seconds))


if __name__ == "__main__":
    main()
