"""Takes updates that come by webhook, and sees to it that each is handled, whichever replica is told or dies.

An update is written down in the transaction that takes it, and struck out once it is handled. A replica
renews its claim on those that it has in hand; those that nobody claims any more are taken over.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from telegram import Update

from digestbot.actions import Clock
from digestbot.store import UNREACHABLE, Store

if TYPE_CHECKING:
    from digestbot.bot import Bot

log = structlog.get_logger()

MOST = 1000
"""Updates that one process has in hand; with so many Telegram is to come again later."""
CLAIM = timedelta(seconds=20)
"""So long after its last word a replica is taken for dead."""
ROUND = timedelta(seconds=5)


class Intake:
    def __init__(self, bot: "Bot", store: Store, clock: Clock) -> None:
        self._bot = bot
        self._store = store
        self._clock = clock
        self._in_hand: set[int] = set()
        self._handled: set[int] = set()
        """Those that are not struck out yet."""
        self._rounds: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look after what was taken, also by replicas that died."""
        self._rounds = asyncio.create_task(self._look_after(), name="intake")

    async def stop(self) -> None:
        if self._rounds is not None:
            self._rounds.cancel()
            with suppress(asyncio.CancelledError):
                await self._rounds
            self._rounds = None

    async def take(self, posted: dict[str, Any]) -> bool:
        """Handle an update soon, unless it was taken before; False where there is no room.

        Raises ValueError for what is no update.
        """
        if len(self._in_hand) >= MOST:
            return False
        update, now = self._read(posted), self._clock()
        async with self._store.write() as tables:
            is_new = await tables.intake.take(
                update.update_id, orjson.dumps(posted).decode(), now, now + CLAIM
            )
        if is_new:
            self._begin(update)
        return True

    def _begin(self, update: Update) -> None:
        self._in_hand.add(update.update_id)
        self._bot.create_task(self._handle(update), update=update)

    async def _handle(self, update: Update) -> None:
        try:
            await self._bot.update_processor.process_update(update, self._bot.process_update(update))
            self._handled.add(update.update_id)
        finally:
            self._in_hand.discard(update.update_id)
        try:
            async with self._store.write() as tables:
                await tables.intake.done([update.update_id])
            self._handled.discard(update.update_id)
        except UNREACHABLE as error:
            log.warning("an update may be handled again", reason=type(error).__name__)

    async def _look_after(self) -> None:
        while True:
            try:
                await self._round()
            except UNREACHABLE as error:
                log.warning("updates are not looked after", reason=type(error).__name__)
            await asyncio.sleep(ROUND.total_seconds())

    async def _round(self) -> None:
        now, handled = self._clock(), {*self._handled}
        async with self._store.write() as tables:
            await tables.intake.done(handled)
            await tables.intake.renew(self._in_hand, now + CLAIM)
            let_be = await tables.intake.let_be(now)
            room = MOST - len(self._in_hand) if self._bot.running else 0  # else we are about to leave
            left = await tables.intake.take_over(now, now + CLAIM, max(0, room))
        self._handled -= handled
        if let_be:
            log.error("updates end the process each time, and are let be", count=let_be)
        if left:
            log.info("updates are taken over", count=len(left))
        for posted in left:  # in the order in which they came
            try:
                self._begin(self._read(orjson.loads(posted)))
            except ValueError:
                log.exception("an update that was taken can't be read")

    def _read(self, posted: dict[str, Any]) -> Update:
        try:
            return Update.de_json(posted, self._bot.bot)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not an update: {type(error).__name__}") from None
