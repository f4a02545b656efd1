"""What a handler is given: the desk with everything to ask, who reads, and ways to answer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessage,
    Update,
)
from telegram import Message as TelegramMessage
from telegram.constants import CallbackQueryLimit, ParseMode
from telegram.error import BadRequest
from telegram.ext import CallbackContext, CallbackQueryHandler, CommandHandler, ExtBot, filters

from digestbot.actions.broadcast import Broadcaster
from digestbot.actions.channels import Channels
from digestbot.actions.invitations import Invitations
from digestbot.actions.library import Library
from digestbot.actions.membership import Membership
from digestbot.actions.reasons import Reasons
from digestbot.actions.tastes import Tastes
from digestbot.actions.trends import Trends
from digestbot.actions.watch import Watch
from digestbot.bot.asked import chat_of, spoken_for
from digestbot.bot.sender import call
from digestbot.core.digest import Listing
from digestbot.core.retention import Retention
from digestbot.core.subscriber import Subscriber
from digestbot.render import Renderer
from digestbot.render.behalf import on_behalf
from digestbot.render.message import CODE_VERSION, Document, Message
from digestbot.render.split import clip, plain

if TYPE_CHECKING:
    from digestbot.actions.write import Writer


@dataclass(frozen=True, slots=True)
class Desk:
    """Whom handlers ask."""

    library: Library
    membership: Membership
    reasons: Reasons
    trends: Trends
    channels: Channels
    tastes: Tastes
    render: Renderer
    retention: Retention
    writer: "Writer | None" = None
    """None where there is no language model."""


@dataclass(frozen=True, slots=True)
class Office:
    """Whom the owners' handlers ask."""

    owners: tuple[int, ...]
    watch: Watch
    broadcaster: Broadcaster
    invitations: Invitations


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The context of one update."""

    @property
    def desk(self) -> Desk:
        desk: Desk = self.bot_data["desk"]
        return desk

    @property
    def office(self) -> Office:
        office: Office = self.bot_data["office"]
        return office

    @property
    def words(self) -> list[str]:
        """The words after the command."""
        return self.args or []

    @property
    def said(self) -> str:
        """The same as one text."""
        return " ".join(self.words)

    async def reader(self, update: Update) -> Subscriber:
        return await self.desk.membership.reader(chat_of(update))

    async def reply(self, update: Update, message: Message) -> TelegramMessage | None:
        """Answer where the update came from, and return the answer."""
        if update.effective_message is None:
            return None
        message = self._on_behalf(message)
        return await update.effective_message.reply_text(**call(message), do_quote=False)

    async def show(self, update: Update, listing: Listing, reader: Subscriber) -> None:
        """Answer with the first page of a list."""
        await self.reply(update, self.desk.render.page(listing, reader.language))

    async def tell(self, update: Update, message: Message) -> None:
        """Say why something can't be done: in an alert where a button was pressed."""
        if update.callback_query is None:
            await self.reply(update, message)
        else:
            await update.callback_query.answer(clip(plain(message.html), _TOAST_LIMIT), show_alert=True)

    async def replace(self, query: CallbackQuery, message: Message) -> None:
        """Put *message* in place of the one whose button was pressed."""
        await query.answer()
        message = self._on_behalf(message)
        if waiting := self._coming.pop(_place(query.message), None):
            waiting.cancel()  # it speaks of what is no longer shown
        await _edit(query.edit_message_text(**call(message)))

    def _on_behalf(self, message: Message) -> Message:
        channel = spoken_for()
        return on_behalf(message, channel) if channel else message

    async def toast(self, query: CallbackQuery, message: Message) -> None:
        """Show a message's text for a moment."""
        await query.answer(clip(plain(message.html), _TOAST_LIMIT))

    async def relabel(self, query: CallbackQuery, labels: Mapping[str, str], message: Message) -> None:
        """Give buttons other texts, by their codes, leave all else, and show *message* for a moment."""
        await self.toast(query, message)
        if isinstance(query.message, TelegramMessage):
            await _edit(query.edit_message_reply_markup(_relabelled(query, labels)))

    async def hand_over(self, update: Update, document: Document) -> None:
        """Send a file to where the update came from."""
        if update.effective_message is not None:
            await update.effective_message.reply_document(
                document.data, filename=document.name, do_quote=False
            )

    async def show_picture(self, update: Update, picture: bytes, message: Message) -> None:
        """Send a picture to where the update came from, with *message* below it."""
        if update.effective_message is not None:
            await update.effective_message.reply_photo(
                picture,
                filename="trends.png",
                caption=message.html,
                parse_mode=ParseMode.HTML,
                do_quote=False,
            )

    def improve(
        self, shown: MaybeInaccessibleMessage | None, better: Callable[[], Awaitable[Message]]
    ) -> None:
        """Put what *better* gives in place of a message once that is there, unless it shows other things."""
        place = _place(shown)

        async def put() -> None:
            message = await better()
            await _edit(self.bot.edit_message_text(chat_id=place[0], message_id=place[1], **call(message)))

        def forget(done: asyncio.Task[None]) -> None:
            if self._coming.get(place) is done:
                del self._coming[place]

        self._coming[place] = self.application.create_task(put())
        self._coming[place].add_done_callback(forget)

    @property
    def _coming(self) -> "dict[Place, asyncio.Task[None]]":
        """What will be put in place of messages."""
        coming: dict[Place, asyncio.Task[None]] = self.bot_data.setdefault("coming", {})
        return coming


_TOAST_LIMIT = int(CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)
Place = tuple[int, int]
"""A message: its chat's id and its own."""


def _place(message: MaybeInaccessibleMessage | None) -> Place:
    assert message is not None  # noqa: S101 - what we sent in a chat has one
    return message.chat.id, message.message_id


def _relabelled(query: CallbackQuery, labels: Mapping[str, str]) -> InlineKeyboardMarkup | None:
    """Return the keyboard that a press came from, with other texts on buttons that have these codes."""
    shown = query.message.reply_markup if isinstance(query.message, TelegramMessage) else None
    if shown is None:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(labels[code], callback_data=code)
                if isinstance(code := button.callback_data, str) and code in labels
                else button
                for button in row
            ]
            for row in shown.inline_keyboard
        ]
    )


async def _edit(edit: Awaitable[object]) -> None:
    try:
        await edit
    except BadRequest as error:
        if "message is not modified" not in str(error).lower():  # it is as wished
            raise


Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]


def command(name: str, handler: Handler) -> CommandHandler[Context, None]:
    """Return the handler of a command; editing a sent command does not repeat it."""
    return CommandHandler(name, handler, filters=filters.UpdateType.MESSAGE)


def on_press(verb: str, handler: Handler) -> CallbackQueryHandler[Context, None]:
    """Return the handler of a button."""
    return CallbackQueryHandler(handler, pattern=rf"^{CODE_VERSION}:{verb}(:|$)")
