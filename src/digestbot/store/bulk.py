"""Rows by the thousand: SQLAlchemy looks at each value of each, which takes longer than all else."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


async def insert_many(connection: AsyncConnection, table: sa.Table, **columns: Iterable[Any]) -> None:
    """Write rows, given column by column, the values as the driver takes them (`to_driver`).

    What is the same for all rows may be endless (`itertools.repeat`).
    """
    known = tuple(column.name for column in table.c if column.name in columns)
    rows = [*zip(*(columns[name] for name in known), strict=False)]
    if rows:
        await connection.exec_driver_sql(_insert(connection.dialect, table, known), rows)


@lru_cache(maxsize=16)
def _insert(dialect: sa.Dialect, table: sa.Table, columns: tuple[str, ...]) -> str:
    return str(table.insert().inline().compile(dialect=dialect, column_keys=list(columns)))


def to_driver(connection: AsyncConnection, type_: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    """Return what makes of a value what the database's driver takes."""
    return type_.dialect_impl(connection.dialect).bind_processor(connection.dialect) or _same


class _JsonArray(GenericFunction[Any]):
    """Its arguments as one JSON."""

    name = "json_array"
    inherit_cache = True


class _JsonOfMany(GenericFunction[Any]):
    """What it is given by all rows, or by those of a group, as one JSON."""

    name = "json_group_array"
    inherit_cache = True


@compiles(_JsonArray, "postgresql")
def _json_build_array(called: _JsonArray, compiler: sa.sql.compiler.SQLCompiler, **given: Any) -> str:
    return f"json_build_array{compiler.function_argspec(called, **given)}"


@compiles(_JsonOfMany, "postgresql")
def _json_agg(called: _JsonOfMany, compiler: sa.sql.compiler.SQLCompiler, **given: Any) -> str:
    return f"json_agg{compiler.function_argspec(called, **given)}"


def as_json(columns: Iterable[sa.ColumnElement[Any]]) -> sa.ColumnElement[str]:
    """Return *columns* as one JSON, with times as the database writes them."""
    return sa.cast(_JsonArray(*columns), sa.Text)


def as_one_json(columns: Iterable[sa.ColumnElement[Any]]) -> sa.ColumnElement[str]:
    """Return *columns* of all rows, or of those of a group, as one JSON, in no order."""
    return sa.cast(_JsonOfMany(_JsonArray(*columns)), sa.Text)


def one_of(
    connection: AsyncConnection, column: sa.Column[int], ids: Collection[int]
) -> sa.ColumnElement[bool]:
    """Return that *column* is one of *ids*, told as one value: to spell out thousands takes long."""
    if connection.dialect.name == "postgresql":
        return column == sa.any_(sa.literal([*ids], sa.ARRAY(sa.Integer)))
    numbers = sa.func.json_each(sa.literal(str([*ids]))).table_valued("value")
    return column.in_(sa.select(numbers.c.value))


def pairs(connection: AsyncConnection, numbers: Mapping[int, int]) -> sa.TableValuedAlias:
    """Return a table of *numbers*, `key` and `value`, told as one value or two."""
    columns = sa.column("key", sa.Integer), sa.column("value", sa.Integer)
    if connection.dialect.name == "postgresql":
        both = (sa.literal([*some], sa.ARRAY(sa.Integer)) for some in (numbers.keys(), numbers.values()))
        return sa.func.unnest(*both).table_valued(*columns).render_derived()
    told = orjson.dumps(numbers, option=orjson.OPT_NON_STR_KEYS).decode()
    return sa.func.json_each(told).table_valued(*columns)


def _same(value: Any) -> Any:
    return value
