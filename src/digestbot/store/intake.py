"""Which updates were taken, and those that are not handled yet.

A webhook is told of an update again when our answer was lost, by any replica.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.store.schema import insert, updates_taken

MOST_TRIES = 3
"""An update that ends the process each time is let be after so many."""
_STRUCK_OUT = {"posted": None, "claimed_until": None}


class Intake:
    """The updates of the last days: the numbers of all, the words of those that are not handled yet."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take(self, update_id: int, posted: str, at: datetime, until: datetime) -> bool:
        """Tell whether nobody has taken this update yet; now it is taken, and claimed *until* a time."""
        statement = (
            insert(self._connection, updates_taken)
            .values(id=update_id, taken_at=at, posted=posted, claimed_until=until, tries=1)
            .on_conflict_do_nothing()
        )
        taken = await self._connection.scalar(statement.returning(updates_taken.c.id))
        return taken is not None

    async def done(self, ids: Collection[int]) -> None:
        """Strike out updates that are handled."""
        if ids:
            handled = updates_taken.update().where(updates_taken.c.id.in_(list(ids)))
            await self._connection.execute(handled.values(_STRUCK_OUT))

    async def renew(self, ids: Collection[int], until: datetime) -> None:
        """Claim those of these updates that are not handled yet *until* a later time."""
        if ids:
            claimed = updates_taken.update().where(
                updates_taken.c.id.in_(list(ids)), updates_taken.c.claimed_until.is_not(None)
            )
            await self._connection.execute(claimed.values(claimed_until=until))

    async def let_be(self, now: datetime) -> int:
        """Strike out updates that nobody claims any more after MOST_TRIES; return how many."""
        left = (updates_taken.c.claimed_until < now) & (updates_taken.c.tries >= MOST_TRIES)
        return (
            await self._connection.execute(updates_taken.update().where(left).values(_STRUCK_OUT))
        ).rowcount

    async def take_over(self, now: datetime, until: datetime, most: int) -> list[str]:
        """Claim updates that nobody claims any more, and return what was posted, in the order it came."""
        left = (updates_taken.c.claimed_until < now) & (updates_taken.c.tries < MOST_TRIES)
        first = sa.select(updates_taken.c.id).where(left).order_by(updates_taken.c.id).limit(most)
        claimed = (
            updates_taken.update()
            .where(updates_taken.c.id.in_(first.scalar_subquery()), left)
            .values(claimed_until=until, tries=updates_taken.c.tries + 1)
            .returning(updates_taken.c.id, updates_taken.c.posted)
        )
        return [row.posted for row in sorted(await self._connection.execute(claimed))]

    async def forget(self, before: datetime) -> None:
        """Delete what was taken long ago."""
        await self._connection.execute(sa.delete(updates_taken).where(updates_taken.c.taken_at < before))
