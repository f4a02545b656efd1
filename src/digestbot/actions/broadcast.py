"""What an owner tells everybody: drafted, sent through the ledger, stopped, and shown how far it is."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from digestbot.actions import Clock
from digestbot.core.broadcast import LONGEST, Progress, Shown
from digestbot.core.subscriber import SubscriberState
from digestbot.errors import UserError
from digestbot.store import Store

DRAFT_KEPT = timedelta(days=1)

Show = Callable[[Shown, Progress], Awaitable[bool]]
"""Puts a progress in place of what is shown; False where that has to be tried again."""


class Broadcaster:
    """Keeps drafts and sends them: each is one delivery to each active subscriber, with all its promises."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def draft(self, text: str) -> tuple[int, int]:
        """Keep a text; return its number, and how many would get it.

        Raises UserError `usage-broadcast`, `broadcast-too-long`.
        """
        if not text.strip():
            raise UserError("usage-broadcast")
        if len(text) > LONGEST:
            raise UserError("broadcast-too-long", count=len(text), limit=LONGEST)
        now = self._clock()
        async with self._store.write() as tables:
            await tables.broadcasts.forget(now - DRAFT_KEPT)
            active = (await tables.subscribers.count()).get(SubscriberState.ACTIVE, 0)
            return await tables.broadcasts.draft(text, now), active

    async def send(self, number: int, shown: Shown) -> Progress:
        """Plan a delivery to everybody. Raises UserError `old-button` where it is no draft any more."""
        async with self._store.write() as tables:
            if not await tables.broadcasts.begin(number, shown, self._clock()):
                raise UserError("old-button")
            return await tables.broadcasts.progress(number)

    async def stop(self, number: int) -> Progress:
        """Send it to no more. Raises UserError `old-button` where it is not being sent."""
        async with self._store.write() as tables:
            if not await tables.broadcasts.stop(number, self._clock()):
                raise UserError("old-button")
            return await tables.broadcasts.progress(number)

    async def drop(self, number: int) -> None:
        """Forget a draft. Raises UserError `old-button` where it is none."""
        async with self._store.write() as tables:
            if not await tables.broadcasts.drop(number):
                raise UserError("old-button")

    async def show_all(self, show: Show) -> None:
        """Show how far those are that are being sent, each for the last time once nothing waits."""
        async with self._store.read() as tables:
            open_ones = await tables.broadcasts.open()
        for progress, shown in open_ones:
            if await show(shown, progress) and not progress.waiting:
                async with self._store.write() as tables:
                    await tables.broadcasts.end(progress.id)
