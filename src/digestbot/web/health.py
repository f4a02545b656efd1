"""Is this process ready: the database answers, the scheduler ticks, lists are read, digests go out."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from digestbot.store import UNREACHABLE, Store

TICK = 300.0
"""Seconds after which a scheduler that has not planned is stuck."""
READ = timedelta(days=1)
LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Check:
    ok: bool
    told: str


Checks = Mapping[str, Check]


async def examine(store: Store, now: datetime, silence: Callable[[], float | None] | None) -> Checks:
    """Return each check by its name. *silence* tells the seconds since the last tick; None: we have none."""
    try:
        async with store.read() as tables:
            late = await tables.figures.late(now)
            sources = await tables.figures.sources(now.date())
    except UNREACHABLE as error:
        return {"database": Check(ok=False, told=type(error).__name__)}
    checks = {"database": Check(ok=True, told="answers")}
    if silence is None:
        return checks
    read_at = max((one.read_at for one in sources.values() if one.read_at), default=None)
    complete = max((one.complete for one in sources.values() if one.complete), default=None)
    return {
        **checks,
        "scheduler": _tick(silence()),
        "source": Check(
            ok=read_at is not None and now - read_at < READ,
            told=f"read at {read_at}, complete up to {complete}" if read_at else "nothing was read yet",
        ),
        "delivery": Check(ok=late < LATE, told=f"the oldest waits {late.total_seconds():.0f} s"),
    }


def as_json(checks: Checks) -> dict[str, object]:
    """Return the checks as they are shown."""
    return {
        "ready": is_ready(checks),
        "checks": {name: asdict(check) for name, check in checks.items()},
    }


def is_ready(checks: Checks) -> bool:
    return all(check.ok for check in checks.values())


def _tick(seconds: float | None) -> Check:
    if seconds is None:
        return Check(ok=False, told="has not planned yet")
    return Check(ok=seconds < TICK, told=f"planned {seconds:.0f} s ago")
