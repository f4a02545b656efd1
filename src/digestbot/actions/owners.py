"""Those who run the bot: told, each in their language, what only they can mend."""

from collections.abc import Callable, Sequence

import structlog

from digestbot.actions.messenger import Sender
from digestbot.core.delivery import Outcome
from digestbot.render.message import Message
from digestbot.store import Store

log = structlog.get_logger()

_LATER = (Outcome.NOT_SENT, Outcome.ERROR)


class Owners:
    """Writes to the owners. *language*: of those that never spoke to the bot."""

    def __init__(self, store: Store, sender: Sender, chats: Sequence[int], language: str) -> None:
        self._store = store
        self._sender = sender
        self._chats = chats
        self._language = language

    async def tell(self, said: Callable[[str], Message]) -> bool:
        """Tell every owner what is *said* in a language; False where it reached none and is worth a retry."""
        outcomes = [await self._tell_one(chat, said) for chat in self._chats]
        return not outcomes or not all(outcome in _LATER for outcome in outcomes)

    async def _tell_one(self, chat: int, said: Callable[[str], Message]) -> Outcome:
        async with self._store.read() as tables:
            known = await tables.subscribers.in_chat(chat)
        message = said(known.language if known else self._language)
        answer = await self._sender.send(chat, self._sender.pack(message))
        if answer.outcome is not Outcome.SENT:
            log.error("an owner was not told", chat=chat, reason=answer.reason)
        return answer.outcome
