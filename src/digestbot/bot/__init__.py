"""Carries: the only room that speaks to Telegram.

To add a command: a function in `handlers/`, its line in that module's HANDLERS, its description in
`render/menu.py`, its words in `render/templates/`.
"""

import os
import secrets
from typing import TYPE_CHECKING, Any

import structlog
from telegram import Update
from telegram.constants import InlineKeyboardMarkupLimit, MessageLimit
from telegram.error import Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot

from digestbot.bot.asked import chat_of
from digestbot.bot.context import Context, Desk, Office
from digestbot.bot.door import FIRST, Door
from digestbot.bot.handlers import (
    channels,
    chats,
    forum,
    inline,
    owners,
    papers,
    reading,
    rest,
    settings,
    start,
    taste,
    topics,
    trends,
    welcome,
)
from digestbot.bot.limiter import Limiter
from digestbot.bot.order import ByChat
from digestbot.bot.transport import AiohttpRequest, Count, UpdatesRequest
from digestbot.core.subscriber import Chat, ChatKind
from digestbot.errors import UserError
from digestbot.render.i18n import SOURCE_LANGUAGE
from digestbot.render.menu import CODES, about, menu
from digestbot.store import UNREACHABLE
from digestbot.store.trouble import in_a_line

if TYPE_CHECKING:
    Bot = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]

log = structlog.get_logger()

# python-telegram-bot's own switch: times come as timedelta, as they will in its next version.
os.environ.setdefault("PTB_TIMEDELTA", "true")

TEXT_LIMIT = int(MessageLimit.MAX_TEXT_LENGTH)
BUTTONS_LIMIT = int(InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER)
ENTITIES_LIMIT = int(MessageLimit.MESSAGE_ENTITIES)
LAST = 1
"""The group of handlers that is asked besides all others, after them."""
UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY, Update.MY_CHAT_MEMBER]


def build(
    token: str,
    api_url: str,
    desk: Desk,
    office: Office,
    door: Door,
    limiter: Limiter,
    count: Count,
) -> "Bot":
    """Return the bot, ready to be started: its transport, its pace, its handlers, and what happens on errors.

    *count* is told of each call.
    """
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(AiohttpRequest(count=count))
        .get_updates_request(UpdatesRequest(connections=2, count=count))
        .rate_limiter(limiter)
        .context_types(ContextTypes(context=Context))
        .concurrent_updates(ByChat(door.drops))
        .job_queue(None)
        .build()
    )
    application.bot_data |= {"desk": desk, "office": office}
    application.add_handler(door.handler(), group=FIRST)
    application.add_handlers(owners.handlers(office))
    application.add_handlers(owners.menus(office), group=LAST)
    for module in (
        start,
        welcome,
        topics,
        channels,  # before papers: what is forwarded may be of a channel
        papers,
        reading,
        taste,
        trends,
        inline,
        settings,
        forum,
        chats,
        rest,
    ):
        application.add_handlers(module.HANDLERS)
    application.add_error_handler(on_error)
    return application


async def introduce(application: "Bot") -> None:
    """Tell Telegram our commands and what we are, in each language."""
    for language, code in CODES.items():
        await application.bot.set_my_commands(menu(language), language_code=code)
        await application.bot.set_my_short_description(about(language), language_code=code)
    desk, office = application.bot_data["desk"], application.bot_data["office"]
    for owner in office.owners:
        if (await desk.membership.reader(Chat(owner, ChatKind.PRIVATE))).id:  # else we have never met
            await owners.show_menu(application.bot, owner)


def hurry(application: "Bot") -> None:
    """Have what waits answered without a rest in between: the bot is about to leave."""
    order = application.update_processor
    assert isinstance(order, ByChat)  # noqa: S101 - that is what we build it with
    order.hurry()


def polling_failed(error: TelegramError) -> None:
    """Write down that Telegram gave no updates; they are asked for again."""
    if isinstance(error, Conflict):
        log.error("another bot runs with this token: stop one, or get a token of its own", reason=str(error))
    else:
        log.warning("telegram gave no updates", error=type(error).__name__, reason=str(error))


async def on_error(update: object, context: Context) -> None:
    """Tell the reader what is wrong and how to mend it; write down what only we can mend."""
    error = context.error
    if isinstance(error, NetworkError | RetryAfter | Forbidden | InvalidToken):
        _not_taken(error)
        return
    number = secrets.token_hex(3)
    if lost := in_a_line(error):
        log.error("the database failed a handler", number=number, reason=lost)
    elif not isinstance(error, UserError):
        log.error("a handler failed", number=number, exc_info=error)
    if not isinstance(update, Update) or update.effective_chat is None:
        return
    language = await _language(update, context)
    render = context.desk.render
    told = render.error(error, language) if isinstance(error, UserError) else render.bug(number, language)
    try:
        await context.tell(update, told)
    except TelegramError as refusal:
        _not_taken(refusal)


async def _language(update: Update, context: Context) -> str:
    """Return what the reader is spoken to in, also where the database does not tell."""
    try:
        return (await context.reader(update)).language
    except UNREACHABLE:
        return chat_of(update).language or SOURCE_LANGUAGE


def _not_taken(error: TelegramError) -> None:
    log.warning("telegram did not take an answer", error=type(error).__name__, reason=str(error))
