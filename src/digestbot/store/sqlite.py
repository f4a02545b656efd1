"""How a SQLite file is opened and asked.

A connection lives in a thread of its own, and each thing that is asked of it goes there and back. By itself a
statement goes four times: for a cursor, its execution, its rows, its end. Where the machine is busy each way
waits for a turn, so here it goes once, and a transaction's beginning goes along with it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self, cast

import sqlalchemy as sa
from aiosqlite import Connection

from digestbot.store.schema import WRITES

BUSY_SECONDS = 30
"""How long a SQLite writer waits for another one."""
AHEAD = 500
"""So many rows come with the execution; what has more is fetched as it is asked for."""
_PRAGMAS = ("journal_mode = WAL", "foreign_keys = ON", f"busy_timeout = {BUSY_SECONDS * 1000}")


def prepare(engine: sa.Engine) -> None:
    """Have the engine open SQLite files as we want them."""
    sa.event.listen(engine, "do_connect", _connect)
    sa.event.listen(engine, "connect", _open)
    sa.event.listen(engine, "begin", _begin)


class _Connection(Connection):
    beginning = ""
    """How a transaction begins in which nothing was asked so far: along with what is asked first."""

    async def _connect(self) -> Connection:
        try:
            return await super()._connect()
        except sqlite3.Error:
            await asyncio.to_thread(self._thread.join)  # else it speaks to a loop that may be over by then
            raise

    def cursor(self) -> "_Cursor":  # type: ignore[override]
        return _Cursor(self)

    async def rollback(self) -> None:
        """As SQLAlchemy does whenever it takes a connection back."""
        if self.in_transaction:
            await super().rollback()


class _Cursor:
    """What SQLAlchemy asks of a cursor of aiosqlite's, with fewer ways to the thread."""

    arraysize = 1
    description: Any = None
    rowcount = -1
    lastrowid: int | None = None

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self._rest: sqlite3.Cursor | None = None
        """Has, or may have, more rows."""

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        await self._ask(self._run, sqlite3.Cursor.execute, statement, parameters)

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        await self._ask(self._run, sqlite3.Cursor.executemany, statement, parameters)

    async def fetchone(self) -> Any:
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int = 1) -> list[Any]:
        if self._rest is not None and len(self._rows) < size:
            await self._ask(self._fetch, self._rest, max(size, AHEAD))
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchall(self) -> list[Any]:
        if self._rest is not None:
            await self._ask(self._fetch, self._rest, -1)
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        if self._rest is not None:
            await self._ask(self._rest.close)
            self._rest = None

    async def _ask(self, act: Callable[..., object], *given: object) -> None:
        await self._connection._execute(act, *given)  # type: ignore[no-untyped-call]

    # In the thread

    def _run(self, execute: Callable[..., object], statement: str, parameters: Sequence[Any]) -> None:
        cursor = self._connection._conn.cursor()
        if self._connection.beginning:
            cursor.execute(self._connection.beginning)
            self._connection.beginning = ""
        execute(cursor, statement, parameters)
        self._rows = []
        self._fetch(cursor, AHEAD)
        self.description, self.lastrowid = cursor.description, cursor.lastrowid

    def _fetch(self, cursor: sqlite3.Cursor, most: int) -> None:
        """Fetch so many rows more, or all."""
        found = cursor.fetchall() if most < 0 else cursor.fetchmany(most)
        self._rows += found
        self._rest = cursor if len(found) == most else None
        self.rowcount = cursor.rowcount


def _connect(_dialect: object, _record: object, _args: object, given: dict[str, Any]) -> None:
    given["async_creator_fn"] = _begin_thread


def _begin_thread(file: str, **given: Any) -> _Connection:
    connection = _Connection(partial(sqlite3.connect, file, **given), iter_chunk_size=AHEAD)
    connection._thread.daemon = True  # as SQLAlchemy has it: it must not keep us from leaving
    return connection


def _open(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, below
    try:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except sqlite3.Error:
        connection.close()  # SQLAlchemy forgets it
        raise


def _begin(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once where another one wrote meanwhile,
    # busy timeout or not; one that says from the start that it will write waits its turn.
    writes = connection.get_execution_options().get(WRITES)
    driver = cast("_Connection", connection.connection.driver_connection)
    driver.beginning = "BEGIN IMMEDIATE" if writes else "BEGIN"
