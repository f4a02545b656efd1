from collections.abc import AsyncIterator

import pytest

from digestbot.playground.hub import HuggingFaceServer
from digestbot.sources.http import Http


@pytest.fixture
async def hub() -> AsyncIterator[HuggingFaceServer]:
    async with HuggingFaceServer() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """A client that gives up after three attempts and hardly waits between them."""
    async with quick() as client:
        yield client


def quick(**changes: float) -> Http:
    waits = {"timeout": 1.0, "wait_initial": 0.001, "wait_max": 0.01, "wait_jitter": 0.001}
    return Http(**{"attempts": 3, **waits, **changes})  # type: ignore[arg-type]
