"""What an owner tells everybody: a draft, then a delivery to each active subscriber."""

from dataclasses import dataclass
from enum import StrEnum

LONGEST = 3500
"""Characters; with what is said around them they fit into a message."""


class BroadcastState(StrEnum):
    DRAFT = "draft"
    DROPPED = "dropped"
    """Never sent. It is not deleted: its number must not come back, a button may still hold it."""
    SENDING = "sending"
    STOPPED = "stopped"
    """By an owner; what was on its way may still arrive."""
    OVER = "over"
    """Nothing waits any more, and its end was shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The message that shows how far a broadcast is."""

    chat_id: int
    message_id: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a broadcast is, in deliveries."""

    id: int
    state: BroadcastState
    sent: int = 0
    waiting: int = 0
    lost: int = 0
    """Those that were refused, given up or stopped, and those that were never confirmed."""

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.lost

    @property
    def can_be_stopped(self) -> bool:
        return self.state is BroadcastState.SENDING and self.waiting > 0
