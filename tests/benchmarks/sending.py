"""Measures sending: digests a second against other ways, the pace at a cap, and how soon the bot is there.

    python -m tests.benchmarks.sending [--seconds 60] [--messages 20000]

A Telegram in a process of its own (`stub.py`) takes every message. Each figure is a line `figure NAME VALUE`;
what is compared is the median of five runs in turn. *seconds* is the time at a cap of 1,000 a second. aiogram
is measured where it is installed, as `make bench` does; it is no dependency of ours.
"""

import argparse
import asyncio
import contextlib
import gc
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import uvloop
from telegram import Update
from telegram.ext import ApplicationBuilder

from digestbot import log
from digestbot.bot.limiter import Limiter
from digestbot.bot.sender import TelegramSender
from digestbot.bot.transport import AiohttpRequest
from digestbot.running import SWITCH, YOUNG
from tests.benchmarks.ways import (
    AT_ONCE,
    CAP,
    DIGEST,
    OTHERS,
    TOKEN,
    Way,
    an_app,
    by_aiohttp,
    by_courier,
    by_courier_without_ledger,
    by_sender,
)

TIMES = 5
LOOPS = ("asyncio", "uvloop")
"""Where others run: the first as they come."""
LATENCY = 0.04
SLOW = 5
"""Such a part of the messages is enough for the ways of others."""


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


# -- ways to send ------------------------------------------------------------------------------


async def by_other(name: str, loop: str, url: str, count: int) -> float:
    """Have a process of its own send as *name* does, on *loop*."""
    more = ["--uvloop"] if loop == "uvloop" else []
    command = [sys.executable, "-m", "tests.benchmarks.ways", name, url, str(count), *more]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    told, _ = await process.communicate()
    return float(told)


async def measure_ways(count: int) -> None:
    ways: dict[str, Way] = {
        "digests": by_courier,
        "without_ledger": by_courier_without_ledger,
        "sender": by_sender,
        "bare_aiohttp": by_aiohttp,
    }
    slow: dict[str, Way] = {
        f"{name}_on_{loop}": partial(by_other, name, loop) for name in OTHERS for loop in LOOPS
    }
    if "aiogram" not in OTHERS:
        say("aiogram is not installed, and not measured; `make bench` brings it")
    found: dict[str, list[float]] = {name: [] for name in (*ways, *slow)}
    with a_telegram() as url:
        for _ in range(TIMES):
            for name, way in (*ways.items(), *slow.items()):
                found[name].append(await way(url, count // SLOW if name in slow else count))
                await arrivals(url)
    middle = {name: statistics.median(rates) for name, rates in found.items()}
    for name, value in middle.items():
        figure(f"sending.{name}_per_second", value)
    for name in ("bare_aiohttp", *slow):
        figure(f"sending.times_{name}", middle["digests"] / middle[name])
    figure("sending.ledger_percent", 100 * (middle["without_ledger"] / middle["digests"] - 1))
    figure("sending.over_sender_percent", 100 * (middle["sender"] / middle["digests"] - 1))


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
    sys.setswitchinterval(SWITCH)  # as the bot does, and the next lines
    gc.collect()
    gc.set_threshold(YOUNG)
    gc.freeze()
    await measure_ways(messages)
    await measure_today(push=10_000)
    await measure_cap(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--messages", type=int, default=20_000)
    given = parser.parse_args()
    log.set_up("WARNING")
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    measure_process()
    uvloop.run(measure(given.messages, given.seconds))


if __name__ == "__main__":
    main()
