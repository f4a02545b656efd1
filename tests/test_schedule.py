"""How the clockwork ends, what it tells of a job that failed; what jobs do is tested where they are used."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digestbot import log
from digestbot.schedule import Clockwork, Job

HOUR = timedelta(hours=1)


async def nothing() -> None:
    """Be a job that has nothing to do."""


def clockwork_of(read: Job, send: Job) -> Clockwork:
    """Return a clockwork with little to do."""
    return Clockwork(
        polls={"somewhere": (read, HOUR)},
        summaries=None,
        refresh=nothing,
        plan=nothing,
        send=send,
        broadcasts=nothing,
        watch=nothing,
        housekeeping=nothing,
        heartbeat=nothing,
    )


async def test_who_reads_does_not_keep_us_and_who_sends_ends_by_itself() -> None:
    """A source that never answers is left at once; what is sent meanwhile comes to its end."""
    is_left, is_reading, is_sending = asyncio.Event(), asyncio.Event(), asyncio.Event()
    ended = []

    async def read() -> None:
        is_reading.set()
        try:
            await asyncio.Event().wait()
        finally:
            is_left.set()

    async def send() -> None:
        is_sending.set()
        await is_left.wait()
        ended.append("send")

    clockwork = clockwork_of(read, send)
    clockwork.start()  # which reads first
    await is_reading.wait()
    sending = asyncio.create_task(clockwork.run("send"))
    await is_sending.wait()
    await clockwork.stop()
    assert ended == ["send"]
    await sending


async def test_a_database_that_is_away_takes_a_line_and_a_bug_its_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each job fails as long as it is away; its log must not grow by a page every five seconds."""
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    async def read() -> None:
        raise sa.exc.OperationalError("INSERT", {}, full)

    async def refused() -> None:
        raise ConnectionRefusedError("Connection refused")

    async def stuck() -> None:
        raise TimeoutError

    log.set_up("ERROR")
    for send, ends in ((refused, "DIGESTBOT_DATABASE__URL right?"), (stuck, "TimeoutError")):
        clockwork = clockwork_of(read, send)
        clockwork.start()
        await clockwork.caught_up.wait()
        await clockwork.stop()
        told = capsys.readouterr().err.rstrip().rstrip("'")
        assert "database or disk is full; make room on its disk." in told
        assert told.endswith(ends)
        assert ("Traceback" in told) == (send is stuck)
