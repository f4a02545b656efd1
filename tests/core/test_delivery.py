"""The whole policy of a delivery, as a table."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.delivery import (
    COPIES_AFTER,
    FAILED_FOR,
    GRACE,
    LEASE,
    MAX_ATTEMPTS,
    MOST_COPIES,
    RETRY_FAILED,
    Decision,
    Delivery,
    Outcome,
    State,
    WhenUncertain,
    after,
    backoff,
    decide,
    is_let_be,
    let_be,
    released,
)
from digestbot.core.digest import Digest, Pick
from tests.builders import NOON

HOUR = timedelta(hours=1)
DIGEST = Digest(tuple(Pick(f"2510.{number:05}") for number in range(3)), (), 9)
SKIP = WhenUncertain.SKIP


def claimed(**more: Any) -> Delivery:
    """Return a delivery of three papers that is tried for the first time."""
    given = {
        "id": 1, "subscriber_id": 1, "digest_id": 1, "slot_at": NOON, "digest": DIGEST,
        "state": State.SENDING, "attempts": 1, "tried_at": NOON, "act_at": NOON + LEASE,
    }  # fmt: skip
    return Delivery(**{**given, **more})


OFTEN = claimed(attempts=MAX_ATTEMPTS)
AGAIN = claimed(doubts=1)
LATER = NOON + backoff(1)


@pytest.mark.parametrize(
    ("outcome", "delivery", "more", "decision"),
    [
        (Outcome.SENT, claimed(), {}, Decision(State.SENT)),
        (Outcome.SENT, AGAIN, {}, Decision(State.SENT)),
        (Outcome.NOT_SENT, claimed(), {}, Decision(State.PLANNED, LATER, ages=False)),
        (Outcome.NOT_SENT, claimed(attempts=99), {}, Decision(State.PLANNED, NOON + backoff(99), ages=False)),
        (Outcome.NOT_SENT, AGAIN, {}, Decision(State.UNCERTAIN, LATER, ages=False)),
        (
            Outcome.NOT_SENT,
            OFTEN,
            {"wait": 24 * HOUR},
            Decision(State.PLANNED, NOON + 24 * HOUR, counts=False, ages=False),
        ),
        (
            Outcome.NOT_SENT,
            AGAIN,
            {"wait": HOUR},
            Decision(State.UNCERTAIN, NOON + HOUR, counts=False, ages=False),
        ),
        (Outcome.ERROR, claimed(), {}, Decision(State.PLANNED, LATER)),
        (Outcome.ERROR, OFTEN, {}, Decision(State.FAILED, NOON + RETRY_FAILED)),
        (Outcome.ERROR, OFTEN._replace(tried_at=NOON - FAILED_FOR), {}, Decision(State.FAILED)),
        (Outcome.UNCERTAIN, claimed(), {}, Decision(State.UNCERTAIN, NOON + COPIES_AFTER[0], doubts=True)),
        (Outcome.UNCERTAIN, AGAIN, {}, Decision(State.UNCERTAIN, NOON + COPIES_AFTER[1], doubts=True)),
        (
            Outcome.UNCERTAIN,
            claimed(doubts=2),
            {},
            Decision(State.UNCERTAIN, NOON + COPIES_AFTER[2], doubts=True),
        ),
        (Outcome.UNCERTAIN, claimed(doubts=MOST_COPIES - 1), {}, Decision(State.UNCERTAIN, doubts=True)),
        (Outcome.UNCERTAIN, claimed(), {"when_uncertain": SKIP}, Decision(State.UNCERTAIN, doubts=True)),
        (Outcome.BLOCKED, claimed(), {}, Decision(State.CANCELLED)),
        (Outcome.NO_CHAT, claimed(), {}, Decision(State.PLANNED, NOON + RETRY_FAILED)),
        (Outcome.NO_CHAT, claimed(tried_at=NOON - GRACE), {}, Decision(State.CANCELLED)),
        (Outcome.REJECTED, claimed(), {}, Decision(State.FAILED)),
    ],
)
def test_decide(outcome: Outcome, delivery: Delivery, more: dict[str, Any], decision: Decision) -> None:
    """A flood wait or a dead line is never given up on; a doubt is repeated, and said to be."""
    assert decide(outcome, delivery, NOON, **more) == decision


def test_what_is_told_goes_on_with_the_next_message() -> None:
    """In flight still, with a first attempt of its own; after the last one it is over."""
    half = after(claimed(attempts=3), Decision(State.SENT), 2, NOON)
    assert (half.state, half.done, half.attempts, half.act_at) == (State.SENDING, 2, 1, NOON + LEASE)
    whole = after(half, Decision(State.SENT), 1, NOON)
    assert (whole.state, whole.act_at) == (State.SENT, None)


def test_a_doubt_that_stays_is_remembered_to_the_end() -> None:
    """What was never confirmed is not called sent, also when all after it was."""
    half = let_be(claimed(doubts=1, doubt_upto=2), 2, NOON)
    assert not half.may_repeat
    assert after(half, Decision(State.SENT), 1, NOON).state is State.UNCERTAIN


def test_what_a_doubtful_message_showed_is_flagged_whatever_message_shows_it_again() -> None:
    """Two papers were in doubt, the flagged copy has room for one: the next message is flagged too."""
    doubted = after(claimed(), decide(Outcome.UNCERTAIN, claimed(), NOON), 2, NOON)
    assert (doubted.state, doubted.doubts, doubted.may_repeat) == (State.UNCERTAIN, 1, True)
    first = after(doubted, Decision(State.SENT), 1, NOON)
    assert first.may_repeat
    assert not after(first, Decision(State.SENT), 1, NOON).may_repeat


def test_a_flood_wait_is_not_held_against_the_message() -> None:
    """Neither as an attempt, nor as time in which it failed."""
    wait = decide(Outcome.NOT_SENT, claimed(attempts=4), NOON, wait=HOUR)
    waiting = after(claimed(attempts=4), wait, 2, NOON)
    assert (waiting.state, waiting.attempts, waiting.tried_at) == (State.PLANNED, 3, None)
    assert waiting.act_at == NOON + HOUR


def test_a_dead_line_is_no_time_in_which_it_failed() -> None:
    """It is waited for ever longer; but an error, or a chat not found, after days of it is the first one."""
    long_since = claimed(attempts=99, tried_at=NOON - FAILED_FOR - GRACE)
    waiting = after(long_since, decide(Outcome.NOT_SENT, long_since, NOON), 2, NOON)
    assert (waiting.attempts, waiting.tried_at) == (99, None)
    for outcome in (Outcome.ERROR, Outcome.NO_CHAT):
        assert decide(outcome, _claimed_again(waiting, NOON), NOON).retry_at


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.ERROR, Outcome.NO_CHAT])
@pytest.mark.parametrize("wait", [None, timedelta(0), HOUR])
def test_to_be_refused_is_no_further_doubt(outcome: Outcome, wait: timedelta | None) -> None:
    """What waits in doubt, and meets a flood or moves, has all its copies still."""
    refused = after(AGAIN, decide(outcome, AGAIN, NOON, wait=wait), 3, NOON)
    assert (refused.state, refused.doubts, refused.done) == (State.UNCERTAIN, 1, 0)
    assert refused.act_at is not None


@pytest.mark.parametrize(("doubts", "state"), [(0, State.PLANNED), (1, State.UNCERTAIN)])
def test_what_was_claimed_in_vain_is_as_before(doubts: int, state: State) -> None:
    """It waits where it stood, and is flagged if it was."""
    back = released(claimed(doubts=doubts, attempts=2))
    assert (back.state, back.act_at, back.attempts, back.tried_at) == (state, NOON, 1, NOON)


def test_a_message_that_was_in_doubt_when_its_sender_died() -> None:
    """It goes out again, unless doubts are skipped; what is not in doubt goes out in any case."""
    assert [is_let_be(claimed(doubts=doubts), SKIP) for doubts in range(2)] == [False, True]
    assert not is_let_be(claimed(doubts=2), WhenUncertain.REPEAT)


@given(
    outcomes=st.lists(st.sampled_from(Outcome), max_size=300),
    luck=st.floats(0, 1),
    policy=st.sampled_from(WhenUncertain),
)
def test_any_life_of_a_delivery_is_told_once_or_flagged_and_ends(
    outcomes: list[Outcome], luck: float, policy: WhenUncertain
) -> None:
    """Whatever happens: a time lies ahead or it is over; a copy after a doubt is flagged, three at most."""
    delivery, now, copies = claimed(), NOON, 0
    for outcome in outcomes:
        assert delivery.may_repeat == (copies > 0)
        assert delivery.doubts == copies
        copies = copies + 1 if outcome is Outcome.UNCERTAIN else copies
        assert copies <= MOST_COPIES
        decision = decide(outcome, delivery, now, when_uncertain=policy, luck=luck)
        before, delivery = delivery, after(delivery, decision, 1, now)
        if delivery.act_at is None:
            assert delivery.state not in (State.PLANNED, State.SENDING)
            return
        assert delivery.act_at > now
        copies = copies if delivery.done == before.done else 0
        now = max(now, delivery.act_at)
        delivery = _claimed_again(delivery, now)


def _claimed_again(delivery: Delivery, now: datetime) -> Delivery:
    if delivery.state is State.SENDING:
        return delivery
    tried_at = delivery.tried_at or now
    return delivery._replace(state=State.SENDING, attempts=delivery.attempts + 1, tried_at=tried_at)


def test_waits_grow_and_end() -> None:
    """Doubled each time, half an hour at most; and longer than a message may be in flight, in the end."""
    waits = [backoff(attempts) for attempts in range(1, 40)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=10)
    assert waits[-1] == timedelta(minutes=30) > LEASE


def test_luck_spreads_retries() -> None:
    """A quarter more at most, so that those who failed together come back one after the other."""
    assert backoff(1, 1.0) == 1.25 * backoff(1)
