"""The whole policy of a delivery, as a table."""

from datetime import timedelta

import pytest

from digestbot.core.delivery import LEASE, MAX_ATTEMPTS, Decision, Outcome, State, backoff, decide
from tests.builders import NOON

HOUR = timedelta(hours=1)
AGAIN_LATER = Decision(State.PLANNED, retry_at=NOON + backoff(1))


@pytest.mark.parametrize(
    ("outcome", "attempts", "wait", "repeating", "decision"),
    [
        (Outcome.SENT, 1, None, False, Decision(State.SENT)),
        (Outcome.SENT, 1, None, True, Decision(State.SENT)),
        (Outcome.NOT_SENT, 1, None, False, AGAIN_LATER),
        (Outcome.NOT_SENT, 1, HOUR, False, Decision(State.PLANNED, retry_at=NOON + HOUR)),
        (Outcome.NOT_SENT, 99, 24 * HOUR, False, Decision(State.PLANNED, retry_at=NOON + 24 * HOUR)),
        (Outcome.NOT_SENT, 1, HOUR, True, Decision(State.PLANNED, NOON + HOUR, may_repeat=True)),
        (Outcome.NOT_SENT, MAX_ATTEMPTS, None, False, Decision(State.FAILED)),
        (Outcome.UNCERTAIN, 1, None, False, Decision(State.PLANNED, NOON + backoff(1), may_repeat=True)),
        (Outcome.UNCERTAIN, 2, None, True, Decision(State.SENT)),
        (Outcome.BLOCKED, 1, None, False, Decision(State.CANCELLED)),
        (Outcome.REJECTED, 1, None, False, Decision(State.FAILED)),
    ],
)
def test_decide(
    outcome: Outcome,
    attempts: int,
    wait: timedelta | None,
    repeating: bool,
    decision: Decision,
) -> None:
    """A flood wait is never given up on; a doubt is repeated once, and said to be."""
    assert decide(outcome, attempts, NOON, wait=wait, repeating=repeating) == decision


def test_a_decision_exists_for_whatever_happens() -> None:
    """Every outcome ends, or is tried again at a time that lies ahead."""
    for outcome in Outcome:
        for attempts in range(1, 100):
            for repeating in (False, True):
                decision = decide(outcome, attempts, NOON, repeating=repeating)
                assert (decision.state is State.PLANNED) == (decision.retry_at is not None)
                assert decision.retry_at is None or decision.retry_at > NOON


def test_waits_grow_and_end() -> None:
    """Doubled each time, half an hour at most; and longer than a message may be in flight, in the end."""
    waits = [backoff(attempts) for attempts in range(1, 40)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=10)
    assert waits[-1] == timedelta(minutes=30) > LEASE
