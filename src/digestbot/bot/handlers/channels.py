"""Channels, from the private chat of who manages them: the settings of a chat, said on its behalf."""

import re
from collections.abc import Awaitable, Callable

from telegram import MessageOriginChannel, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from digestbot.bot.asked import chat_of, member_of, message_of, speaking_for
from digestbot.bot.context import Context, command, on_press
from digestbot.bot.gate import may_post
from digestbot.bot.handlers import papers, settings, start, topics, welcome
from digestbot.core.subscriber import ChatKind, Subscriber
from digestbot.errors import UserError
from digestbot.render import behalf
from digestbot.render.behalf import COMMANDS, VERB
from digestbot.render.message import Press

_HANDLERS: list[BaseHandler[Update, Context, None]] = [
    *settings.HANDLERS,
    *topics.HANDLERS,
    *start.HANDLERS,
    *welcome.HANDLERS,
]
_VERBS = {
    "settings", "choose", "set", "pause", "resume", "sources", "source", "undo", "keep", "narrow",
    "pick", "topic", "picked",
}  # fmt: skip
"""Of the buttons that can be pressed on behalf of a channel."""
_Answer = Callable[[Update, Context], Awaitable[None]]


async def channels(update: Update, context: Context) -> None:
    """Show a person's channels; or, with a number and a command, do that for one of them."""
    if chat_of(update).kind is not ChatKind.PRIVATE:
        raise UserError("channels-in-private", bot=context.bot.username)
    if context.words:
        await _do(update, context)
        return
    person = member_of(update)
    mine = [
        channel
        for channel in await context.desk.channels.of(person.id)
        if await may_post(context, channel.chat_id, person.id)
    ]
    await context.reply(update, behalf.channels(await context.reader(update), mine))


async def forwarded(update: Update, context: Context) -> None:
    """Show an admin of a channel that we post in that they can look after it too; else, a paper it holds."""
    origin, person = message_of(update).forward_origin, member_of(update)
    channels = context.desk.channels
    channel = (
        await channels.other(origin.chat.id, person.id) if isinstance(origin, MessageOriginChannel) else None
    )
    if channel is None or not await may_post(context, channel.chat_id, person.id):
        await papers.pasted(update, context)
        return
    await channels.share(channel, person.id)
    await context.reply(update, behalf.shared(channel, await context.reader(update)))


async def pressed_for(update: Update, context: Context) -> None:
    """Press a button of the settings on behalf of a channel."""
    query = update.callback_query
    assert query is not None and query.data is not None  # noqa: S101, PT018 - on_press lets no other through
    number, verb, *_ = (*Press.read(query.data).words, "", "")
    if verb not in _VERBS:
        raise UserError("old-button")
    with speaking_for(await _managed(update, context, number)):
        await _answer_to_press(verb)(update, context)


async def _do(update: Update, context: Context) -> None:
    number, *said = context.words
    name = said[0].lstrip("/").lower() if said else ""
    if not number.isdecimal() or name not in COMMANDS:
        raise UserError("usage-channels", number=number if number.isdecimal() else "1")
    channel, reader = await _managed(update, context, number), await context.reader(update)
    context.args = said[1:]
    with speaking_for(channel):
        try:
            await _answer_to_command(name)(update, context)
        except UserError as error:  # its examples are for the channel, too
            await context.reply(update, context.desk.render.error(error, reader.language))


async def _managed(update: Update, context: Context, number: str) -> Subscriber:
    """Return a channel in which who asks may post, as one of its admins. Raises `not-your-channel`."""
    person = member_of(update)
    if not number.isdecimal() or len(number) > 9:
        raise UserError("not-your-channel")
    channel = await context.desk.channels.one(int(number))
    if not await may_post(context, channel.chat_id, person.id):
        raise UserError("not-your-channel")
    return channel


def _answer_to_press(verb: str) -> _Answer:
    presses = (handler for handler in _HANDLERS if isinstance(handler, CallbackQueryHandler))
    patterns = ((one.callback, one.pattern) for one in presses)
    code = Press(verb).code()
    return next(answer for answer, known in patterns if isinstance(known, re.Pattern) and known.match(code))


def _answer_to_command(name: str) -> _Answer:
    commands = (handler for handler in _HANDLERS if isinstance(handler, CommandHandler))
    return next(one.callback for one in commands if name in one.commands)


_FORWARDED = filters.FORWARDED & ~(filters.COMMAND | filters.LOCATION)
"""Others answer to commands and places, wherever they come from."""

HANDLERS = [
    command("channels", channels),
    on_press(VERB, pressed_for),
    MessageHandler(filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & _FORWARDED, forwarded),
]
