"""Reading: lists of papers, one paper, a summary."""

import asyncio

from telegram import Update
from telegram.ext import MessageHandler, filters

from digestbot.bot.asked import linked, meant, message_of, pressed
from digestbot.bot.context import Context, command, on_press
from digestbot.core import days, wishes
from digestbot.core.digest import Listing, View, ViewKind, read_view
from digestbot.core.subscriber import Subscriber
from digestbot.core.threads import end_of_part
from digestbot.errors import UserError
from digestbot.render import Renderer
from digestbot.render.i18n import SOURCE_LANGUAGE, is_language, other_language
from digestbot.render.menu import menu
from digestbot.render.message import Message, Press

_COMMANDS = frozenset(name for name, _ in menu(SOURCE_LANGUAGE))
_WITH_WORDS = frozenset(("add", "remove", "search"))
"""Commands that stand before words; "language models" or "time series" are rather a topic."""
_LONGEST_TOPIC = 60


async def today(update: Update, context: Context) -> None:
    view = View(ViewKind.ALL) if wishes.today(context.words) else View(ViewKind.TODAY)
    reader = await context.reader(update)
    await context.show(update, await context.desk.library.look(view, reader), reader)


async def yesterday(update: Update, context: Context) -> None:
    reader = await context.reader(update)
    await context.show(update, await context.desk.library.yesterday(reader), reader)


async def date(update: Update, context: Context) -> None:
    reader = await context.reader(update)
    wish = days.wish(context.words, context.desk.membership.today(reader))
    listing = await context.desk.library.day(wish.day, reader, everything=wish.everything)
    await context.show(update, listing, reader)


async def top(update: Update, context: Context) -> None:
    view = wishes.top(context.words)
    reader = await context.reader(update)
    await context.show(update, await context.desk.library.look(view, reader), reader)


async def summary(update: Update, context: Context) -> None:
    await _tell(update, context, meant(update, context.said, UserError("usage-summary")))


async def why(update: Update, context: Context) -> None:
    """Tell what brought a paper, or hid it."""
    paper_id = meant(update, context.said, UserError("usage-why"))
    reader = await context.reader(update)
    told = await context.desk.reasons.why(paper_id, reader)
    await context.reply(update, context.desk.render.say("why", reader, why=told))


async def pasted(update: Update, context: Context) -> None:
    """A link to a paper, without a word, asks for its summary."""
    paper_id = linked(message_of(update))
    if paper_id is None:
        raise _no_command(" ".join((message_of(update).text or "").split()))
    await _tell(update, context, paper_id)


def _no_command(said: str) -> UserError:
    """Return what to answer to words that are no command: with the one that was meant, or what takes them."""
    first, _, rest = said.partition(" ")
    if said[:1] == "/" and said[1:2].isalpha():  # Telegram takes only Latin letters for a command
        return UserError("unknown-command", command=first)
    bare = first if rest else first.rstrip("?!.")
    if bare.lower() in (_WITH_WORDS if rest else _COMMANDS):
        return UserError("not-a-command", command=f"{bare} {rest}".strip(), topic=None)
    is_topic = any(map(str.isalpha, said)) and "://" not in said and len(said) <= _LONGEST_TOPIC
    return UserError("not-a-command", command=None, topic=said if is_topic else None)


async def paper_pressed(update: Update, context: Context) -> None:
    _, (paper_id, *back) = pressed(update, words=3)
    await _tell(update, context, paper_id, back=Press("list", tuple(back)))


async def language_pressed(update: Update, context: Context) -> None:
    _, (language, paper_id, *back) = pressed(update, words=2, more=2)
    if not is_language(language):
        raise UserError("old-button")
    await _tell(update, context, paper_id, language, Press("list", tuple(back)) if back else None)


async def list_pressed(update: Update, context: Context) -> None:
    query, words = pressed(update, words=2)
    try:
        view, first = read_view(words[0]), int(words[1])
    except ValueError:
        raise UserError("old-button") from None
    reader = await context.reader(update)
    listing = await context.desk.library.look(view, reader)
    await context.replace(query, _page(context.desk.render, listing, reader, first))


def _page(render: Renderer, listing: Listing, reader: Subscriber, first: int) -> Message:
    """Return a list as it was shown: a group's digest in short, each of its parts by itself."""
    if listing.view.kind is not ViewKind.DIGEST or not reader.kind.is_group:
        return render.page(listing, reader.language, first)
    topics = [card.topics for card in listing.cards]
    end = end_of_part(topics, first, reader.routes, reader.thread_id)
    return render.compact(listing, reader.language, first, end).message


async def _tell(
    update: Update,
    context: Context,
    paper_id: str,
    language: str | None = None,
    back: Press | None = None,
) -> None:
    """Show a paper with the summary at hand at once, with the language model's once that is there."""
    reader = await context.reader(update)
    library, writer = context.desk.library, context.desk.writer
    reads = language or reader.reads
    card = await library.paper(paper_id, reader, reads)
    mutes = await context.desk.membership.topics.mutable(reader, card.topics) if back else {}
    writing = await writer.begin(card.paper, reads, reader.style, reader.chat_id) if writer else None

    async def shown(*, awaited: bool) -> Message:
        card = await library.paper(paper_id, reader, reads)
        told = card.summary.language if card.summary else SOURCE_LANGUAGE
        other = other_language(reads, reader.reads) if writer or told != SOURCE_LANGUAGE or language else None
        return context.desk.render.paper(
            card, reader.language, back, other=other, awaited=reads if awaited else None, mutes=mutes
        )

    async def better() -> Message:
        if writing:
            await asyncio.wait([writing])
        return await shown(awaited=False)

    message = await shown(awaited=writing is not None)
    query = update.callback_query
    if query:
        await context.replace(query, message)
    place = query.message if query else await context.reply(update, message)
    if writing:
        context.improve(place, better)


_WORDS = filters.TEXT | filters.CAPTION

HANDLERS = [
    command("today", today),
    command("yesterday", yesterday),
    command("date", date),
    command("top", top),
    command("summary", summary),
    command("why", why),
    command("whynot", why),
    on_press("paper", paper_pressed),
    on_press("in", language_pressed),
    on_press("list", list_pressed),
    MessageHandler(filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & _WORDS & ~filters.COMMAND, pasted),
]
