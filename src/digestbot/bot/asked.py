"""What an update asks: which press, which paper, in which chat and of whom."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from telegram import CallbackQuery, MessageEntity, Update
from telegram import Message as TelegramMessage

from digestbot.core.paper import canonical_id
from digestbot.core.subscriber import Chat, ChatKind, Subscriber
from digestbot.errors import UserError
from digestbot.render.behalf import VERB
from digestbot.render.i18n import guess
from digestbot.render.message import Press

_LINKS: list[str | None] = [MessageEntity.URL, MessageEntity.TEXT_LINK]
_GREATEST_ID = 2**31 - 1
"""That a column of ours holds."""


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


def number_of(word: str) -> int:
    """Return the number that a *word* of a button is, of a page or an id. Raises UserError `old-button`."""
    if not word.isdecimal() or int(word) > _GREATEST_ID:
        raise UserError("old-button")
    return int(word)


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


def lines(update: Update, words: Sequence[str]) -> str:
    """Return the end of a message that holds these *words* alone, in the lines in which it was sent."""
    sent = message_of(update).text or ""
    return sent.split(maxsplit=len(sent.split()) - len(words))[-1] if words else ""


def thread_of(update: Update) -> int | None:
    """Return the thread of a forum that a message is in; None: in none, or in the general one."""
    message = update.effective_message
    if not isinstance(message, TelegramMessage) or not message.is_topic_message:
        return None
    return message.message_thread_id


def linked(message: TelegramMessage | None) -> str | None:
    """Return the arXiv id of the first paper that a message links to or names."""
    return next(iter(_papers(message)), None) if message else None


def meant(update: Update, said: str, usage: UserError) -> str:
    """Return the arXiv id that a command names in what is *said* after it, or the message that it answers; of
    several there, a number tells which. Raises *usage*.
    """
    answered = message_of(update).reply_to_message
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


def spoken_for() -> Subscriber | None:
    """Return the channel that is spoken for, if one is."""
    return _spoken_for.get()


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
    if channel := spoken_for():
        return Chat(channel.chat_id, channel.kind)
    chat, user = update.effective_chat, update.effective_user
    assert chat is not None  # noqa: S101 - the updates that we ask for have one
    kind = ChatKind(chat.type)
    tag = user.language_code if user and kind is ChatKind.PRIVATE else None
    return Chat(chat.id, kind, guess(tag))
