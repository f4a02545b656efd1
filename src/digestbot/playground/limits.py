"""Telegram's pace: 30 a second overall, one a second to a person, 20 a minute to a group."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .chats import Chat
from .rules import too_many_requests


@dataclass(frozen=True)
class Pace:
    """So many in so many seconds."""

    count: int
    seconds: float


OVERALL = Pace(30, 1)
PRIVATE = Pace(3, 3)  # one a second, three at once
GROUP = Pace(20, 60)


class Limits:
    """A sliding window for the bot, and one for each chat. Off until switched on."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.is_on = False
        self.overall, self.private, self.group = OVERALL, PRIVATE, GROUP
        self._clock = clock
        self._sent: defaultdict[int, deque[datetime]] = defaultdict(deque)

    def check(self, method: str, chat: Chat | None) -> None:
        """Raise 429 when one more call would be too much; else count it."""
        is_said = method.startswith(("send", "copy", "edit")) and method != "sendChatAction"
        if not self.is_on or chat is None or not is_said:
            return
        own = self.private if chat.type == "private" else self.group
        wait = max(self._wait(0, self.overall), self._wait(chat.id, own))
        if wait > 0:
            raise too_many_requests(max(1, math.ceil(wait)))
        for key in (0, chat.id):
            self._sent[key].append(self._clock())

    def _wait(self, key: int, pace: Pace) -> float:
        """Return the seconds until one more fits in the window."""
        sent, window = self._sent[key], timedelta(seconds=pace.seconds)
        now = self._clock()
        while sent and now - sent[0] >= window:
            sent.popleft()
        if len(sent) < pace.count:
            return 0
        return (sent[len(sent) - pace.count] + window - now).total_seconds()
