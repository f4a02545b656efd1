"""Plans what is due, sends what is planned, and recovers after a crash."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

import structlog

from digestbot.actions import Clock
from digestbot.actions.library import digest_listing
from digestbot.actions.summarize import Summarizer
from digestbot.core.categories import is_for
from digestbot.core.delivery import Decision, Delivery, Outcome, State, decide
from digestbot.core.digest import Digest, Pick, asks, compose, select
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, Rules
from digestbot.core.subscriber import Subscriber, SubscriberState, next_due
from digestbot.render import Renderer
from digestbot.render.message import Message, Part
from digestbot.store import Store, Tables
from digestbot.store.deliveries import NewDelivery

log = structlog.get_logger()

CHUNK = 500
"""Subscribers planned in one transaction."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known after trying to send one message."""

    outcome: Outcome
    wait: timedelta | None = None
    """How long the messenger wishes us to wait."""
    moved_to: int | None = None
    """The chat's new id."""
    reason: str | None = None


class Sender(Protocol):
    """Sends one message. Tells what is known of it and never raises for a refusal."""

    async def send(self, chat_id: int, message: Message) -> Answer: ...


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
    ) -> None:
        self._store = store
        self._rules = rules
        self._summarizer = summarizer
        self._renderer = renderer
        self._sender = sender
        self._clock = clock
        self._stopping = False

    def stop(self) -> None:
        """Let `send` end after the message that is in flight."""
        self._stopping = True

    async def tick(self) -> None:
        """Do all that is due now."""
        await self.recover()
        await self.plan()
        await self.send()

    async def recover(self) -> None:
        """Take back what a dead sender left in flight; it goes out again, flagged as a possible repeat."""
        async with self._store.write() as tables:
            count = await tables.deliveries.recover(self._clock())
        if count:
            log.warning("deliveries taken back from a dead sender", count=count)

    async def plan(self) -> int:
        """Write a delivery for each digest that is due and has something to say; tell how many.

        A subscriber's delivery, cursor and next due time change together, or not at all.
        """
        planned = 0
        news: _News | None = None
        while True:
            async with self._store.read() as tables:  # what takes long is done before the transaction
                news = await self._news(tables, await tables.subscribers.due(self._clock(), CHUNK), news)
            async with self._store.write() as tables:
                now = self._clock()
                due = await tables.subscribers.due(now, CHUNK)
                news = await self._news(tables, due, news)
                digests = await _digests(tables, due, news)
                new = [NewDelivery(reader.id, _slot(reader), digest) for reader, digest in digests if digest]
                await tables.deliveries.plan(new, now)
                for reader, digest in digests:
                    await tables.subscribers.save(_planned(reader, digest, news.upto, now))
            planned += len(new)
            if due:
                log.info("digests planned", due=len(due), digests=len(new))
            if len(due) < CHUNK:
                return planned

    async def preview(self) -> AsyncIterator[tuple[Subscriber, Message]]:
        """Yield what `plan` and `send` would send now, and change nothing."""
        async with self._store.read() as tables:
            due = await tables.subscribers.due(self._clock())
            news = await self._news(tables, due, None)
            for reader, digest in await _digests(tables, due, news):
                if digest:
                    delivery = Delivery(
                        id=0,
                        subscriber_id=reader.id,
                        slot_at=_slot(reader),
                        digest=digest,
                        state=State.PLANNED,
                    )
                    papers = await tables.papers.get_many(pick.paper_id for pick in digest.picks)
                    while delivery.done < len(digest.picks):
                        part = await self._part(delivery, papers, reader)
                        yield reader, part.message
                        delivery = replace(delivery, done=delivery.done + part.cards)

    async def waiting(self) -> int:
        """Return how many deliveries are not finished."""
        async with self._store.read() as tables:
            return await tables.deliveries.unfinished()

    async def send(self) -> int:
        """Send all that is planned for now, message by message, and tell how many were sent."""
        sent = 0
        while not self._stopping:
            async with self._store.write() as tables:
                delivery = await tables.deliveries.claim(self._clock())
            if delivery is None:
                return sent
            sent += await self._send_one(delivery)
        return sent

    async def _send_one(self, delivery: Delivery) -> bool:
        async with self._store.read() as tables:
            reader = await tables.subscribers.get(delivery.subscriber_id)
            papers = await tables.papers.get_many(pick.paper_id for pick in delivery.digest.picks)
        if reader is None:  # forgotten a moment ago, and the delivery with it
            return False
        part = await self._part(delivery, papers, reader)
        assert self._sender is not None  # noqa: S101 - only a preview has none
        answer = await self._sender.send(reader.chat_id, part.message)
        decision = decide(
            answer.outcome,
            delivery.attempts,
            self._clock(),
            wait=answer.wait,
            repeating=delivery.may_repeat,
        )
        async with self._store.write() as tables:
            await self._settle(tables, delivery, part, answer, decision)
        log.info(
            "message sent" if decision.state is State.SENT else "message not sent",
            delivery=delivery.id,
            chat=reader.chat_id,
            outcome=str(answer.outcome),
            state=str(decision.state),
            reason=answer.reason,
        )
        return decision.state is State.SENT

    async def _settle(
        self,
        tables: Tables,
        delivery: Delivery,
        part: Part,
        answer: Answer,
        decision: Decision,
    ) -> None:
        now = self._clock()
        await tables.deliveries.settle(_after(delivery, part, decision, now), now, answer.reason)
        if answer.moved_to is None and answer.outcome is not Outcome.BLOCKED:
            return
        reader = await tables.subscribers.get(delivery.subscriber_id)  # changed meanwhile, perhaps
        if reader and answer.moved_to is not None:
            await tables.subscribers.save(replace(reader, chat_id=answer.moved_to))
        elif reader and reader.state is SubscriberState.ACTIVE:
            await tables.subscribers.save(replace(reader, state=SubscriberState.BLOCKED, next_due_at=None))

    async def _news(self, tables: Tables, due: Sequence[Subscriber], known: "_News | None") -> "_News":
        """Return the papers that are new to those who are *due*, their topics looked for: what is *known*
        of them already is not looked for again.
        """
        upto = await tables.papers.last_arrival()
        after = min((reader.cursor for reader in due), default=upto)
        if known is None or known.upto != upto or after < known.after:
            arrived = await tables.papers.arrived(after, upto)
            known = await asyncio.to_thread(_News, arrived, after, upto, self._rules)
        topics = {topic for reader in due for topic in reader.topics}
        await asyncio.to_thread(known.postings.look_for, topics)
        return known

    async def _part(self, delivery: Delivery, papers: Mapping[str, Paper], reader: Subscriber) -> Part:
        listing = digest_listing(delivery, papers, reader)
        cards = await self._summarizer.fill(listing.cards, reader.reads, reader.style)
        listing = replace(listing, cards=cards)
        return self._renderer.digest(listing, reader.language, delivery.done, may_repeat=delivery.may_repeat)


class _News:
    """Papers that arrived *after* one arrival number and up to another, the topics that they hold."""

    def __init__(self, arrived: Sequence[tuple[int, Paper]], after: int, upto: int, rules: Rules) -> None:
        self.after = after
        self.upto = upto
        self.postings = Postings((paper for _, paper in arrived), rules)
        self.listed_twice = {paper.id for _, paper in arrived if paper.on_hugging_face and paper.categories}
        """The papers of both sources: one that arXiv listed first has arrived twice."""
        self._arrivals = {paper.id: arrival for arrival, paper in arrived}
        self._new: dict[tuple[int, date, tuple[str, ...]], int] = {}
        """The papers that are new by a cursor, a first day and categories."""

    def picks(self, reader: Subscriber) -> list[Pick]:
        """Return what is new to *reader* and wanted, best first; the topics were looked for before."""
        return select(self.postings, reader.topics, self._new_to(reader))

    def digest(self, reader: Subscriber, picks: Sequence[Pick]) -> Digest | None:
        """Return what *reader* is told of *picks*; None is silence."""
        return compose(picks, self._new_to(reader).bit_count(), reader.maximum)

    def _new_to(self, reader: Subscriber) -> int:
        categories = reader.categories if asks(reader.topics) else ()
        which = reader.cursor, reader.since, categories
        if which not in self._new:
            self._new[which] = self.postings.where(
                lambda paper: (
                    self._arrivals[paper.id] > reader.cursor
                    and paper.listed_on >= reader.since
                    and is_for(paper, categories)
                )
            )
        return self._new[which]


async def _digests(
    tables: Tables, due: Sequence[Subscriber], news: _News
) -> list[tuple[Subscriber, Digest | None]]:
    """Return the digest of each who is *due*, without the papers that were brought there before."""
    wanted = [(reader, news.picks(reader)) for reader in due]
    perhaps = {
        reader.id for reader, picks in wanted if any(pick.paper_id in news.listed_twice for pick in picks)
    }
    told = await tables.deliveries.told(perhaps)
    return [
        (
            reader,
            news.digest(reader, [pick for pick in picks if pick.paper_id not in told.get(reader.id, ())]),
        )
        for reader, picks in wanted
    ]


def _slot(reader: Subscriber) -> datetime:
    assert reader.next_due_at is not None  # noqa: S101 - only those who are due are asked
    return reader.next_due_at


def _planned(reader: Subscriber, digest: Digest | None, upto: int, now: datetime) -> Subscriber:
    last_slot_at = _slot(reader) if digest else reader.last_slot_at
    return replace(
        reader,
        cursor=upto,
        last_slot_at=last_slot_at,
        next_due_at=next_due(reader.schedule, now, last_slot_at),
    )


def _after(delivery: Delivery, part: Part, decision: Decision, now: datetime) -> Delivery:
    """Return the delivery as it is once one of its messages was decided on."""
    if decision.state is not State.SENT:
        return replace(
            delivery, state=decision.state, act_at=decision.retry_at, may_repeat=decision.may_repeat
        )
    done = delivery.done + part.cards
    over = done >= len(delivery.digest.picks)
    return replace(
        delivery,
        done=done,
        state=State.SENT if over else State.PLANNED,
        act_at=None if over else now,
        attempts=0,
        may_repeat=False,
    )
