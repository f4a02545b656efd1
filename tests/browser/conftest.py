"""The whole playground, and visitors with a real browser."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from playwright.async_api import Page, expect

from digestbot.theatre import Theatre, open_theatre
from tests.browser import chromium

Visit = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture(autouse=True)
def _browser() -> None:
    """Skip where no browser is; where a change is judged, that must not happen."""
    expect.set_options(timeout=10_000)  # a machine that judges changes has other work too
    if chromium.found():
        return
    if os.environ.get("CI"):
        pytest.fail(chromium.MISSING)
    pytest.skip(chromium.MISSING)


@pytest.fixture
async def play() -> AsyncIterator[tuple[Theatre, str]]:
    """Serve the playground with the sample's papers."""
    async with open_theatre("sample") as (theatre, page), page.serve() as url:
        yield theatre, url


@pytest.fixture
def theatre(play: tuple[Theatre, str]) -> Theatre:
    return play[0]


@pytest.fixture
def visit(play: tuple[Theatre, str]) -> Visit:
    """Give a function that opens the page in a new browser."""

    def opened(path: str = "/", **context: Any) -> AbstractAsyncContextManager[Page]:
        return chromium.opened(play[1] + path, **{"locale": "en-GB", "viewport": WIDE, **context})

    return opened


WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}
