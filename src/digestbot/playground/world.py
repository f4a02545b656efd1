"""The world behind the emulator: the bot's account, people, chats, files, updates. Plain state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from .chats import Chat, ChatType
from .entities import clean, tidy
from .messages import Attachment, Author, Message
from .people import Person
from .presses import InlineQuestion, Press
from .updates import Updates

Commands = list[dict[str, Any]]
SERVICE = {"new_chat_members", "left_chat_member", "new_chat_title", "pinned_message"}


@dataclass
class BotAccount:
    """The bot as BotFather knows it; the dicts are keyed by language code ("" for all others)."""

    id: int
    username: str
    name: str
    reads_all: bool = False
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], Commands] = field(default_factory=dict)
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)
    is_bot: bool = True

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def as_me(self) -> dict[str, Any]:
        return self.as_json() | {
            "can_join_groups": True,
            "can_read_all_group_messages": self.reads_all,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }


@dataclass
class Webhook:
    """Where updates are posted, when the bot asked for that."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error: str | None = None
    last_error_at: datetime | None = None


class World:
    """All state of one emulator."""

    def __init__(self, bot: BotAccount, clock: Callable[[], datetime]) -> None:
        self.bot = bot
        self.clock = clock
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, Attachment] = {}
        self.presses: dict[str, Press] = {}
        self.questions: dict[str, InlineQuestion] = {}
        self.updates = Updates(clock)
        self.webhook: Webhook | None = None
        self.watchers: list[Callable[[Message], None]] = []
        self.onlookers: list[Callable[[], None]] = []
        self._message_ids: dict[int, count[int]] = {}
        self._numbers = count(1)

    def touch(self) -> None:
        """Tell the onlookers that something changed; what it is they see for themselves."""
        for onlooker in self.onlookers:
            onlooker()

    def number(self) -> int:
        """Return a number nobody had before."""
        return next(self._numbers)

    def next_message_id(self, chat: Chat) -> int:
        """Return the next id: one row for private chats and groups together, one per supergroup."""
        own = chat.id if chat.type in {"supergroup", "channel"} else 0
        return next(self._message_ids.setdefault(own, count(1)))

    def new_chat(self, kind: ChatType, name: str) -> Chat:
        number = self.number()
        base = -1_000_000_000 if kind == "group" else -1_001_000_000_000
        chat = Chat(self, base - number, kind, name)
        self.chats[chat.id] = chat
        return chat

    def keep_file(self, name: str, data: bytes | None, mime_type: str, url: str | None = None) -> Attachment:
        file = Attachment(f"file-{self.number()}", name, data, mime_type, url)
        self.files[file.file_id] = file
        return file

    def post(
        self,
        chat: Chat,
        author: Author | None,
        text: str,
        *,
        thread: int | None = None,
        reply_to: Message | None = None,
        document: Attachment | None = None,
        photo: Attachment | None = None,
        **extra: Any,
    ) -> Message:
        """Show what a person (None: the chat itself) posts, and tell the bot if it may read it."""
        words, entities = tidy(clean(text), ())
        message = Message(
            chat=chat,
            id=self.next_message_id(chat),
            date=self.clock(),
            author=author,
            text=words,
            entities=entities,
            thread=thread or (reply_to.thread if reply_to else None),
            reply_to=reply_to,
            document=document,
            photo=photo,
            extra=extra,
        )
        chat.show(message, is_news=False)
        if self.may_read(message):
            self.updates.push("channel_post" if chat.type == "channel" else "message", message.as_json())
        return message

    def may_read(self, message: Message) -> bool:
        """Return whether the bot gets this message: in groups privacy mode hides most."""
        chat = message.chat
        if not chat.has_bot or chat.migrated_to:
            return False
        if chat.type in {"private", "channel"} or self.bot.reads_all or chat.bot_status == "administrator":
            return True
        if message.extra.keys() & SERVICE or (message.reply_to and message.reply_to.from_bot):
            return True
        command = message.text.split(maxsplit=1)[0] if message.text.startswith("/") else ""
        _, _, addressee = command.partition("@")
        return bool(command) and addressee.lower() in {"", self.bot.username.lower()}
