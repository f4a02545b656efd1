"""How much there was about something: a picture, and what bursts."""

from telegram import Update

from digestbot.bot.context import Context, command


async def trends(update: Update, context: Context) -> None:
    topic = " ".join(context.words)
    await _show(update, context, context.desk.membership.checked(topic) if topic else "")


async def _show(update: Update, context: Context, topic: str) -> None:
    reader, render = await context.reader(update), context.desk.render
    trend, picture = await context.desk.trends.look(reader, topic)
    await context.show_picture(update, picture, render.trend(trend, reader.language))
    if trend.bursts:
        await context.reply(update, render.bursts(trend, reader.language))


HANDLERS = [command("trends", trends)]
