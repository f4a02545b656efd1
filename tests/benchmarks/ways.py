"""Ways to send the same message to many chats: ours, less of it, and what others do.

    python -m tests.benchmarks.ways NAME URL COUNT [--uvloop]

sends COUNT messages to a Telegram at URL as a bot does that knows nothing of ours, on asyncio's loop or on
uvloop, and prints how many a second that were. `sending.py` starts it.
"""

import argparse
import asyncio
import importlib
import importlib.util
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import uvloop
from telegram import Bot
from telegram.ext import ApplicationBuilder, ExtBot

from digestbot.app import App
from digestbot.bot.limiter import Limiter
from digestbot.bot.sender import TelegramSender, call
from digestbot.bot.transport import AiohttpRequest
from digestbot.core.subscriber import Schedule
from digestbot.render.message import Message
from digestbot.settings import only
from digestbot.store import Store, Tables
from digestbot.store.deliveries import Deliveries, Settled
from digestbot.store.queue import START, Claim, Place
from tests.builders import NOON, Clock, a_paper, a_subscriber

TOKEN = "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI"
AT_ONCE = 64
NO_CAP = 1_000_000
CAP = 1_000
DIGEST = Message("<b>A Paper about Agents</b>\nWhat it shows, in one sentence of some length.\n" * 10)

Way = Callable[[str, int], Coroutine[Any, Any, float]]
"""Sends so many messages to the Telegram at an address; returns how many a second that were."""


async def rate(count: int, send: Callable[[int], Awaitable[object]], at_once: int = AT_ONCE) -> float:
    """Return how many of *count* messages a second *send* takes, so many *at_once*."""
    numbers = iter(range(1, count + 1))

    async def sender() -> None:
        for number in numbers:
            await send(number)

    started = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(at_once)))
    return count / (time.perf_counter() - started)


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


async def by_python_telegram_bot(url: str, count: int) -> float:
    """python-telegram-bot as it comes, on httpx."""
    async with Bot(TOKEN, base_url=f"{url}/bot") as bot:
        return await rate(count, lambda number: bot.send_message(number, **call(DIGEST)))


async def by_aiogram(url: str, count: int) -> float:
    """Aiogram as it comes, on aiohttp."""
    aiogram = importlib.import_module("aiogram")
    server = importlib.import_module("aiogram.client.telegram").TelegramAPIServer
    session = importlib.import_module("aiogram.client.session.aiohttp").AiohttpSession(
        api=server.from_base(url)
    )
    bot = aiogram.Bot(TOKEN, session=session)
    try:
        return await rate(count, lambda number: bot.send_message(number, DIGEST.html, parse_mode="HTML"))
    finally:
        await session.close()


OTHERS: dict[str, Way] = {"python_telegram_bot": by_python_telegram_bot}
if importlib.util.find_spec("aiogram") is not None:
    OTHERS["aiogram"] = by_aiogram


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
    return await _push(url, count, has_ledger=True)


async def by_courier_without_ledger(url: str, count: int) -> float:
    """The same, but that who is told what stands in a list, and what became of it is not written down."""
    return await _push(url, count, has_ledger=False)


async def _push(url: str, count: int, *, has_ledger: bool) -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with an_app(Path(folder), url, count) as app, a_bot(url, Limiter(NO_CAP)) as bot:
            await app.courier(TelegramSender(bot)).plan()
            if not has_ledger:
                app.store = await Forgetful.of(app.store)
            courier = app.courier(TelegramSender(bot))
            started = time.perf_counter()
            sent = await courier.send()
            seconds = time.perf_counter() - started
            assert sent == count, f"{sent} of {count} were sent"
            return sent / seconds


class Listed(Deliveries):
    """What waits, as a list, and its readers, as a dictionary."""

    def __init__(self, claim: Claim) -> None:
        self._waiting = iter(claim.deliveries)
        self._addressees = claim.addressees

    async def claim(self, now: datetime, limit: int = 1, after: Place = START) -> Claim:
        taken = [one for _, one in zip(range(limit), self._waiting, strict=False)]
        return Claim(taken, {one.id: self._addressees[one.id] for one in taken})

    async def settle(self, settled: Sequence[Settled], now: datetime) -> Collection[int]:
        return {one.delivery.id for one in settled if one.goes_on}


class Forgetful(Store):
    """A store without a ledger: no transaction is begun where one would be written."""

    def __init__(self, store: Store, tables: Tables) -> None:
        self._engine = store._engine
        self._lead = store._lead
        self._tables = tables

    @classmethod
    async def of(cls, store: Store) -> "Forgetful":
        """Return one with all that waits in *store*."""
        async with store.write() as tables:
            tables.deliveries = Listed(await tables.deliveries.claim(NOON, 10_000_000))
        return cls(store, tables)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tables]:
        yield self._tables


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=OTHERS)
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("--uvloop", action="store_true")
    given = parser.parse_args()
    run = uvloop.run if given.uvloop else asyncio.run
    print(run(OTHERS[given.name](given.url, given.count)))  # noqa: T201 - whoever started us reads it


if __name__ == "__main__":
    main()
