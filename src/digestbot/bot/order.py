"""Updates of different chats at once, those of one chat one after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class ByChat(BaseUpdateProcessor):
    """Handles up to *most* updates at once, and never two of one chat. What *drops* says so of is let be."""

    def __init__(self, drops: Callable[[Update], bool], most: int = 256) -> None:
        super().__init__(most)
        self._drops = drops
        self._chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def initialize(self) -> None:
        """Nothing is held open."""

    async def shutdown(self) -> None:
        """Nothing is held open."""

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        if isinstance(update, Update) and self._drops(update):
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            return
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat is None:
            await coroutine
            return
        async with self._chats.setdefault(chat.id, asyncio.Lock()):
            await coroutine
