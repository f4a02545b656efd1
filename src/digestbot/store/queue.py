"""What waits to be sent, in the order of the queue: how it is asked for, and read."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

import orjson
import sqlalchemy as sa

from digestbot.core.delivery import LEASE, Delivery, State
from digestbot.core.digest import Digest
from digestbot.core.subscriber import Addressee, Reader
from digestbot.store.bulk import as_json, as_one_json
from digestbot.store.schema import UTCDateTime, deliveries, subscribers
from digestbot.store.subscribers import READER, moment_of, reader_of


class Place(NamedTuple):
    """A place in the queue: what stands before it was asked for already."""

    act_at: datetime
    id: int


START = Place(datetime.min.replace(tzinfo=UTC), 0)


@dataclass(frozen=True, slots=True)
class Claim:
    """Deliveries that are ours to send, the longest waiting first."""

    deliveries: list[Delivery] = field(default_factory=list)
    addressees: dict[int, Addressee] = field(default_factory=dict)
    """Who gets them, by the delivery's id."""
    upto: Place = START
    """The place of the last of them: from there on is what others wait for."""


_SHARED = (
    deliveries.c.digest_id,
    deliveries.c.slot_at,
    deliveries.c.done,
    deliveries.c.attempts,
    deliveries.c.tried_at,
    deliveries.c.doubts,
    deliveries.c.doubt_upto,
    deliveries.c.unconfirmed,
    deliveries.c.act_at,
    deliveries.c.claims,
)
"""What many deliveries have in common."""
_EARLIER = deliveries.alias("earlier")
_WAITING = (
    sa.select(deliveries.c.id, deliveries.c.subscriber_id, subscribers.c.chat_id)
    .select_from(deliveries.join(subscribers))
    .where(
        deliveries.c.act_at <= sa.bindparam("now", type_=UTCDateTime),
        sa.tuple_(deliveries.c.act_at, deliveries.c.id)
        > sa.tuple_(sa.bindparam("after_at", type_=UTCDateTime), sa.bindparam("after_id", type_=sa.Integer)),
        deliveries.c.state != State.SENDING,
        # An earlier digest of the reader's is on its way, and has not failed so far: that one goes first.
        ~sa.exists().where(
            _EARLIER.c.subscriber_id == deliveries.c.subscriber_id,
            _EARLIER.c.slot_at < deliveries.c.slot_at,
            _EARLIER.c.act_at.is_not(None),
            _EARLIER.c.state != State.FAILED,
        ),
    )
    .order_by(deliveries.c.act_at, deliveries.c.id)
    .limit(sa.bindparam("number"))
    .with_for_update(of=deliveries, skip_locked=True)
)
*_IDS, _REST, _READER = _WAITING.add_columns(as_json(_SHARED), as_json(READER)).subquery().c
GROUPED = sa.select(_REST, _READER, as_one_json(_IDS)).group_by(_REST, _READER)
"""What waits, a row for all that have the rest in common, which `Group.of` reads.

SQLite's driver lets other threads go on at each row, and waits for its turn after it: that takes longer than
all else about a row.
"""


class _Shared(NamedTuple):
    """What JSON tells of _SHARED, which is read once for all deliveries that have it in common."""

    digest_id: int
    slot_at: datetime
    done: int
    attempts: int
    tried_at: datetime | None
    doubts: int
    doubt_upto: int
    unconfirmed: bool
    act_at: datetime
    claims: int

    @classmethod
    def of(cls, told: str) -> Self:
        digest_id, slot_at, done, attempts, tried_at, doubts, upto, unconfirmed, act_at, claims = json.loads(
            told
        )
        return cls(
            digest_id, moment_of(slot_at), done, attempts, moment_of(tried_at) if tried_at else None,
            doubts, upto, bool(unconfirmed), moment_of(act_at), claims,
        )  # fmt: skip

    def claimed(self, digest: Digest, now: datetime) -> tuple[Any, ...]:
        """Return what a delivery is, but for its ids, once it is claimed: to be told that takes longer."""
        return (
            self.digest_id, self.slot_at, digest, State.SENDING, self.done, self.attempts + 1,
            self.tried_at or now, self.doubts, self.doubt_upto, self.unconfirmed, now + LEASE,
            self.claims + 1,
        )  # fmt: skip


class Group(NamedTuple):
    """What waits and differs by who it is for only."""

    shared: _Shared
    reader: Reader
    each: list[tuple[int, int, int]]
    """Its id, the subscriber's and the chat's, in the order of the queue."""

    @classmethod
    def of(cls, shared: str, reader: str, each: str) -> Self:
        return cls(_Shared.of(shared), reader_of(reader), sorted(orjson.loads(each)))

    @property
    def upto(self) -> Place:
        """The place of the last of it."""
        return Place(self.shared.act_at, self.each[-1][0])
