"""Figures of the whole, for who watches it. Each is a count over an index or over few rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.paper import DayState
from digestbot.store.schema import deliveries, source_days, subscribers, summary_attempts

RECENT = timedelta(days=14)
"""Source days that are counted."""


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """How the last days of a source stand."""

    states: dict[str, int]
    """How many days are in each state."""
    read_at: datetime | None = None
    complete: date | None = None
    """The last day that is complete."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How everything stands at one moment."""

    subscribers: dict[str, int]
    """How many are in each state."""
    queue: int
    """Deliveries that are not over."""
    late: timedelta
    """How long the oldest delivery that could go out has waited."""
    sources: dict[str, SourceFigures]
    tokens: int
    """Of the language model, on this UTC day."""
    attempts: int
    failures: int


class Figures:
    """Counts what the other tables hold."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def overview(self, now: datetime) -> Overview:
        asked, tokens, failures = await self._model(now.replace(hour=0, minute=0, second=0, microsecond=0))
        return Overview(
            subscribers=await self._subscribers(),
            queue=await self._scalar(sa.select(sa.func.count()).where(deliveries.c.act_at.is_not(None))) or 0,
            late=await self.late(now),
            sources=await self.sources(now.date() - RECENT),
            tokens=tokens or 0,
            attempts=asked,
            failures=failures,
        )

    async def late(self, now: datetime) -> timedelta:
        """Return how long the oldest delivery that could go out has waited; zero where none does."""
        waiting = deliveries.c.act_at.is_not(None)
        oldest = await self._scalar(sa.select(sa.func.min(deliveries.c.act_at)).where(waiting))
        return max(now - oldest, timedelta(0)) if oldest else timedelta(0)

    async def sources(self, first: date) -> dict[str, SourceFigures]:
        """Return how each source's days stand from *first* on."""
        day = source_days.c
        complete = sa.case((day.state == DayState.COMPLETE, day.day))
        query = (
            sa.select(
                day.source, day.state, sa.func.count(), sa.func.max(day.fetched_at), sa.func.max(complete)
            )
            .where(day.day >= first)
            .group_by(day.source, day.state)
        )
        found: dict[str, SourceFigures] = {}
        for source, state, count, read_at, last in await self._connection.execute(query):
            known = found.get(source, SourceFigures({}))
            found[source] = SourceFigures(
                {**known.states, state: count},
                max((at for at in (known.read_at, read_at) if at), default=None),
                known.complete or last,
            )
        return found

    async def _subscribers(self) -> dict[str, int]:
        query = sa.select(subscribers.c.state, sa.func.count()).group_by(subscribers.c.state)
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def _model(self, since: datetime) -> tuple[int, int, int]:
        made = summary_attempts.c
        query = sa.select(sa.func.count(), sa.func.sum(made.tokens), sa.func.count(made.error))
        row = (await self._connection.execute(query.where(made.at >= since))).one()
        return row[0], row[1], row[2]

    async def _scalar(self, query: sa.Select[Any]) -> Any:
        return await self._connection.scalar(query)
