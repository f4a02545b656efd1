"""The process that runs for days: the real application, but for its clock, which every job hears of at once.

python -m tests.soak.worker DATABASE_URL API_URL CLOCK SPEED RATE SOURCE_URL
"""

import asyncio
import signal
import sys
from functools import partial
from pathlib import Path

from digestbot import log
from digestbot.actions import rounds
from digestbot.app import App
from digestbot.bot.sender import TelegramSender
from digestbot.core.roles import Role
from digestbot.settings import only
from tests.chaos.clock import SharedClock
from tests.chaos.worker import meet_telegram, often

TASKS_LEFT = 3
"""The exit code that tells of them."""


async def main(database: str, api: str, clock: str, speed: str, rate: str, source: str) -> int:
    """Poll, plan, send and tidy up until SIGTERM; tell whether a task is left then."""
    settings = only(
        data_dir=Path(clock).parent,
        telegram={"token": "123456:soak", "api_url": api},
        database={"url": database},
        delivery={"rate": int(rate)},
        huggingface={"url": source},
    )
    log.set_up("CRITICAL")
    rounds.RENEW_EVERY = rounds.RENEW_EVERY / float(speed)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with App(settings, SharedClock(Path(clock))) as app:
        bot = app.bot()
        await meet_telegram(bot)
        async with bot.bot:
            sender = TelegramSender(bot.bot)
            courier = app.courier(sender)
            clockwork = app.clockwork(courier, sender, Role.ALL)  # not started: its minutes would be ours
            async with asyncio.TaskGroup() as jobs:
                for name in ("huggingface", "plan", "send", "housekeeping"):
                    jobs.create_task(often(partial(clockwork.run, name), stop))
                await stop.wait()
                courier.stop()
    return TASKS_LEFT if asyncio.all_tasks() - {asyncio.current_task()} else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
