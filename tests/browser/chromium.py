"""Debian's chromium, driven by Playwright: one new browser, with nothing of any user's, for each visit."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import Page, async_playwright

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "no browser: the page is not tested. On Debian and Ubuntu: apt-get install chromium"


def found() -> str | None:
    """Return where chromium is, if it is here."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@asynccontextmanager
async def opened(url: str, **context: Any) -> AsyncIterator[Page]:
    """Open *url* in a new browser; *context* is Playwright's: viewport, locale, color_scheme …"""
    with TemporaryDirectory(prefix="digestbot-browser-", ignore_cleanup_errors=True) as folder:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch_persistent_context(
                folder, executable_path=found(), args=ARGUMENTS, **context
            )
            try:
                page = browser.pages[0]
                page.set_default_timeout(10_000)
                await page.goto(url)
                yield page
            finally:
                await browser.close()
