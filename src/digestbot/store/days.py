"""The ledger of source days, and the entries that were set aside."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.paper import DayState, SourceDay
from digestbot.store.schema import rejected_entries, source_days, upsert


class Days:
    """What we hold of each day of each source."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, source: str, day: date) -> SourceDay | None:
        query = sa.select(source_days).where(source_days.c.source == source, source_days.c.day == day)
        row = (await self._connection.execute(query)).first()
        return _day(row) if row else None

    async def put(self, day: SourceDay) -> None:
        """Write the day, instead of what was known of it."""
        await self._connection.execute(upsert(self._connection, source_days), asdict(day))

    async def set_aside(
        self, source: str, day: date, entries: Sequence[tuple[str, str]], seen_at: datetime
    ) -> None:
        """Write the entries (text, reason) of the day's last reading that could not be read."""
        known = (rejected_entries.c.source == source) & (rejected_entries.c.day == day)
        await self._connection.execute(rejected_entries.delete().where(known))
        for position, (entry, reason) in enumerate(entries):
            row = {"source": source, "day": day, "position": position, "entry": entry}
            await self._connection.execute(
                rejected_entries.insert(), {**row, "reason": reason, "seen_at": seen_at}
            )

    async def between(self, source: str, first: date, last: date) -> list[SourceDay]:
        """Return the days that we know of, from *first* to *last*, in order."""
        query = sa.select(source_days).where(
            source_days.c.source == source, source_days.c.day.between(first, last)
        )
        return [_day(row) for row in await self._connection.execute(query.order_by(source_days.c.day))]

    async def since(self, first: date) -> list[SourceDay]:
        """Return the days of all sources from *first* on, the newest first."""
        query = sa.select(source_days).where(source_days.c.day >= first)
        newest = query.order_by(source_days.c.day.desc(), source_days.c.source)
        return [_day(row) for row in await self._connection.execute(newest)]

    async def first(self, source: str) -> date | None:
        """Return the earliest day that we know of."""
        query = sa.select(sa.func.min(source_days.c.day)).where(source_days.c.source == source)
        found: date | None = await self._connection.scalar(query)
        return found

    async def last_complete(self, source: str) -> date | None:
        query = sa.select(sa.func.max(source_days.c.day)).where(
            source_days.c.source == source, source_days.c.state == DayState.COMPLETE
        )
        found: date | None = await self._connection.scalar(query)
        return found


def _day(row: sa.Row[Any]) -> SourceDay:
    return SourceDay(**{**row._mapping, "state": DayState(row.state)})
