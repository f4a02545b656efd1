"""A row in every table of the schema, whatever tables there are."""

from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from digestbot.store import Store
from digestbot.store.personal import NUMBERS
from digestbot.store.schema import UTCDateTime, metadata
from tests.builders import DAY, NOON

_VALUES: dict[type, Any] = {
    datetime: NOON, date: DAY, time: time(8), bool: True, int: 3, float: 0.5, str: "words", bytes: b"words",
}  # fmt: skip
_SPOKEN = {
    "kind": "private", "state": "active", "language": "en", "zone": "UTC", "style": "bullets",
    "topic": "agents", "key": "agents",
}  # fmt: skip
_UNKEPT = {"digest_id": "digests"}
"""Columns that refer to a table though the database does not see to it."""


async def fill(store: Store, chat_id: int) -> None:
    """Write a row about who reads in a chat into every table; what refers to a row refers to one of these."""
    written: dict[str, dict[str, Any]] = {}
    async with store._engine.begin() as connection:
        for table in metadata.sorted_tables:
            row = {column.name: _value(column, chat_id, written) for column in table.c}
            numbered = table.autoincrement_column
            if numbered is not None and not numbered.foreign_keys:  # the database's to number
                del row[numbered.name]
            inserted = await connection.execute(table.insert().returning(table), row)
            written[table.name] = dict(inserted.mappings().one())


def _value(column: sa.Column[Any], chat_id: int, written: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        return written[key.column.table.name][key.column.name]
    if column.name in _UNKEPT:
        return written[_UNKEPT[column.name]]["id"]
    if column.name == "shared":
        return False
    if column.name in NUMBERS:
        return chat_id
    if isinstance(column.type, sa.JSON):
        return None if column.nullable else ["words"]
    kind = datetime if isinstance(column.type, UTCDateTime) else column.type.python_type
    return _SPOKEN.get(column.name, _VALUES[kind]) if kind is str else _VALUES[kind]


async def rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables."""
    async with store._engine.connect() as connection:
        return {
            table.name: [
                tuple(row) for row in await connection.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }
