"""What waits for the bot's answer: a pressed button, an inline question."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .messages import Button, Message

if TYPE_CHECKING:
    from .people import Person


class NoSuchButtonError(KeyError):
    """Raised when a person wants to press a button that is not there."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Toast:
    """What the reader saw after a press: a short note (text may be ""), or an alert to close."""

    text: str = ""
    is_alert: bool = False
    url: str | None = None


@dataclass
class Press:
    """A button pressed by *person*; `answer` is None until the bot answered the query."""

    id: str
    person: Person = field(repr=False)
    message: Message
    button: Button
    at: datetime
    answer: Toast | None = None
    _done: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def settle(self, toast: Toast) -> None:
        """Keep the first answer: a reader sees one."""
        if self.answer is None:
            self.answer = toast
            self._done.set()

    async def answered(self, timeout: float = 5) -> Toast:  # noqa: ASYNC109 - reads as a sentence in a test
        """Return what the reader saw, waiting *timeout* seconds at most."""
        try:
            async with asyncio.timeout(timeout):
                await self._done.wait()
        except TimeoutError:
            raise TimeoutError(f"the bot did not answer the press of {self.button.text!r}") from None
        return self.answer or Toast()


@dataclass
class InlineQuestion:
    """What a person typed after the bot's name, and the bot's results."""

    id: str
    query: str
    at: datetime
    results: list[dict[str, Any]] = field(default_factory=list)
    next_offset: str = ""
    is_personal: bool = False
    button: dict[str, Any] | None = None
    is_answered: bool = False
    _done: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def settle(self) -> None:
        self.is_answered = True
        self._done.set()

    async def answered(self, timeout: float = 5) -> InlineQuestion:  # noqa: ASYNC109 - as above
        """Return self once the bot answered, waiting *timeout* seconds at most."""
        try:
            async with asyncio.timeout(timeout):
                await self._done.wait()
        except TimeoutError:
            raise TimeoutError(f"the bot did not answer the inline query {self.query!r}") from None
        return self
