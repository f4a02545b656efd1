"""What a chat shows: messages, buttons, files. Plain values that know their JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from .entities import Entity, part

if TYPE_CHECKING:
    from .chats import Chat


class Author(Protocol):
    """Whoever writes: a person, or the bot."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def is_bot(self) -> bool: ...
    def as_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Button:
    """One button under a message (or, with no action of its own, one of the reader's keyboard)."""

    text: str
    callback_data: str | None = None
    url: str | None = None
    copy_text: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, compare=True, repr=False)

    def as_json(self) -> dict[str, Any]:
        return self.raw or {"text": self.text}


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Keyboard:
    """The keyboard a bot puts in place of the reader's own; no rows: it is taken away."""

    rows: Rows


@dataclass(frozen=True)
class Attachment:
    """A photo or a document; *data* is None when Telegram was given a web address to fetch."""

    file_id: str
    name: str
    data: bytes | None = field(repr=False, default=None)
    mime_type: str = "application/octet-stream"
    url: str | None = None

    @property
    def size(self) -> int:
        return len(self.data or b"")

    def as_document(self) -> dict[str, Any]:
        return {**self._file(), "file_name": self.name, "mime_type": self.mime_type}

    def as_photo(self) -> list[dict[str, Any]]:
        return [{**self._file(), "width": 1280, "height": 720}]

    def _file(self) -> dict[str, Any]:
        return {"file_id": self.file_id, "file_unique_id": f"u{self.file_id}", "file_size": self.size}


@dataclass(frozen=True)
class Message:
    """One message as the reader sees it at one moment; an edit makes a new one with the same id."""

    chat: Chat = field(repr=False, compare=False)
    id: int
    date: datetime
    author: Author | None = field(default=None, compare=False)
    text: str = ""
    entities: tuple[Entity, ...] = ()
    html: str | None = None
    buttons: Rows = ()
    keyboard: Keyboard | None = None
    edited: datetime | None = None
    link_preview: dict[str, Any] | None = None
    silent: bool = False
    photo: Attachment | None = None
    document: Attachment | None = None
    reply_to: Message | None = field(default=None, repr=False, compare=False)
    thread: int | None = None
    via_bot: dict[str, Any] | None = field(default=None, repr=False)
    extra: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def from_bot(self) -> bool:
        return self.author is not None and self.author.is_bot

    @property
    def has_preview(self) -> bool:
        """Return whether the reader sees a preview of a link."""
        if (self.link_preview or {}).get("is_disabled"):
            return False
        return any(entity.type in {"url", "text_link"} for entity in self.entities)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Return (words, address) of each link, in order."""
        return [
            (part(self.text, entity), entity.url or part(self.text, entity))
            for entity in self.entities
            if entity.type in {"url", "text_link"}
        ]

    def button(self, text: str) -> Button | None:
        return next((button for row in self.buttons for button in row if button.text == text), None)

    def as_json(self, *, with_reply: bool = True) -> dict[str, Any]:
        """Return the Bot API's Message object."""
        body: dict[str, Any] = {"message_id": self.id, "chat": self.chat.as_json()}
        if self.chat.type == "channel" or self.author is None:
            body["sender_chat"] = self.chat.as_json()
        if self.author is None and self.chat.type != "channel":
            body["from"] = ANONYMOUS
        elif self.author is not None and self.chat.type != "channel":
            body["from"] = self.author.as_json()
        body["date"] = int(self.date.timestamp())
        body |= {"edit_date": int(self.edited.timestamp())} if self.edited else {}
        body |= {"message_thread_id": self.thread, "is_topic_message": True} if self.thread else {}
        if self.reply_to and with_reply:
            body["reply_to_message"] = self.reply_to.as_json(with_reply=False)
        body |= {"via_bot": self.via_bot} if self.via_bot else {}
        return body | self._content() | self.extra

    def _content(self) -> dict[str, Any]:
        body: dict[str, Any] = {}
        text, entities = "text", "entities"
        if self.document:
            body["document"] = self.document.as_document()
        if self.photo:
            body["photo"] = self.photo.as_photo()
        if self.photo or self.document:
            text, entities = "caption", "caption_entities"
        if self.text:
            body[text] = self.text
        if self.entities:
            body[entities] = [entity.as_json() for entity in self.entities]
        if self.link_preview:
            body["link_preview_options"] = self.link_preview
        if self.buttons:
            rows = [[button.as_json() for button in row] for row in self.buttons]
            body["reply_markup"] = {"inline_keyboard": rows}
        return body


ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
