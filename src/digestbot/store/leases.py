"""Who leads: of all processes on one database, the one that plans digests.

On PostgreSQL it is who holds an advisory lock; the server frees it when that process dies, and the next who
asks takes over. A SQLite file is for one process alone: who holds the lock file beside it.
"""

import asyncio
import fcntl
import os
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LEAD_LOCK = 7105  # a number of ours, https://www.postgresql.org/docs/current/explicit-locking.html


class Lead:
    """The right to plan, once it is taken kept until `drop`, or until the process dies."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._file: TextIO | None = None
        self._turn = asyncio.Lock()

    async def take(self) -> bool:
        """Take the lead if nobody else has it, and tell whether it is ours."""
        if self._engine.dialect.name == "postgresql":
            async with self._turn:  # the connection is for one question at a time
                return await self._is_held() or await self._take_lock()
        return self._file is not None or self._take_file()

    async def drop(self) -> None:
        """Let others have it."""
        if self._connection is not None:
            await self._connection.invalidate()  # given back to the pool it would hold the lock
            await self._connection.close()
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None

    async def _is_held(self) -> bool:
        if self._connection is None:
            return False
        try:
            await self._connection.execute(sa.text("SELECT 1"))
        except (sa.exc.DBAPIError, OSError):  # the server ended our session, and the lock with it
            await self.drop()
            return False
        return True

    async def _take_lock(self) -> bool:
        connection = await self._engine.connect()
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_LEAD_LOCK))):
            self._connection = connection
            return True
        await connection.close()
        return False

    def _take_file(self) -> bool:
        database = self._engine.url.database
        if database in (None, "", ":memory:"):
            return True  # nobody else can see it
        file = Path(f"{database}.lock").open("a", encoding="ascii")  # noqa: SIM115 - it is held open
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file
        return True
