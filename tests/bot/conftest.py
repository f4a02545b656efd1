"""A bot with our transport and our limiter, and time that passes only where somebody waits for it."""

import asyncio
import selectors
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest
from telegram.ext import ApplicationBuilder, ExtBot

from digestbot.bot.limiter import Limiter
from digestbot.bot.transport import AiohttpRequest
from digestbot.playground import Emulator, Person

TOKEN = "123456:playground"


class _Selector(selectors.DefaultSelector):
    """Finds nothing to read, and lets the time pass instead."""

    loop: "MovedLoop"

    def select(self, timeout: float | None = None):
        if timeout is not None and timeout > 0:
            self.loop.now += timeout
        return super().select(timeout if timeout is None else 0)


class MovedLoop(asyncio.SelectorEventLoop):
    """A loop in which an hour is over as soon as everybody waits for it."""

    def __init__(self) -> None:
        selector = _Selector()
        selector.loop = self
        self.now = 0.0
        super().__init__(selector)

    def time(self) -> float:
        return self.now


def in_no_time(work: Coroutine[Any, Any, Any]) -> Any:
    """Run *work* in a MovedLoop."""
    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        return runner.run(work)


def a_bot(url: str, limiter: Limiter | None = None, token: str = TOKEN) -> ExtBot[Any]:
    """Return a bot as `build` makes it, without handlers."""
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{url}/bot")
        .request(AiohttpRequest())
        .get_updates_request(AiohttpRequest(connections=2))
        .rate_limiter(limiter or Limiter())
        .job_queue(None)
        .build()
    )
    return application.bot


@pytest.fixture
def telegram() -> Emulator:
    return Emulator(token=TOKEN)


@pytest.fixture
async def url(telegram: Emulator) -> AsyncIterator[str]:
    async with telegram.serve() as url:
        yield url


@pytest.fixture
async def bot(url: str) -> AsyncIterator[ExtBot[Any]]:
    async with a_bot(url) as bot:
        yield bot


@pytest.fixture
def ann(telegram: Emulator) -> Person:
    return telegram.user("Ann", started=True)
