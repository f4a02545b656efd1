"""Rows by the thousand: SQLAlchemy looks at each value of each, which takes longer than all else."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_many(connection: AsyncConnection, table: sa.Table, **columns: Iterable[Any]) -> None:
    """Write rows, given column by column, the values as the driver takes them (`to_driver`).

    What is the same for all rows may be endless (`itertools.repeat`).
    """
    known = [column.name for column in table.c if column.name in columns]
    rows = [*zip(*(columns[name] for name in known), strict=False)]
    if rows:
        insert = table.insert().inline().compile(dialect=connection.dialect, column_keys=known)
        await connection.exec_driver_sql(str(insert), rows)


def to_driver(connection: AsyncConnection, type_: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    """Return what makes of a value what the database's driver takes."""
    return type_.dialect_impl(connection.dialect).bind_processor(connection.dialect) or _same


def from_driver(connection: AsyncConnection, type_: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    """Return what makes a value of what the database's driver gives."""
    return type_.dialect_impl(connection.dialect).result_processor(connection.dialect, None) or _same


def raw(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return *column* as the database's driver gives it."""
    return sa.type_coerce(column, sa.types.NULLTYPE)


def one_of(
    connection: AsyncConnection, column: sa.Column[int], ids: Collection[int]
) -> sa.ColumnElement[bool]:
    """Return that *column* is one of *ids*, told as one value: to spell out thousands takes long."""
    if connection.dialect.name == "postgresql":
        return column == sa.any_(sa.literal([*ids], sa.ARRAY(sa.Integer)))
    numbers = sa.func.json_each(sa.literal(str([*ids]))).table_valued("value")
    return column.in_(sa.select(numbers.c.value))


def _same(value: Any) -> Any:
    return value
