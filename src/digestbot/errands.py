"""What a command has digestbot do: the app is opened, does one thing, and is closed.

Who waits at a terminal is shown that something happens. What takes long to import is imported by who needs
it.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from digestbot.core.roles import Role
from digestbot.core.summary import Style

if TYPE_CHECKING:
    from digestbot.actions import Clock
    from digestbot.actions.archives import Imported
    from digestbot.actions.ingest import DayReport
    from digestbot.app import App
    from digestbot.core.digest import Listing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which papers are to be in a document, and how they are summarised."""

    day: date
    topics: str
    language: str
    style: Style


def with_app(
    act: "Callable[[App], Coroutine[Any, Any, T]]", clock: "Clock | None" = None, *, needs_token: bool = False
) -> T:
    """Run one action with everything it needs open, and the schema up to date.

    Raises SettingsError or OutageError where something is in its way that is no bug of ours.
    """
    gc.disable()  # looking through what is imported, all of which stays, takes a sixth of the start
    # structlog and httpx would bring these, 4 MB and 0.1 s, for what nobody asks of them
    with _without("rich"), _without("pygments"):
        import structlog

        from digestbot import log, observe
        from digestbot.actions import system_clock
        from digestbot.app import App
        from digestbot.settings import load
        from digestbot.store import UNREACHABLE, SchemaError
        from digestbot.store.trouble import foreseen
    gc.freeze()
    gc.enable()

    loaded = load()
    if needs_token:
        loaded.telegram_token()
    log.set_up(loaded.log_level, loaded.secrets(), loaded.log_format)

    async def opened() -> T:
        app = App(loaded, clock or system_clock)
        try:
            async with app:
                await app.store.upgrade()
                return await act(app)
        except (SchemaError, *UNREACHABLE) as error:
            if (told := foreseen(error, app.store.place)) is None:
                raise
            structlog.get_logger().debug("what ends it", exc_info=error)
            raise told from None

    with observe.observed(loaded.secrets()), asyncio.Runner(loop_factory=_fast_loop()) as runner:
        return runner.run(opened())


@contextmanager
def _without(package: str) -> Iterator[None]:
    """Let *package* seem not to be installed meanwhile, if nobody has it yet."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]


def _fast_loop() -> "Callable[[], asyncio.AbstractEventLoop] | None":
    """Return what makes a faster loop, where there is one."""
    try:
        import uvloop
    except ImportError:  # it is not made for Windows
        return None
    return uvloop.new_event_loop


async def run(app: "App", role: Role) -> None:
    from digestbot import running

    await running.run(app, _stopped(), role)


async def perform(data: str, host: str, port: int, *, opens: bool) -> None:
    import webbrowser

    from digestbot import theatre
    from digestbot.playground.guard import is_loopback

    def opened(url: str) -> None:
        print(f"The playground: {url}")
        print("Only this machine reaches it." if is_loopback(host) else "Others reach it too: no password.")
        print("Ctrl-C ends it, and all of it is forgotten.", flush=True)
        if opens:
            webbrowser.open(url)

    if data == theatre.LIVE:
        print("Asking Hugging Face for the papers of these days ...", flush=True)
    await theatre.perform(data, host, port, opened, _stopped())


def _stopped() -> asyncio.Event:
    """Return what SIGTERM, Ctrl-C and a terminal that closes set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue  # of nohup: to go on is what is wished
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def fetch(app: "App", days: list[date]) -> "list[DayReport]":
    if not days:
        return [report for ingest in app.ingests for report in await ingest.poll()]
    return [await ingest.day(day) for day in _shown(days) for ingest in app.ingests]


async def deliver(app: "App") -> tuple[int, int, int]:
    from digestbot.running import met

    await app.take_place()
    async with met(app.bot()) as bot:
        courier = app.courier(app.sender(bot))
        await courier.recover()
        with _told_to_wait("Planning"):
            planned = await courier.plan()
        with _told_to_wait(f"Sending {await courier.waiting()} digests"):
            sent = await courier.send()
        return planned, sent, await courier.waiting()


async def preview(app: "App") -> None:
    from digestbot.render.split import plain

    is_due = False
    async for reader, message in app.courier(None).preview():
        print(f"── to chat {reader.chat_id}\n{plain(message.html)}\n")
        is_due = True
    if not is_due:
        print("Nothing is due.")


async def listing(app: "App", wanted: Wanted, *, write_missing: bool) -> "Listing":
    from digestbot.core import wishes

    async def listed() -> "Listing":
        topics = wishes.topics(wanted.topics)
        return await app.library.on_topics(wanted.day, topics, wanted.language, wanted.style)

    if app.writer and write_missing:
        papers = [(card.paper, wanted.language, wanted.style) for card in (await listed()).cards]
        with _told_to_wait(f"Summarising {len(papers)} papers"):
            await app.writer.write_all(papers)
    return await listed()


async def bring_in(app: "App", files: list[Path], language: str) -> "list[Imported]":
    return [await app.importer.file(file, language) for file in _shown(files)]


def _shown(days: list[T]) -> Iterable[T]:
    """Yield *days*, or files, with a bar of progress where somebody is looking."""
    if len(days) < 2 or not sys.stderr.isatty():
        return days
    from rich.console import Console
    from rich.progress import track

    return track(days, "Reading", console=Console(stderr=True))


def _told_to_wait(what: str) -> AbstractContextManager[object]:
    """Show what takes long, where somebody is looking."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(f"{what} …")
