"""Coming, going, and help."""

from telegram import Update

from digestbot.bot.asked import chat_of, pressed, thread_of
from digestbot.bot.context import Context, command, on_press
from digestbot.bot.gate import may_change, may_post
from digestbot.bot.handlers.topics import added
from digestbot.core.radar import unpack
from digestbot.core.subscriber import ChatKind, Subscriber


async def start(update: Update, context: Context) -> None:
    chat = chat_of(update)
    reader, is_new = await context.desk.membership.subscribe(chat)
    if chat.kind.is_group:
        reader = await context.desk.membership.set_thread(chat, thread_of(update))
    await context.reply(update, context.desk.render.say("welcome" if is_new else "welcome_back", reader))
    if handed_on := unpack(context.words[0]) if context.words else ():
        await context.reply(
            update, await added(context, await context.desk.membership.topics.add(chat, handed_on))
        )


async def show_help(update: Update, context: Context) -> None:
    await context.reply(update, context.desk.render.say("help", await context.reader(update)))


async def subscribe(update: Update, context: Context) -> None:
    await context.reply(update, context.desk.render.say("subscribed", await begun(update, context)))


async def unsubscribe(update: Update, context: Context) -> None:
    reader = await context.desk.membership.unsubscribe(chat_of(update))
    await context.reply(update, context.desk.render.say("unsubscribed", reader))


async def resume(update: Update, context: Context) -> None:
    await context.reply(update, context.desk.render.say("resumed", await begun(update, context)))


async def begun(update: Update, context: Context) -> Subscriber:
    """Bring digests, and return who reads them; a channel's wait for as long as we may not post there."""
    membership, chat = context.desk.membership, chat_of(update)
    waits = chat.kind is ChatKind.CHANNEL and not await may_post(context, chat.id, context.bot.id)
    reader = await membership.resume(chat)
    if waits:
        await membership.blocked(chat)
        return await membership.reader(chat)
    return reader


async def privacy(update: Update, context: Context) -> None:
    desk = context.desk
    await context.reply(update, desk.render.say("privacy", await context.reader(update), keep=desk.retention))


async def stop(update: Update, context: Context) -> None:
    await context.reply(update, context.desk.render.say("ask_stop", await context.reader(update)))


async def stop_pressed(update: Update, context: Context) -> None:
    query, (answer,) = pressed(update, words=1)
    reader = await context.reader(update)
    confirmed = answer == "yes"
    if confirmed:
        await context.desk.membership.forget(chat_of(update))
    await context.replace(query, context.desk.render.say("stopped" if confirmed else "kept", reader))


HANDLERS = [
    command("start", may_change(start)),
    command("help", show_help),
    command("subscribe", may_change(subscribe)),
    command("unsubscribe", may_change(unsubscribe)),
    command("resume", may_change(resume)),
    command("privacy", privacy),
    command("stop", may_change(stop)),
    on_press("stop", may_change(stop_pressed)),
]
