"""One of the processes that deliver: the real application, but for its clock and the reading of lists.

python -m tests.chaos.worker DATABASE_URL API_URL CLOCK SPEED RATE
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import stamina
from telegram.error import NetworkError

from digestbot import log
from digestbot.actions import rounds
from digestbot.app import App
from digestbot.bot.sender import TelegramSender
from digestbot.settings import only
from tests.chaos.clock import SharedClock

if TYPE_CHECKING:
    from digestbot.bot import Bot

PAUSE = 0.2
"""Seconds between two rounds."""


async def main(database: str, api: str, clock: str, speed: str, rate: str) -> None:
    settings = only(
        data_dir=Path(gettempdir()),
        telegram={"token": "123456:chaos", "api_url": api},
        database={"url": database},
        delivery={"rate": int(rate)},
    )
    log.set_up("ERROR")
    rounds.RENEW_EVERY = rounds.RENEW_EVERY / float(speed)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with App(settings, SharedClock(Path(clock))) as app:
        bot = app.bot()
        await meet_telegram(bot)
        async with bot.bot:
            courier = app.courier(TelegramSender(bot.bot))
            async with asyncio.TaskGroup() as jobs:
                for job in (courier.prepare, courier.send):
                    jobs.create_task(often(job, stop))
                await stop.wait()
                courier.stop()


async def meet_telegram(bot: "Bot") -> None:
    """Wait until Telegram is there."""
    async for attempt in stamina.retry_context(on=NetworkError, attempts=None, timeout=None, wait_max=0.5):
        with attempt:
            await bot.bot.initialize()


async def often(job: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
    while not stop.is_set():
        await job()
        await asyncio.sleep(PAUSE)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
