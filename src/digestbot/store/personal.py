"""All that is kept of one reader, in whatever table: to hand it over, and to delete it.

The tables are found by their columns: one that is added later is covered as soon as it refers to
`subscribers`, or names a chat or a person by Telegram's number.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.store.bulk import one_of
from digestbot.store.schema import deliveries, digests, metadata, subscribers

NUMBERS = ("chat_id", "user_id")
"""Columns that hold Telegram's number of a chat or a person."""

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
        queries[digests.name] = sa.select(digests).where(digests.c.id.in_(_told(chat_id)))
        return {
            name: [dict(row) for row in (await self._connection.execute(query)).mappings()]
            for name, query in queries.items()
        }

    async def forget(self, chat_id: int) -> None:
        """Delete all of it, also what is about to be sent; the channels that they brought us into stay.

        Of their digests, those stay that others were told too.
        """
        # The reader before their deliveries, as who settles those: two who wait for each other are no good.
        await self._connection.execute(_id(chat_id).with_for_update())
        owned = subscribers.update().where(subscribers.c.owner_id == chat_id)
        await self._connection.execute(owned.values(owner_id=None))
        theirs = [*await self._connection.scalars(_told(chat_id).distinct())]
        for table, rows in reversed(_places(chat_id)):
            await self._connection.execute(table.delete().where(rows))
        mine = one_of(self._connection, digests.c.id, theirs)
        await self._connection.execute(digests.delete().where(mine, ~digests.c.shared))


def _id(chat_id: int) -> sa.Select[tuple[int]]:
    return sa.select(subscribers.c.id).where(subscribers.c.chat_id == chat_id)


def _told(chat_id: int) -> sa.Select[tuple[int]]:
    return sa.select(deliveries.c.digest_id).where(deliveries.c.subscriber_id.in_(_id(chat_id)))


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
