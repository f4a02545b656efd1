"""Updates of different chats at once, those of one chat one after the other, with a rest in between."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from digestbot.observe import span

AT_ONCE = 256
"""Updates that are handled at once."""
FEW = 5
"""So many of one chat may wait without a rest: somebody taps fast, or a group wakes up."""
REST = 9
"""So many times as long as an update took, the next of its chat waits where more than FEW do: whoever sends a
thousand has a tenth of our time, however much each takes."""
LONGEST_REST = 30.0
"""Seconds."""
_WAITING = 1_000_000
"""python-telegram-bot's own limit, which counts those that wait for their turn too."""


@dataclass(slots=True, weakref_slot=True)
class _Line:
    """The updates of one chat that are not handled yet."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class ByChat(BaseUpdateProcessor):
    """Handles many updates at once, and never two of one chat. What *drops* says so of is let be."""

    def __init__(self, drops: Callable[[Update], bool]) -> None:
        super().__init__(_WAITING)
        self._drops = drops
        self._places = asyncio.Semaphore(AT_ONCE)
        self._lines: WeakValueDictionary[int, _Line] = WeakValueDictionary()

    async def initialize(self) -> None:
        """Nothing is held open."""

    async def shutdown(self) -> None:
        """Nothing is held open."""

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        if not isinstance(update, Update):
            await coroutine
        elif not self._drops(update):
            await self._in_turn(_source(update), coroutine)
        elif isinstance(coroutine, Coroutine):
            coroutine.close()

    async def _in_turn(self, source: int | None, coroutine: Awaitable[object]) -> None:
        line = _Line() if source is None else self._lines.setdefault(source, _Line())
        loop = asyncio.get_running_loop()
        line.waiting += 1
        async with line.turn:
            line.waiting -= 1
            async with self._places:
                started = loop.time()
                with span("update"):
                    await coroutine
            if line.waiting > FEW:
                await asyncio.sleep(min(REST * (loop.time() - started), LONGEST_REST))


def _source(update: Update) -> int | None:
    """Return the chat that an update comes from; of what comes from none, the person."""
    source = update.effective_chat or update.effective_user
    return source.id if source else None
