"""Text with entities: UTF-16 units, tidying as Telegram does, and what it finds by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from .rules import MAX_ENTITIES, bad_request, checked_url

VERBATIM = {"code", "pre"}
QUOTES = {"blockquote", "expandable_blockquote"}
STYLES = {"bold", "italic", "underline", "strikethrough", "spoiler", *VERBATIM, *QUOTES}
LINKS = {"text_link", "text_mention", "custom_emoji"}
FOUND = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,;:!?)\]'])"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<bot_command>(?<![\w/@<>.])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<![\w@/])@[A-Za-z0-9_]{4,32}\b)"
    r"|(?P<hashtag>(?<![\w#@])#(?=\w*[^\W\d])\w{1,256})"
    r"|(?P<bare>(?<![\w@./-])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|io|ai|dev|co|kr|edu)\b(?:/[^\s<>\"]*[^\s<>\".,;:!?)\]'])?)"
)


@dataclass(frozen=True)
class Entity:
    """One stretch of a text, measured in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    user_id: int | None = None

    @property
    def end(self) -> int:
        return self.offset + self.length

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"type": self.type, "offset": self.offset, "length": self.length}
        if self.user_id is not None:
            body["user"] = {"id": self.user_id, "is_bot": False, "first_name": str(self.user_id)}
        optional = {"url": self.url, "language": self.language, "custom_emoji_id": self.custom_emoji_id}
        return body | {name: value for name, value in optional.items() if value is not None}


def utf16_length(text: str) -> int:
    """Return the length of *text* as Telegram counts it."""
    return len(text) + sum(character > "\uffff" for character in text)


def part(text: str, entity: Entity) -> str:
    """Return the words *entity* covers."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[entity.offset * 2 : entity.end * 2].decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """Return *text* without the characters Telegram removes or turns into spaces."""
    text = re.sub(r"[\r\u202a-\u202e]", "", text)
    return re.sub(r"[\x00-\x09\x0b-\x1f]", " ", text)


def tidy(text: str, entities: Iterable[Entity]) -> tuple[str, tuple[Entity, ...]]:
    """Return text without outer white space, and the entities that remain, sorted, 100 at most."""
    given = sorted(entities, key=_order)
    first = min((entity.offset for entity in given), default=utf16_length(text))
    cut = 0
    while cut < min(first, len(text)) and text[cut] in " \n":
        cut += 1
    text = text[cut:].rstrip(" \n")
    end = utf16_length(text)
    kept = [_moved(entity, cut, end) for entity in given]
    inside = list(_without_nonsense([entity for entity in kept if entity.length > 0]))
    every = sorted([*inside, *_found(text, inside)], key=_order)
    return text, tuple(every[:MAX_ENTITIES])


def from_json(text: str, raw: list[dict[str, Any]]) -> tuple[Entity, ...]:
    """Return the entities a client sent along; those Telegram finds by itself are found again."""
    end = utf16_length(text)
    entities = []
    for item in raw:
        kind = item.get("type")
        if kind not in STYLES | LINKS | FOUND:
            raise bad_request("can't parse entities: unsupported type of the entity")
        offset, length = int(item.get("offset", -1)), int(item.get("length", 0))
        if offset < 0 or length < 0 or offset + length > end:
            raise bad_request("can't parse entities: entity beyond end of text")
        if kind in STYLES | LINKS:
            entities.append(_entity(str(kind), offset, length, item))
    return tuple(entities)


def _entity(kind: str, offset: int, length: int, item: dict[str, Any]) -> Entity:
    url = checked_url(str(item.get("url", "")), "entity URL") if kind == "text_link" else None
    user = item.get("user", {}).get("id") if kind == "text_mention" else None
    return Entity(kind, offset, length, url, item.get("language"), item.get("custom_emoji_id"), user)


def _order(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, 0 if entity.type in QUOTES else 1


def _moved(entity: Entity, cut: int, end: int) -> Entity:
    if cut == 0 and entity.end <= end:
        return entity
    offset = entity.offset - cut
    return replace(entity, offset=offset, length=min(entity.length, end - offset))


def _without_nonsense(entities: list[Entity]) -> Iterator[Entity]:
    """Return no style within code, no style within itself, no quote within a quote."""
    above: list[Entity] = []
    for entity in entities:
        above = [outer for outer in above if outer.end > entity.offset]
        kinds = {outer.type for outer in above}
        nested_quote = entity.type in QUOTES and kinds & QUOTES
        if entity.type in kinds or kinds & VERBATIM or nested_quote:
            continue
        above.append(entity)
        yield entity


def _found(text: str, taken: list[Entity]) -> Iterator[Entity]:
    closed = [entity for entity in taken if entity.type in VERBATIM | LINKS]
    for match in _FOUND.finditer(text):
        kind = "url" if match.lastgroup == "bare" else str(match.lastgroup)
        offset = utf16_length(text[: match.start()])
        entity = Entity(kind, offset, utf16_length(match[0]))
        if not any(other.offset < entity.end and entity.offset < other.end for other in closed):
            yield entity
