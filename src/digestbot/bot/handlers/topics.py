"""What a reader follows."""

from telegram import Update

from digestbot.bot.context import Context, chat_of, command
from digestbot.bot.gate import may_change
from digestbot.core import wishes


async def topics(update: Update, context: Context) -> None:
    await context.reply(update, context.desk.render.say("topics", await context.reader(update)))


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


HANDLERS = [
    command("topics", topics),
    command("add", may_change(add)),
    command("remove", may_change(remove)),
]
