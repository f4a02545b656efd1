"""Writing and changing messages: one function per Bot API method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from .access import find_chat, find_message, find_reply, find_thread, open_chat
from .chats import Chat
from .entities import Entity, clean, from_json, tidy, utf16_length
from .keyboards import read_markup
from .messages import Attachment, Author, Message
from .params import Params
from .presses import Toast
from .rules import (
    CANNOT_DELETE,
    CANNOT_EDIT,
    CAPTION_TOO_LONG,
    COPY_NOT_FOUND,
    DELETE_NOT_FOUND,
    EDIT_NOT_FOUND,
    EDIT_TOO_LONG,
    MAX_CALLBACK_ANSWER,
    MAX_CAPTION,
    MAX_TEXT,
    MESSAGE_EMPTY,
    MESSAGE_TOO_LONG,
    NO_CAPTION_TO_EDIT,
    NO_TEXT_TO_EDIT,
    NOT_MODIFIED,
    QUERY_TOO_OLD,
    WRONG_FILE,
    bad_request,
    check_utf8,
)
from .tags import parse_html
from .world import World

Method = Callable[[World, Params], Any]

ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
QUERY_LIFE = timedelta(minutes=15)
DELETABLE = timedelta(hours=48)


@dataclass(frozen=True)
class Words:
    """A text as it will be shown, and as it was sent."""

    text: str
    entities: tuple[Entity, ...]
    html: str


def read_words(asked: Params, name: str, entities: str) -> Words:
    """Return the text of parameter *name*, parsed as parse_mode or *entities* say."""
    source = clean(check_utf8(asked.text(name)))
    mode = asked.text("parse_mode").lower()
    if mode not in {"", "html"}:
        raise bad_request(
            "unsupported parse_mode" if "markdown" not in mode else "the playground reads no Markdown"
        )
    if mode:
        text, marked = parse_html(source)
        return Words(*tidy(text, marked), html=source)
    given = from_json(source, asked.objects(entities))
    return Words(*tidy(source, given), html=source)


def _link_preview(asked: Params) -> dict[str, Any] | None:
    if asked.flag("disable_web_page_preview"):
        return {"is_disabled": True}
    return asked.record("link_preview_options") or None


def _new(world: World, chat: Chat, asked: Params, words: Words, **content: Any) -> Message:
    """Put a new message of the bot into *chat*, once all checks passed."""
    buttons, keyboard = read_markup(asked.json("reply_markup"))
    reply = find_reply(chat, asked)
    thread = find_thread(chat, asked, reply)
    message = Message(
        chat=chat,
        id=world.next_message_id(chat),
        date=world.clock(),
        author=world.bot,
        text=words.text,
        entities=words.entities,
        html=words.html,
        buttons=buttons,
        keyboard=keyboard,
        silent=asked.flag("disable_notification"),
        reply_to=reply,
        thread=thread,
        **content,
    )
    return chat.show(message, is_news=True)


def send_message(world: World, asked: Params) -> Any:
    words = read_words(asked, "text", "entities")
    if not words.text:
        raise bad_request(MESSAGE_EMPTY)
    read_markup(asked.json("reply_markup"))
    chat = open_chat(world, asked)
    if utf16_length(words.text) > MAX_TEXT:
        raise bad_request(MESSAGE_TOO_LONG)
    return _new(world, chat, asked, words, link_preview=_link_preview(asked)).as_json()


def show_result(world: World, chat: Chat, author: Author, content: Params, markup: Any) -> Message:
    """Show the result of an inline query that *author* chose: their message, by way of the bot."""
    words = read_words(content, "message_text", "entities")
    message = Message(
        chat=chat,
        id=world.next_message_id(chat),
        date=world.clock(),
        author=author,
        text=words.text,
        entities=words.entities,
        html=words.html,
        buttons=read_markup(markup)[0],
        link_preview=_link_preview(content),
        via_bot=world.bot.as_json(),
    )
    return chat.show(message, is_news=False)


def _send_file(world: World, asked: Params, name: str) -> Any:
    caption = read_words(asked, "caption", "caption_entities")
    read_markup(asked.json("reply_markup"))
    find = _find_file(world, asked, name)
    chat = open_chat(world, asked)
    if utf16_length(caption.text) > MAX_CAPTION:
        raise bad_request(CAPTION_TOO_LONG)
    find_thread(chat, asked, find_reply(chat, asked))
    return _new(world, chat, asked, caption, **{name: find()}).as_json()


def _find_file(world: World, asked: Params, name: str) -> Callable[[], Attachment]:
    """Return a function that gives the file: nothing is kept before all is checked."""
    if upload := asked.upload(name):
        if not upload.data:
            raise bad_request("file must be non-empty")
        return lambda: world.keep_file(upload.name, upload.data, upload.mime_type)
    wanted = asked.text(name)
    if not wanted:
        raise bad_request(f"there is no {name} in the request")
    if wanted.startswith(("http://", "https://")):
        return lambda: world.keep_file(
            wanted.rsplit("/", 1)[-1] or name, None, "application/octet-stream", wanted
        )
    if wanted not in world.files:
        raise bad_request(WRONG_FILE)
    return lambda: world.files[wanted]


def send_photo(world: World, asked: Params) -> Any:
    return _send_file(world, asked, "photo")


def send_document(world: World, asked: Params) -> Any:
    return _send_file(world, asked, "document")


def copy_message(world: World, asked: Params) -> Any:
    source = find_chat(world, asked, "from_chat_id")
    original = find_message(source, asked, COPY_NOT_FOUND)
    buttons, _ = read_markup(asked.json("reply_markup"))
    chat = open_chat(world, asked)
    reply = find_reply(chat, asked)
    copy = replace(
        original,
        chat=chat,
        thread=find_thread(chat, asked, reply),
        reply_to=reply,
        id=world.next_message_id(chat),
        date=world.clock(),
        author=world.bot,
        buttons=buttons,
        keyboard=None,
        edited=None,
        silent=asked.flag("disable_notification"),
    )
    return {"message_id": chat.show(copy, is_news=True).id}


def _edit(world: World, asked: Params, change: Callable[[Message], Message]) -> Any:
    chat = open_chat(world, asked)
    before = find_message(chat, asked, EDIT_NOT_FOUND)
    if not before.from_bot or before.keyboard:
        raise bad_request(CANNOT_EDIT)
    buttons, keyboard = read_markup(asked.json("reply_markup"))
    if keyboard:
        raise bad_request("inline keyboard expected")
    after = replace(change(before), buttons=buttons)
    if after.as_json() == before.as_json():
        raise bad_request(NOT_MODIFIED)
    after = replace(after, edited=world.clock())
    return chat.show(after, is_news=True).as_json()


def edit_message_text(world: World, asked: Params) -> Any:
    words = read_words(asked, "text", "entities")
    if not words.text:
        raise bad_request(MESSAGE_EMPTY)
    if utf16_length(words.text) > MAX_TEXT:
        raise bad_request(EDIT_TOO_LONG)

    def change(before: Message) -> Message:
        if before.photo or before.document:
            raise bad_request(NO_TEXT_TO_EDIT)
        preview = _link_preview(asked)
        return replace(
            before, text=words.text, entities=words.entities, html=words.html, link_preview=preview
        )

    return _edit(world, asked, change)


def edit_message_caption(world: World, asked: Params) -> Any:
    words = read_words(asked, "caption", "caption_entities")
    if utf16_length(words.text) > MAX_CAPTION:
        raise bad_request("MEDIA_CAPTION_TOO_LONG")

    def change(before: Message) -> Message:
        if not (before.photo or before.document):
            raise bad_request(NO_CAPTION_TO_EDIT)
        return replace(before, text=words.text, entities=words.entities, html=words.html)

    return _edit(world, asked, change)


def edit_message_reply_markup(world: World, asked: Params) -> Any:
    return _edit(world, asked, lambda before: before)


def delete_message(world: World, asked: Params) -> bool:
    chat = find_chat(world, asked)
    message = find_message(chat, asked, DELETE_NOT_FOUND)
    is_allowed = message.from_bot or chat.type == "private" or chat.bot_status == "administrator"
    if not is_allowed or world.clock() - message.date > DELETABLE:
        raise bad_request(CANNOT_DELETE)
    chat.remove(message.id)
    return True


def send_chat_action(world: World, asked: Params) -> bool:
    action = asked.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    open_chat(world, asked).acts(action)
    return True


def answer_callback_query(world: World, asked: Params) -> bool:
    press = world.presses.get(asked.text("callback_query_id"))
    if press is None or world.clock() - press.at > QUERY_LIFE:
        raise bad_request(QUERY_TOO_OLD)
    text = asked.text("text")
    if len(text) > MAX_CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    press.settle(Toast(text, asked.flag("show_alert"), asked.text("url") or None))
    return True


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "copyMessage": copy_message,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
}
