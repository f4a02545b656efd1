"""Figures of the whole, for who watches it. Each is a count over an index or over few rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.paper import DayState
from digestbot.core.subscriber import SubscriberState
from digestbot.store.deliveries import Deliveries
from digestbot.store.schema import deliveries, source_days, summary_attempts
from digestbot.store.subscribers import Subscribers

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
class Snapshot:
    """How everything stands at one moment."""

    subscribers: dict[SubscriberState, int]
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

    async def snapshot(self, now: datetime) -> Snapshot:
        asked, tokens, failures = await self._model(now.replace(hour=0, minute=0, second=0, microsecond=0))
        return Snapshot(
            subscribers=await Subscribers(self._connection).count(),
            queue=await Deliveries(self._connection).unfinished(),
            late=await self.late(now),
            sources=await self.sources(now.date()),
            tokens=tokens or 0,
            attempts=asked,
            failures=failures,
        )

    async def late(self, now: datetime) -> timedelta:
        """Return how long the oldest delivery that could go out has waited; zero where none does."""
        waiting = deliveries.c.act_at.is_not(None)
        oldest = await self._connection.scalar(sa.select(sa.func.min(deliveries.c.act_at)).where(waiting))
        return max(now - oldest, timedelta(0)) if oldest else timedelta(0)

    async def sources(self, today: date) -> dict[str, SourceFigures]:
        """Return how each source's RECENT days stand."""
        day = source_days.c
        complete = sa.case((day.state == DayState.COMPLETE, day.day))
        query = (
            sa.select(
                day.source, day.state, sa.func.count(), sa.func.max(day.fetched_at), sa.func.max(complete)
            )
            .where(day.day >= today - RECENT)
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

    async def _model(self, since: datetime) -> tuple[int, int, int]:
        made = summary_attempts.c
        query = sa.select(sa.func.count(), sa.func.sum(made.tokens), sa.func.count(made.error))
        row = (await self._connection.execute(query.where(made.at >= since))).one()
        return row[0], row[1], row[2]
