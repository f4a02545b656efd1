"""Numbers for those who run the bot."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.delivery import State
from digestbot.core.overview import Failure
from digestbot.store.schema import deliveries, subscribers


class Overviews:
    """Reads, and changes nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def due_since(self, moment: datetime) -> dict[State, int]:
        """Return how many deliveries were due since then, by state."""
        query = sa.select(deliveries.c.state, sa.func.count()).where(deliveries.c.slot_at >= moment)
        rows = await self._connection.execute(query.group_by(deliveries.c.state))
        return {State(state): count for state, count in rows}

    async def late(self, now: datetime) -> tuple[int, int]:
        """Return how many digests should have been planned or sent, and minutes since the first should."""
        waiting = (deliveries.c.act_at <= now) & (deliveries.c.state != State.SENDING)
        unsent, sending_since = await self._since(deliveries.c.act_at, waiting)
        unplanned, planning_since = await self._since(
            subscribers.c.next_due_at, subscribers.c.next_due_at <= now
        )
        firsts = [first for first in (sending_since, planning_since) if first is not None]
        minutes = int((now - min(firsts)).total_seconds() // 60) if firsts else 0
        return unsent + unplanned, minutes

    async def failures(self, most: int) -> tuple[Failure, ...]:
        """Return the last deliveries that did not go as they should, the newest first."""
        query = (
            sa.select(subscribers.c.chat_id, deliveries.c.slot_at, deliveries.c.state, deliveries.c.error)
            .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(deliveries.c.error.is_not(None))
            .order_by(deliveries.c.id.desc())
            .limit(most)
        )
        rows = await self._connection.execute(query)
        return tuple(Failure(chat, at, State(state), error) for chat, at, state, error in rows)

    async def _since(
        self, column: sa.Column[datetime], condition: sa.ColumnElement[bool]
    ) -> tuple[int, datetime | None]:
        """Return how many rows fulfil a condition, and the first time in a column of theirs."""
        query = sa.select(sa.func.count(), sa.func.min(column, type_=column.type)).where(condition)
        count, first = (await self._connection.execute(query)).one()
        return count, first
