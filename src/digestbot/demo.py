"""`digestbot demo`: the real bot, its scheduler and a SQLite file, against a Telegram of our own.

Two people subscribe, the clock is moved to the hours that they chose, and what Telegram would have shown
them is printed. Nothing leaves this machine.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from digestbot import log
from digestbot.app import App
from digestbot.playground.emulator import Emulator
from digestbot.playground.hub import HuggingFaceServer
from digestbot.playground.messages import Message
from digestbot.playground.people import Person
from digestbot.playground.transcript import transcript
from digestbot.running import Running
from digestbot.settings import only

Print = Callable[[str], None]


class MovedClock:
    """A clock that shows what it is told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def ticks(self) -> float:
        """Return seconds that pass by themselves too, for who waits in earnest."""
        return self.now.timestamp() + time.monotonic()


@dataclass
class Stage:
    """The bot, running, and what it stands in."""

    telegram: Emulator
    hub: HuggingFaceServer
    app: App
    running: Running
    clock: MovedClock

    async def at(self, moment: datetime) -> None:
        """Move the clock, and let happen what is due then."""
        self.clock.now = moment
        self.hub.today = moment.date()
        await self.running.clockwork.run("huggingface")
        await self.tick()

    async def tick(self) -> None:
        """Let happen what is due now."""
        await self.running.clockwork.run("plan")
        await self.running.clockwork.run("send")

    async def settled(self) -> None:
        """Wait until the bot is done with everything that it was told."""
        bot = self.running.bot
        await self.telegram.taken()
        while not bot.update_queue.empty() or bot.update_processor.current_concurrent_updates:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class Reader:
    """One of the two people: writes, waits for the answer, and has both printed."""

    def __init__(self, person: Person, zone: str, out: Print) -> None:
        self._person = person
        self._out = out
        self._zone = ZoneInfo(zone)
        self._day = ""

    async def says(self, text: str) -> None:
        said = await self._person.says(text)
        self._print(said, await self._person.private.hears())

    async def taps(self, text: str) -> None:
        self._out(f"\n  ({self._person.name} taps [ {text} ])")
        await self._person.taps(text)
        self._print(await self._person.private.hears())

    async def receives(self) -> None:
        """Print what came without a question."""
        while self._person.private.unheard:
            self._print(await self._person.private.hears())

    def _print(self, *messages: Message) -> None:
        day, _, rest = transcript(messages, self._zone).partition("\n")
        self._out(rest if day == self._day else f"{day}\n{rest}")
        self._day = day


async def show(out: Print) -> None:
    """Play the demo, and give each piece of its transcript to *out*."""
    with TemporaryDirectory(prefix="digestbot-demo-") as folder:
        async with open_stage(Path(folder), datetime(2025, 10, 14, 10, 0, tzinfo=UTC)) as stage:
            stage.hub.days.update(sample_days())
            await stage.at(stage.clock.now)
            await _play(stage, out)


async def _play(stage: Stage, out: Print) -> None:
    ann = Reader(stage.telegram.user("Ann", "en"), "Europe/Berlin", out)
    minjun = Reader(stage.telegram.user("민준", "ko"), "Asia/Seoul", out)
    out(_title("Tuesday: Ann in Berlin and 민준 in Seoul subscribe"))
    for words in ("/start", "/add reinforcement learning, agents", "/timezone Berlin", "/time 08:30"):
        await ann.says(words)
    for words in ("/start", "/add diffusion models, video generation", "/timezone 서울", "/time 07:30"):
        await minjun.says(words)
    out(_title("Wednesday 07:30 in Seoul: 민준's digest comes"))
    await stage.at(datetime(2025, 10, 14, 22, 30, tzinfo=UTC))
    await minjun.receives()
    out(_title("Wednesday 08:30 in Berlin: Ann's digest comes"))
    await stage.at(datetime(2025, 10, 15, 6, 30, tzinfo=UTC))
    await ann.receives()
    out(_title("Ann opens the first paper, then asks"))
    await ann.taps("1")
    await ann.says("/top 3")
    await ann.says("/summary 2510.12586")
    calls = [call for call in stage.telegram.calls if call.method != "getUpdates"]
    refused = [call for call in calls if call.status != 200]
    out(_title(f"The bot made {len(calls)} calls; Telegram's rules refused {len(refused)} of them"))


@asynccontextmanager
async def open_stage(
    folder: Path, now: datetime, kind: type[MovedClock] = MovedClock, **given: Any
) -> AsyncIterator[Stage]:
    """Build what a play needs: two servers and the real application between them. *given* are settings."""
    clock = kind(now)
    telegram = Emulator(clock=clock)
    async with HuggingFaceServer(today=clock.now.date()) as hub, telegram.serve() as url:
        settings = only(
            data_dir=folder,
            telegram={"token": telegram.token, "api_url": url},
            **{"log_level": "ERROR", "huggingface": {"url": hub.url}, **given},
        )
        log.set_up(settings.log_level, settings.secrets(), settings.log_format)
        async with App(settings, clock, clock.ticks) as app:
            await app.store.upgrade()
            async with Running(app) as running:
                await running.clockwork.caught_up.wait()  # else its jobs may come after the clock is moved
                yield Stage(telegram, hub, app, running, clock)


def sample_days() -> dict[date, list[object]]:
    """Return the bundled sample: raw `daily_papers` answers by day."""
    folder = files("digestbot.playground") / "sample"
    return {
        date.fromisoformat(file.name.removesuffix(".json")): json.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".json")
    }


def _title(text: str) -> str:
    return f"\n━━ {text} ━━"
