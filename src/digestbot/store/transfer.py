"""All rows of one database into another, SQLite or PostgreSQL, in one transaction of the target's."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.store.papers import Papers
from digestbot.store.schema import INDEX, metadata
from digestbot.store.search import Index

CHUNK = 1000
"""Rows that are read and written at once."""

Report = Callable[[str, int, int], None]
"""Is told of a table, how many of its rows are there, and of how many."""


class MiscountError(Exception):
    """A table holds another number of rows than the one it was copied from."""


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """Return how many rows each table of ours holds, of those that are there."""
    there = await connection.run_sync(lambda sync: set(sa.inspect(sync).get_table_names()))
    return {
        table.name: await _count(connection, table) for table in metadata.sorted_tables if table.name in there
    }


async def transfer(source: AsyncConnection, target: AsyncConnection, report: Report) -> dict[str, int]:
    """Copy every row into the *target*'s empty tables, and return how many rows each has.

    Raises MiscountError where those are not as many as before.
    """
    copied = {
        table.name: await _copy(source, target, table, await _count(source, table), report)
        for table in metadata.sorted_tables
    }
    await _index(target, report)
    if target.dialect.name == "postgresql":
        await _set_sequences(target)
    return copied


async def _copy(
    source: AsyncConnection, target: AsyncConnection, table: sa.Table, total: int, report: Report
) -> int:
    report(table.name, 0, total)
    done = 0
    query = sa.select(table).order_by(*table.primary_key).execution_options(yield_per=CHUNK)
    async for rows in (await source.stream(query)).mappings().partitions():
        await target.execute(_insert(table), [{f"new_{name}": row[name] for name in row} for row in rows])
        done += len(rows)
        report(table.name, done, total)
    kept = await _count(target, table)
    if not total == done == kept:
        raise MiscountError(f"{table.name}: {total} rows, and {kept} in the copy")
    return kept


def _insert(table: sa.Table) -> sa.Insert:
    """Return the statement that writes a row as it was, also where a JSON column holds nothing."""

    def kind(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
        return sa.JSON(none_as_null=True) if isinstance(column.type, sa.JSON) else column.type

    return table.insert().values(
        {column.name: sa.bindparam(f"new_{column.name}", type_=kind(column)) for column in table.c}
    )


async def _count(connection: AsyncConnection, table: sa.Table) -> int:
    return await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def _index(target: AsyncConnection, report: Report) -> None:
    """Make the index of the papers' words, which each database keeps in its own way."""
    papers, index = Papers(target), Index(target)
    last = await papers.last_arrival()
    for first in range(0, last, CHUNK):
        upto = min(first + CHUNK, last)
        await index.put(await papers.arrived(first, upto))
        report(INDEX, upto, last)


async def _set_sequences(target: AsyncConnection) -> None:
    """Let what is written next get the numbers after those that are there."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            await target.execute(
                sa.select(sa.func.setval(sequence, sa.func.max(column))).having(
                    sa.func.max(column).is_not(None)
                )
            )
