"""A group's own options: which thread of a forum papers go to."""

from telegram import Update

from digestbot.bot.asked import chat_of, pressed, pressed_ids, thread_of
from digestbot.bot.context import Context, command, on_press
from digestbot.bot.gate import may_change
from digestbot.core import wishes
from digestbot.core.subscriber import Subscriber
from digestbot.errors import UserError
from digestbot.render import forum as said
from digestbot.render.message import Message


async def route(update: Update, context: Context) -> None:
    """Show where papers go; or, with words, change it."""
    if not _is_forum(update):
        raise UserError("only-in-forum")
    if context.words:
        await may_change(reroute)(update, context)
    else:
        await context.reply(update, await _shown(update, context, await context.reader(update)))


async def reroute(update: Update, context: Context) -> None:
    """Let what a topic brings go to this thread, or where all else goes."""
    topic, is_here = wishes.route(context.said)
    thread = thread_of(update) if is_here else None
    if is_here and thread is None:  # in the general thread, where all goes anyway
        raise UserError("usage-route")
    reader = await context.desk.membership.route(chat_of(update), topic, thread)
    await context.reply(update, await _shown(update, context, reader))


async def group_pressed(update: Update, context: Context) -> None:
    query, _ = pressed(update)
    await context.replace(query, await _shown(update, context, await context.reader(update)))


async def unroute_pressed(update: Update, context: Context) -> None:
    """Let what a topic brings go where all else goes; where somebody did so before, show just that."""
    query, ids = pressed_ids(update)
    membership, chat = context.desk.membership, chat_of(update)
    reader = await membership.reader(chat)
    for topic in await membership.topics.named(chat, ids):
        reader = await membership.route(chat, topic, None)
    await context.replace(query, await _shown(update, context, reader))


async def thread_pressed(update: Update, context: Context) -> None:
    """Let what has no route go to this thread, or to the general one."""
    query, (where,) = pressed(update, words=1)
    thread = {"here": thread_of(update), "general": None}.get(where)
    if not chat_of(update).kind.is_group or (thread is None and where != "general"):
        raise UserError("old-button")
    reader = await context.desk.membership.set_thread(chat_of(update), thread)
    await context.replace(query, await _shown(update, context, reader))


async def _shown(update: Update, context: Context, reader: Subscriber) -> Message:
    """Return the options of a group. Raises UserError `old-button` elsewhere."""
    if not reader.kind.is_group:
        raise UserError("old-button")
    threads = {route.topic: route for route in reader.routes}
    ids = await context.desk.membership.topics.ids_of(
        reader, [topic for topic in reader.topics if topic in threads]
    )
    routes = {topic_id: threads[topic] for topic_id, topic in ids.items()}
    return said.group(reader, routes, thread_of(update), is_forum=_is_forum(update))


def _is_forum(update: Update) -> bool:
    return update.effective_chat is not None and bool(update.effective_chat.is_forum)


HANDLERS = [
    command("route", route),
    on_press("group", may_change(group_pressed)),
    on_press("unroute", may_change(unroute_pressed)),
    on_press("thread", may_change(thread_pressed)),
]
