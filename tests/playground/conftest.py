"""A playground on a real port, and python-telegram-bot's own Bot against it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from telegram import Bot

from digestbot.playground import Emulator, Person


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


class Wire:
    """Raw calls, as any HTTP client makes them."""

    def __init__(self, client: ClientSession, base: str) -> None:
        self.client = client
        self.base = base

    async def __call__(self, method: str, **parameters):
        async with self.client.post(f"{self.base}/{method}", json=parameters) as response:
            body = await response.json()
            assert response.status == body.get("error_code", 200)
            return body

    async def error(self, method: str, **parameters) -> str:
        body = await self(method, **parameters)
        assert not body["ok"], body
        return str(body["description"])


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let python-telegram-bot give a flood's wait as a timedelta, else it warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def telegram(clock: Clock) -> Emulator:
    return Emulator(clock=clock)


@pytest.fixture
async def url(telegram: Emulator) -> AsyncIterator[str]:
    async with telegram.serve() as url:
        yield url


@pytest.fixture
async def bot(telegram: Emulator, url: str) -> AsyncIterator[Bot]:
    async with Bot(telegram.token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot") as bot:
        yield bot


@pytest.fixture
async def wire(telegram: Emulator, url: str) -> AsyncIterator[Wire]:
    async with ClientSession() as client:
        yield Wire(client, f"{url}/bot{telegram.token}")


@pytest.fixture
def ann(telegram: Emulator) -> Person:
    return telegram.user("Ann", started=True)
