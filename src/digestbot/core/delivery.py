"""What becomes of a delivery: the whole policy of retries, doubts and giving up.

planned → sending → sent | failed | cancelled
   ↑         │
   └─────────┘  refused before it was sent, told to wait, or in doubt (then flagged as a possible repeat)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digestbot.core.digest import Digest

MAX_ATTEMPTS = 8
"""With back-off, about an hour and a half; then the delivery has failed."""
LEASE = timedelta(minutes=2)
"""How long one message may be in flight; after that whoever sent it is taken for dead."""
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=30)


class State(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What is known after an attempt to send one message."""

    SENT = "sent"
    NOT_SENT = "not-sent"
    """It never left, or Telegram failed before taking it (no connection, 429, 5xx)."""
    UNCERTAIN = "uncertain"
    """It left, and no answer came back."""
    BLOCKED = "blocked"
    """The reader does not want us there, or the chat is gone."""
    REJECTED = "rejected"
    """Telegram does not accept the message itself: our bug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One subscriber's digest of one due time, on its way."""

    id: int
    subscriber_id: int
    slot_at: datetime
    """The due time that it answers; a subscriber has one delivery for it at most."""
    digest: Digest
    state: State
    done: int = 0
    """How many of the digest's picks are in messages that were sent already."""
    attempts: int = 0
    """Tries of the message that is next."""
    may_repeat: bool = False
    """The message that is next may have arrived before, and has to say so."""
    act_at: datetime | None = None
    """Planned: not before. Sending: until then its sender is believed alive."""


@dataclass(frozen=True, slots=True)
class Decision:
    state: State
    """SENT speaks of the part; the delivery goes on with the next one."""
    retry_at: datetime | None = None
    may_repeat: bool = False
    """The next attempt may be a second copy, and has to say so."""


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after the given number of attempts, doubled each time."""
    doublings = min(attempts, 10)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


def decide(
    outcome: Outcome,
    attempts: int,
    now: datetime,
    *,
    wait: timedelta | None = None,
    repeating: bool = False,
) -> Decision:
    """Return what to do after the *attempts*-th try of one part ended with *outcome*.

    *wait* is the messenger's own wish, if it told one; *repeating*: this try was already flagged as a
    possible repeat, so a second doubt is not repeated again.
    """
    match outcome:
        case Outcome.SENT:
            return Decision(State.SENT)
        case Outcome.BLOCKED:
            return Decision(State.CANCELLED)
        case Outcome.REJECTED:
            return Decision(State.FAILED)
        case Outcome.UNCERTAIN if repeating:
            return Decision(State.SENT)  # twice in doubt: a third copy would be worse
        case Outcome.UNCERTAIN:
            return Decision(State.PLANNED, retry_at=now + backoff(attempts), may_repeat=True)
        case Outcome.NOT_SENT if wait is not None:
            return Decision(State.PLANNED, retry_at=now + wait, may_repeat=repeating)
        case Outcome.NOT_SENT if attempts < MAX_ATTEMPTS:
            return Decision(State.PLANNED, retry_at=now + backoff(attempts), may_repeat=repeating)
    return Decision(State.FAILED)
