"""What the owners have to know of, as long as it lasts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digestbot.core.paper import DayState, SourceDay

FAILURES = 2
"""So many readings of a day in a row are no hiccup."""


class Kind(StrEnum):
    SOURCE = "source"
    """A day of a source can't be read."""
    LATE = "late"
    """What is due is not sent."""
    DISK = "disk"
    BUDGET = "budget"
    """The language model's tokens of the day run low."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong now; *kind* and *about* name it."""

    kind: Kind
    about: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    """What is told of it."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A trouble that was noted, and is to be told of."""

    trouble: Trouble
    since: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alerts:
    """From when on something is a trouble."""

    late_minutes: int = 15
    disk_megabytes: int = 500
    budget_percent: int = 90


def of_sources(days: Iterable[SourceDay]) -> list[Trouble]:
    """Return the days whose last readings all failed."""
    return [
        Trouble(
            Kind.SOURCE,
            f"{day.source} {day.day}",
            {"source": day.source, "day": str(day.day), "failures": day.failures, "error": day.error or ""},
        )
        for day in days
        if day.state is DayState.FAILED and day.failures >= FAILURES
    ]


def of_delay(count: int, minutes: int, limit: int) -> list[Trouble]:
    """Return whether deliveries are late: *count* wait, the first for so many *minutes*."""
    return [Trouble(Kind.LATE, details={"count": count, "minutes": minutes})] if minutes >= limit else []


def of_disk(megabytes: int, least: int) -> list[Trouble]:
    """Return whether there is too little room."""
    return [Trouble(Kind.DISK, details={"megabytes": megabytes})] if megabytes < least else []


def of_budget(spent: int, limit: int, percent: int) -> list[Trouble]:
    """Return whether most of a day's tokens are spent."""
    if not limit or spent * 100 < limit * percent:
        return []
    return [Trouble(Kind.BUDGET, details={"spent": spent, "limit": limit})]
