"""What carries messages for us, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from digestbot.core.delivery import Outcome
from digestbot.render.message import Message

Packed = Any
"""A message made ready by a sender; nobody else looks into it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known after trying to send one message."""

    outcome: Outcome
    wait: timedelta | None = None
    """How long the messenger wishes us to wait."""
    moved_to: int | None = None
    """The chat's new id."""
    reason: str | None = None
    lost_thread: int | None = None
    """The thread that it was sent to, which is closed or gone."""
    everyone: bool = False
    """The wait is for messages to all chats, not for this one only."""


MayGo = Callable[[], bool]
"""Tells, once a message's turn has come, whether it is still ours to send."""


def always() -> bool:
    return True


class Sender(Protocol):
    """Sends messages that nobody waits for. Tells what is known of each and never raises for a refusal."""

    def pack(self, message: Message) -> Packed:
        """Make a message ready to be sent to any number of chats."""

    async def send(
        self, chat_id: int, packed: Packed, thread_id: int | None = None, may_go: MayGo = always
    ) -> Answer:
        """Send it to one chat, or to a thread of it, as soon as the limits allow, if it *may_go* then."""
