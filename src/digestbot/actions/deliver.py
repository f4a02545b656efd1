"""Sends what is planned, and recovers after a crash."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog

from digestbot.actions import Clock
from digestbot.actions.ledger import Count, Ledger, Result
from digestbot.actions.owners import Owners
from digestbot.actions.parts import Parts, Ready
from digestbot.actions.plan import Planner, slot
from digestbot.actions.summarize import Summarizer
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
from digestbot.core.postings import Rules
from digestbot.core.subscriber import Subscriber
from digestbot.core.threads import thread_of
from digestbot.render import Renderer
from digestbot.render.message import Message
from digestbot.store import Store
from digestbot.store.deliveries import Place, Settled

log = structlog.get_logger()

CLAIM = 256
"""Deliveries that are ours at once, at most; more are claimed when half of them are done."""
FEWEST = 16
"""So many are claimed at first, and twice as many as soon as half of them are done in SOON: all that a killed
process had claimed says that it may be a repeat, so it is to be little where messages go slowly."""
SOON = 0.5
"""Seconds."""
RENEW_EVERY = LEASE / 4
STOP_WITHIN = timedelta(seconds=9)
"""What is in flight when we are told to stop has so long; with its writing, less than ten seconds."""

GivenUp = tuple[int, str]
"""The chat that was to be told, and why it can't be."""
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


class Sender(Protocol):
    """Sends messages that nobody waits for. Tells what is known of each and never raises for a refusal."""

    def pack(self, message: Message) -> Packed:
        """Make a message ready to be sent to any number of chats."""

    async def send(self, chat_id: int, packed: Packed, thread_id: int | None = None) -> Answer:
        """Send it to one chat, or to a thread of it, as soon as the limits allow."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How digests are sent."""

    when_uncertain: WhenUncertain = WhenUncertain.REPEAT
    in_flight: int = 64
    """Messages that are on their way at once, at most."""
    owners: Owners | None = None
    """Told when digests had to be given up."""
    count: Count | None = None


class Courier:
    """Brings digests to their readers."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        summarizer: Summarizer,
        renderer: Renderer,
        sender: Sender | None,
        clock: Clock,
        ways: Ways | None = None,
    ) -> None:
        self._store = store
        self._planner = Planner(store, rules, clock)
        self._parts = Parts(store, summarizer, renderer, sender)
        self._renderer = renderer
        self._sender = sender
        self._clock = clock
        self._ways = ways or Ways()
        self._is_stopping = asyncio.Event()
        self._silent_until: datetime | None = None
        """Telegram wishes to hear nothing before."""

    def stop(self) -> None:
        """Let `send` end: nothing more is begun, what is in flight has STOP_WITHIN to end."""
        self._is_stopping.set()

    async def prepare(self) -> None:
        """Make ready what is to be sent: what a crash left behind, and, if it is us who plan, what is due."""
        await self.recover()
        if await self._store.lead():
            await self.plan()

    async def tick(self) -> None:
        """Do all that is due now."""
        await self.prepare()
        await self.send()

    async def recover(self) -> None:
        """Take back what a dead sender left in flight; whether it arrived is in doubt."""
        async with self._store.write() as tables:
            count = await tables.deliveries.recover(self._clock())
        if count:
            log.warning("deliveries taken back from a dead sender", count=count)

    async def plan(self) -> int:
        """Write what is due into the ledger, and tell how many digests that makes."""
        return await self._planner.plan()

    async def preview(self) -> AsyncIterator[tuple[Subscriber, Message]]:
        """Yield what `plan` and `send` would send now, and change nothing."""
        for due in await self._planner.preview():
            assert due.digest is not None  # noqa: S101 - a preview is of those only
            delivery = Delivery(
                id=0,
                subscriber_id=due.reader.id,
                digest_id=0,
                slot_at=slot(due.reader),
                digest=due.digest,
                state=State.PLANNED,
            )
            for message in await self._parts.all(delivery, due.reader):
                yield due.reader, message

    async def waiting(self) -> int:
        """Return how many deliveries are not finished."""
        async with self._store.read() as tables:
            return await tables.deliveries.unfinished()

    async def send(self) -> int:
        """Send all that is planned for now, many at once, and tell how many messages were sent."""
        if self._silent_until and self._clock() < self._silent_until:
            return 0
        assert self._sender is not None  # noqa: S101 - only a preview has none
        sending = _Round(self._store, self._parts, self._sender, self._clock, self._ways, self._is_stopping)
        while await sending.go():  # what was put back for at once, and what became due meanwhile
            pass
        self._silent_until = sending.silent_until
        if sending.sent:
            log.info("messages sent", count=sending.sent)
        if sending.given_up and self._ways.owners:
            told = partial(self._renderer.given_up, len(sending.given_up), *sending.given_up[-1])
            await self._ways.owners.tell(told)
        for reader, thread_id in sending.lost:
            await self._tell_of_lost(reader, thread_id, self._sender)
        return sending.sent

    async def _tell_of_lost(self, reader: Subscriber, thread_id: int, sender: Sender) -> None:
        """Tell a forum that a thread is gone, and where its papers come now."""
        topics = [route.topic for route in reader.routes if route.thread_id == thread_id]
        message = self._renderer.say("thread_lost", reader, topics=topics)
        answer = await sender.send(reader.chat_id, sender.pack(message))
        if answer.outcome is not Outcome.SENT:
            log.warning("a forum was not told of its thread", chat=reader.chat_id, reason=answer.reason)


class _Round:
    """Walks once, or more often, through all that waits, many messages at a time."""

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
        self.lost: list[tuple[Subscriber, int]] = []
        """Whose digest found which thread gone."""
        self._store = store
        self._parts = parts
        self._sender = sender
        self._clock = clock
        self._ways = ways
        self._is_stopping = is_stopping
        self._slots = asyncio.Semaphore(ways.in_flight)
        self._held: dict[int, asyncio.Task[None]] = {}
        """What is ours, by the delivery's id."""
        self._ledger = self._new_ledger()
        self._has_room = asyncio.Event()
        self._most = FEWEST

    def _is_over(self) -> bool:
        return self._is_stopping.is_set() or self.silent_until is not None

    def _new_ledger(self) -> Ledger:
        return Ledger(self._store, self._clock, lambda: len(self._held), self._ways.count)

    async def go(self) -> int:
        """Send all that waits now and return how many deliveries that were; 0 also when we are to stop."""
        self._ledger = self._new_ledger()
        async with asyncio.TaskGroup() as helpers:
            helpers.create_task(self._ledger.run())
            others = [helpers.create_task(self._renew()), helpers.create_task(self._hurry())]
            count = await self._bring_all()
            self._ledger.close()
            for other in others:
                other.cancel()
        return count

    async def _bring_all(self) -> int:
        """Claim what waits, in the order of the queue, as there is room for it, and bring it."""
        count = 0
        place: Place | None = None
        async with asyncio.TaskGroup() as brought:
            while room := await self._room():
                async with self._store.write() as tables:
                    claim = await tables.deliveries.claim(self._clock(), room, place)
                    readers = await tables.subscribers.addressees(
                        one.subscriber_id for one in claim.deliveries
                    )
                if not claim.deliveries:
                    break
                place = claim.upto
                count += len(claim.deliveries)
                for delivery in claim.deliveries:
                    reader = readers[delivery.subscriber_id]
                    self._held[delivery.id] = brought.create_task(self._bring(delivery, reader))
        return count

    async def _room(self) -> int:
        """Wait until half of what is ours is done; return how many more may be, 0 when it is over."""
        asked_at = asyncio.get_running_loop().time()
        while len(self._held) > self._most / 2:
            self._has_room.clear()
            await self._has_room.wait()
        if asyncio.get_running_loop().time() - asked_at < SOON:
            self._most = min(2 * self._most, CLAIM)
        return 0 if self._is_over() else self._most - len(self._held)

    async def _bring(self, delivery: Delivery, reader: Subscriber) -> None:
        """Send the messages of one delivery, one after the other, until it is over or has to wait."""
        try:
            while delivery.state is State.SENDING:
                delivery = await self._bring_next(delivery, reader)
        finally:
            del self._held[delivery.id]
            if len(self._held) <= self._most / 2:
                self._has_room.set()

    async def _bring_next(self, delivery: Delivery, reader: Subscriber) -> Delivery:
        if self._is_over():
            return await self._settle(released(delivery), delivery)
        now = self._clock()
        try:
            ready, delivery = await self._ready(delivery, reader, now)
        except Exception as error:  # a bug of ours with one digest must not cost the others theirs
            log.exception("a digest can't be put into words", **_ids(delivery))
            return await self._decided(delivery, reader, 0, Answer(Outcome.ERROR, reason=repr(error)))
        if is_let_be(delivery, self._ways.when_uncertain):
            return await self._settle(let_be(delivery, ready.cards, now), delivery)
        async with self._slots:
            if self._is_over():
                return await self._settle(released(delivery), delivery)
            answer = await self._try(delivery, reader, ready)
        return await self._decided(delivery, reader, ready.cards, answer)

    async def _ready(self, delivery: Delivery, reader: Subscriber, now: datetime) -> tuple[Ready, Delivery]:
        """Return the next message, and the delivery with what may have been shown by a copy before it."""
        if delivery.doubts and delivery.doubt_upto <= delivery.done:  # its sender died
            unflagged = await self._parts.next(replace(delivery, doubts=0), reader, now)
            delivery = replace(delivery, doubt_upto=delivery.done + unflagged.cards)
        return await self._parts.next(delivery, reader, now), delivery

    async def _try(self, delivery: Delivery, reader: Subscriber, ready: Ready) -> Answer:
        """Send a message; one that Telegram does not understand goes out in plain words."""
        thread = thread_of(_topics_of_next(delivery), reader.routes, reader.thread_id)
        answer = await self._sender.send(reader.chat_id, ready.packed, thread)
        if answer.outcome is not Outcome.REJECTED:
            return answer
        told = {**_ids(delivery), "payload": ready.hash, "reason": answer.reason}
        log.error("telegram rejects a message of ours", **told)
        return await self._sender.send(reader.chat_id, self._parts.in_plain_words(ready).packed, thread)

    async def _decided(self, delivery: Delivery, reader: Subscriber, cards: int, answer: Answer) -> Delivery:
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
        _log(delivery, reader, answer, decision)
        if decision.gives_up:
            self.given_up.append((reader.chat_id, answer.reason or ""))
        result = Result(
            Settled(after(delivery, decision, cards, now), delivery, answer.reason),
            is_unwanted=decision.state is State.CANCELLED,
            moved_to=answer.moved_to,
            lost_thread=answer.lost_thread,
        )
        settled = await self._write(result)
        if answer.lost_thread is not None:
            self.lost.append((reader, answer.lost_thread))
        return settled

    async def _settle(self, settled: Delivery, claimed: Delivery) -> Delivery:
        return await self._write(Result(Settled(settled, claimed)))

    async def _write(self, result: Result) -> Delivery:
        """Write what became of a delivery and return it; only then may its next message go out."""
        await self._ledger.write(result)
        return result.settled.delivery

    async def _renew(self) -> None:
        """Tell others, as long as we live, that what we hold is ours."""
        while True:
            await asyncio.sleep(RENEW_EVERY.total_seconds())
            async with self._store.write() as tables:
                await tables.deliveries.renew(list(self._held), self._clock())

    async def _hurry(self) -> None:
        """Once we are to stop, wait no longer than STOP_WITHIN for what is in flight; it is in doubt then."""
        await self._is_stopping.wait()
        await asyncio.sleep(STOP_WITHIN.total_seconds())
        for task in [*self._held.values()]:
            task.cancel()


def _topics_of_next(delivery: Delivery) -> tuple[str, ...]:
    following = delivery.digest.picks[delivery.done :]
    return following[0].topics if following else ()


def _ids(delivery: Delivery) -> dict[str, object]:
    """Return what a digest is called in every line of the log about it."""
    return {"digest": delivery.digest_id, "delivery": delivery.id}


def _log(delivery: Delivery, reader: Subscriber, answer: Answer, decision: Decision) -> None:
    """Write down what did not go as it should; what is given up is for the owner to see."""
    if decision.state is State.SENT:
        return
    told = _ids(delivery) | {
        "chat": reader.chat_id,
        "outcome": str(answer.outcome),
        "state": str(decision.state),
        "reason": answer.reason,
    }
    if decision.gives_up:
        log.error("a digest was given up", **told)
    else:
        log.info("message not sent", **told)
