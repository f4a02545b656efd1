"""The clockwork: a few named jobs, not one per subscriber. What is due lives in the database.

A job with a source's name reads its lists; `refresh` reads those of the last two weeks again; `summaries`
has the language model write what readers will want to read; `plan` writes what is due into the ledger, `send`
sends it; `broadcasts` shows how far those are; `watch` tells the owners of trouble; `housekeeping`
forgets what is old; `heartbeat` shows that we live; `lead` takes the lead where there are many of us and
nobody has it. At the start, and when we take the lead of one who died, the lists are read, then what is due
is sent, and what is old is forgotten, to make up for the time nobody did.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from digestbot.observe import span
from digestbot.store.trouble import in_a_line

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]
PLAN = timedelta(minutes=1)
SEND = timedelta(seconds=10)
"""The shortest time after which a message is tried again."""
BROADCASTS = timedelta(seconds=10)
WATCH = timedelta(minutes=1)
REFRESH = timedelta(hours=6)
SUMMARIES = timedelta(minutes=10)
HOUSEKEEPING = timedelta(days=1)
HEARTBEAT = timedelta(seconds=30)
LEAD = timedelta(seconds=5)
"""After so long, or a little more, the work of one who died is taken over."""
GRACE = timedelta(seconds=10)
"""How long a running job may take to end when we stop."""


class Clockwork:
    """Runs the named jobs, each never twice at once; where *only* some are named, no others."""

    def __init__(
        self,
        *,
        polls: Mapping[str, tuple[Job, timedelta]],
        summaries: Job | None,
        refresh: Job,
        plan: Job,
        send: Job,
        broadcasts: Job,
        watch: Job,
        housekeeping: Job,
        heartbeat: Job,
        lead: Callable[[], Awaitable[bool]] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        jobs: dict[str, tuple[Job, timedelta]] = {
            **polls,
            "refresh": (refresh, REFRESH),
            "plan": (plan, PLAN),
            "send": (send, SEND),
            "broadcasts": (broadcasts, BROADCASTS),
            "watch": (watch, WATCH),
            "housekeeping": (housekeeping, HOUSEKEEPING),
            "heartbeat": (heartbeat, HEARTBEAT),
            **({"summaries": (summaries, SUMMARIES)} if summaries else {}),
            **({"lead": (partial(self._take_lead, lead), LEAD)} if lead else {}),
        }
        jobs = {name: job for name, job in jobs.items() if only is None or name in only}
        self._jobs = {name: job for name, (job, _) in jobs.items()}
        self._missed = [
            name for name in (*polls, "plan", "send", "summaries", "housekeeping") if name in jobs
        ]
        self.caught_up = asyncio.Event()
        """Set once all that was missed while we were down is made up."""
        # A job that could not start in its second (a busy loop) still runs, once: never skip a day for it.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._planned_at: float | None = None
        self._reading = {*polls, "refresh", "summaries"}
        self._running: dict[str, asyncio.Task[Any]] = {}
        """Who runs which job now."""
        self._turns = {name: asyncio.Lock() for name in jobs}
        for name, (_, interval) in jobs.items():
            self._scheduler.add_job(self.run, "interval", [name], seconds=interval.total_seconds(), id=name)
        self._scheduler.add_job(self._begin, "date", run_date=datetime.now(UTC), id="start")
        self._scheduler.add_listener(_failed, EVENT_JOB_ERROR)

    def start(self) -> None:
        """Begin, on the running event loop, with what was missed while we were down."""
        self._scheduler.start()

    async def stop(self) -> None:
        """Begin no more jobs, and let those that run come to their end; after GRACE they are cancelled.

        Who reads is cancelled at once: a source that does not answer would keep us for as long.
        """
        self._scheduler.pause()
        for name in self._reading & self._running.keys():
            self._running[name].cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE.total_seconds()):
                for turn in self._turns.values():
                    await turn.acquire()  # and never give it back
        self._scheduler.shutdown(wait=False)

    async def run(self, name: str) -> None:
        """Run one job now, or as soon as its last run has ended."""
        async with self._turns[name]:
            with self._is_run(name), span(f"job {name}"):
                await self._jobs[name]()
        log.debug("job done", job=name)
        if name == "plan":
            self._planned_at = asyncio.get_running_loop().time()

    @contextmanager
    def _is_run(self, name: str) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - whoever awaits is in one
        self._running[name] = task
        try:
            yield
        finally:
            del self._running[name]

    def silence(self) -> float | None:
        """Return the seconds since `plan` last came to its end; None before it first did."""
        return None if self._planned_at is None else asyncio.get_running_loop().time() - self._planned_at

    async def _begin(self) -> None:
        await self._run_all([name for name in ("heartbeat", "lead") if name in self._jobs])
        if not self.caught_up.is_set():
            await self._catch_up()

    async def _take_lead(self, lead: Callable[[], Awaitable[bool]]) -> None:
        if await lead():
            await self._catch_up()

    async def _catch_up(self) -> None:
        await self._run_all(self._missed)
        self.caught_up.set()
        log.info("caught up")

    async def _run_all(self, names: Sequence[str]) -> None:
        for name in names:
            try:
                await self.run(name)
            except Exception as error:  # digests go out also when the source is down for good
                _log_failure(name, error)


def _failed(event: JobExecutionEvent) -> None:
    if not isinstance(event.exception, asyncio.CancelledError):  # it was told to end
        _log_failure(event.job_id, event.exception)


def _log_failure(job: str, error: BaseException) -> None:
    if lost := in_a_line(error):
        log.error("the database failed a job", job=job, reason=lost)
    else:
        log.error("a job failed", job=job, exc_info=error)
