"""Whether Telegram still knows our token: its owner may have @BotFather take it back while we run."""

import asyncio
from collections.abc import Sequence

import structlog
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from digestbot.bot.transport import UNKNOWN

log = structlog.get_logger()

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before we ask once more; in all a minute, which Telegram's own mishaps seldom outlast."""


class TokenWatch:
    """Is told of each call's answer; where one says that our token is unknown, it asks until that is sure."""

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = pauses
        self._doubted = asyncio.Event()

    def called(self, status: str) -> None:
        if status in UNKNOWN:
            self._doubted.set()

    async def lost(self, bot: ExtBot[None]) -> bool:
        """Return True, once it is sure that Telegram does not know the token any more."""
        while True:
            await self._doubted.wait()
            log.warning("telegram does not know our token; we ask again for a minute")
            if await self._is_refused(bot):
                return True
            self._doubted.clear()

    async def _is_refused(self, bot: ExtBot[None]) -> bool:
        for pause in self._pauses:
            await asyncio.sleep(pause)
            try:
                await bot.get_me()
            except InvalidToken:
                continue
            except TelegramError:  # that tells nothing; the next call will
                return False
            return False
        return True
