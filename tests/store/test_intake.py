"""Which updates were taken, on SQLite and PostgreSQL."""

import asyncio
from datetime import timedelta

from digestbot.store import Store
from tests.builders import NOON


async def test_an_update_is_taken_once(store: Store) -> None:
    """Whoever asks, and however many at once, until it is forgotten."""

    async def take() -> bool:
        async with store.write() as tables:
            return await tables.intake.take(2**40, NOON)

    assert sorted(await asyncio.gather(*(take() for _ in range(5)))) == [False] * 4 + [True]
    async with store.write() as tables:
        await tables.intake.forget(NOON + timedelta(seconds=1))
    assert await take()
