"""The first minute: topics by taps, an hour, and at once a first digest. And the link that hands them on."""

from zoneinfo import available_timezones

from telegram import Update
from telegram.helpers import create_deep_linked_url

from digestbot.bot.asked import chat_of, number_of, pressed
from digestbot.bot.context import Context, command, on_press
from digestbot.bot.gate import may_change
from digestbot.core import wishes
from digestbot.core.digest import View, ViewKind
from digestbot.core.radar import pack
from digestbot.core.subscriber import ChatKind
from digestbot.errors import UserError


async def pick_pressed(update: Update, context: Context) -> None:
    """Show a page of popular topics."""
    query, (page,) = pressed(update, words=1)
    reader = await context.reader(update)
    offered = await context.desk.library.popular()
    await context.replace(query, context.desk.render.popular(reader, offered, number_of(page)))


async def topic_pressed(update: Update, context: Context) -> None:
    """Follow a popular topic, or follow it no more."""
    query, (page, topic) = pressed(update, words=2)
    reader = await context.desk.membership.topics.toggle(chat_of(update), topic)
    offered = await context.desk.library.popular()
    await context.replace(query, context.desk.render.popular(reader, offered, number_of(page)))


async def picked_pressed(update: Update, context: Context) -> None:
    """Ask for the hour, on the clock of where the reader seems to live; a channel has it in its settings."""
    query, _ = pressed(update)
    reader, render = await context.reader(update), context.desk.render
    is_channel = reader.kind is ChatKind.CHANNEL
    await context.replace(query, render.say("settings", reader) if is_channel else render.first_hour(reader))


async def hour_pressed(update: Update, context: Context) -> None:
    """Set the hour, and bring what is there already; the button's zone counts where none was told."""
    query, (hour, zone) = pressed(update, words=2)
    if zone not in available_timezones():
        raise UserError("old-button")
    at = wishes.clock(f"{hour[:2]}:{hour[2:]}")
    reader = await context.desk.membership.set_hour(chat_of(update), at, zone)
    await context.replace(query, context.desk.render.say("changed", reader, what="time"))
    listing = await context.desk.library.look(View(ViewKind.TODAY), reader)
    await context.show(update, listing, reader)


async def share(update: Update, context: Context) -> None:
    reader = await context.reader(update)
    if not reader.topics:
        raise UserError("nothing-to-share")
    payload, kept = pack(reader.topics)
    link = create_deep_linked_url(context.bot.username, payload)
    await context.reply(update, context.desk.render.say("share", reader, link=link, kept=kept))


HANDLERS = [
    command("share", share),
    on_press("pick", pick_pressed),
    on_press("topic", may_change(topic_pressed)),
    on_press("picked", picked_pressed),
    on_press("hour", may_change(hour_pressed)),
]
