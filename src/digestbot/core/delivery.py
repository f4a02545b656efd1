"""What becomes of a delivery: the whole policy of retries, doubts and giving up.

              ┌─────── refused, or told to wait ──────┐
              ↓                                       │
    plan → planned ── claimed ──→ sending ── answered ┼──→ sent
              ↑                    ↑   │              ├──→ failed ──── tried again for a day
              └─ next message ─────┘   │              ├──→ cancelled   the reader is not there
                                       ↓              │
                                   uncertain ←────────┘    no answer came, or its sender died

Whatever waits to be done once more has a time for it, `act_at`; what has none is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from digestbot.core.digest import Digest

MAX_ATTEMPTS = 8
"""So many errors of Telegram's in a row, some twenty minutes, are plain bad luck; then it has failed."""
LEASE = timedelta(minutes=2)
"""How long a claim is good without being renewed; after that whoever sent it is taken for dead."""
FAILED_FOR = timedelta(hours=24)
"""So long what has failed is tried again, every RETRY_FAILED; then it is given up."""
RETRY_FAILED = timedelta(hours=1)
GRACE = timedelta(hours=48)
"""So long a chat that Telegram does not find may turn up again."""
COPIES_AFTER = (timedelta(minutes=1), timedelta(hours=1), timedelta(hours=6))
"""A message in doubt is repeated, once; only where the repeat is in doubt too there are two more chances.

What made one answer be lost, an outage of a minute, often makes the next be lost too; and most of what a dead
process leaves in doubt was never begun. So a second doubt often means that nothing arrived at all.
"""
MOST_COPIES = 1 + len(COPIES_AFTER)
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=30)


class State(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What is known after an attempt to send one message."""

    SENT = "sent"
    NOT_SENT = "not-sent"
    """It never left (no connection), or Telegram told us to wait (429)."""
    ERROR = "error"
    """Telegram failed before taking it (5xx)."""
    UNCERTAIN = "uncertain"
    """It left, and no answer came back."""
    BLOCKED = "blocked"
    """The reader does not want us there."""
    NO_CHAT = "no-chat"
    """Telegram does not find the chat."""
    REJECTED = "rejected"
    """Telegram does not accept the message itself: our bug."""


class WhenUncertain(StrEnum):
    """What is done about a message that Telegram may have taken, or not."""

    REPEAT = "repeat"
    """It goes out once more, and says that it may be a repeat."""
    SKIP = "skip"
    """It is let be; what comes after it goes out."""


class Delivery(NamedTuple):
    """One subscriber's digest of one due time, on its way."""

    id: int
    subscriber_id: int
    digest_id: int
    """Readers who are told the same have the same digest."""
    slot_at: datetime
    """The due time that it answers; a subscriber has one delivery for it at most."""
    digest: Digest
    state: State
    done: int = 0
    """How many of the digest's picks are in messages that are over; the next message starts after them."""
    attempts: int = 0
    """Tries of the message that is next."""
    tried_at: datetime | None = None
    """Since when Telegram has refused the message that is next, whenever it could be asked."""
    doubts: int = 0
    """How many copies of the message that is next were not confirmed; if its sender died, at least one."""
    doubt_upto: int = 0
    """Picks below this number may have been shown by a message that was not confirmed."""
    unconfirmed: bool = False
    """A message was let be in doubt."""
    act_at: datetime | None = None
    """When something has to be done: in flight, its sender is taken for dead then. None: it is over."""
    claims: int = 0
    """How often somebody took it to send it. Who has an older number was taken for dead meanwhile."""

    @property
    def may_repeat(self) -> bool:
        """Whether the message that is next has to say that some of it may have arrived before."""
        return self.doubts > 0 or self.done < self.doubt_upto


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one message. SENT, and UNCERTAIN without a time: the delivery goes on with the next."""

    state: State
    retry_at: datetime | None = None
    counts: bool = True
    """A flood wait is not the message's fault and does not count as an attempt."""
    ages: bool = True
    """Telegram could be asked, so the time until the next try is time in which it refused the message."""
    doubts: bool = False
    """This try may have arrived. What is refused gains no doubt, also where an earlier try left one."""

    @property
    def is_over(self) -> bool:
        """Whether the message has been told as far as it ever will be."""
        return self.state is State.SENT or (self.doubts and self.retry_at is None)

    @property
    def gives_up(self) -> bool:
        return self.state is State.FAILED and self.retry_at is None


_SENT = Decision(State.SENT)


def backoff(attempts: int, luck: float = 0.0) -> timedelta:
    """Return how long to wait after the given number of attempts, doubled each time.

    *luck*, from 0 to 1, adds up to a quarter, so that many don't come back at once.
    """
    doublings = min(attempts, 10)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT) * (1 + luck / 4)


def decide(
    outcome: Outcome,
    delivery: Delivery,
    now: datetime,
    *,
    wait: timedelta | None = None,
    when_uncertain: WhenUncertain = WhenUncertain.REPEAT,
    luck: float = 0.0,
) -> Decision:
    """Return what to do after a try of the delivery's next message ended with *outcome*.

    *wait* is the messenger's own wish, if it told one; *luck*, from 0 to 1, spreads retries.
    """
    if outcome is Outcome.SENT:
        return _SENT
    waiting = State.UNCERTAIN if delivery.doubts else State.PLANNED
    tried_for = now - (delivery.tried_at or now)
    later = now + backoff(delivery.attempts, luck)
    match outcome:
        case Outcome.BLOCKED:
            return Decision(State.CANCELLED)
        case Outcome.REJECTED:
            return Decision(State.FAILED)
        case Outcome.UNCERTAIN:
            return _doubted(delivery, now, when_uncertain)
        case Outcome.NO_CHAT:
            return Decision(waiting, now + RETRY_FAILED) if tried_for < GRACE else Decision(State.CANCELLED)
        case Outcome.NOT_SENT if wait is not None:
            return Decision(waiting, now + wait, counts=False, ages=False)
        case Outcome.ERROR if delivery.attempts >= MAX_ATTEMPTS:
            return Decision(State.FAILED, now + RETRY_FAILED if tried_for < FAILED_FOR else None)
    return Decision(waiting, later, ages=outcome is Outcome.ERROR)


def _doubted(delivery: Delivery, now: datetime, policy: WhenUncertain) -> Decision:
    if policy is WhenUncertain.SKIP or delivery.doubts + 1 >= MOST_COPIES:
        return Decision(State.UNCERTAIN, doubts=True)  # one copy more would be worse
    return Decision(State.UNCERTAIN, now + COPIES_AFTER[delivery.doubts], doubts=True)


def after(delivery: Delivery, decision: Decision, cards: int, now: datetime) -> Delivery:
    """Return the delivery once *decision* was made on its next message, which shows so many *cards*.

    Where more is to be told it is in flight still: the next message follows at once.
    """
    if decision.is_over:
        return _advanced(delivery, cards, now, in_doubt=decision.doubts)
    newly = decision.doubts and not delivery.doubts
    return delivery._replace(
        state=decision.state,
        act_at=decision.retry_at,
        attempts=delivery.attempts - (not decision.counts),
        tried_at=delivery.tried_at if decision.ages else None,
        doubts=delivery.doubts + decision.doubts,
        doubt_upto=max(delivery.doubt_upto, delivery.done + cards) if newly else delivery.doubt_upto,
    )


def is_let_be(delivery: Delivery, when_uncertain: WhenUncertain) -> bool:
    """Tell whether the next message, a copy of which may have arrived, is not to be sent again."""
    return when_uncertain is WhenUncertain.SKIP and delivery.doubts > 0


def let_be(delivery: Delivery, cards: int, now: datetime) -> Delivery:
    """Return the delivery without its next message, which shows so many *cards* and stays in doubt."""
    return _advanced(delivery, cards, now, in_doubt=True)


def released(delivery: Delivery) -> Delivery:
    """Return a claimed delivery of which nothing was sent as it was before, for others to take."""
    return delivery._replace(
        state=State.UNCERTAIN if delivery.doubts else State.PLANNED,
        act_at=delivery.slot_at,
        attempts=delivery.attempts - 1,
        tried_at=None if delivery.attempts == 1 else delivery.tried_at,
    )


def _advanced(delivery: Delivery, cards: int, now: datetime, *, in_doubt: bool) -> Delivery:
    done = delivery.done + cards
    unconfirmed = delivery.unconfirmed or in_doubt
    has_more = done < len(delivery.digest.picks)
    over = State.UNCERTAIN if unconfirmed else State.SENT
    return delivery._replace(
        state=State.SENDING if has_more else over,
        act_at=now + LEASE if has_more else None,
        done=done,
        attempts=1 if has_more else 0,
        tried_at=now if has_more else None,
        doubts=0,
        unconfirmed=unconfirmed,
    )
