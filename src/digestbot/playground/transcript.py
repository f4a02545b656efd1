"""Chats as plain text for a terminal: who, when, the words, the buttons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, tzinfo

from rich.cells import cell_len, chop_cells

from .entities import QUOTES, Entity
from .messages import Message

INDENT = "  "
BAR = "│ "


def transcript(messages: Iterable[Message], zone: tzinfo, width: int = 80) -> str:
    """Return *messages* as readable text, times in *zone*, no line wider than *width* columns if possible."""
    lines: list[str] = []
    day: date | None = None
    for message in messages:
        local = message.date.astimezone(zone)
        if local.date() != day:
            day = local.date()
            lines += [*([""] if lines else []), f"── {day:%a} {day.day} {day:%b %Y} ──"]
        lines += [
            "",
            _header(message, f"{local:%H:%M}"),
            *(INDENT + line for line in _body(message, width - 2)),
        ]
    return "\n".join(line.rstrip() for line in lines) + "\n" if lines else ""


def _header(message: Message, clock: str) -> str:
    name = message.author.name if message.author else message.chat.name
    where = "" if message.chat.type == "private" or not message.author else f" in {message.chat.name}"
    marks = ["edited"] if message.edited else []
    marks += ["silent"] if message.silent else []
    return f"{name}{where}, {clock}" + (f" ({', '.join(marks)})" if marks else "")


def _body(message: Message, width: int) -> Iterator[str]:
    if message.reply_to and message.reply_to.text:
        yield _cut(f"> {message.reply_to.text.splitlines()[0]}", width)
    for kind, file in (("photo", message.photo), ("file", message.document)):
        if file:
            yield f"[{kind}: {file.name}]"
    if place := message.extra.get("location"):
        yield f"[location: {place['latitude']:.2f}, {place['longitude']:.2f}]"
    elif message.extra:
        yield f"[{', '.join(name.replace('_', ' ') for name in message.extra)}]"
    for line, is_quote in _lines(message):
        bar = BAR if is_quote else ""
        for piece in _wrap(line, max(width - cell_len(bar), 10)):
            yield bar + piece
    for row in message.buttons or (message.keyboard.rows if message.keyboard else ()):
        yield from _wrap(" ".join(f"[ {button.text} ]" for button in row), width)


def _lines(message: Message) -> list[tuple[str, bool]]:
    """Return the lines with their links spelled out, and whether each stands in a quote."""
    quotes = [entity for entity in message.entities if entity.type in QUOTES]
    links = {entity.end: entity for entity in message.entities if entity.type == "text_link"}
    lines: list[tuple[str, bool]] = []
    line, at, start = "", 0, 0
    for character in message.text:
        if character == "\n":
            lines.append((line, _is_within(start, quotes)))
            line, start = "", at + 1
        else:
            line += character
        at += 2 if character > "\uffff" else 1
        if at in links:
            line += _address(links[at], line)
    if line or lines:
        lines.append((line, _is_within(start, quotes)))
    return lines


def _is_within(at: int, quotes: list[Entity]) -> bool:
    return any(quote.offset <= at < quote.end for quote in quotes)


def _address(link: Entity, shown: str) -> str:
    short = (link.url or "").removeprefix("https://").removeprefix("http://").rstrip("/")
    return "" if short in shown else f" <{short}>"


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else next(iter(_wrap(text, width - 1))) + "…"


def _wrap(text: str, width: int) -> list[str]:
    """Return *text* in lines of at most *width* columns, broken at spaces where there are any."""
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        *whole, rest = chop_cells(word, width) or [""]
        lines += [line, *whole] if line else whole
        line = rest
    return [*lines, line]
