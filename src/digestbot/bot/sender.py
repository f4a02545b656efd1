"""A Message as a Bot API call, and Telegram's answer as an Answer. Knows no policy."""

from datetime import timedelta
from typing import Any

from telegram import Bot, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from digestbot.actions.deliver import Answer
from digestbot.bot.transport import ResponseLostError
from digestbot.core.delivery import Outcome
from digestbot.render.message import Button, Copy, Message, Press


class TelegramSender:
    """Sends messages that nobody waits for."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(self, chat_id: int, message: Message) -> Answer:
        """Send one message and tell what is known of it."""
        try:
            await self._bot.send_message(chat_id, **call(message))
        except TelegramError as error:
            return answer(error)
        return Answer(Outcome.SENT)


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


def answer(error: TelegramError) -> Answer:
    """Return what *error* says about the message. The order matters: BadRequest is also a NetworkError."""
    reason = str(error)
    match error:
        case RetryAfter():
            seconds = error.retry_after
            wait = seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)
            return Answer(Outcome.NOT_SENT, wait=wait, reason=reason)
        case ChatMigrated():
            return Answer(Outcome.NOT_SENT, wait=timedelta(0), moved_to=error.new_chat_id, reason=reason)
        case ResponseLostError():
            return Answer(Outcome.UNCERTAIN, reason=reason)
        case Forbidden():
            return Answer(Outcome.BLOCKED, reason=reason)
        case BadRequest() if "chat not found" in reason.lower():
            return Answer(Outcome.BLOCKED, reason=reason)
        case BadRequest():
            return Answer(Outcome.REJECTED, reason=reason)
    return Answer(Outcome.NOT_SENT, reason=reason)


def _button(button: Button) -> InlineKeyboardButton:
    if isinstance(button.does, Press):
        return InlineKeyboardButton(button.text, callback_data=button.does.code())
    if isinstance(button.does, Copy):
        return InlineKeyboardButton(button.text, copy_text=CopyTextButton(button.does.text))
    return InlineKeyboardButton(button.text, url=button.does)
