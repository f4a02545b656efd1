"""Writes results into the ledger in groups: one transaction for many, none waits longer than a blink."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from digestbot.actions import Clock
from digestbot.core.subscriber import Subscriber, SubscriberState, without_thread
from digestbot.store import Store, Tables
from digestbot.store.deliveries import Settled

EVERY = 0.05
"""Seconds that a result waits for others, at most."""
ENOUGH = 512
"""So many results, or half of all that may come, do not wait for more."""


class Result(NamedTuple):
    """What became of one message, and what it tells of its reader."""

    settled: Settled
    is_unwanted: bool = False
    """The reader does not want us, or is not there any more."""
    moved_to: int | None = None
    """The chat's new id."""
    lost_thread: int | None = None
    """A thread of the chat that is closed or gone."""

    @property
    def changes_reader(self) -> bool:
        return self.is_unwanted or self.moved_to is not None or self.lost_thread is not None


class Ledger:
    """Takes results one by one, and writes them together, while `run` runs. *written* is told of those, and
    of which deliveries the next message may go out.

    Where that fails, what is not written yet is in doubt once its lease is over, as after a crash.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        flying: Callable[[], int],
        written: Callable[[Sequence[Result], Collection[int]], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._flying = flying
        """Tells how many results there may be: with half of them there is no need to wait longer."""
        self._written = written
        self._waiting: list[Result] = []
        self._come = asyncio.Event()
        self._full = asyncio.Event()
        self._is_closing = False

    def write(self, result: Result) -> None:
        """Have *result* written."""
        self._waiting.append(result)
        self._come.set()
        if self._is_enough():
            self._full.set()

    async def run(self) -> None:
        """Write what comes, until `close`."""
        while self._waiting or not self._is_closing:
            await self._come.wait()
            if not self._is_closing and not self._is_enough():
                await self._wait_for_more()
            self._full.clear()
            taken, self._waiting = self._waiting, []
            if not self._is_closing:
                self._come.clear()
            self._written(taken, await self._commit(taken))

    def close(self) -> None:
        """Let `run` end once all is written."""
        self._is_closing = True
        self._come.set()
        self._full.set()

    def _is_enough(self) -> bool:
        return len(self._waiting) >= min(ENOUGH, self._flying() // 2)

    async def _wait_for_more(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY):
                await self._full.wait()

    async def _commit(self, results: Sequence[Result]) -> Collection[int]:
        return await self._store.insist(partial(self._settle, results))

    async def _settle(self, results: Sequence[Result], tables: Tables) -> Collection[int]:
        changes = [result for result in results if result.changes_reader]
        # Readers before deliveries, as who leaves: of two who wait for each other PostgreSQL ends one.
        await tables.subscribers.hold({result.settled.delivery.subscriber_id for result in changes})
        flying = await tables.deliveries.settle([result.settled for result in results], self._clock())
        for result in changes:
            await self._change_reader(tables, result)
        return flying

    async def _change_reader(self, tables: Tables, result: Result) -> None:
        reader = await tables.subscribers.get(result.settled.delivery.subscriber_id)
        if reader is None:  # forgotten a moment ago
            return
        if result.is_unwanted:
            await self._leave_alone(tables, reader)
        elif result.moved_to is not None:
            await self._move(tables, reader, result.moved_to)
        elif result.lost_thread is not None:
            await tables.subscribers.save(without_thread(reader, result.lost_thread))

    async def _leave_alone(self, tables: Tables, reader: Subscriber) -> None:
        await tables.deliveries.cancel(reader.id, self._clock())
        if reader.state is SubscriberState.ACTIVE:
            await tables.subscribers.save(replace(reader, state=SubscriberState.BLOCKED, next_due_at=None))

    async def _move(self, tables: Tables, reader: Subscriber, chat_id: int) -> None:
        there = await tables.subscribers.in_chat(chat_id)
        if there is None:
            await tables.subscribers.save(replace(reader, chat_id=chat_id))
        elif there.id != reader.id:  # the new chat subscribed by itself: it has digests of its own
            await self._leave_alone(tables, reader)
