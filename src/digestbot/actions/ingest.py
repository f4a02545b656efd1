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

RECENT_DAYS = 14
"""How long a list is looked at again: votes change, and what was held back is added."""
MISSED_DAYS = 30
"""How far back a day that failed is tried again."""
FAILURES_TO_STOP = 3
"""So many days failed in a row: the source is down, not the days."""


class Source(Protocol):
    """Lists papers by day."""

    name: str
    open_days: int
    """So many days after a day its list is not final: every poll reads it again."""

    async def fetch_day(self, day: date) -> FetchedDay: ...


@dataclass(frozen=True, slots=True)
class DayReport:
    """What a reading of one day brought."""

    source: str
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

    @property
    def source(self) -> str:
        """The source's name."""
        return self._source.name

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
        """Read today, the days before it whose lists are not final, then every weekday that was missed."""
        today = self._clock().date()
        open_days = _back(today, self._source.open_days, 0)
        return await self._each([*open_days, *await self._missed(open_days[0])])

    async def refresh(self) -> list[DayReport]:
        """Read again the weekdays of the last two weeks that `poll` no longer reads."""
        days = _back(self._clock().date(), RECENT_DAYS, self._source.open_days + 1)
        return await self._each([day for day in days if day.weekday() < 5])

    async def _missed(self, before: date) -> list[date]:
        """Return the weekdays before a day that are not complete: of a month, or since the last complete."""
        month = before - timedelta(days=MISSED_DAYS)
        async with self._store.read() as tables:
            first = await tables.days.first(self._source.name)
            last = await tables.days.last_complete(self._source.name)
            if first is None:
                return []
            start = max(first, min(month, last or month))
            known = await tables.days.between(self._source.name, start, before)
        complete = {day.day for day in known if day.state is DayState.COMPLETE}
        days = _back(before, (before - start).days, 1)
        return [day for day in days if day.weekday() < 5 and day not in complete]

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
        over = now.date() >= fetched.day + timedelta(days=self._source.open_days)
        state = DayState.COMPLETE if over and not fetched.cut else DayState.PARTIAL
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
                    error=fetched.cut,
                    fetched_at=now,
                )
            )
        return DayReport(
            source=self.source,
            day=fetched.day,
            state=state,
            papers=len(fetched.papers),
            new=new,
            rejected=len(rejected),
            error=fetched.cut,
        )

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
                    failures=before.failures + 1,
                    error=reason,
                    fetched_at=before.fetched_at,
                )
            )
        return DayReport(self.source, day, DayState.FAILED, before.papers, error=reason)

    async def _known(self, tables: Tables, day: date) -> SourceDay:
        known = await tables.days.get(self._source.name, day)
        return known or SourceDay(source=self._source.name, day=day, state=DayState.PENDING)


def _back(today: date, first: int, last: int) -> list[date]:
    """Return the days from *first* to *last* days before *today*, in order."""
    return [today - timedelta(days=back) for back in range(first, last - 1, -1)]


def _fields(report: DayReport) -> dict[str, object]:
    fields = {
        "source": report.source,
        "day": report.day.isoformat(),
        "state": str(report.state),
        "papers": report.papers,
        "new": report.new,
        "set_aside": report.rejected,
        "error": report.error,
    }
    return {name: value for name, value in fields.items() if value is not None}
