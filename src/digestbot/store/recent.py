"""The digests of the last days and months, as far as planning must know them: they are many."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.digest import Pick
from digestbot.store.bulk import one_of
from digestbot.store.deliveries import TELLS, is_given_up
from digestbot.store.picks import risen_of
from digestbot.store.schema import deliveries, digests

_AT_ONCE = 5000
"""So many of very many rows are in memory."""


class Recent(NamedTuple):
    """A delivery, as far as one must know it to give second chances."""

    subscriber_id: int
    slot_at: datetime
    digest_id: int


class RecentDigests:
    """What readers were told, and what was left out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(
        self, subscriber_ids: Collection[int], since: datetime, *, left_out: bool = False
    ) -> list[Recent]:
        """Return the deliveries to these subscribers that were due since a time.

        If *left_out*, those whose digests left something out, and that were not given up.
        """
        query = sa.select(deliveries.c.subscriber_id, deliveries.c.slot_at, deliveries.c.digest_id).where(
            one_of(self._connection, deliveries.c.subscriber_id, subscriber_ids),
            deliveries.c.slot_at >= since,
        )
        if left_out:
            leaves = sa.cast(digests.c.left_out, sa.Text) != "[]"
            query = query.join(digests, TELLS).where(leaves, ~is_given_up())
        return [Recent(*row) for row in await self._connection.execute(query)]

    async def risen(self, ids: Collection[int], votes: Mapping[str, int]) -> dict[int, tuple[Pick, ...]]:
        """Return what each of these digests left out that has more *votes* than its bar."""
        query = sa.select(digests.c.id, sa.cast(digests.c.left_out, sa.Text)).where(
            one_of(self._connection, digests.c.id, ids)
        )
        return {id_: risen_of(packed, votes) for id_, packed in await self._connection.execute(query)}

    async def shown(self, ids: Collection[int]) -> dict[int, frozenset[str]]:
        """Return the ids of the papers that each of these digests shows."""
        query = sa.select(digests.c.id, sa.cast(digests.c.picks, sa.Text)).where(
            one_of(self._connection, digests.c.id, ids)
        )
        return {
            id_: frozenset(pick[0] for pick in orjson.loads(packed))
            for id_, packed in await self._connection.execute(query)
        }

    async def held(self, ids: Collection[int], among: AbstractSet[str]) -> dict[int, frozenset[str]]:
        """Return which papers *among* some each of these digests shows or leaves out."""
        query = sa.select(
            digests.c.id, sa.cast(digests.c.picks, sa.Text), sa.cast(digests.c.left_out, sa.Text)
        ).where(one_of(self._connection, digests.c.id, ids))
        return {
            id_: frozenset(pick[0] for packed in both for pick in orjson.loads(packed) if pick[0] in among)
            for id_, *both in await self._connection.execute(query)
        }

    async def told(self, subscriber_ids: Collection[int], among: AbstractSet[str]) -> dict[int, set[str]]:
        """Return which of the papers *among* some each of these subscribers was sent, or is about to be."""
        query = sa.select(
            deliveries.c.subscriber_id, deliveries.c.done, is_given_up(), sa.cast(digests.c.picks, sa.Text)
        )
        query = query.join(digests, TELLS).where(
            one_of(self._connection, deliveries.c.subscriber_id, subscriber_ids)
        )
        told: dict[int, set[str]] = {}
        async with self._connection.stream(query) as found:  # they tell months of thousands of readers
            async for rows in found.partitions(_AT_ONCE):
                for subscriber_id, done, given_up, packed in rows:
                    picks = orjson.loads(packed)
                    shown = picks[:done] if given_up else picks
                    if known := among & {paper_id for paper_id, *_ in shown}:
                        told.setdefault(subscriber_id, set()).update(known)
        return told
