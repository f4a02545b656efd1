"""SQLite's thread is asked no more often than it has to be, and every row comes back."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.store import Store
from digestbot.store.sqlite import AHEAD

NUMBERS = sa.Table("numbers", sa.MetaData(), sa.Column("number", sa.Integer, primary_key=True))
COUNTS = [0, 1, AHEAD - 1, AHEAD, AHEAD + 1, 3 * AHEAD]


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[AsyncConnection]:
    async with (
        Store(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as store,
        store._engine.connect() as connection,
    ):
        await connection.execute(sa.schema.CreateTable(NUMBERS))
        yield connection


@pytest.mark.parametrize("count", COUNTS)
async def test_every_row_comes_back_once(connection: AsyncConnection, count: int) -> None:
    """At once, one by one, in parts of any size and from the middle on, however many there are."""
    query = sa.select(NUMBERS.c.number).order_by(NUMBERS.c.number)
    expected = [*range(count)]
    if count:
        await connection.execute(NUMBERS.insert(), [{"number": number} for number in expected])
    assert (await connection.scalars(query)).all() == expected
    async with connection.stream_scalars(query) as found:
        assert [number async for number in found] == expected
    for size in (1, 7, AHEAD, 2 * AHEAD):
        async with connection.stream_scalars(query.execution_options(yield_per=size)) as found:
            assert [number async for part in found.partitions() for number in part] == expected
    async with connection.stream_scalars(query) as found:
        first = await found.fetchmany(10)
        assert [*first, *await found.all()] == expected


@pytest.mark.parametrize("count", COUNTS[1:])
async def test_what_is_changed_is_counted(connection: AsyncConnection, count: int) -> None:
    """With and without the changed rows told, and after a stream that was left in its midst."""
    rows = [{"number": number} for number in range(count)]
    told = await connection.scalars(NUMBERS.insert().returning(NUMBERS.c.number), rows)
    assert sorted(told) == [*range(count)]
    async with connection.stream_scalars(sa.select(NUMBERS.c.number)) as found:
        assert await found.first() is not None
    moved = await connection.execute(NUMBERS.update().values(number=NUMBERS.c.number + 10_000))
    assert moved.rowcount == count
    dropped = await connection.execute(NUMBERS.delete().returning(NUMBERS.c.number))
    assert len(dropped.all()) == count


async def test_a_statement_goes_to_the_thread_once(
    connection: AsyncConnection, caplog: pytest.LogCaptureFixture
) -> None:
    """A transaction of three is four ways, as it begins with the first of them; giving it back is none."""
    await connection.commit()
    caplog.set_level(logging.DEBUG, "aiosqlite")
    caplog.clear()
    async with connection.begin():
        await connection.execute(NUMBERS.insert(), [{"number": 1}, {"number": 2}])
        for _ in range(2):
            await connection.execute(sa.select(NUMBERS))
    await connection.close()
    assert sum("executing" in line for line in caplog.messages) == 4


async def test_who_writes_is_followed_at_once(tmp_path: Path) -> None:
    """Many writers of one process take turns; none sleeps until SQLite looks whether it may."""
    order: list[int] = []

    async def write(number: int) -> None:
        async with store.write() as tables:
            await tables.deliveries.unfinished()
            order.append(number)

    async with Store(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as store:
        await store.upgrade()
        await asyncio.gather(*map(write, range(20)))
    assert order == [*range(20)]


async def test_a_writer_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    """Neither half of a change nor its turn."""
    begun = asyncio.Event()

    async def write() -> None:
        async with store.write() as tables:
            await tables.deliveries._connection.execute(sa.schema.CreateTable(NUMBERS))
            begun.set()
            await asyncio.sleep(60)

    async with Store(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as store:
        task = asyncio.create_task(write())
        await asyncio.wait_for(begun.wait(), 60)
        task.cancel()
        await asyncio.wait([task])
        async with store.write() as tables:
            with pytest.raises(sa.exc.OperationalError, match="numbers"):
                await tables.deliveries._connection.execute(sa.select(NUMBERS))
