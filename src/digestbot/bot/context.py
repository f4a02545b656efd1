"""What a handler is given: the desk with everything to ask, who reads, and ways to answer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessage,
    MessageEntity,
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
from digestbot.bot.sender import call
from digestbot.core.digest import Listing
from digestbot.core.paper import canonical_id
from digestbot.core.retention import Retention
from digestbot.core.subscriber import Chat, ChatKind, Subscriber
from digestbot.errors import UserError
from digestbot.render import Renderer
from digestbot.render.behalf import VERB, on_behalf
from digestbot.render.i18n import guess
from digestbot.render.message import CODE_VERSION, Document, Message, Press
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
        channel = _spoken_for.get()
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


_LINKS: list[str | None] = [MessageEntity.URL, MessageEntity.TEXT_LINK]
_GREATEST_ID = 2**31 - 1
"""That a column of ours holds."""
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


def pressed(update: Update, words: int = 0, more: int = 0) -> tuple[CallbackQuery, tuple[str, ...]]:
    """Return the press of an update that is one, with the *words* that its button has to hold; or *more*.

    Raises UserError `old-button` where they are more or fewer.
    """
    query, found = _pressed(update)
    if len(found) not in (words, words + more):
        raise UserError("old-button")
    return query, found


def pressed_ids(update: Update) -> tuple[CallbackQuery, list[int]]:
    """Return the press of an update that is one, with the numbers, one or more, that its button holds."""
    query, found = _pressed(update)
    try:
        ids = [int(word) for word in found]
    except ValueError:
        raise UserError("old-button") from None
    if not ids or max(map(abs, ids)) > _GREATEST_ID:
        raise UserError("old-button")
    return query, ids


def number_of(page: str) -> int:
    """Return the number of a page that a button holds. Raises UserError `old-button` for anything else."""
    if not page.isdecimal():
        raise UserError("old-button")
    return int(page)


def _pressed(update: Update) -> tuple[CallbackQuery, tuple[str, ...]]:
    query = update.callback_query
    assert query is not None and query.data is not None  # noqa: S101, PT018 - on_press lets no other through
    press = Press.read(query.data)
    return query, press.words[2:] if press.verb == VERB else press.words


def message_of(update: Update) -> TelegramMessage:
    """Return the message of an update that has one."""
    message = update.effective_message
    assert message is not None  # noqa: S101 - commands come in messages
    return message


def thread_of(update: Update) -> int | None:
    """Return the thread of a forum that a message is in; None: in none, or in the general one."""
    message = update.effective_message
    if not isinstance(message, TelegramMessage) or not message.is_topic_message:
        return None
    return message.message_thread_id


def linked(message: TelegramMessage | None) -> str | None:
    """Return the arXiv id of the first paper that a message links to or names."""
    return next(iter(_papers(message)), None) if message else None


def meant(update: Update, context: Context, usage: UserError) -> str:
    """Return the arXiv id that a command names, or the message that it answers; of several there, a number
    tells which. Raises *usage*.
    """
    said, answered = context.said, message_of(update).reply_to_message
    paper_id = canonical_id(said)
    if answered and not said:
        paper_id = linked(answered)
    elif answered and paper_id is None and said.isdecimal():
        paper_id = _numbered(answered, int(said))
    if paper_id is None:
        raise usage
    return paper_id


def _papers(message: TelegramMessage) -> list[str]:
    """Return the arXiv ids of the papers that a message links to, in their order, or of one that it names."""
    linked = {**message.parse_entities(_LINKS), **message.parse_caption_entities(_LINKS)}
    texts = [entity.url or text for entity, text in linked.items()]
    candidates = [*texts, message.text or message.caption or ""]
    return [*dict.fromkeys(found for text in candidates if (found := canonical_id(text)))]


def _numbered(message: TelegramMessage, number: int) -> str | None:
    """Return the arXiv id of a paper by its *number* in a list: as a page of ours shows it, else by count."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    codes = {button.text: button.callback_data for row in rows for button in row}
    start = Press("paper").code()
    shown = {text: code for text, code in codes.items() if isinstance(code, str) and code.startswith(start)}
    if shown:
        code = shown.get(str(number))
        return Press.read(code).words[0] if code else None
    return dict(enumerate(_papers(message), 1)).get(number)


def member_of(update: Update) -> Chat:
    """Return the private chat of who caused the update; Telegram gives it the person's own number."""
    user = update.effective_user
    assert user is not None  # noqa: S101 - somebody presses a button
    return Chat(user.id, ChatKind.PRIVATE, guess(user.language_code))


_spoken_for: ContextVar[Subscriber | None] = ContextVar("spoken_for", default=None)


@contextmanager
def speaking_for(channel: Subscriber) -> Iterator[None]:
    """Let handlers of settings mean *channel* while they answer one update of somebody who manages it."""
    token = _spoken_for.set(channel)
    try:
        yield
    finally:
        _spoken_for.reset(token)


def chat_of(update: Update) -> Chat:
    """Return where the update comes from, or the channel that is spoken for.

    Only in private does the sender's language say what to speak.
    """
    if channel := _spoken_for.get():
        return Chat(channel.chat_id, channel.kind)
    chat, user = update.effective_chat, update.effective_user
    assert chat is not None  # noqa: S101 - the updates that we ask for have one
    kind = ChatKind(chat.type)
    tag = user.language_code if user and kind is ChatKind.PRIVATE else None
    return Chat(chat.id, kind, guess(tag))
