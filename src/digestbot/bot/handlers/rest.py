"""What nobody else answers. Its handlers come last."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, MessageHandler, filters

from digestbot.bot.asked import chat_of, message_of
from digestbot.bot.context import Context
from digestbot.core.subscriber import ChatKind
from digestbot.errors import UserError


async def unknown_command(update: Update, context: Context) -> None:
    text = message_of(update).text or ""
    command, _, addressed_to = text.split(maxsplit=1)[0].partition("@")
    if chat_of(update).kind is ChatKind.PRIVATE or addressed_to.lower() == context.bot.username.lower():
        raise UserError("unknown-command", command=command)


async def not_understood(update: Update, context: Context) -> None:
    raise UserError("not-a-command", command=None, topic=None)


async def old_button(update: Update, context: Context) -> None:
    raise UserError("old-button")


HANDLERS = [
    MessageHandler(filters.UpdateType.MESSAGE & filters.COMMAND, unknown_command),
    MessageHandler(
        filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL, not_understood
    ),
    CallbackQueryHandler(old_button),
]
