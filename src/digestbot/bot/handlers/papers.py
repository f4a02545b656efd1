"""Reading: lists of papers, one paper, a summary."""

from telegram import Message, MessageEntity, Update
from telegram.ext import MessageHandler, filters

from digestbot.bot.context import Context, command, message_of, on_press, pressed
from digestbot.core import wishes
from digestbot.core.digest import Listing, View, ViewKind, read_view
from digestbot.core.paper import canonical_id
from digestbot.core.subscriber import Subscriber
from digestbot.errors import UserError
from digestbot.render.message import Press

_LINKS: list[str | None] = [MessageEntity.URL, MessageEntity.TEXT_LINK]


async def today(update: Update, context: Context) -> None:
    view = View(ViewKind.ALL) if wishes.today(context.words) else View(ViewKind.TODAY)
    reader = await context.reader(update)
    await _show(update, context, await context.desk.library.look(view, reader), reader)


async def yesterday(update: Update, context: Context) -> None:
    reader = await context.reader(update)
    await _show(update, context, await context.desk.library.yesterday(reader), reader)


async def date(update: Update, context: Context) -> None:
    wish = wishes.day(context.words)
    reader = await context.reader(update)
    listing = await context.desk.library.day(wish.day, reader, everything=wish.everything)
    await _show(update, context, listing, reader)


async def top(update: Update, context: Context) -> None:
    view = wishes.top(context.words)
    reader = await context.reader(update)
    await _show(update, context, await context.desk.library.look(view, reader), reader)


async def summary(update: Update, context: Context) -> None:
    paper_id = canonical_id(" ".join(context.words)) or _linked(message_of(update).reply_to_message)
    if paper_id is None:
        raise UserError("usage-summary")
    reader = await context.reader(update)
    card = await context.desk.library.paper(paper_id, reader)
    await context.reply(update, context.desk.render.summary(card, reader.language))


async def pasted(update: Update, context: Context) -> None:
    """A link to a paper, without a word, asks for its summary."""
    paper_id = _linked(message_of(update))
    if paper_id is None:
        raise UserError("not-a-command")
    reader = await context.reader(update)
    card = await context.desk.library.paper(paper_id, reader)
    await context.reply(update, context.desk.render.summary(card, reader.language))


async def paper_pressed(update: Update, context: Context) -> None:
    query, (paper_id, *back) = pressed(update, words=3)
    reader = await context.reader(update)
    card = await context.desk.library.paper(paper_id, reader)
    await context.replace(
        query, context.desk.render.detail(card, reader.language, Press("list", tuple(back)))
    )


async def list_pressed(update: Update, context: Context) -> None:
    query, words = pressed(update, words=2)
    try:
        view, first = read_view(words[0]), int(words[1])
    except ValueError:
        raise UserError("old-button") from None
    reader = await context.reader(update)
    listing = await context.desk.library.look(view, reader)
    await context.replace(query, context.desk.render.page(listing, reader.language, first))


async def _show(update: Update, context: Context, listing: Listing, reader: Subscriber) -> None:
    await context.reply(update, context.desk.render.page(listing, reader.language))


def _linked(message: Message | None) -> str | None:
    """Return the arXiv id of the first paper that a message links to or names."""
    if message is None:
        return None
    linked = {**message.parse_entities(_LINKS), **message.parse_caption_entities(_LINKS)}
    texts = [entity.url or text for entity, text in linked.items()]
    candidates = [*texts, message.text or message.caption or ""]
    return next((found for text in candidates if (found := canonical_id(text))), None)


HANDLERS = [
    command("today", today),
    command("yesterday", yesterday),
    command("date", date),
    command("top", top),
    command("summary", summary),
    on_press("paper", paper_pressed),
    on_press("list", list_pressed),
    MessageHandler(
        filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & filters.TEXT & ~filters.COMMAND, pasted
    ),
]
