"""How much there was about something: a picture, and what bursts."""

from telegram import Update

from digestbot.bot.context import Context, command


async def trends(update: Update, context: Context) -> None:
    topic = context.desk.membership.topics.checked(context.said) if context.words else ""
    reader, render = await context.reader(update), context.desk.render
    trend, picture = await context.desk.trends.look(reader, topic)
    await context.show_picture(update, picture, render.trend(trend, reader.language))
    if trend.bursts:
        await context.reply(update, render.bursts(trend, reader.language))


HANDLERS = [command("trends", trends)]
