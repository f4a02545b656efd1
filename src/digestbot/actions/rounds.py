"""A courier's round: all that waits is claimed, sent, many at a time, and written down.

    claim → the queue → one of so many carriers sends a message → the ledger, which writes many at once ─┐
               ↑                                                                                         │
               └─────────────────────────── where a digest has more messages ────────────────────────────┘

A delivery is in one place at a time, so its messages go one after the other, each once it is written what
became of the one before.
"""

import asyncio
import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from digestbot.actions import Clock
from digestbot.actions.ledger import Ledger, Result
from digestbot.actions.messenger import Answer, Sender
from digestbot.actions.owners import Owners
from digestbot.actions.parts import Parts, Ready
from digestbot.core.delivery import (
    LEASE,
    Decision,
    Delivery,
    Outcome,
    State,
    WhenUncertain,
    after,
    decide,
    is_let_be,
    let_be,
    released,
)
from digestbot.core.subscriber import Addressee, Reader
from digestbot.core.threads import thread_of
from digestbot.store import Store, Tables, is_away
from digestbot.store.deliveries import Settled
from digestbot.store.queue import START, Claim, Place

log = structlog.get_logger()

AHEAD = 0.5
"""Seconds. We hold what can be sent in so long, and claim more when half of it is sent, which is there before
the rest has gone. No more than that, since all that a killed process held says that it may be a repeat."""
FEWEST = 32
"""So many are claimed at first, and where they go more slowly."""
MOST = 2048
RENEW_EVERY = LEASE / 4
STOP_WITHIN = timedelta(seconds=9)
"""What is in flight when we are told to stop has so long; with its writing, less than ten seconds."""

Count = Callable[[Sequence[Result], datetime], None]
"""Is told of results, many at once, when they are committed."""
GivenUp = tuple[int, str]
"""The chat that was to be told, and why it can't be."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How digests are sent."""

    when_uncertain: WhenUncertain = WhenUncertain.REPEAT
    in_flight: int = 64
    """Messages that are on their way at once, at most."""
    owners: Owners | None = None
    """Told when digests had to be given up."""
    count: Count | None = None


class Round:
    """Walks through all that waits, until nothing does or it is over: *is_stopping* is set, the messenger
    wants silence, or we were taken for dead.
    """

    def __init__(
        self,
        store: Store,
        parts: Parts,
        sender: Sender,
        clock: Clock,
        ways: Ways,
        is_stopping: asyncio.Event,
    ) -> None:
        self.sent = 0
        self.silent_until: datetime | None = None
        self.given_up: list[GivenUp] = []
        self.lost: list[tuple[Addressee, int]] = []
        """Whose digest found which thread gone."""
        self._store = store
        self._parts = parts
        self._sender = sender
        self._clock = clock
        self._ways = ways
        self._is_stopping = is_stopping
        self._held: dict[int, Addressee] = {}
        """Who gets what is ours, by the delivery's id."""
        self._unsent = 0
        """How many of those are to be sent yet; the others wait for the ledger."""
        self._few = 0
        """With so many more are claimed."""
        self._tries = 0
        """Messages that were tried."""
        self._has_fewer = asyncio.Event()
        self._is_late = False
        """What is still in flight is not waited for any more."""
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        """What of it has a message to be sent."""
        self._ledger = Ledger(store, clock, lambda: len(self._held), self._written)
        self._renewed_at = clock()

    def _is_over(self) -> bool:
        return self._is_stopping.is_set() or self.silent_until is not None or self._is_taken_for_dead()

    def _may_go(self) -> bool:
        return not self._is_over()

    def _is_taken_for_dead(self) -> bool:
        """Tell whether our machine slept, or the database was away, for so long that others may have ours."""
        return self._clock() - self._renewed_at >= LEASE

    async def go(self) -> None:
        """Send all that waits, also what is put back for at once and what becomes due meanwhile."""
        async with asyncio.TaskGroup() as helpers:
            helpers.create_task(self._ledger.run())
            others = [self._renew(), self._hurry(), *(self._carry() for _ in range(self._ways.in_flight))]
            tasks = [helpers.create_task(other) for other in others]
            while await self._bring_all():
                pass
            self._ledger.close()
            for task in tasks:
                task.cancel()

    async def _bring_all(self) -> int:
        """Claim what waits, in the order of the queue, as there is room; return how many, once it is done."""
        count = 0
        place = START
        room = FEWEST
        while not self._is_over():
            claim = await self._store.insist(partial(self._claim, room, place))
            if not claim.deliveries:
                break
            place = claim.upto
            count += len(claim.deliveries)
            self._held |= claim.addressees
            self._hand_on(claim.deliveries)
            room = await self._room()
        while self._held and not self._is_late:
            await self._fewer()
        return count

    async def _claim(self, limit: int, after: Place, tables: Tables) -> Claim:
        return await tables.deliveries.claim(self._clock(), limit, after)

    def _hand_on(self, deliveries: Sequence[Delivery]) -> None:
        self._unsent += len(deliveries)
        for delivery in deliveries:
            self._queue.put_nowait(delivery)

    async def _room(self) -> int:
        """Wait until half of what is to be sent is; return how many more are to be ours."""
        tries, began = self._tries, time.perf_counter()
        self._few = self._unsent // 2
        while self._unsent > self._few and not self._is_late:
            await self._fewer()
        pace = (self._tries - tries) / (time.perf_counter() - began)
        return max(max(FEWEST, min(int(pace * AHEAD), MOST)) - self._unsent, 1)

    async def _fewer(self) -> None:
        self._has_fewer.clear()
        await self._has_fewer.wait()

    async def _carry(self) -> None:
        """Send one message at a time of what is in the queue."""
        while True:
            delivery = await self._queue.get()
            result = await self._bring_next(delivery, self._held[delivery.id])
            self._ledger.write(result)
            self._tries += 1
            self._unsent -= 1
            if self._unsent == self._few:
                self._has_fewer.set()

    async def _bring_next(self, delivery: Delivery, addressee: Addressee) -> Result:
        """Send the delivery's next message and return what became of it."""
        if self._is_over():
            return Result(Settled(released(delivery)))
        now = self._clock()
        try:
            ready, delivery = await self._ready(delivery, addressee.reader, now)
        except Exception as error:  # a bug of ours with one digest must not cost the others theirs
            outcome = Outcome.NOT_SENT if is_away(error) else Outcome.ERROR
            if outcome is Outcome.ERROR:
                log.exception("a digest can't be put into words", **_ids(delivery))
            return self._decided(delivery, addressee, 0, Answer(outcome, reason=repr(error)))
        if is_let_be(delivery, self._ways.when_uncertain):
            return Result(Settled(let_be(delivery, ready.cards, now)))
        return self._decided(delivery, addressee, ready.cards, await self._try(delivery, addressee, ready))

    async def _ready(self, delivery: Delivery, reader: Reader, now: datetime) -> tuple[Ready, Delivery]:
        """Return the next message, and the delivery with what may have been shown by a copy before it."""
        if delivery.doubts and delivery.doubt_upto <= delivery.done:  # its sender died
            unflagged = await self._parts.next(delivery._replace(doubts=0), reader, now)
            delivery = delivery._replace(doubt_upto=delivery.done + unflagged.cards)
        return await self._parts.next(delivery, reader, now), delivery

    async def _try(self, delivery: Delivery, addressee: Addressee, ready: Ready) -> Answer:
        """Send a message; one that Telegram does not understand goes out in plain words."""
        chat_id, reader = addressee
        thread = thread_of(_topics_of_next(delivery), reader.routes, reader.thread_id)
        answer = await self._sender.send(chat_id, ready.packed, thread, self._may_go)
        if answer.outcome is not Outcome.REJECTED:
            return answer
        told = {**_ids(delivery), "payload": ready.hash, "reason": answer.reason}
        log.error("telegram rejects a message of ours", **told)
        plain = self._parts.in_plain_words(ready)
        return await self._sender.send(chat_id, plain.packed, thread, self._may_go)

    def _decided(self, delivery: Delivery, addressee: Addressee, cards: int, answer: Answer) -> Result:
        now = self._clock()
        decision = decide(
            answer.outcome,
            delivery,
            now,
            wait=answer.wait,
            when_uncertain=self._ways.when_uncertain,
            luck=random.random(),  # noqa: S311 - it spreads retries, nothing secret
        )
        if answer.everyone and answer.wait is not None:
            self.silent_until = now + answer.wait
        self.sent += decision.state is State.SENT
        _log(delivery, addressee, answer, decision)
        if decision.gives_up:
            self.given_up.append((addressee.chat_id, answer.reason or ""))
        if answer.lost_thread is not None:
            self.lost.append((addressee, answer.lost_thread))
        return Result(
            Settled(after(delivery, decision, cards, now), answer.reason),
            is_unwanted=decision.state is State.CANCELLED,
            moved_to=answer.moved_to,
            lost_thread=answer.lost_thread,
        )

    def _written(self, results: Sequence[Result], flying: Collection[int]) -> None:
        """Let go what is over or has to wait; the next message of those that are *flying* may go out now."""
        for result in results:
            delivery = result.settled.delivery
            if delivery.id in flying:
                self._hand_on([delivery])
            else:
                del self._held[delivery.id]
        self._has_fewer.set()
        if self._ways.count is not None:
            self._ways.count(results, self._clock())

    async def _renew(self) -> None:
        """Tell others, as long as we live, that what we hold is ours."""
        while True:
            await asyncio.sleep(RENEW_EVERY.total_seconds())
            if self._is_taken_for_dead():
                return
            self._renewed_at = await self._store.insist(self._renew_once)

    async def _renew_once(self, tables: Tables) -> datetime:
        now = self._clock()
        await tables.deliveries.renew(list(self._held), now)
        return now

    async def _hurry(self) -> None:
        """Once we are to stop, wait no longer than STOP_WITHIN for what is in flight; it is in doubt then."""
        await self._is_stopping.wait()
        await asyncio.sleep(STOP_WITHIN.total_seconds())
        self._is_late = True
        self._has_fewer.set()


def _topics_of_next(delivery: Delivery) -> tuple[str, ...]:
    following = delivery.digest.picks[delivery.done :]
    return following[0].topics if following else ()


def _ids(delivery: Delivery) -> dict[str, object]:
    """Return what a digest is called in every line of the log about it."""
    return {"digest": delivery.digest_id, "delivery": delivery.id}


def _log(delivery: Delivery, addressee: Addressee, answer: Answer, decision: Decision) -> None:
    """Write down what did not go as it should; what is given up is for the owner to see."""
    if decision.state is State.SENT:
        return
    told = _ids(delivery) | {
        "chat": addressee.chat_id,
        "outcome": str(answer.outcome),
        "state": str(decision.state),
        "reason": answer.reason,
    }
    if decision.gives_up:
        log.error("a digest was given up", **told)
    else:
        log.info("message not sent", **told)
