"""Which updates were taken: a webhook is told of one again when our answer was lost, by any replica."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.store.schema import insert, updates_taken


class Intake:
    """The numbers of the updates of the last days."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take(self, update_id: int, at: datetime) -> bool:
        """Tell whether nobody has taken this update yet; now it is taken."""
        statement = (
            insert(self._connection, updates_taken).values(id=update_id, taken_at=at).on_conflict_do_nothing()
        )
        taken = await self._connection.scalar(statement.returning(updates_taken.c.id))
        return taken is not None

    async def forget(self, before: datetime) -> None:
        """Delete what was taken long ago."""
        await self._connection.execute(sa.delete(updates_taken).where(updates_taken.c.taken_at < before))
