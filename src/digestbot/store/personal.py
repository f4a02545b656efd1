"""All that is kept of one reader, in whatever table: to hand it over, and to delete it.

The tables are found by their columns: one that is added later is covered as soon as it refers to
`subscribers`, or names a chat or a person by Telegram's number.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.store.bulk import one_of
from digestbot.store.schema import deliveries, digests, metadata, subscribers

NUMBERS = ("chat_id", "user_id")
"""Columns that hold Telegram's number of a chat or a person."""
_IN_USE = timedelta(hours=1)
"""So long a digest may be needed by who is planned next."""

Row = dict[str, Any]


class Personal:
    """The rows of one reader."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, chat_id: int) -> dict[str, list[Row]]:
        """Return all rows that are about who reads in a chat, by table; and what their digests told."""
        queries = {table.name: sa.select(table).where(theirs) for table, theirs in _places(chat_id)}
        mine = (subscribers.c.chat_id == chat_id) | (subscribers.c.owner_id == chat_id)
        queries[subscribers.name] = sa.select(subscribers).where(mine)
        told = deliveries.c.digest_id == digests.c.id
        queries[digests.name] = sa.select(digests).where(
            sa.exists().where(told, deliveries.c.subscriber_id.in_(_id(chat_id)))
        )
        return {
            name: [dict(row) for row in (await self._connection.execute(query)).mappings()]
            for name, query in queries.items()
        }

    async def forget(self, chat_id: int, now: datetime) -> None:
        """Delete all of it, also what is about to be sent; the channels that they brought us into stay.

        Of their digests, those stay that others were told too.
        """
        owned = subscribers.update().where(subscribers.c.owner_id == chat_id)
        await self._connection.execute(owned.values(owner_id=None))
        told = sa.select(deliveries.c.digest_id).where(deliveries.c.subscriber_id.in_(_id(chat_id)))
        theirs = [*await self._connection.scalars(told.distinct())]
        for table, rows in reversed(_places(chat_id)):
            await self._connection.execute(table.delete().where(rows))
        await self._drop_untold(now, one_of(self._connection, digests.c.id, theirs))

    async def drop_untold(self, now: datetime) -> None:
        """Delete digests that nobody was told or will be. This looks at all of them."""
        await self._drop_untold(now, sa.true())

    async def _drop_untold(self, now: datetime, among: sa.ColumnElement[bool]) -> None:
        needed = sa.exists().where(deliveries.c.digest_id == digests.c.id)
        old = digests.c.created_at < now - _IN_USE
        await self._connection.execute(digests.delete().where(among, old, ~needed))


def _id(chat_id: int) -> sa.Select[tuple[int]]:
    return sa.select(subscribers.c.id).where(subscribers.c.chat_id == chat_id)


def _places(chat_id: int) -> list[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Return the tables that hold something about a reader, and which rows; what refers to others, last."""
    found = []
    for table in metadata.sorted_tables:
        conditions = [
            *(table.c[name] == chat_id for name in NUMBERS if name in table.c),
            *(
                key.parent.in_(_id(chat_id))
                for key in sorted(table.foreign_keys, key=str)
                if key.column is subscribers.c.id
            ),
        ]
        if conditions:
            found.append((table, sa.or_(*conditions)))
    return found
