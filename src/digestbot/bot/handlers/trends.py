"""How much there was about something: a picture, and what bursts."""

from telegram import Update

from digestbot.actions import membership
from digestbot.bot.context import Context, command, on_press, pressed
from digestbot.errors import UserError


async def trends(update: Update, context: Context) -> None:
    topic = " ".join(context.words)
    await _show(update, context, membership.checked(topic) if topic else "")


async def trends_pressed(update: Update, context: Context) -> None:
    query, _ = pressed(update)
    await query.answer()  # a first picture takes longer than a press may
    try:
        await _show(update, context, "")
    except UserError as error:
        await context.reply(update, context.desk.render.error(error, (await context.reader(update)).language))


async def _show(update: Update, context: Context, topic: str) -> None:
    reader, render = await context.reader(update), context.desk.render
    trend, picture = await context.desk.trends.look(reader, topic)
    await context.show_picture(update, picture, render.trend(trend, reader.language))
    if trend.bursts:
        await context.reply(update, render.bursts(trend, reader.language))


HANDLERS = [command("trends", trends), on_press("trends", trends_pressed)]
