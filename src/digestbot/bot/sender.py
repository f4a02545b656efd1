"""A Message as a Bot API call, and Telegram's answer as an Answer. Knows no policy."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    TelegramObject,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot
from yarl import URL

from digestbot.actions.messenger import Answer, MayGo, always
from digestbot.bot.limiter import FloodError, Limiter
from digestbot.bot.line import NotSentError, ResponseLostError
from digestbot.bot.transport import LONGEST_WAIT, UNKNOWN, AiohttpRequest
from digestbot.core.broadcast import Progress, Shown
from digestbot.core.delivery import Outcome
from digestbot.render.message import Button, Copy, Message, Press
from digestbot.render.owners import progress

log = structlog.get_logger()

_UNWANTED = (
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "no write access",
    "ALLOW_PAYMENT_REQUIRED",
    "CHANNEL_PRIVATE",
    "CHAT_ADMIN_REQUIRED",
    "CHAT_RESTRICTED",
    "PRIVACY_PREMIUM_REQUIRED",
    "TOPIC_CLOSED",
    "USER_BANNED_IN_CHANNEL",
    "USER_IS_BLOCKED",
    "_FORBIDDEN",
)
"""A 400 with one of these speaks of what we may do in the chat, not of the message.

What Telegram itself, behind the Bot API, refuses with 403 and a name in capitals comes as a 400.
"""
_NO_THREAD = ("message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED")
"""A 400 with one of these speaks of the thread that we wrote to."""
_OF_CHAT = {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN}
"""Refusals of a message or a chat, where Telegram says so; a page of a proxy's with one refuses us."""
_UNTOLD_WAIT = 30.0
"""Seconds after a 429 that names none."""
_TOKEN_WAIT = timedelta(seconds=30)
"""After so long we try again whether Telegram knows our token."""
_TAKEN = b'{"ok":true,'
_SENT = Answer(Outcome.SENT)
_NO_CHAT = (
    "chat not found",
    "user not found",
    "group chat was deactivated",
    "CHANNEL_INVALID",
    "CHAT_ID_INVALID",
    "PEER_ID_INVALID",
    "USER_ID_INVALID",
)
_NO_STARS = "BALANCE_TOO_LOW"
"""A 400 with this speaks of the owner's Stars, which pay for what goes faster: no message's fault."""


class TelegramSender:
    """Sends messages that nobody waits for, through the bot's own limiter and transport.

    *paid*: Telegram is paid to take more than 30 a second, 0.1 Stars for each one above.
    """

    def __init__(self, bot: ExtBot[Any], *, paid: bool = False) -> None:
        limiter, transport = bot.rate_limiter, bot.request
        assert isinstance(limiter, Limiter)  # noqa: S101 - `build` gave the bot these two
        assert isinstance(transport, AiohttpRequest)  # noqa: S101
        self._limiter, self._transport = limiter, transport
        self._bot = bot
        self._paid = paid
        self._url = URL(f"{bot.base_url}/sendMessage")

    def pack(self, message: Message) -> bytes:
        """Return the call as JSON, all but the chat's id."""
        said = {name: _value(value) for name, value in call(message).items() if value is not None}
        if message.silent:
            said["disable_notification"] = True
        if self._paid:
            said["allow_paid_broadcast"] = True
        return orjson.dumps(said)[1:]

    async def send(
        self, chat_id: int, packed: bytes, thread_id: int | None = None, may_go: MayGo = always
    ) -> Answer:
        """Send one message when its turn comes, and tell what is known of it."""
        try:
            await self._limiter.turn(chat_id)
        except FloodError as flood:
            return Answer(Outcome.NOT_SENT, flood.wait, reason=str(flood), everyone=flood.everyone)
        if not may_go():
            return Answer(Outcome.NOT_SENT, timedelta(0), reason="its turn came too late")
        try:
            status, content = await self._transport.post_json(
                self._url, _addressed(packed, chat_id, thread_id)
            )
        except NotSentError as error:
            return Answer(Outcome.NOT_SENT, reason=str(error))
        except ResponseLostError as error:
            return Answer(Outcome.UNCERTAIN, reason=str(error))
        answer = read(status, content)
        if answer.outcome is Outcome.SENT:
            self._limiter.taken()
        elif thread_id is not None and any(words in (answer.reason or "") for words in _NO_THREAD):
            return Answer(Outcome.NOT_SENT, timedelta(0), reason=answer.reason, lost_thread=thread_id)
        elif answer.wait and not answer.everyone:
            everyone = self._limiter.told_to_wait(chat_id, answer.wait.total_seconds())
            return replace(answer, everyone=everyone)
        return answer

    async def show(self, shown: Shown, reached: Progress) -> bool:
        """Put how far a broadcast is in the place of what is shown; False where that is worth a retry."""
        message = progress(reached, shown.language)
        try:
            await self._bot.edit_message_text(
                chat_id=shown.chat_id, message_id=shown.message_id, **call(message)
            )
        except (BadRequest, Forbidden):  # it is as wished, or nobody is there who would look
            return True
        except TelegramError as error:
            log.warning("a broadcast's progress was not shown", reason=str(error))
            return False
        return True


def _addressed(packed: bytes, chat_id: int, thread_id: int | None) -> bytes:
    if thread_id is None:
        return b'{"chat_id":%d,%b' % (chat_id, packed)
    return b'{"chat_id":%d,"message_thread_id":%d,%b' % (chat_id, thread_id, packed)


def read(status: int, content: bytes) -> Answer:
    """Return what Telegram's answer says about the message. *status* is that of HTTP.

    Any 5xx is a failure before the message was taken, but for 504: there a gateway gave up waiting.
    """
    if status == HTTPStatus.OK and content.startswith(_TAKEN):  # what follows is the message that we know
        return _SENT
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, Mapping):
        told = {}
    if told.get("ok") is True:
        return _SENT
    if told.get("ok") is False and isinstance(code := told.get("error_code"), int):
        status = code  # Telegram's own, whatever a proxy made of it
    if status < 300 or status == HTTPStatus.GATEWAY_TIMEOUT:
        return Answer(Outcome.UNCERTAIN, reason=f"no answer in HTTP {status}")
    reason = str(told.get("description") or f"HTTP {status}")
    if "ok" not in told and status in _OF_CHAT:
        return Answer(Outcome.NOT_SENT, reason=reason)
    parameters = told.get("parameters")
    return _refused(status, reason, parameters if isinstance(parameters, Mapping) else {})


def _refused(status: int, reason: str, parameters: Mapping[str, Any]) -> Answer:
    moved_to, wait = parameters.get("migrate_to_chat_id"), parameters.get("retry_after")
    if isinstance(moved_to, int):
        return Answer(Outcome.NOT_SENT, timedelta(0), moved_to, reason)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = wait if isinstance(wait, int | float) and wait > 0 else _UNTOLD_WAIT
        return Answer(Outcome.NOT_SENT, timedelta(seconds=min(seconds, LONGEST_WAIT)), reason=reason)
    if status >= 500:
        return Answer(Outcome.ERROR, reason=reason)
    if status == HTTPStatus.FORBIDDEN:
        return Answer(Outcome.BLOCKED, reason=reason)
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}:
        return Answer(_objection(reason), reason=reason)
    if str(status) in UNKNOWN:  # the token, which the owner mends: no message's fault, and no chat's
        return Answer(Outcome.NOT_SENT, _TOKEN_WAIT, reason=reason, everyone=True)
    return Answer(Outcome.NOT_SENT, reason=reason)


def _objection(reason: str) -> Outcome:
    if _NO_STARS in reason:
        return Outcome.NOT_SENT
    if any(words in reason for words in _NO_CHAT):
        return Outcome.NO_CHAT
    return Outcome.BLOCKED if any(words in reason for words in _UNWANTED) else Outcome.REJECTED


def call(message: Message) -> dict[str, Any]:
    """Return a message as the arguments of `sendMessage` and `editMessageText`."""
    return {
        "text": message.html,
        "parse_mode": ParseMode.HTML,
        "reply_markup": keyboard(message),
        "link_preview_options": preview(message),
    }


def keyboard(message: Message) -> InlineKeyboardMarkup | None:
    if not message.buttons:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in message.buttons])


def preview(message: Message) -> LinkPreviewOptions:
    if message.preview is None:
        return LinkPreviewOptions(is_disabled=True)
    return LinkPreviewOptions(url=message.preview, prefer_large_media=True, show_above_text=True)


def _value(value: str | TelegramObject) -> object:
    return value.to_dict() if isinstance(value, TelegramObject) else str(value)


def _button(button: Button) -> InlineKeyboardButton:
    if isinstance(button.does, Press):
        return InlineKeyboardButton(button.text, callback_data=button.does.code())
    if isinstance(button.does, Copy):
        return InlineKeyboardButton(button.text, copy_text=CopyTextButton(button.does.text))
    return InlineKeyboardButton(button.text, url=button.does)
