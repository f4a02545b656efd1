"""What an open page shows, as JSON: the whole world at first, then only what changed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .chats import Chat
from .emulator import Emulator
from .messages import Attachment, Button, Message
from .server import Call
from .world import BotAccount, Commands

QUIET = {"getUpdates"}
"""Methods that the page's log leaves out: they are called all the time."""
MOST_CALLS = 200
CLOCK_STEP = 0.5
"""Seconds that the bot's clock may stray from ours before the page is told."""


@dataclass(frozen=True)
class Home:
    """Where somebody of the cast lives: the zone of their telephone, and what "share location" tells."""

    zone: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Due:
    """What the bot will do by itself: when each chat's next digest comes, how many digests still wait."""

    at: Mapping[int, datetime]
    waiting: int


class View:
    """One open page: what it was told so far."""

    def __init__(self, telegram: Emulator, homes: Mapping[int, Home]) -> None:
        self._telegram = telegram
        self._homes = homes
        self._messages: dict[tuple[int, int], Message] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._actions: dict[int, int] = {}
        self._parts: dict[str, str] = {}
        self._drift: float | None = None

    def news(self, due: Due) -> dict[str, Any]:
        """Return what the page does not know yet; {} where there is nothing."""
        parts = {
            "bot": self._telegram.bot.as_json(),
            "chats": [self._chat(chat, due) for chat in self._telegram.chats if not chat.migrated_to],
            "faults": [fault.trouble.name.lower() for fault in self._telegram.faults.planned],
            "waiting": due.waiting,
        }
        changed = {name: value for name, value in parts.items() if self._is_new(name, value)}
        lists = {"messages": self._changed(), "removed": self._removed(), "calls": self._made()}
        changed |= {name: value for name, value in lists.items() if value}
        changed |= {"typing": typing} if (typing := self._typing()) else {}
        drift = self._telegram.world.clock().timestamp() - time.monotonic()
        if changed or self._drift is None or abs(drift - self._drift) > CLOCK_STEP:
            changed["now"] = self._telegram.world.clock().timestamp()
            self._drift = drift
        return changed

    def _is_new(self, name: str, value: Any) -> bool:
        told = json.dumps(value)
        if self._parts.get(name) == told:
            return False
        self._parts[name] = told
        return True

    def _chat(self, chat: Chat, due: Due) -> dict[str, Any]:
        world = self._telegram.world
        language = (chat.person.language_code or "") if chat.person else ""
        bot, at = world.bot, due.at.get(chat.id)
        members = [world.people[number] for number in chat.members if number in world.people]
        people = [chat.person] if chat.person else members
        keys = chat.keyboard.rows if chat.keyboard else ()
        return {
            "id": chat.id,
            "type": chat.type,
            "name": chat.name,
            "people": [{"id": one.id, "name": one.name, "zone": self._zone(one.id)} for one in people],
            "threads": [{"id": number, "name": name} for number, name in chat.threads.items()],
            "is_forum": chat.is_forum,
            "has_bot": not chat.person.has_blocked if chat.person else chat.has_bot,
            "has_started": not chat.person or chat.person.has_started,
            "is_heard": chat.type != "channel" or world.updates.is_wanted("channel_post"),
            "has_inline": world.updates.is_wanted("inline_query"),
            "commands": menu_of(bot, chat, language),
            "about": bot.short_descriptions.get(language) or bot.short_descriptions.get("", ""),
            "keys": [
                [{"text": key.text, "place": "request_location" in key.raw} for key in row] for row in keys
            ],
            "due": at.timestamp() if at else None,
        }

    def _zone(self, person: int) -> str:
        home = self._homes.get(person)
        return home.zone if home else "UTC"

    def _changed(self) -> list[dict[str, Any]]:
        shown = {(chat.id, one.id): one for chat in self._telegram.chats for one in chat.messages}
        new = [key for key, one in shown.items() if self._messages.get(key) is not one]
        self._messages |= {key: shown[key] for key in new}
        return [message_json(shown[key]) for key in new]

    def _removed(self) -> list[dict[str, int]]:
        shown = {(chat.id, one.id) for chat in self._telegram.chats for one in chat.messages}
        gone = [key for key in self._messages if key not in shown]
        for key in gone:
            del self._messages[key]
        return [{"chat": chat, "id": number} for chat, number in gone]

    def _made(self) -> list[dict[str, Any]]:
        numbered = [(n, call) for n, call in enumerate(self._telegram.calls) if call.method not in QUIET]
        told = {number: call_json(number, call) for number, call in numbered[-MOST_CALLS:]}
        new = [body for number, body in told.items() if self._calls.get(number) != body]
        self._calls = told
        return new

    def _typing(self) -> list[int]:
        """Return the chats in which the bot said since the last look that it is at work."""
        counts = {chat.id: len(chat.actions) for chat in self._telegram.chats}
        busy = [chat for chat, count in counts.items() if count > self._actions.get(chat, 0)]
        self._actions = counts
        return busy


def menu_of(bot: BotAccount, chat: Chat, language: str) -> Commands:
    """Return the commands that a client offers in *chat*: the narrowest scope first, then the language."""
    wide = "all_private_chats" if chat.type == "private" else "all_group_chats"
    for scope in (f"chat:{chat.id}:", wide, "default"):
        for code in (language, ""):
            if commands := bot.commands.get((scope, code)):
                return commands
    return []


def message_json(message: Message) -> dict[str, Any]:
    """Return all that the page needs to draw one message."""
    author, quoted = message.author, message.reply_to
    preview = message.link_preview or {}
    return {
        "chat": message.chat.id,
        "id": message.id,
        "thread": message.thread,
        "at": message.date.timestamp(),
        "from": {"id": author.id, "name": author.name} if author else None,
        "is_bot": message.from_bot,
        "text": message.text,
        "entities": [entity.as_json() for entity in message.entities],
        "buttons": [[_button(button) for button in row] for row in message.buttons],
        "is_edited": message.edited is not None,
        "is_silent": message.silent,
        "preview": {
            "url": preview.get("url") or next((url for _, url in message.links), ""),
            "is_above": bool(preview.get("show_above_text")),
        }
        if message.has_preview or (preview.get("url") and not preview.get("is_disabled"))
        else None,
        "photo": _file(message.photo),
        "document": _file(message.document),
        "reply_to": {"id": quoted.id, "text": quoted.text[:200]} if quoted else None,
        "via": message.via_bot["username"] if message.via_bot else None,
        "extra": message.extra,
    }


def _button(button: Button) -> dict[str, Any]:
    kinds = {"press": button.callback_data, "url": button.url, "copy": button.copy_text}
    kind = next((name for name, value in kinds.items() if value is not None), "other")
    return {"text": button.text, "kind": kind, "value": button.url or button.copy_text}


def _file(file: Attachment | None) -> dict[str, Any] | None:
    if file is None:
        return None
    return {"id": file.file_id, "name": file.name, "size": file.size, "url": file.url}


def call_json(number: int, call: Call) -> dict[str, Any]:
    return {
        "number": number,
        "method": call.method,
        "chat": call.chat,
        "status": call.status,
        "is_open": call.latency == 0,
        "milliseconds": round(call.latency * 1000),
        "description": call.description,
        "fault": call.fault.trouble.value if call.fault else None,
    }
