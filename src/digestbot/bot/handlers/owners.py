"""For those who run the bot, in their private chats; for all others these commands do not exist."""

from typing import Any

import structlog
from telegram import BotCommandScopeChat, Update
from telegram import Message as TelegramMessage
from telegram.error import BadRequest, Forbidden
from telegram.ext import BaseHandler, CommandHandler, ExtBot, filters
from telegram.helpers import create_deep_linked_url

from digestbot.actions.invitations import MOST_USES, VALID_DAYS
from digestbot.bot.asked import message_of, pressed
from digestbot.bot.context import Context, Handler, Office, on_press
from digestbot.core import wishes
from digestbot.core.broadcast import Shown
from digestbot.core.radar import inviting
from digestbot.errors import UserError
from digestbot.render import owners as said
from digestbot.render.menu import CODES, owners_menu

log = structlog.get_logger()

_COMMANDS = ("admin", "broadcast", "invite")
_PRIVATE = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE


async def admin(update: Update, context: Context) -> None:
    reader = await context.reader(update)
    overview = await context.office.watch.overview()
    await context.reply(update, said.overview(overview, reader))


async def broadcast(update: Update, context: Context) -> None:
    """Show what is to be told as everybody will see it, and ask."""
    written = message_of(update).reply_to_message
    text = (written.text if written else None) or ""
    number, count = await context.office.broadcaster.draft(text)
    language = (await context.reader(update)).language
    await context.reply(update, said.announcement(text, language))
    await context.reply(update, said.draft(number, count, language))


async def broadcast_pressed(update: Update, context: Context) -> None:
    query, (wish, number) = pressed(update, words=2)
    if not number.isdecimal() or not isinstance(query.message, TelegramMessage):
        raise UserError("old-button")
    broadcaster = context.office.broadcaster
    language = (await context.reader(update)).language
    match wish:
        case "send":
            shown = Shown(query.message.chat_id, query.message.message_id, language)
            progress = await broadcaster.send(int(number), shown)
        case "stop":
            progress = await broadcaster.stop(int(number))
        case _:
            await broadcaster.drop(int(number))
            await context.replace(query, said.dropped(language))
            return
    await context.replace(query, said.progress(progress, language))


async def invite(update: Update, context: Context) -> None:
    uses = wishes.uses(context.words, MOST_USES)
    code = await context.office.invitations.invite(uses)
    link = create_deep_linked_url(context.bot.username, inviting(code))
    language = (await context.reader(update)).language
    await context.reply(update, said.invitation(link, code, uses, VALID_DAYS, language))


async def invite_pressed(update: Update, context: Context) -> None:
    """Take an invitation back."""
    query, (code,) = pressed(update, words=1)
    await context.office.invitations.take_back(code)
    language = (await context.reader(update)).language
    await context.replace(query, said.taken_back(language))


async def show_menu(bot: ExtBot[None], owner: int) -> None:
    """Have Telegram offer an owner the owners' commands, in whatever language they use it."""
    scope = BotCommandScopeChat(owner)
    try:
        for language, code in CODES.items():
            await bot.set_my_commands(owners_menu(language), scope=scope, language_code=code)
    except (BadRequest, Forbidden) as error:  # their account is gone, or the bot is another one now
        log.warning("an owner has no menu", chat=owner, reason=str(error))


async def greet(update: Update, context: Context) -> None:
    """Show owners their menu when they press Start."""
    await show_menu(context.bot, message_of(update).chat_id)


async def take_menu(update: Update, context: Context) -> None:
    """Take the menu from who was an owner and still uses it."""
    scope = BotCommandScopeChat(message_of(update).chat_id)
    for code in CODES.values():
        await context.bot.delete_my_commands(scope=scope, language_code=code)


def menus(office: Office) -> list[BaseHandler[Any, Context, Any]]:
    """Return the handlers that look after the menu, besides what is answered."""
    return [
        CommandHandler("start", greet, filters=_PRIVATE & filters.User(office.owners)),
        CommandHandler(_COMMANDS, take_menu, filters=_PRIVATE & ~filters.User(office.owners)),
    ]


def handlers(office: Office) -> list[BaseHandler[Any, Context, Any]]:
    """Return the handlers of the owners' commands: updates of others pass them by."""
    theirs = _PRIVATE & filters.User(office.owners)

    def only_owners(handler: Handler) -> Handler:
        async def guarded(update: Update, context: Context) -> None:
            user = update.effective_user
            if user is None or user.id not in office.owners:
                raise UserError("old-button")
            await handler(update, context)

        return guarded

    return [
        CommandHandler("admin", admin, filters=theirs),
        CommandHandler("broadcast", broadcast, filters=theirs),
        CommandHandler("invite", invite, filters=theirs),
        on_press("invite", only_owners(invite_pressed)),
        on_press("broadcast", only_owners(broadcast_pressed)),
    ]
