"""Updates of different chats at once, those of one chat one after the other; of who sends many, with rests.

In a group all members have their turns alike: whoever sends many there keeps only their own waiting, and a
crowd of them has a third of our time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from digestbot.observe import span

AT_ONCE = 256
"""Updates that are handled at once."""
FEW = 5
"""So many of one person may wait without a rest: somebody taps fast."""
REST = 19
"""So many times as long as an update took, the next of the same person waits where more than FEW do: whoever
sends a thousand has a twentieth of our time, however much each takes."""
CROWD = 20
"""So many people of one group may wait without a rest."""
CROWD_REST = 2
"""So many times as long as an update took, a group waits where more than a CROWD do."""
LONGEST_REST = 30.0
"""Seconds."""
_WAITING = 1_000_000
"""python-telegram-bot's own limit, which counts those that wait for their turn too."""

_Source = tuple[int, int | None]
"""A chat, and a person in it."""


@dataclass(slots=True, weakref_slot=True)
class _Line:
    """What waits for its turn: the updates of one person in a chat, or one of each person there."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class ByChat(BaseUpdateProcessor):
    """Handles many updates at once, and never two of one chat. What *drops* says so of is let be."""

    def __init__(self, drops: Callable[[Update], bool]) -> None:
        super().__init__(_WAITING)
        self._drops = drops
        self._places = asyncio.Semaphore(AT_ONCE)
        self._leaves = asyncio.Event()
        self._people: WeakValueDictionary[_Source, _Line] = WeakValueDictionary()
        self._chats: WeakValueDictionary[int, _Line] = WeakValueDictionary()

    def hurry(self) -> None:
        """Let nobody rest any more: we are about to leave."""
        self._leaves.set()

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

    async def _in_turn(self, source: _Source | None, coroutine: Awaitable[object]) -> None:
        person = self._people.setdefault(source, _Line()) if source else _Line()
        chat = self._chats.setdefault(source[0], _Line()) if source else _Line()
        loop = asyncio.get_running_loop()
        person.waiting += 1
        async with person.turn:
            person.waiting -= 1
            chat.waiting += 1
            async with chat.turn:
                chat.waiting -= 1
                async with self._places:
                    started = loop.time()
                    with span("update"):
                        await coroutine
                    took = loop.time() - started
                if chat.waiting > CROWD:
                    await self._rest(CROWD_REST * took)
            if person.waiting > FEW:
                await self._rest(REST * took)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._leaves.wait(), min(seconds, LONGEST_REST))


def _source(update: Update) -> _Source | None:
    """Return the chat that an update comes from, or else the person; and the person, if there is one."""
    chat, person = update.effective_chat, update.effective_user
    where = chat or person
    return (where.id, person.id if person else None) if where else None
