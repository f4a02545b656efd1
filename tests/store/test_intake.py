"""Which updates were taken and which are not handled yet, on SQLite and PostgreSQL."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from digestbot.store import Store
from digestbot.store.schema import updates_taken
from tests.builders import NOON

LATER = NOON + timedelta(seconds=20)
MOMENT = timedelta(seconds=1)


async def take(store: Store, number: int = 2**40) -> bool:
    async with store.write() as tables:
        return await tables.intake.take(number, f"posted {number}", NOON, LATER)


async def test_an_update_is_taken_once(store: Store) -> None:
    """Whoever asks, and however many at once, until it is forgotten."""
    assert sorted(await asyncio.gather(*(take(store) for _ in range(5)))) == [False] * 4 + [True]
    async with store.write() as tables:
        await tables.intake.forget(NOON + MOMENT)
    assert await take(store)


async def test_what_nobody_claims_is_taken_over_once(store: Store) -> None:
    """In the order it came; not what is handled, nor what is claimed anew; not for ever."""
    for number in (3, 1, 2, 4):
        await take(store, number)
    async with store.write() as tables:
        assert await tables.intake.take_over(LATER, LATER, 9) == []
        await tables.intake.done([2])
        await tables.intake.renew({2, 4}, LATER + 2 * MOMENT)

    async def over(seconds: int, most: int = 9) -> list[str]:
        """Claim for a moment what nobody claims any more after so many seconds."""
        now = LATER + seconds * MOMENT
        async with store.write() as tables:
            return await tables.intake.take_over(now, now + MOMENT, most)

    assert sorted(await asyncio.gather(*(over(1) for _ in range(3)))) == [[], [], ["posted 1", "posted 3"]]
    assert await over(2) == []
    assert await over(9, most=1) == ["posted 1"]
    assert await over(20) == ["posted 3", "posted 4"]
    assert await over(30) == ["posted 4"], "each is tried three times"
    assert await over(40) == []


async def test_what_is_let_be_is_struck_out(store: Store) -> None:
    """After three tries nobody claims it any more, and the words of somebody's message are kept no longer."""
    await take(store)

    async def look(seconds: int) -> tuple[int, int]:
        now = LATER + seconds * MOMENT
        async with store.write() as tables:
            return await tables.intake.let_be(now), len(await tables.intake.take_over(now, now + MOMENT, 9))

    assert [await look(seconds) for seconds in (1, 3, 4, 5, 7)] == [(0, 1), (0, 1), (0, 0), (1, 0), (0, 0)]
    async with store.read() as tables:
        row = (await tables.intake._connection.execute(sa.select(updates_taken))).one()
    assert (row.posted, row.claimed_until, row.tries) == (None, None, 3)
    assert not await take(store), "it is known all the same"
