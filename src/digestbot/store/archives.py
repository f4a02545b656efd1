"""What imported archives tell of papers, by day."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.archive import Entry
from digestbot.store.schema import archived


class Archives:
    """The digests of others, as they were written."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, day: date, language: str, entries: Sequence[Entry]) -> None:
        """Write a day's archive, instead of what was known of it."""
        await self._connection.execute(archived.delete().where(archived.c.day == day))
        rows = [
            {"day": day, "position": position, "language": language, **asdict(entry)}
            for position, entry in enumerate(entries)
        ]
        if rows:
            await self._connection.execute(archived.insert(), rows)

    async def of(self, day: date) -> list[Entry]:
        """Return a day's entries in the archive's order."""
        return [entry for _, entry in await self._select(archived.c.day == day)]

    async def about(self, ids: Iterable[str]) -> dict[str, tuple[str, Entry]]:
        """Return the newest entry about each of these papers, with its language."""
        found = await self._select(archived.c.paper_id.in_(list(ids)))
        return {entry.paper_id: (language, entry) for language, entry in found}

    async def _select(self, condition: sa.ColumnElement[bool]) -> list[tuple[str, Entry]]:
        query = sa.select(archived).where(condition).order_by(archived.c.day, archived.c.position)
        return [(row.language, _entry(row)) for row in await self._connection.execute(query)]


def _entry(row: sa.Row[Any]) -> Entry:
    told = {
        name: value for name, value in row._mapping.items() if name not in ("day", "position", "language")
    }
    return Entry(**{**told, "authors": tuple(told["authors"])})
