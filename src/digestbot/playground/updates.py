"""The queue of updates: kept until confirmed, one reader at a time, 24 hours at most."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from .rules import POLLED_TWICE, RefusalError

ONLY_WHEN_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
KEPT = timedelta(hours=24)

Update = dict[str, Any]


class Updates:
    """Updates waiting for the bot; :meth:`poll` wakes as soon as one arrives."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.allowed: frozenset[str] | None = None
        self.is_stopped = False
        self._clock = clock
        self._waiting: list[tuple[datetime, Update]] = []
        self._next_id = 1
        self._turn = 0
        self._changed = asyncio.Event()

    @property
    def pending(self) -> list[Update]:
        """Return what the bot has not confirmed yet, oldest first."""
        limit = self._clock() - KEPT
        self._waiting = [(at, update) for at, update in self._waiting if at > limit]
        return [update for _, update in self._waiting]

    def push(self, kind: str, body: dict[str, Any]) -> Update | None:
        """Queue an update of *kind*, unless the bot did not ask for this kind."""
        if not self.is_wanted(kind):
            return None
        update = {"update_id": self._next_id, kind: body}
        self._next_id += 1
        self._waiting.append((self._clock(), update))
        self.wake()
        return update

    def allow(self, kinds: list[str] | None) -> None:
        """Set the kinds from now on; None changes nothing, an empty list means the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget what is before *offset*; a negative one keeps that many of the newest."""
        if offset < 0:
            self._waiting = self._waiting[offset:]
        elif offset > 0:
            self._waiting = [(at, update) for at, update in self._waiting if update["update_id"] >= offset]
        self.wake()

    def clear(self) -> None:
        self._waiting.clear()
        self.wake()

    def stop(self) -> None:
        self.is_stopped = True
        self.wake()

    def wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self, seconds: float | None = None) -> None:
        """Wait until something arrives or is confirmed, *seconds* at most."""
        event = self._changed
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return

    async def poll(self, limit: int, seconds: float) -> list[Update]:
        """Return up to *limit* updates; the newest of two pollers stays, the other gets a 409."""
        self._turn += 1
        mine = self._turn
        self.wake()
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self.pending and not self.is_stopped and loop.time() < end:
            await self.change(end - loop.time())
            if self._turn != mine:
                raise RefusalError(409, POLLED_TWICE)
        return self.pending[:limit]

    def is_wanted(self, kind: str) -> bool:
        """Return whether the bot is told of updates of *kind*."""
        return kind not in ONLY_WHEN_ASKED if self.allowed is None else kind in self.allowed
