"""What was searched for, by a number that fits into a button."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.store.schema import insert, searches


class Searches:
    """The words of searches."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def number(self, words: str, at: datetime) -> int:
        """Return the number of a search, the same for the same words."""
        statement = (
            insert(self._connection, searches)
            .values(words=words, asked_at=at)
            .on_conflict_do_update(index_elements=[searches.c.words], set_={"asked_at": at})
            .returning(searches.c.id)
        )
        found: int = (await self._connection.execute(statement)).scalar_one()
        return found

    async def words(self, number: int) -> str | None:
        """Return what was searched for under a number."""
        found: str | None = await self._connection.scalar(
            sa.select(searches.c.words).where(searches.c.id == number)
        )
        return found

    async def forget(self, before: datetime) -> None:
        """Delete what nobody asked since then."""
        await self._connection.execute(searches.delete().where(searches.c.asked_at < before))
