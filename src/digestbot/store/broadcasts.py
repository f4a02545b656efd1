"""What owners tell everybody, as rows and back. Whom it reaches, and once, is the ledger's business."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.broadcast import BroadcastState, Progress, Shown
from digestbot.core.delivery import State
from digestbot.core.subscriber import SubscriberState
from digestbot.store.deliveries import unlocked
from digestbot.store.schema import UTCDateTime, broadcasts, deliveries, digests, subscribers


class Broadcasts:
    """Drafts, and how far those are that were sent."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def draft(self, text: str, now: datetime) -> int:
        """Store a draft and return its number."""
        row = {"text": text, "state": BroadcastState.DRAFT, "created_at": now}
        inserted = await self._connection.execute(broadcasts.insert().returning(broadcasts.c.id), row)
        number: int = inserted.scalar_one()
        return number

    async def begin(self, number: int, shown: Shown, now: datetime) -> bool:
        """Plan a delivery to each active subscriber; tell whether it was a draft, which it is once."""
        begun = await self._change(number, BroadcastState.DRAFT, BroadcastState.SENDING)
        if not begun:
            return False
        text = await self._connection.scalar(sa.select(broadcasts.c.text).where(broadcasts.c.id == number))
        row: dict[str, Any] = {
            "picks": [],
            "left_out": [],
            "listed": 0,
            "created_at": now,
            "announcement": text,
            "shared": True,
        }
        inserted = await self._connection.execute(digests.insert().returning(digests.c.id), row)
        digest_id = inserted.scalar_one()
        # A slot of its own: digests of papers are due at whole minutes, other broadcasts have other numbers.
        slot = now.replace(microsecond=0) + timedelta(microseconds=number % 999_983 + 1)
        planned = (
            sa.select(
                subscribers.c.id,
                sa.literal(digest_id),
                sa.literal(slot, UTCDateTime),
                sa.literal(State.PLANNED.value),
                sa.literal(now, UTCDateTime),
                sa.literal(number),
            )
            .where(subscribers.c.state == SubscriberState.ACTIVE)
            .with_for_update(read=True, key_share=True)  # who is forgotten just now is left out
        )
        columns = ["subscriber_id", "digest_id", "slot_at", "state", "act_at", "broadcast_id"]
        await self._connection.execute(deliveries.insert().from_select(columns, planned))
        place = {"shown_in": shown.chat_id, "shown_as": shown.message_id, "language": shown.language}
        await self._connection.execute(
            broadcasts.update().where(broadcasts.c.id == number).values(digest_id=digest_id, **place)
        )
        return True

    async def stop(self, number: int, now: datetime) -> bool:
        """Take back what was not sent yet; tell whether it was being sent."""
        if not await self._change(number, BroadcastState.SENDING, BroadcastState.STOPPED):
            return False
        taken_back = deliveries.update().values(state=State.CANCELLED, act_at=None, ended_at=now)
        theirs = (deliveries.c.broadcast_id == number, deliveries.c.act_at.is_not(None))
        await self._connection.execute(taken_back.where(*theirs, deliveries.c.state != State.SENDING))
        await self._connection.execute(taken_back.where(unlocked(*theirs)))  # in flight: not tried again
        return True

    async def drop(self, number: int) -> bool:
        """Forget what a draft says; tell whether it was there."""
        return await self._drop(broadcasts.c.id == number)

    async def end(self, number: int) -> None:
        """Note that the end of one was shown."""
        over = broadcasts.update().where(broadcasts.c.id == number)
        await self._connection.execute(over.values(state=BroadcastState.OVER))

    async def forget(self, before: datetime) -> None:
        """Forget drafts that were never sent. What was sent goes with its digest."""
        await self._drop(broadcasts.c.created_at < before)

    async def open(self) -> list[tuple[Progress, Shown]]:
        """Return those whose end was not shown yet, and where it is to be."""
        query = sa.select(broadcasts).where(
            broadcasts.c.state.in_((BroadcastState.SENDING, BroadcastState.STOPPED))
        )
        return [
            (await self.progress(row.id), Shown(row.shown_in, row.shown_as, row.language))
            for row in (await self._connection.execute(query.order_by(broadcasts.c.id))).all()
        ]

    async def progress(self, number: int) -> Progress:
        """Return how far one is that was begun."""
        now = sa.select(broadcasts.c.state).where(broadcasts.c.id == number)
        state = (await self._connection.execute(now)).scalar_one()
        query = (
            sa.select(deliveries.c.state, deliveries.c.act_at.is_not(None).label("waits"), sa.func.count())
            .where(deliveries.c.broadcast_id == number)
            .group_by(deliveries.c.state, sa.text("waits"))
        )
        sent = waiting = lost = 0
        for told, waits, count in await self._connection.execute(query):
            waiting += count if waits else 0
            sent += count if not waits and told == State.SENT else 0
            lost += count if not waits and told != State.SENT else 0
        return Progress(id=number, state=BroadcastState(state), sent=sent, waiting=waiting, lost=lost)

    async def _drop(self, which: sa.ColumnElement[bool]) -> bool:
        drop = broadcasts.update().where(which, _is(BroadcastState.DRAFT))
        dropped = await self._connection.execute(drop.values(state=BroadcastState.DROPPED, text=""))
        return bool(dropped.rowcount)

    async def _change(self, number: int, before: BroadcastState, after: BroadcastState) -> bool:
        change = broadcasts.update().where(broadcasts.c.id == number, _is(before)).values(state=after)
        return bool((await self._connection.execute(change)).rowcount)


def _is(state: BroadcastState) -> sa.ColumnElement[bool]:
    return broadcasts.c.state == state
