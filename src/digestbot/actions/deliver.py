"""Sends what is planned, and recovers after a crash."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial

import structlog

from digestbot.actions import Clock
from digestbot.actions.messenger import Sender
from digestbot.actions.parts import Parts
from digestbot.actions.plan import Planner, slot
from digestbot.actions.rounds import Round, Ways
from digestbot.actions.summarize import Summarizer
from digestbot.core.delivery import Delivery, Outcome, State
from digestbot.core.postings import Rules
from digestbot.core.subscriber import Addressee, Subscriber
from digestbot.render import Renderer
from digestbot.render.message import Message
from digestbot.store import Store

log = structlog.get_logger()


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
        sending = Round(self._store, self._parts, self._sender, self._clock, self._ways, self._is_stopping)
        await sending.go()
        self._silent_until = sending.silent_until
        if sending.sent:
            log.info("messages sent", count=sending.sent)
        if sending.given_up and self._ways.owners:
            told = partial(self._renderer.given_up, len(sending.given_up), *sending.given_up[-1])
            await self._ways.owners.tell(told)
        for addressee, thread_id in sending.lost:
            await self._tell_of_lost(addressee, thread_id, self._sender)
        return sending.sent

    async def _tell_of_lost(self, addressee: Addressee, thread_id: int, sender: Sender) -> None:
        """Tell a forum that a thread is gone, and where its papers come now."""
        chat_id, reader = addressee
        topics = [route.topic for route in reader.routes if route.thread_id == thread_id]
        answer = await sender.send(chat_id, sender.pack(self._renderer.thread_lost(reader, topics)))
        if answer.outcome is not Outcome.SENT:
            log.warning("a forum was not told of its thread", chat=chat_id, reason=answer.reason)
