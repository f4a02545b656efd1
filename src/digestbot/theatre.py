"""`digestbot playground`: the real bot on the demo's stage, with a page before it to talk to it in a browser.

The bot's clock goes on by itself and can be moved ahead; on its way it stops wherever a digest is due.
Nothing but the papers of `--data live` comes from outside, and all of it is forgotten at the end.
"""

import asyncio
import gzip
import json
import os
import sys
import time
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from digestbot.demo import MovedClock, Stage, open_stage
from digestbot.errors import SettingsError
from digestbot.playground.guard import is_loopback
from digestbot.playground.page import Page
from digestbot.playground.view import Due, Home

log = structlog.get_logger()

LIVE = "live"
SAMPLE = "sample"
HUGGING_FACE = "https://huggingface.co"
FIRST_SAMPLE_DAY = date(2025, 10, 14)
"""The day on which the curtain rises: there are lists before it to look back at, and some to come."""
MORNING = 10
"""UTC hour at which a play begins."""
LOOK = 2.0
"""Seconds between two looks at what is due. The bot's own minute would be long to wait for."""
MOST_STOPS = 200
"""Digests on one move of the clock."""

Days = dict[date, list[object]]


class PassingClock(MovedClock):
    """A clock that goes on from where it is put."""

    @property
    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    @now.setter
    def now(self, moment: datetime) -> None:
        self._at, self._since = moment, time.monotonic()

    def ticks(self) -> float:
        return self.now.timestamp()


class Theatre:
    """Moves the stage's clock for the page, and tells what comes next."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._turn = asyncio.Lock()

    async def due(self) -> Due:
        """Return when each chat's next digest comes, and how many digests are on their way."""
        async with self.stage.app.store.read() as tables:
            known = [await tables.subscribers.in_chat(chat.id) for chat in self.stage.telegram.chats]
            waiting = await tables.deliveries.unfinished()
        return Due({one.chat_id: one.next_due_at for one in known if one and one.next_due_at}, waiting)

    async def passes(self, time: timedelta) -> None:
        """Let *time* pass, with all that is due in it at its own moment."""
        await self._move(self.stage.clock.now + time)

    async def to_next(self, chat: int | None) -> None:
        """Go on to the next digest: of one chat, or whichever comes first. Where none comes, stay."""
        at = (await self.due()).at
        moments = [moment for number, moment in at.items() if chat in (None, number)]
        if moments:
            await self._move(min(moments))

    async def look(self) -> None:
        """Do what has become due, every few seconds, for ever."""
        while True:
            await asyncio.sleep(LOOK)
            try:
                async with self._turn:
                    await self.stage.tick()
            except Exception:  # as in the clockwork: one bad look is not the end of all of them
                log.exception("a look at what is due failed")
            self.stage.telegram.world.touch()

    async def _move(self, end: datetime) -> None:
        async with self._turn:
            for _ in range(MOST_STOPS):
                ahead = min((await self.due()).at.values(), default=end)
                if ahead >= end:
                    break
                await self.stage.at(max(ahead, self.stage.clock.now))
            await self.stage.at(end)
        self.stage.telegram.world.touch()


@asynccontextmanager
async def open_theatre(data: str) -> AsyncIterator[tuple[Theatre, Page]]:
    """Build the play and its page: papers of *data*, two people, a group with threads, a channel."""
    days = read_days(data)
    now = datetime.now(UTC) if data == LIVE else _beginning(data, days)
    given = {"huggingface": {"url": HUGGING_FACE}} if data == LIVE else {}
    with TemporaryDirectory(prefix="digestbot-playground-") as folder:
        async with open_stage(Path(folder), now, PassingClock, log_level="WARNING", **given) as stage:
            stage.hub.days.update(days)
            for day in sorted(day for day in days if day <= now.date()):
                for ingest in stage.app.ingests:
                    await ingest.day(day)
            theatre = Theatre(stage)
            looking = asyncio.create_task(theatre.look())
            try:
                yield theatre, Page(stage.telegram, theatre, _cast(stage))
            finally:
                looking.cancel()
                with suppress(asyncio.CancelledError):
                    await looking


async def perform(
    data: str, host: str, port: int, opened: Callable[[str], object], stop: asyncio.Event
) -> None:
    """Serve the page until *stop* is set; call *opened* with its address. Raises SettingsError."""
    async with open_theatre(data) as (_, page):
        try:
            async with page.serve(port, host) as url:
                opened(url)
                await stop.wait()
        except OSError as error:
            problem = f"Port {port} of {host} can't be had: {error.strerror}. Try: --port {port + 1}"
            raise SettingsError(problem) from None


def check_host(host: str, *, is_known: bool) -> None:
    """Raise SettingsError where others could reach the page, unless whoever runs it knows."""
    if is_known or is_loopback(host):
        return
    problem = (
        f"On {host} everyone who reaches this machine could use the page, and it has no password. "
        "Say --i-know if that is meant."
    )
    raise SettingsError(problem)


def has_browser() -> bool:
    """Return whether somebody sits before a terminal of a machine that can show them a page."""
    has_screen = sys.platform in {"darwin", "win32"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER")
    )
    if not (sys.stdout.isatty() and has_screen):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def read_days(data: str) -> Days:
    """Return raw lists by day: the bundled ones, or those of a folder's DATE.json and DATE.json.gz.

    Raises SettingsError where the folder holds none, or one that can't be read.
    """
    if data == LIVE:
        return {}
    ours = files("digestbot.playground")
    places: list[Traversable] = [ours / "sample", ours / "more"] if data == SAMPLE else [Path(data)]
    found = [file for place in places if place.is_dir() for file in place.iterdir()]
    days = {day: _entries(file) for file in found if (day := _day_of(file.name))}
    if not days:
        problem = (
            f"--data {data}: no folder with lists of papers, such as 2025-10-15.json or 2025-10-15.json.gz."
        )
        raise SettingsError(problem)
    return days


def _day_of(name: str) -> date | None:
    stem = name.removesuffix(".gz")
    if not stem.endswith(".json"):
        return None
    try:
        return date.fromisoformat(stem.removesuffix(".json"))
    except ValueError:
        return None


def _entries(file: Traversable) -> list[object]:
    try:
        raw = file.read_bytes()
        read = json.loads(gzip.decompress(raw) if file.name.endswith(".gz") else raw)
    except (OSError, EOFError, ValueError) as error:
        raise SettingsError(f"{file} can't be read: {error}") from None
    if not isinstance(read, list):
        raise SettingsError(f"{file} is no list of papers.")
    return read


def _beginning(data: str, days: Days) -> datetime:
    """Return when a play begins: with the last day but one, so that a digest is still to come."""
    last = FIRST_SAMPLE_DAY if data == SAMPLE else sorted(days)[-2:][0]
    return datetime(last.year, last.month, last.day, MORNING, tzinfo=UTC)


def _cast(stage: Stage) -> dict[int, Home]:
    """Bring the people and places on the stage, and return where the people live."""
    telegram = stage.telegram
    ann, minjun = telegram.user("Ann", "en", "ann_reads"), telegram.user("민준", "ko", "minjun_reads")
    group = telegram.group("Reading group", members=[minjun], admins=[ann], forum=True)
    group.add_topic("Papers")
    group.add_topic("Off-topic")
    telegram.channel("Paper news", admins=[ann], username="paper_news")
    return {ann.id: Home("Europe/Berlin", 52.52, 13.4), minjun.id: Home("Asia/Seoul", 37.57, 126.98)}
