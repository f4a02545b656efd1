"""How the bot does, in numbers, for those who run it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from digestbot.core.delivery import State
from digestbot.core.paper import SourceDay
from digestbot.core.subscriber import SubscriberState


@dataclass(frozen=True, slots=True)
class Failure:
    """A delivery that did not go as it should."""

    chat_id: int
    at: datetime
    state: State
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What `/admin` shows."""

    subscribers: Mapping[SubscriberState, int]
    today: Mapping[State, int]
    """Deliveries that were due in this UTC day."""
    waiting: int
    late_minutes: int
    """How long what waits longest has been due."""
    failures: tuple[Failure, ...]
    """The last ones first."""
    days: Sequence[SourceDay]
    incidents: int
    """Troubles that last."""
    database: str
    up_since: datetime
    free_megabytes: int
    spent: int = 0
    budget: int | None = None
    """Tokens a day; None where there is no language model."""
