"""Reads the sources' days into the store."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import structlog

from digestbot.actions import Clock
from digestbot.core.paper import DayState, SourceDay
from digestbot.errors import SourceError
from digestbot.sources.listing import FetchedDay
from digestbot.store import Store, Tables

log = structlog.get_logger()

OPEN_DAYS = 2
"""A list grows by half until the next night, now and then later: it is read again for two days after."""
VOTE_DAYS = 14
"""How long votes are refreshed."""
FAILURES_TO_STOP = 3
"""So many days failed in a row: the source is down, not the days."""


class Source(Protocol):
    """Lists papers by day."""

    name: str

    async def fetch_day(self, day: date) -> FetchedDay: ...


@dataclass(frozen=True, slots=True)
class DayReport:
    """What a reading of one day brought."""

    day: date
    state: DayState
    papers: int = 0
    new: int = 0
    rejected: int = 0
    error: str | None = None


class Ingest:
    """Brings the days of one source into the store, all of a day or none of it."""

    def __init__(self, source: Source, store: Store, clock: Clock) -> None:
        self._source = source
        self._store = store
        self._clock = clock

    async def day(self, day: date) -> DayReport:
        """Read one day. A failure is written down and reported, not raised."""
        try:
            fetched = await self._source.fetch_day(day)
        except SourceError as error:
            report = await self._failed(day, error)
        else:
            report = await self._fetched(fetched)
        log.info("day read", **_fields(report))
        return report

    async def poll(self) -> list[DayReport]:
        """Read today, the two days before, and every weekday missed since the last complete one."""
        today = self._clock().date()
        open_days = [today - timedelta(days=back) for back in range(OPEN_DAYS, -1, -1)]
        return await self._each([*await self._missed(open_days[0]), *open_days])

    async def votes(self) -> list[DayReport]:
        """Read again the weekdays of the last two weeks that `poll` no longer reads."""
        today = self._clock().date()
        days = (today - timedelta(days=back) for back in range(VOTE_DAYS, OPEN_DAYS, -1))
        return await self._each([day for day in days if day.weekday() < 5])

    async def _missed(self, before: date) -> list[date]:
        async with self._store.read() as tables:
            complete = await tables.days.last_complete(self._source.name)
        if complete is None:
            return []
        days = (complete + timedelta(days=ahead) for ahead in range(1, (before - complete).days))
        return [day for day in days if day.weekday() < 5]

    async def _each(self, days: list[date]) -> list[DayReport]:
        reports: list[DayReport] = []
        for day in days:
            reports.append(await self.day(day))
            last = [report.state for report in reports[-FAILURES_TO_STOP:]]
            if last == [DayState.FAILED] * FAILURES_TO_STOP:
                break
        return reports

    async def _fetched(self, fetched: FetchedDay) -> DayReport:
        now = self._clock()
        over = now.date() >= fetched.day + timedelta(days=OPEN_DAYS)
        state = DayState.COMPLETE if over else DayState.PARTIAL
        rejected = [(entry.entry, entry.reason) for entry in fetched.rejected]
        async with self._store.write() as tables:
            new = await tables.papers.save(fetched.papers, now)
            await tables.days.set_aside(self._source.name, fetched.day, rejected, now)
            before = await self._known(tables, fetched.day)
            await tables.days.put(
                SourceDay(
                    source=self._source.name,
                    day=fetched.day,
                    state=state,
                    papers=len(fetched.papers),
                    rejected=len(rejected),
                    attempts=before.attempts + 1,
                    fetched_at=now,
                )
            )
        return DayReport(fetched.day, state, len(fetched.papers), new, len(rejected))

    async def _failed(self, day: date, error: SourceError) -> DayReport:
        reason = str(error.values.get("reason", error.id))
        async with self._store.write() as tables:
            before = await self._known(tables, day)
            # What was complete stays so: a failed refresh of votes takes nothing away.
            state = before.state if before.state is DayState.COMPLETE else DayState.FAILED
            await tables.days.put(
                SourceDay(
                    source=before.source,
                    day=day,
                    state=state,
                    papers=before.papers,
                    rejected=before.rejected,
                    attempts=before.attempts + 1,
                    error=reason,
                    fetched_at=before.fetched_at,
                )
            )
        return DayReport(day, DayState.FAILED, before.papers, error=reason)

    async def _known(self, tables: Tables, day: date) -> SourceDay:
        known = await tables.days.get(self._source.name, day)
        return known or SourceDay(source=self._source.name, day=day, state=DayState.PENDING)


def _fields(report: DayReport) -> dict[str, object]:
    fields = {
        "day": report.day.isoformat(),
        "state": str(report.state),
        "papers": report.papers,
        "new": report.new,
        "set_aside": report.rejected,
        "error": report.error,
    }
    return {name: value for name, value in fields.items() if value is not None}
