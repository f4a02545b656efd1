"""What the owners have to know of: in the database, so that no restart and no other process repeats it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.incident import Incident, Kind, Trouble
from digestbot.store.schema import incidents


class Incidents:
    """Troubles from when they were noted until their end was told."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, troubles: Sequence[Trouble], now: datetime) -> None:
        """Write what is new, and what is over; one that nobody heard of is over without a word."""
        await self._connection.execute(
            incidents.delete().where(incidents.c.told_at.is_(None), incidents.c.ended_at.is_not(None))
        )
        known = {(row.kind, row.about): row for row in await self._connection.execute(sa.select(incidents))}
        lasting = {(str(trouble.kind), trouble.about): trouble for trouble in troubles}
        for key, trouble in lasting.items():
            if key not in known:
                row = {"kind": trouble.kind, "about": trouble.about, "details": dict(trouble.details)}
                await self._connection.execute(incidents.insert(), {**row, "since": now})
            elif known[key].ended_at is not None:  # it came back before its end was told
                await self._set(*key, ended_at=None)
        for key in known.keys() - lasting.keys():
            if known[key].ended_at is None:
                await self._set(*key, ended_at=now)

    async def untold(self) -> list[Incident]:
        """Return those whose beginning or end is to be told, the oldest first."""
        query = sa.select(incidents).where(
            incidents.c.told_at.is_(None) & incidents.c.ended_at.is_(None)
            | incidents.c.told_at.is_not(None) & incidents.c.ended_at.is_not(None)
        )
        rows = await self._connection.execute(query.order_by(incidents.c.since, incidents.c.about))
        return [_incident(row) for row in rows]

    async def told(self, incident: Incident, now: datetime) -> None:
        """Note that the owners were told; what is over too is forgotten."""
        key = (incident.trouble.kind, incident.trouble.about)
        if incident.ended_at is None:
            await self._set(*key, told_at=now)
        else:
            await self._connection.execute(incidents.delete().where(_is(*key)))

    async def lasting(self) -> int:
        """Return how many last."""
        query = sa.select(sa.func.count()).where(incidents.c.ended_at.is_(None))
        return await self._connection.scalar(query) or 0

    async def _set(self, kind: str, about: str, **values: Any) -> None:
        await self._connection.execute(incidents.update().where(_is(kind, about)).values(**values))


def _is(kind: str, about: str) -> sa.ColumnElement[bool]:
    return (incidents.c.kind == kind) & (incidents.c.about == about)


def _incident(row: sa.Row[Any]) -> Incident:
    return Incident(Trouble(Kind(row.kind), row.about, row.details), row.since, row.ended_at)
