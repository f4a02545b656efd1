"""When, how much, and in which language."""

from telegram import Update
from telegram.ext import MessageHandler, filters

from digestbot.actions.membership import MOST_PAPERS, Wishes
from digestbot.bot.asked import chat_of, message_of, pressed
from digestbot.bot.context import Context, Handler, command, on_press
from digestbot.bot.gate import may_change
from digestbot.bot.handlers.start import begun
from digestbot.core import pauses, wishes
from digestbot.core.subscriber import Subscriber
from digestbot.core.summary import Style
from digestbot.errors import UserError
from digestbot.render.i18n import find_language, find_spoken, is_language
from digestbot.render.places import find_zones, zone_at

MOST_ZONES = 8
"""Time zones that are offered where a place may mean several."""
SWITCHES = ("silent", "pictures", "notice")
"""What is on or off: its screen, its command and its buttons have its name."""
SCREENS = ("language", "time", "days", "maximum", "summaries", "votes", "pause", *SWITCHES)
SHOWN_AFTER = {
    "start-language": "welcome",
    "style": "choose_summaries",
    "summary-language": "choose_summaries",
}
"""The screens that are shown once something is set; the settings for all others."""


async def time(update: Update, context: Context) -> None:
    at = wishes.clock(context.said)
    await _changed(update, context, "time", await context.desk.membership.set_time(chat_of(update), at))


async def timezone(update: Update, context: Context) -> None:
    place = context.said
    if not place:
        reader = await context.reader(update)
        await context.reply(update, context.desk.render.say("ask_location", reader))
        return
    zone = _zone(place)
    await _changed(update, context, "zone", await context.desk.membership.set_zone(chat_of(update), zone))


async def located(update: Update, context: Context) -> None:
    location = message_of(update).location
    zone = zone_at(location.latitude, location.longitude) if location else None
    if zone is None:
        raise UserError("usage-timezone", place="📍")
    await _changed(update, context, "zone", await context.desk.membership.set_zone(chat_of(update), zone))


async def days(update: Update, context: Context) -> None:
    weekdays = wishes.weekdays(context.said)
    await _changed(
        update, context, "days", await context.desk.membership.set_weekdays(chat_of(update), weekdays)
    )


async def maximum(update: Update, context: Context) -> None:
    most = wishes.number(context.said, MOST_PAPERS)
    await _changed(
        update, context, "maximum", await context.desk.membership.set_maximum(chat_of(update), most)
    )


async def votes(update: Update, context: Context) -> None:
    least = wishes.votes(context.said)
    reader = await context.desk.membership.wish(chat_of(update), minimum_votes=least)
    await _changed(update, context, "votes", reader)


def switch(name: str) -> Handler:
    """Return the handler of a command that turns something on or off."""

    async def turn(update: Update, context: Context) -> None:
        is_on = wishes.switch(context.said, name)
        reader = await context.desk.membership.wish(chat_of(update), **_switched(name, is_on=is_on))
        await _changed(update, context, name, reader)

    return turn


async def pause(update: Update, context: Context) -> None:
    reader = await _pause(update, context, context.said)
    await context.reply(update, context.desk.render.say("paused", reader))


async def language(update: Update, context: Context) -> None:
    spoken = _language(context.said)
    await _changed(
        update, context, "language", await context.desk.membership.wish(chat_of(update), language=spoken)
    )


async def summaries(update: Update, context: Context) -> None:
    """Show how summaries are written, after changing it as the words say: a style, a language, or both."""
    membership, chat = context.desk.membership, chat_of(update)
    reader = await membership.reader(chat)
    style, language = _summaries(context.said)
    if style:
        reader = await membership.wish(chat, style=style)
    if language:
        reader = await membership.set_summary_language(chat, language)
    await context.reply(update, context.desk.render.say("choose_summaries", reader))


async def settings(update: Update, context: Context) -> None:
    await context.reply(update, context.desk.render.say("settings", await context.reader(update)))


async def settings_pressed(update: Update, context: Context) -> None:
    query, _ = pressed(update)
    await context.replace(query, context.desk.render.say("settings", await context.reader(update)))


async def choose_pressed(update: Update, context: Context) -> None:
    query, (what,) = pressed(update, words=1)
    if what not in SCREENS:
        raise UserError("old-button")
    await context.replace(query, context.desk.render.say(f"choose_{what}", await context.reader(update)))


async def set_pressed(update: Update, context: Context) -> None:
    query, (what, value) = pressed(update, words=2)
    screen = SHOWN_AFTER.get(what, "settings")
    reader = await _set(update, context, what, value)
    await context.replace(query, context.desk.render.say(screen, reader))


async def pause_pressed(update: Update, context: Context) -> None:
    query, days = pressed(update, words=0, more=1)
    reader = await _pause(update, context, f"{days[0]} days" if days else "")
    await context.replace(query, context.desk.render.say("settings", reader))


async def resume_pressed(update: Update, context: Context) -> None:
    query, _ = pressed(update)
    await context.replace(query, context.desk.render.say("settings", await begun(update, context)))


async def _set(update: Update, context: Context, what: str, value: str) -> Subscriber:
    membership, chat = context.desk.membership, chat_of(update)
    match what:
        case "time":
            return await membership.set_time(chat, wishes.clock(f"{value[:2]}:{value[2:]}"))
        case "days":
            return await membership.set_weekdays(chat, wishes.weekdays(value))
        case "maximum":
            return await membership.set_maximum(chat, wishes.number(value, MOST_PAPERS))
        case "language" | "start-language":
            return await membership.wish(chat, language=_language(value))
        case "votes":
            return await membership.wish(chat, minimum_votes=wishes.votes(value))
        case _ if what in SWITCHES:
            is_on = wishes.switch(value, what)
            return await membership.wish(chat, **_switched(what, is_on=is_on))
        case "style" if value in tuple(Style):
            return await membership.wish(chat, style=Style(value))
        case "summary-language" if is_language(value):
            return await membership.set_summary_language(chat, value)
    raise UserError("old-button")


async def _changed(update: Update, context: Context, what: str, reader: Subscriber) -> None:
    await context.reply(update, context.desk.render.say("changed", reader, what=what))


def _asking(what: str, change: Handler) -> Handler:
    """Return the handler that does *change* with words; without, it shows the screen to choose *what* on."""

    async def ask_or_change(update: Update, context: Context) -> None:
        if context.words:
            await change(update, context)
        else:
            reader = await context.reader(update)
            await context.reply(update, context.desk.render.say(f"choose_{what}", reader))

    return may_change(ask_or_change)


async def _pause(update: Update, context: Context, how_long: str) -> Subscriber:
    membership = context.desk.membership
    today = membership.today(await context.reader(update))
    return await membership.pause(chat_of(update), pauses.until(how_long, today))


def _switched(name: str, *, is_on: bool) -> Wishes:
    match name:
        case "silent":
            return Wishes(silent=is_on)
        case "pictures":
            return Wishes(pictures=is_on)
    return Wishes(tells_nothing=is_on)


def _zone(place: str) -> str:
    zones = find_zones(place)
    if not zones:
        raise UserError("usage-timezone", place=place)
    if len(zones) > 1:
        raise UserError("ambiguous-timezone", place=place, zones=zones[:MOST_ZONES])
    return zones[0]


def _summaries(text: str) -> tuple[Style | None, str | None]:
    """Return the style and the language that *text* names. Raises UserError `usage-summaries`."""
    style, rest = wishes.style(text)
    language = find_language(rest) if rest else None
    if rest and not language:
        raise UserError("usage-summaries", wish=rest)
    return style, language


def _language(text: str) -> str:
    spoken = find_spoken(wishes.plain(text))
    if spoken is None:
        raise UserError("usage-language")
    return spoken


HANDLERS = [
    command("time", _asking("time", time)),
    command("timezone", may_change(timezone)),
    command("days", _asking("days", days)),
    command("max", _asking("maximum", maximum)),
    command("votes", _asking("votes", votes)),
    *(command(name, _asking(name, switch(name))) for name in SWITCHES),
    command("pause", may_change(pause)),
    command("language", _asking("language", language)),
    command("summaries", may_change(summaries)),
    command("settings", settings),
    on_press("settings", settings_pressed),
    on_press("choose", may_change(choose_pressed)),
    on_press("set", may_change(set_pressed)),
    on_press("pause", may_change(pause_pressed)),
    on_press("resume", may_change(resume_pressed)),
    MessageHandler(filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & filters.LOCATION, located),
]
