"""What a reader follows."""

from telegram import Update

from digestbot.actions import membership
from digestbot.bot.context import Context, chat_of, command, on_press, pressed
from digestbot.bot.gate import may_change
from digestbot.core import wishes
from digestbot.errors import UserError


async def topics(update: Update, context: Context) -> None:
    reader = await context.reader(update)
    counts = await context.desk.library.counts(reader)
    await context.reply(update, context.desk.render.say("topics", reader, counts=counts))


async def add(update: Update, context: Context) -> None:
    wanted = wishes.topics(" ".join(context.words))
    done = await context.desk.membership.add_topics(chat_of(update), wanted)
    answer = context.desk.render.say("topics_added", done.reader, added=done.changed, known=done.unchanged)
    await context.reply(update, answer)


async def remove(update: Update, context: Context) -> None:
    unwanted = wishes.topics(" ".join(context.words))
    done = await context.desk.membership.remove_topics(chat_of(update), unwanted)
    answer = context.desk.render.say(
        "topics_removed", done.reader, removed=done.changed, missing=done.unchanged
    )
    await context.reply(update, answer)


async def mute(update: Update, context: Context) -> None:
    unwanted = wishes.muted(" ".join(context.words))
    if not unwanted:
        raise UserError("usage-mute")
    done = await context.desk.membership.add_topics(chat_of(update), unwanted)
    answer = context.desk.render.say("muted", done.reader, added=done.changed, known=done.unchanged)
    await context.reply(update, answer)


async def unmute(update: Update, context: Context) -> None:
    wanted = wishes.muted(" ".join(context.words))
    if not wanted:
        raise UserError("usage-mute")
    done = await context.desk.membership.remove_topics(chat_of(update), wanted)
    answer = context.desk.render.say("unmuted", done.reader, removed=done.changed, missing=done.unchanged)
    await context.reply(update, answer)


async def test(update: Update, context: Context) -> None:
    topic = " ".join(context.words)
    if not topic:
        raise UserError("usage-test")
    reader = await context.reader(update)
    trial = await context.desk.library.trial(membership.checked(topic), reader)
    await context.reply(update, context.desk.render.say("trial", reader, trial=trial))


async def sources(update: Update, context: Context) -> None:
    chat, members = chat_of(update), context.desk.membership
    reader = await members.reader(chat)
    if context.words:
        wanted = wishes.sources(" ".join(context.words), reader.categories, members.offered)
        reader = await members.set_categories(chat, wanted)
    await context.reply(update, context.desk.render.sources(reader, members.offered))


async def sources_pressed(update: Update, context: Context) -> None:
    query, _ = pressed(update)
    members = context.desk.membership
    reader = await members.reader(chat_of(update))
    await context.replace(query, context.desk.render.sources(reader, members.offered))


async def source_pressed(update: Update, context: Context) -> None:
    query, (category,) = pressed(update, words=1)
    members = context.desk.membership
    reader = await members.toggle_category(chat_of(update), category)
    await context.replace(query, context.desk.render.sources(reader, members.offered))


HANDLERS = [
    command("topics", topics),
    command("add", may_change(add)),
    command("remove", may_change(remove)),
    command("mute", may_change(mute)),
    command("unmute", may_change(unmute)),
    command("test", test),
    command("sources", may_change(sources)),
    on_press("sources", sources_pressed),
    on_press("source", may_change(source_pressed)),
]
