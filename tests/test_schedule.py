"""How the clockwork comes to its end; what its jobs do is tested where they are used."""

import asyncio
from datetime import timedelta

from digestbot.schedule import Clockwork

HOUR = timedelta(hours=1)


async def nothing() -> None:
    """Be a job that has nothing to do."""


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

    clockwork = Clockwork(
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
    clockwork.start()  # which reads first
    await is_reading.wait()
    sending = asyncio.create_task(clockwork.run("send"))
    await is_sending.wait()
    await clockwork.stop()
    assert ended == ["send"]
    await sending
