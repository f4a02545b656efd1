"""Papers that readers keep, newest first."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.store.schema import saved


class Saved:
    """Who keeps which paper."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, subscriber_id: int) -> list[str]:
        """Return the ids of what a reader keeps, the last saved first."""
        query = (
            sa.select(saved.c.paper_id)
            .where(saved.c.subscriber_id == subscriber_id)
            .order_by(saved.c.saved_at.desc(), saved.c.paper_id.desc())
        )
        return [*await self._connection.scalars(query)]

    async def has(self, subscriber_id: int, paper_id: str) -> bool:
        """Tell whether a reader keeps a paper."""
        query = sa.select(sa.func.count()).where(_is(subscriber_id, paper_id))
        return bool(await self._connection.scalar(query))

    async def put(self, subscriber_id: int, paper_id: str, at: datetime) -> None:
        """Keep a paper; it must not be kept yet."""
        row = {"subscriber_id": subscriber_id, "paper_id": paper_id, "saved_at": at}
        await self._connection.execute(saved.insert(), row)

    async def remove(self, subscriber_id: int, paper_id: str) -> None:
        await self._connection.execute(saved.delete().where(_is(subscriber_id, paper_id)))


def _is(subscriber_id: int, paper_id: str) -> sa.ColumnElement[bool]:
    return (saved.c.subscriber_id == subscriber_id) & (saved.c.paper_id == paper_id)
