"""Which thread of a forum papers go to."""

from telegram import Update

from digestbot.bot.context import Context, chat_of, command, thread_of
from digestbot.bot.gate import may_change
from digestbot.core import wishes
from digestbot.errors import UserError


async def route(update: Update, context: Context) -> None:
    """Show where papers go; or, with words, change it."""
    chat = update.effective_chat
    if chat is None or not chat.is_forum:
        raise UserError("only-in-forum")
    if context.words:
        await may_change(reroute)(update, context)
    else:
        await context.reply(update, context.desk.render.say("routes", await context.reader(update)))


async def reroute(update: Update, context: Context) -> None:
    """Let what a topic brings go to this thread, or where all else goes."""
    topic, is_here = wishes.route(" ".join(context.words))
    thread = thread_of(update) if is_here else None
    if is_here and thread is None:  # in the general thread, where all goes anyway
        raise UserError("usage-route")
    reader = await context.desk.membership.route(chat_of(update), topic, thread)
    await context.reply(update, context.desk.render.say("routes", reader))


HANDLERS = [command("route", route)]
