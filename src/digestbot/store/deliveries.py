"""The ledger of deliveries as rows and back. Rows are many here: SQLAlchemy Core, in bulk."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import repeat
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.delivery import LEASE, MAX_ATTEMPTS, RETRY_FAILED, Delivery, State
from digestbot.core.digest import Digest
from digestbot.core.subscriber import Addressee
from digestbot.core.why import Told
from digestbot.store.bulk import insert_many, one_of, pairs, to_driver
from digestbot.store.picks import Packed, unpack
from digestbot.store.queue import GROUPED, START, Claim, Group, Place
from digestbot.store.schema import UTCDateTime, deliveries, digests, insert, subscribers

_FURTHEST = timedelta(days=2)
"""The longest wait is a day: what Telegram wishes, at most."""
TELLS = deliveries.c.digest_id == digests.c.id
"""Joins a delivery to what it tells."""


class Settled(NamedTuple):
    """A claimed delivery as it is to be from now on."""

    delivery: Delivery
    error: str | None = None

    @property
    def goes_on(self) -> bool:
        """Its next message may go out at once."""
        return self.delivery.state is State.SENDING


class Deliveries:
    """Who is told what, and how far that got."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def share(self, ids: Collection[int]) -> bool:
        """Note that digests which were told already are told to others too; tell whether all are there: who
        is forgotten takes along what only they were told.
        """
        if not ids:
            return True
        these = digests.update().where(one_of(self._connection, digests.c.id, ids))
        return (await self._connection.execute(these.values(shared=True))).rowcount == len(ids)

    async def compose(self, new: Sequence[Packed], shared: Iterable[bool], now: datetime) -> list[int]:
        """Write digests, each told to one reader so far or *shared* by some, and return the id of each."""
        if not new:
            return []
        ids = await self._new_ids(len(new))
        picks, left_out, listed, since = zip(*new, strict=True)
        day, time = to_driver(self._connection, sa.Date()), to_driver(self._connection, UTCDateTime())
        await insert_many(
            self._connection,
            digests,
            id=ids,
            picks=picks,
            left_out=left_out,
            listed=listed,
            since=map(day, since),
            created_at=repeat(time(now)),
            shared=shared,
        )
        return ids

    async def plan(self, told: Mapping[int, int]) -> int:
        """Write which digest each subscriber who is due is to be told, by their ids; tell how many.

        The slot is when they are due. One that is there already stays as it is, and costs the others nothing.
        """
        if not told:
            return 0
        new, slot_at = pairs(self._connection, told), subscribers.c.next_due_at
        rows = sa.select(new.c.key, new.c.value, slot_at, slot_at, sa.literal(State.PLANNED))
        columns = ["subscriber_id", "digest_id", "slot_at", "act_at", "state"]
        due = rows.join(subscribers, subscribers.c.id == new.c.key).where(sa.true())  # SQLite needs one here
        planned = insert(self._connection, deliveries).from_select(columns, due)
        try:
            async with self._connection.begin_nested():
                return (await self._connection.execute(planned)).rowcount
        except sa.exc.IntegrityError:  # to allow for it each time takes PostgreSQL a third longer
            return (await self._connection.execute(planned.on_conflict_do_nothing())).rowcount

    async def claim(self, now: datetime, limit: int = 1, after: Place = START) -> Claim:
        """Take what has waited longest, at most *limit*, from a place in the queue on.

        Going on from the last claim's place keeps PostgreSQL from walking past all that was taken before.
        """
        asked = {"now": now, "number": limit, "after_at": after.act_at, "after_id": after.id}
        rows = await self._connection.execute(GROUPED, asked)
        groups = sorted((Group.of(*row) for row in rows), key=attrgetter("upto"))
        if not groups:
            return Claim()
        known = await self.digests({group.shared.digest_id for group in groups})
        claim = Claim(upto=groups[-1].upto)
        for shared, reader, each in groups:
            claimed = shared.claimed(known[shared.digest_id], now)
            claim.deliveries.extend(Delivery(id_, whose, *claimed) for id_, whose, _ in each)
            claim.addressees.update((id_, Addressee(chat_id, reader)) for id_, _, chat_id in each)
        mine = one_of(self._connection, deliveries.c.id, claim.addressees)
        await self._connection.execute(_CLAIM.where(mine), {"now": now, "until": now + LEASE})
        return claim

    async def renew(self, ids: Collection[int], now: datetime) -> None:
        """Tell that the sender of these still lives."""
        mine = unlocked(deliveries.c.id.in_(ids), deliveries.c.state == State.SENDING)
        await self._connection.execute(deliveries.update().where(mine).values(act_at=now + LEASE))

    async def settle(self, settled: Sequence[Settled], now: datetime) -> Collection[int]:
        """Write what became of claimed deliveries; return those that are in flight still, and ours.

        One that was taken from us meanwhile, because we were taken for dead, is left to who has it now. One
        that was taken back ends: if it was sent, that is written down.
        """
        over: dict[tuple[Any, ...], list[int]] = {}
        others = []
        for one in settled:
            if one.delivery.act_at is None:
                over.setdefault(_change(one), []).append(one.delivery.id)
            else:
                others.append({"key": one.delivery.id, "ended": None, **_named(_change(one))})
        for change, ids in over.items():  # most digests end alike: one statement is enough for many
            end = _END.where(one_of(self._connection, deliveries.c.id, ids))
            await self._connection.execute(end, {"ended": now, **_named(change)})
        if others:
            await self._connection.execute(_GO_ON.where(deliveries.c.id == sa.bindparam("key")), others)
        return await self._flying({one.delivery.id: one.delivery.claims for one in settled if one.goes_on})

    async def _flying(self, claims: Mapping[int, int]) -> Collection[int]:
        """Return those that are in flight by the same one of their *claims*."""
        if not claims:
            return ()
        query = sa.select(deliveries.c.id, deliveries.c.claims).where(
            one_of(self._connection, deliveries.c.id, claims), deliveries.c.state == State.SENDING
        )
        return {id_ for id_, claim in await self._connection.execute(query) if claim == claims[id_]}

    async def recover(self, now: datetime) -> int:
        """Return to the queue, in doubt, what a dead sender left in flight; tell how many.

        Most of it was claimed and not begun: that is one doubt, never enough to let the message be. What was
        tried that often may be what kills its senders: it waits until others are out. What waits for a time
        that nothing waits for was sent there by a clock that went wrong: it goes on now.
        """
        is_astray = deliveries.c.act_at > now + _FURTHEST
        waiting = unlocked(is_astray, deliveries.c.state != State.SENDING)
        await self._connection.execute(deliveries.update().where(waiting).values(act_at=now))
        is_suspect = deliveries.c.attempts >= MAX_ATTEMPTS
        is_over = (deliveries.c.act_at <= now) | is_astray
        abandoned = unlocked(deliveries.c.state == State.SENDING, is_over)
        changed = await self._connection.execute(
            deliveries.update()
            .where(abandoned)
            .values(
                state=sa.case((is_suspect, State.FAILED.value), else_=State.UNCERTAIN.value),
                act_at=sa.case((is_suspect, _at(now + RETRY_FAILED)), else_=_at(now)),
                doubts=sa.case((deliveries.c.doubts == 0, 1), else_=deliveries.c.doubts),
            )
        )
        return changed.rowcount

    async def cancel(self, subscriber_id: int, now: datetime) -> None:
        """Take back what the subscriber has not been sent yet; a message in flight is the last one."""
        theirs = deliveries.update().where(
            deliveries.c.subscriber_id == subscriber_id, deliveries.c.act_at.is_not(None)
        )
        await self._connection.execute(theirs.values(state=State.CANCELLED, act_at=None, ended_at=now))

    async def of_digest(self, digest_id: int, subscriber_id: int) -> Delivery | None:
        """Return the delivery of a digest to a subscriber."""
        return await self._first(
            (deliveries.c.digest_id == digest_id) & (deliveries.c.subscriber_id == subscriber_id)
        )

    async def at(self, subscriber_id: int, slot_at: datetime) -> Delivery | None:
        """Return the subscriber's delivery for a slot."""
        return await self._first(
            (deliveries.c.subscriber_id == subscriber_id) & (deliveries.c.slot_at == slot_at)
        )

    async def latest(self, subscriber_id: int) -> Delivery | None:
        """Return the subscriber's last digest that tells of papers, whatever became of it."""
        tells = sa.exists().where(
            digests.c.id == deliveries.c.digest_id, sa.cast(digests.c.picks, sa.Text) != "[]"
        )
        return await self._first((deliveries.c.subscriber_id == subscriber_id) & tells)

    async def tell_of(self, subscriber_id: int, paper_id: str) -> Told | None:
        """Return the last digest of a subscriber that had this paper, shown or left out."""
        query = sa.select(deliveries.c.slot_at, digests.c.picks, digests.c.left_out)
        query = query.join(digests, TELLS).where(
            deliveries.c.subscriber_id == subscriber_id, deliveries.c.state != State.CANCELLED
        )
        for slot_at, picks, left_out in await self._connection.execute(
            query.order_by(deliveries.c.slot_at.desc())
        ):
            for place, pick in enumerate(unpack((*picks, *left_out)), 1):
                if pick.paper_id == paper_id:
                    return Told(slot_at, place, is_shown=place <= len(picks), how=pick.how, bar=pick.bar)
        return None

    async def digests(self, ids: Collection[int]) -> Mapping[int, Digest]:
        """Return the digests with these ids."""
        query = sa.select(digests).where(digests.c.id.in_(ids))
        return {
            row.id: Digest(unpack(row.picks), unpack(row.left_out), row.listed, row.since, row.announcement)
            for row in await self._connection.execute(query)
        }

    async def unfinished(self) -> int:
        """Return how many deliveries wait or are in flight."""
        query = sa.select(sa.func.count()).where(deliveries.c.act_at.is_not(None))
        return await self._connection.scalar(query) or 0

    async def waiting(self, upto: datetime) -> int:
        """Return how many deliveries have something to be done about them until a time."""
        query = sa.select(sa.func.count()).where(deliveries.c.act_at <= upto)
        return await self._connection.scalar(query) or 0

    async def states(self) -> dict[State, int]:
        """Return how many deliveries are in each state."""
        query = sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state)
        return {State(state): count for state, count in await self._connection.execute(query)}

    async def forget(self, before: datetime) -> int:
        """Delete deliveries that ended before a time, and digests that are older; return how many deliveries.

        A digest stays as long as one of its deliveries is not over; those that are go with it.
        """
        unfinished = sa.select(deliveries.c.digest_id).where(deliveries.c.act_at.is_not(None))
        old = sa.and_(digests.c.created_at < before, digests.c.id.not_in(unfinished))
        told = deliveries.c.digest_id.in_(sa.select(digests.c.id).where(old))
        over = deliveries.delete().where((deliveries.c.ended_at < before) | told)
        count = (await self._connection.execute(over)).rowcount
        await self._connection.execute(digests.delete().where(old))
        return count

    async def _new_ids(self, count: int) -> list[int]:
        """Return ids for new digests: to have each told by its insertion takes many times as long."""
        if self._connection.dialect.name == "postgresql":
            numbers = sa.func.generate_series(1, count).table_valued("number")
            following = sa.select(sa.func.nextval("digests_id_seq")).select_from(numbers)
            return list((await self._connection.execute(following)).scalars())
        last = await self._connection.scalar(sa.select(sa.func.max(digests.c.id))) or 0
        return list(range(last + 1, last + 1 + count))

    async def _first(self, condition: sa.ColumnElement[bool]) -> Delivery | None:
        query = sa.select(deliveries).where(condition).order_by(deliveries.c.slot_at.desc()).limit(1)
        row = (await self._connection.execute(query)).first()
        if row is None:
            return None
        return _delivery(row, (await self.digests({row.digest_id}))[row.digest_id])


_CLAIM = deliveries.update().values(
    state=State.SENDING,
    act_at=sa.bindparam("until"),
    claims=deliveries.c.claims + 1,
    attempts=deliveries.c.attempts + 1,
    tried_at=sa.func.coalesce(deliveries.c.tried_at, sa.bindparam("now", type_=UTCDateTime)),
)
_CHANGED = ("state", "done", "attempts", "tried_at", "doubts", "doubt_upto", "unconfirmed", "act_at")
_CHANGE = ("claim", *(f"new_{name}" for name in _CHANGED), "new_error")
"""What `_change` returns: by which claim it is ours, and what it becomes."""
_IS_OURS = deliveries.c.claims == sa.bindparam("claim")
_MAY_END = (State.SENDING, State.CANCELLED)
"""What was taken back while it was in flight can have been sent."""
_BECOMES: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in (*_CHANGED, "error")} | {
    "ended_at": sa.bindparam("ended")
}
_GO_ON = deliveries.update().where(_IS_OURS, deliveries.c.state == State.SENDING).values(_BECOMES)
_END = deliveries.update().where(_IS_OURS, deliveries.c.state.in_(_MAY_END)).values(_BECOMES)


def _change(one: Settled) -> tuple[Any, ...]:
    settled = one.delivery
    return (
        settled.claims,
        settled.state,
        settled.done,
        settled.attempts,
        settled.tried_at,
        settled.doubts,
        settled.doubt_upto,
        settled.unconfirmed,
        settled.act_at,
        one.error,
    )


def _named(change: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(_CHANGE, change, strict=True))


def unlocked(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return that *conditions* hold and nobody is about to change it: PostgreSQL ends one of two who wait for
    each other, and who settles many takes them in no order.
    """
    return deliveries.c.id.in_(
        sa.select(deliveries.c.id).where(*conditions).with_for_update(skip_locked=True)
    )


def _at(moment: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(moment, UTCDateTime)


def is_given_up() -> sa.ColumnElement[bool]:
    """It is over, and not all of it was sent."""
    return deliveries.c.act_at.is_(None) & deliveries.c.state.in_((State.FAILED, State.CANCELLED))


def _delivery(row: sa.Row[Any], digest: Digest) -> Delivery:
    return Delivery(
        id=row.id,
        subscriber_id=row.subscriber_id,
        digest_id=row.digest_id,
        slot_at=row.slot_at,
        digest=digest,
        state=State(row.state),
        done=row.done,
        attempts=row.attempts,
        tried_at=row.tried_at,
        doubts=row.doubts,
        doubt_upto=row.doubt_upto,
        unconfirmed=row.unconfirmed,
        act_at=row.act_at,
        claims=row.claims,
    )
