"""What is said, before any messenger: Telegram HTML, buttons, and the code for what a button means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

CODE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Press:
    """What pressing a button asks for: a verb and its words. Nothing else is remembered of a button."""

    verb: str
    words: tuple[str, ...] = ()

    def code(self) -> str:
        """Return the text that travels in the button; Telegram allows it 64 bytes."""
        return ":".join((CODE_VERSION, self.verb, *self.words))

    @classmethod
    def read(cls, code: str) -> Self:
        """Return what *code* asks for. Raises ValueError for a code of another version."""
        version, _, rest = code.partition(":")
        if version != CODE_VERSION or not rest:
            raise ValueError(f"not a button of ours: {code!r}")
        verb, *words = rest.split(":")
        return cls(verb, tuple(words))


@dataclass(frozen=True, slots=True)
class Copy:
    """What a button puts into the reader's clipboard: 1 to 256 characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message. It opens a link, is pressed, or copies something."""

    text: str
    does: Press | Copy | str
    """What a press asks for, what is copied, or the address that is opened."""


Rows = tuple[tuple[Button, ...], ...]
"""Buttons under a message."""


def in_rows(buttons: Sequence[Button], most: int) -> Rows:
    """Return *buttons* in rows of so many at *most*."""
    return tuple(tuple(buttons[start : start + most]) for start in range(0, len(buttons), most))


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready for any chat."""

    html: str
    """Telegram's HTML, https://core.telegram.org/bots/api#html-style."""
    buttons: Rows = ()
    preview: str | None = None
    """Address of the one picture to show large above the text; None shows no preview."""
    silent: bool = False
    """It makes no sound."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A message that somebody may choose to send, as it is shown in the list of those."""

    id: str
    title: str
    description: str
    message: Message


@dataclass(frozen=True, slots=True)
class Part:
    """A message that shows some of a list's cards."""

    message: Message
    cards: int
    """How many cards it shows."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to be sent."""

    name: str
    data: bytes
