"""Telegram's HTML, read as strictly (and as leniently) as Telegram reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .entities import Entity, utf16_length
from .rules import RefusalError, bad_request, checked_url

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPACE = " \t\n\r\v\f"
END = "\0"
PLAIN = re.compile(r"[^<&]+")
TAG = re.compile(r"[^ \t\n\r\v\f>]+")
ATTRIBUTE = re.compile(r"[^ \t\n\r\v\f=>/\"']+")


@dataclass
class _Open:
    tag: str
    offset: int
    start: int
    attributes: dict[str, str] = field(default_factory=dict)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the plain text and the entities of *source*; raise Telegram's 400 if it would."""
    return _Reader(source.replace(END, " ")).read()


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while (character := self.peek()) != END:
            if character == "<" and self.peek(1) == "/":
                self.end_tag()
            elif character == "<":
                self.start_tag()
            elif plain := PLAIN.match(self.source, self.at):
                self.at = plain.end()
                self.put(plain[0])
            else:
                self.put(self.character())
        if self.open:
            raise self.refuse(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.text), [entity for entity in self.entities if entity.length]

    def peek(self, ahead: int = 0) -> str:
        return self.source[self.at + ahead] if self.at + ahead < len(self.source) else END

    def put(self, words: str) -> None:
        self.text.append(words)
        self.offset += utf16_length(words)

    def take(self, allowed: re.Pattern[str]) -> str:
        start = self.at
        if found := allowed.match(self.source, start):
            self.at = found.end()
        return self.source[start : self.at]

    def skip_space(self) -> None:
        while self.peek() in SPACE:
            self.at += 1

    def refuse(self, text: str, at: int | None = None, more: str = "") -> RefusalError:
        where = "" if at is None else f" at byte offset {len(self.source[:at].encode('utf-8', 'replace'))}"
        return bad_request(f"can't parse entities: {text}{where}{more}")

    def character(self) -> str:
        """Return one character; an entity Telegram does not know stays as it is written."""
        if self.peek() == "&":
            start, self.at = self.at, self.at + 1
            known = self.numeric() if self.peek() == "#" else self.named()
            if known:
                self.at += self.peek() == ";"
                return known
            self.at = start
        self.at += 1
        return self.source[self.at - 1]

    def named(self) -> str:
        start = self.at
        while self.peek().isascii() and self.peek().isalpha():
            self.at += 1
        return NAMED.get(self.source[start : self.at], "")

    def numeric(self) -> str:
        start, self.at = self.at - 1, self.at + 1
        base, digits = 10, "0123456789"
        if self.peek() == "x":
            self.at, base, digits = self.at + 1, 16, "0123456789abcdefABCDEF"
        first = self.at
        while self.peek() in digits:
            self.at += 1
        code = int(self.source[first : self.at] or "0", base)
        is_known = 0 < code < 0x10FFFF and self.at - start < 10 and not 0xD800 <= code < 0xE000
        return chr(code) if is_known else ""

    def start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self.take(TAG).lower()
        if self.peek() == END:
            raise self.refuse("Unclosed start tag", begin)
        if tag not in KINDS:
            raise self.refuse(f'Unsupported start tag "{tag}"', begin)
        opened = _Open(tag, self.offset, len(self.text))
        self.skip_space()
        while self.peek() != ">":
            self.attribute(opened, begin)
            self.skip_space()
        self.at += 1
        if tag == "span" and opened.attributes.get("class") != "tg-spoiler":
            raise self.refuse('Tag "span" must have class "tg-spoiler"', begin)
        if tag == "tg-emoji" and not opened.attributes.get("emoji-id", "").isdecimal():
            raise self.refuse("Invalid custom emoji identifier specified", begin)
        self.open.append(opened)

    def attribute(self, opened: _Open, begin: int) -> None:
        name = self.take(ATTRIBUTE).lower()
        if not name:
            raise self.refuse(f'Empty attribute name in the tag "{opened.tag}"', begin)
        self.skip_space()
        if self.peek() == END:
            raise self.refuse(f'Unclosed start tag "{opened.tag}"', begin)
        if self.peek() != "=":
            opened.attributes[name] = ""
            return
        self.at += 1
        self.skip_space()
        if self.peek() == END:
            raise self.refuse(f'Unclosed start tag "{opened.tag}"', begin)
        opened.attributes[name] = self.quoted() if self.peek() in "\"'" else self.token()
        if self.peek() == END:
            raise self.refuse("Unclosed start tag", begin)

    def quoted(self) -> str:
        quote = self.peek()
        self.at += 1
        value = []
        while self.peek() not in quote + END:
            value.append(self.character())
        self.at += self.peek() == quote
        return "".join(value)

    def token(self) -> str:
        start = self.at
        while (self.peek().isascii() and self.peek().isalnum()) or self.peek() in ".-":
            self.at += 1
        if self.peek() not in SPACE + ">":
            raise self.refuse("Unexpected end of name token", start)
        return self.source[start : self.at].lower()

    def end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self.refuse("Unexpected end tag", begin)
        self.at += 2
        name = self.take(TAG).lower()
        self.skip_space()
        if self.peek() != ">":
            raise self.refuse("Unclosed end tag", begin)
        self.at += 1
        opened = self.open[-1]
        if name not in {"", opened.tag}:
            found = f', expected "</{opened.tag}>", found "</{name}>"'
            raise self.refuse("Unmatched end tag", begin, found)
        self.close(self.open.pop())

    def close(self, opened: _Open) -> None:
        entity = Entity(KINDS[opened.tag], opened.offset, self.offset - opened.offset)
        given = opened.attributes
        match opened.tag:
            case "a":
                self.close_link(opened)
                return
            case "code":
                language = given.get("class", "").removeprefix("language-")
                entity = Entity("code", entity.offset, entity.length, language=language or None)
            case "pre":
                entity = self.close_pre(entity)
            case "blockquote" if "expandable" in given:
                entity = Entity("expandable_blockquote", entity.offset, entity.length)
            case "tg-emoji":
                entity = Entity(entity.type, entity.offset, entity.length, custom_emoji_id=given["emoji-id"])
        self.entities.append(entity)

    def close_pre(self, entity: Entity) -> Entity:
        """Return <pre><code class="language-…"> as one entity with a language."""
        last = self.entities[-1] if self.entities else None
        if last and last.type == "code" and (last.offset, last.length) == (entity.offset, entity.length):
            self.entities.pop()
            return Entity("pre", entity.offset, entity.length, language=last.language)
        return entity

    def close_link(self, opened: _Open) -> None:
        """Keep a link Telegram would open; a broken one silently becomes plain text, as there."""
        length = self.offset - opened.offset
        url = opened.attributes.get("href") or "".join(self.text[opened.start :])
        user = url.removeprefix("tg://user?id=")
        if user != url and user.isdecimal():
            self.entities.append(Entity("text_mention", opened.offset, length, user_id=int(user)))
            return
        try:
            url = checked_url(url, "entity URL")
        except (RefusalError, ValueError):
            return
        self.entities.append(Entity("text_link", opened.offset, length, url=url))
