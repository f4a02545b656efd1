"""The ledger of deliveries as rows and back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.delivery import LEASE, Delivery, State
from digestbot.core.digest import Digest, Pick
from digestbot.store.schema import deliveries


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A digest that a subscriber is to be told, at the slot that was due."""

    subscriber_id: int
    slot_at: datetime
    digest: Digest


class Deliveries:
    """Who is told what, and how far that got."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def plan(self, new: Sequence[NewDelivery], now: datetime) -> None:
        """Write what is to be sent; a slot that is there already raises IntegrityError."""
        rows = [
            {
                "subscriber_id": delivery.subscriber_id,
                "slot_at": delivery.slot_at,
                "state": State.PLANNED,
                "picks": _pack(delivery.digest.picks),
                "left_out": _pack(delivery.digest.left_out),
                "listed": delivery.digest.listed,
                "act_at": now,
                "created_at": now,
            }
            for delivery in new
        ]
        if rows:
            await self._connection.execute(deliveries.insert(), rows)

    async def claim(self, now: datetime) -> Delivery | None:
        """Take the delivery that has waited longest and return it, None when there is nothing to send."""
        waiting = (
            sa.select(deliveries)
            .where(deliveries.c.state == State.PLANNED, deliveries.c.act_at <= now)
            .order_by(deliveries.c.slot_at, deliveries.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await self._connection.execute(waiting)).first()
        if row is None:
            return None
        attempt = {"state": State.SENDING, "act_at": now + LEASE, "attempts": row.attempts + 1}
        await self._connection.execute(_one(row.id).values(attempt))
        return _delivery(row, attempts=row.attempts + 1, state=State.SENDING)

    async def settle(self, delivery: Delivery, now: datetime, error: str | None = None) -> None:
        """Write what became of a claimed delivery; *delivery* is as it should be from now on."""
        ended = delivery.state in (State.SENT, State.FAILED, State.CANCELLED)
        changes = {
            "state": delivery.state,
            "done": delivery.done,
            "attempts": delivery.attempts,
            "may_repeat": delivery.may_repeat,
            "act_at": delivery.act_at,
            "ended_at": now if ended else None,
            "error": error,
        }
        await self._connection.execute(_one(delivery.id).values(changes))

    async def recover(self, now: datetime) -> int:
        """Return to the queue, flagged, what a dead sender left in flight; tell how many."""
        abandoned = deliveries.update().where(deliveries.c.state == State.SENDING, deliveries.c.act_at <= now)
        changed = await self._connection.execute(
            abandoned.values(state=State.PLANNED, act_at=now, may_repeat=True)
        )
        return changed.rowcount

    async def cancel(self, subscriber_id: int, now: datetime) -> None:
        """Take back what the subscriber has not been sent yet."""
        waiting = deliveries.update().where(
            deliveries.c.subscriber_id == subscriber_id, deliveries.c.state == State.PLANNED
        )
        await self._connection.execute(waiting.values(state=State.CANCELLED, ended_at=now))

    async def get(self, delivery_id: int) -> Delivery | None:
        return await self._first(deliveries.c.id == delivery_id)

    async def latest(self, subscriber_id: int) -> Delivery | None:
        """Return the subscriber's last digest, whatever became of it."""
        return await self._first(deliveries.c.subscriber_id == subscriber_id)

    async def told(self, subscriber_ids: Iterable[int]) -> dict[int, set[str]]:
        """Return the ids of the papers that each of these subscribers was sent, or is about to be."""
        query = sa.select(deliveries).where(deliveries.c.subscriber_id.in_(list(subscriber_ids)))
        told: dict[int, set[str]] = {}
        for row in await self._connection.execute(query):
            given_up = row.state in (State.FAILED, State.CANCELLED)
            picks = row.picks[: row.done] if given_up else row.picks
            told.setdefault(row.subscriber_id, set()).update(paper_id for paper_id, _ in picks)
        return told

    async def unfinished(self) -> int:
        """Return how many deliveries are planned or in flight."""
        query = sa.select(sa.func.count()).where(deliveries.c.state.in_((State.PLANNED, State.SENDING)))
        return await self._connection.scalar(query) or 0

    async def forget(self, before: datetime) -> int:
        """Delete deliveries that ended before a time, and tell how many."""
        old = deliveries.delete().where(deliveries.c.ended_at < before)
        return (await self._connection.execute(old)).rowcount

    async def _first(self, condition: sa.ColumnElement[bool]) -> Delivery | None:
        query = sa.select(deliveries).where(condition).order_by(deliveries.c.slot_at.desc()).limit(1)
        row = (await self._connection.execute(query)).first()
        return _delivery(row) if row else None


def _one(delivery_id: int) -> sa.Update:
    return deliveries.update().where(deliveries.c.id == delivery_id)


def _pack(picks: Iterable[Pick]) -> list[tuple[str, tuple[str, ...]]]:
    return [(pick.paper_id, pick.topics) for pick in picks]


def _unpack(packed: Iterable[tuple[str, list[str]]]) -> tuple[Pick, ...]:
    return tuple(Pick(paper_id, tuple(topics)) for paper_id, topics in packed)


def _delivery(row: sa.Row[Any], **changed: Any) -> Delivery:
    read = {
        "id": row.id,
        "subscriber_id": row.subscriber_id,
        "slot_at": row.slot_at,
        "digest": Digest(_unpack(row.picks), _unpack(row.left_out), row.listed),
        "state": State(row.state),
        "done": row.done,
        "attempts": row.attempts,
        "may_repeat": row.may_repeat,
        "act_at": row.act_at,
    }
    return Delivery(**{**read, **changed})
