"""Who comes in at all: nobody who is denied, nobody who asks too fast, and where it is closed only guests.

What is dropped is dropped before it waits for its turn, so that a flood takes no place of others'.
"""

from contextlib import suppress
from typing import Any

import structlog
from telegram import Update
from telegram.constants import ChatType
from telegram.error import RetryAfter
from telegram.ext import ApplicationHandlerStop, TypeHandler

from digestbot.actions.invitations import Invitations
from digestbot.bot.context import Context
from digestbot.bot.throttle import QUIET, Throttle, Verdict
from digestbot.core.access import Access, Answer
from digestbot.core.radar import invitation
from digestbot.errors import UserError

log = structlog.get_logger()

FIRST = -1
"""The group of handlers that is asked before all others."""


class Door:
    """Looks at each update before anything else does."""

    def __init__(self, access: Access, throttle: Throttle, invitations: Invitations) -> None:
        self._access = access
        self._throttle = throttle
        self._invitations = invitations
        self._too_fast: set[int] = set()
        """The updates whose senders are to be told."""

    def drops(self, update: Update) -> bool:
        """Tell whether nothing is done about an update."""
        if not _asks(update):
            return False
        user, chat = _numbers(update)
        if self._access.answer(user, chat) is Answer.IGNORE:
            return True
        verdict = self._throttle.judge(user, chat)
        if verdict is Verdict.TELL and update.inline_query is None:
            self._too_fast.add(update.update_id)
            return False
        return verdict is not Verdict.PASS

    def handler(self) -> TypeHandler[Any, Context, Any]:
        """Return what handles every update first."""
        return TypeHandler(Update, self._look)

    async def _look(self, update: Update, context: Context) -> None:
        user, chat = _numbers(update)
        log.debug("update", update=update.update_id, user=user, chat=chat)
        if not _asks(update):
            return
        try:
            await self._check(update)
        except UserError as error:
            if update.inline_query is None and (_is_private(update) or error.id == "too-fast"):
                reader = await context.reader(update)
                with suppress(RetryAfter):  # so many answers wait there already that one more is too late
                    await context.tell(update, context.desk.render.error(error, reader.language))
            raise ApplicationHandlerStop from None

    async def _check(self, update: Update) -> None:
        """Raise UserError `too-fast`, `closed`, `not-invited`, `invitation-over` for who may not come in."""
        if update.update_id in self._too_fast:
            self._too_fast.discard(update.update_id)
            raise UserError("too-fast", seconds=int(QUIET))
        user, chat = _numbers(update)
        answer = self._access.answer(user, chat)
        if answer is Answer.REFUSE:
            raise UserError("closed")
        if answer is Answer.IF_KNOWN and not await self._invitations.knows([user, chat]):
            code = invitation(_payload(update))
            if not code:
                raise UserError("not-invited")
            if not await self._invitations.redeem(code):
                raise UserError("invitation-over")


def _asks(update: Update) -> bool:
    return bool(update.message or update.callback_query or update.inline_query)


def _numbers(update: Update) -> tuple[int | None, int | None]:
    user, chat = update.effective_user, update.effective_chat
    return user.id if user else None, chat.id if chat else None


def _is_private(update: Update) -> bool:
    return update.effective_chat is not None and update.effective_chat.type == ChatType.PRIVATE


def _payload(update: Update) -> str:
    """Return what a deep link hands to `/start` in private."""
    command, _, payload = ((update.message and update.message.text) or "").partition(" ")
    return payload.strip() if command == "/start" and _is_private(update) else ""
