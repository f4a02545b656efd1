"""What one can do with digestbot. Async, without Telegram; called by bot, schedule, web and cli."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the time, aware. The demo moves it."""


def system_clock() -> datetime:
    return datetime.now(UTC)
