"""Takes updates that come by webhook into the bot's queue, each once, whichever replica is told."""

from typing import TYPE_CHECKING, Any

from telegram import Update

from digestbot.actions import Clock
from digestbot.store import Store

if TYPE_CHECKING:
    from digestbot.bot import Bot

MOST = 1000
"""Updates that wait in one process; with so many Telegram is to come again later."""


class Intake:
    def __init__(self, bot: "Bot", store: Store, clock: Clock) -> None:
        self._bot = bot
        self._store = store
        self._clock = clock

    async def take(self, posted: dict[str, Any]) -> bool:
        """Queue an update, unless it was queued before; False where there is no room.

        Raises ValueError for what is no update.
        """
        if self._bot.update_queue.qsize() >= MOST:
            return False
        update = self._read(posted)
        async with self._store.write() as tables:
            is_new = await tables.intake.take(update.update_id, self._clock())
        if is_new:
            self._bot.update_queue.put_nowait(update)
        return True

    def _read(self, posted: dict[str, Any]) -> Update:
        try:
            return Update.de_json(posted, self._bot.bot)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not an update: {type(error).__name__}") from None
