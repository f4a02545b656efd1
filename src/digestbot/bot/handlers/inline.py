"""Papers for any chat: `@bot kv cache`. Inline mode has to be switched on with @BotFather, `/setinline`."""

from telegram import InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.constants import ParseMode
from telegram.ext import InlineQueryHandler

from digestbot.bot.context import Context
from digestbot.bot.sender import keyboard, preview
from digestbot.core.subscriber import Chat, ChatKind
from digestbot.errors import UserError
from digestbot.render.i18n import guess
from digestbot.render.message import Offer

CACHED = 300
"""Seconds that Telegram may give the same answer to the same person."""


async def offer(update: Update, context: Context) -> None:
    query = update.inline_query
    assert query is not None  # noqa: S101 - the handler lets no other update through
    language = guess(query.from_user.language_code)
    reader = await context.desk.membership.reader(Chat(query.from_user.id, ChatKind.PRIVATE, language))
    try:
        cards = await context.desk.library.offer(query.query, reader)
    except UserError:  # nobody waits for words here: there is nothing to choose yet
        cards = ()
    results = [_result(context.desk.render.offer(card, reader.language)) for card in cards]
    await query.answer(results, cache_time=CACHED, is_personal=True)


def _result(offered: Offer) -> InlineQueryResultArticle:
    message = offered.message
    return InlineQueryResultArticle(
        id=offered.id,
        title=offered.title,
        description=offered.description,
        thumbnail_url=message.preview,
        reply_markup=keyboard(message),
        input_message_content=InputTextMessageContent(
            message.html, parse_mode=ParseMode.HTML, link_preview_options=preview(message)
        ),
    )


HANDLERS = [InlineQueryHandler(offer)]
