"""The ledger of deliveries and who may lead, on SQLite and on PostgreSQL alike."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from digestbot.core.delivery import LEASE, MAX_ATTEMPTS, RETRY_FAILED, Delivery, State
from digestbot.core.digest import Digest, Pick
from digestbot.core.subscriber import Subscriber
from digestbot.store import Store, Tables
from digestbot.store.deliveries import Settled
from digestbot.store.picks import pack
from tests.builders import NOON, a_subscriber

DIGEST = Digest((Pick("2510.00001", ("agents",)), Pick("2510.00002")), (Pick("2510.00003"),), 9)
MINUTE = timedelta(minutes=1)


async def plan(tables: Tables, reader: Subscriber, slot_at: datetime = NOON) -> int:
    """Plan DIGEST for *reader* and return its id."""
    (digest_id,) = await tables.deliveries.compose([pack(DIGEST)], [False], NOON)
    await tables.subscribers.save(replace(reader, next_due_at=slot_at))
    await tables.deliveries.plan({reader.id: digest_id})
    return digest_id


@pytest.fixture
async def reader(store: Store) -> Subscriber:
    """Somebody for whom a digest is planned."""
    async with store.write() as tables:
        added = await tables.subscribers.add(a_subscriber(), NOON)
        await plan(tables, added)
    return added


async def claim(store: Store, now: datetime = NOON, limit: int = 1) -> list[Delivery]:
    async with store.write() as tables:
        return (await tables.deliveries.claim(now, limit)).deliveries


async def settle(store: Store, settled: Delivery) -> None:
    async with store.write() as tables:
        await tables.deliveries.settle([Settled(settled)], NOON)


async def test_a_delivery_is_claimed_once(store: Store, reader: Subscriber) -> None:
    """Many who ask at once: one gets it."""
    claims = await asyncio.gather(*(claim(store) for _ in range(8)))
    assert sum(map(len, claims)) == 1


async def test_those_who_are_told_the_same_come_in_their_order(store: Store) -> None:
    """A claim goes by the queue, also where all is alike but who it is for, and so does the next one."""
    async with store.write() as tables:
        (digest_id,) = await tables.deliveries.compose([pack(DIGEST)], [True], NOON)
        readers = [
            await tables.subscribers.add(a_subscriber(chat, next_due_at=NOON), NOON) for chat in range(9)
        ]
        await tables.deliveries.plan({one.id: digest_id for one in readers})
    async with store.write() as tables:
        first = await tables.deliveries.claim(NOON, 5)
        second = await tables.deliveries.claim(NOON, 5, first.upto)
    ids = [one.id for claim in (first, second) for one in claim.deliveries]
    assert ids == sorted(ids)
    assert [len(claim.deliveries) for claim in (first, second)] == [5, 4]
    assert (first.upto.id, second.upto.id) == (ids[4], ids[8])


async def test_a_delivery_holds_what_to_say_and_how_far_it_got(store: Store, reader: Subscriber) -> None:
    """Claimed, settled, claimed again: picks, progress and doubts are as they were written."""
    (claimed,) = await claim(store)
    assert claimed.digest == DIGEST
    assert (claimed.state, claimed.attempts, claimed.tried_at) == (State.SENDING, 1, NOON)
    later = NOON + MINUTE
    half = claimed._replace(state=State.UNCERTAIN, done=1, doubts=1, doubt_upto=2, act_at=later)
    await settle(store, half)
    assert await claim(store) == []
    (again,) = await claim(store, later)
    assert again == half._replace(state=State.SENDING, attempts=2, act_at=later + LEASE, claims=2)


async def test_a_claim_tells_what_it_leaves_in_the_ledger(store: Store, reader: Subscriber) -> None:
    """At the first attempt and at a later one."""
    for now in (NOON, NOON + MINUTE):
        (claimed,) = await claim(store, now)
        async with store.read() as tables:
            assert await tables.deliveries.of_digest(claimed.digest_id, reader.id) == claimed
        await settle(store, claimed._replace(state=State.FAILED, act_at=NOON + MINUTE))


async def test_many_are_settled_at_once_each_as_it_ended(store: Store, reader: Subscriber) -> None:
    """Those that end alike, those that do not, and those that go on: none is written over another."""
    async with store.write() as tables:
        for chat in range(10, 15):
            await plan(tables, await tables.subscribers.add(a_subscriber(chat), NOON))
    claimed = await claim(store, limit=6)
    sent = {"state": State.SENT, "done": 2, "act_at": None}
    ends: list[dict[str, Any]] = [
        sent,
        sent,
        sent | {"state": State.UNCERTAIN, "unconfirmed": True},
        {"state": State.CANCELLED, "act_at": None},
        {"state": State.PLANNED, "act_at": NOON + MINUTE},
        {"state": State.FAILED, "act_at": NOON + 2 * MINUTE},
    ]
    settled = [one._replace(**end) for one, end in zip(claimed, ends, strict=True)]
    async with store.write() as tables:
        await tables.deliveries.settle([*map(Settled, settled)], NOON)
    async with store.read() as tables:
        for one in settled:
            assert await tables.deliveries.of_digest(one.digest_id, one.subscriber_id) == one


async def test_what_is_over_is_kept_for_a_while_then_forgotten(store: Store, reader: Subscriber) -> None:
    """With the digest that nobody else was told."""
    (claimed,) = await claim(store)
    await settle(store, claimed._replace(state=State.SENT, act_at=None))
    async with store.write() as tables:
        assert await tables.deliveries.unfinished() == 0
        assert await tables.deliveries.states() == {State.SENT: 1}
        assert await tables.deliveries.forget(NOON) == 0
        latest = await tables.deliveries.latest(reader.id)
        assert latest is not None
        assert latest.state is State.SENT
        assert await tables.deliveries.forget(NOON + MINUTE) == 1
    async with store._engine.connect() as connection:
        assert await connection.scalar(sa.text("SELECT count(*) FROM digests")) == 0


async def test_a_digest_goes_with_all_its_deliveries(store: Store, reader: Subscriber) -> None:
    """Also with one that ended later; while one is not over, it stays."""
    (claimed,) = await claim(store)
    async with store.write() as tables:
        other = await tables.subscribers.add(a_subscriber(8, next_due_at=NOON), NOON)
        assert await tables.deliveries.share([claimed.digest_id])
        await tables.deliveries.plan({other.id: claimed.digest_id})
        assert await tables.deliveries.forget(NOON + MINUTE) == 0
    (later,) = await claim(store)
    for one, ended in ((claimed, NOON), (later, NOON + timedelta(days=1))):
        async with store.write() as tables:
            over = Settled(one._replace(state=State.SENT, act_at=None))
            await tables.deliveries.settle([over], ended)
    async with store.write() as tables:
        assert await tables.deliveries.forget(NOON + MINUTE) == 2
        assert await tables.deliveries.digests([claimed.digest_id]) == {}


async def test_what_was_forgotten_can_not_be_shared(store: Store, reader: Subscriber) -> None:
    """A digest that only they were told went with them; one that others were told, too, is there."""
    async with store.write() as tables:
        others = [await tables.subscribers.add(a_subscriber(chat), NOON) for chat in (8, 9)]
        mine, ours = [await plan(tables, other) for other in others]
        assert await tables.deliveries.share([ours])
        for other in others:
            await tables.personal.forget(other.chat_id)
        assert not await tables.deliveries.share([mine, ours])
        assert await tables.deliveries.share([ours])


async def test_a_digest_is_opened_only_by_those_who_were_told_it(store: Store, reader: Subscriber) -> None:
    """A button's number of somebody else's digest finds nothing."""
    async with store.write() as tables:
        other = await tables.subscribers.add(a_subscriber(8), NOON)
        digest_id = await plan(tables, other)
        assert await tables.deliveries.of_digest(digest_id, reader.id) is None
        mine = await tables.deliveries.of_digest(digest_id, other.id)
    assert mine is not None
    assert mine.digest == DIGEST


async def test_a_slot_has_one_delivery(store: Store, reader: Subscriber) -> None:
    """The database itself refuses a second digest for the same due time; the next reader's is planned."""
    async with store.write() as tables:
        other = await tables.subscribers.add(a_subscriber(8, next_due_at=NOON), NOON)
        (digest_id,) = await tables.deliveries.compose([pack(DIGEST)], [True], NOON)
        assert await tables.deliveries.plan({reader.id: digest_id, other.id: digest_id}) == 1
        assert await tables.deliveries.states() == {State.PLANNED: 2}


async def test_who_is_deleted_leaves_nothing(store: Store, reader: Subscriber) -> None:
    """Topics and deliveries go with the subscriber."""
    async with store.write() as tables:
        await tables.subscribers.add_topics(reader.id, [("Agents", "agent")])
        await tables.personal.forget(reader.chat_id)
    async with store.read() as tables:
        assert await tables.deliveries.latest(reader.id) is None
        assert await tables.deliveries.unfinished() == 0


async def test_what_a_dead_sender_left_is_in_doubt(store: Store, reader: Subscriber) -> None:
    """Not before its lease is over, and not while somebody renews it."""
    (claimed,) = await claim(store)
    async with store.write() as tables:
        assert await tables.deliveries.recover(NOON + LEASE - MINUTE) == 0
        await tables.deliveries.renew([claimed.id], NOON + MINUTE)
        assert await tables.deliveries.recover(NOON + LEASE) == 0
        assert await tables.deliveries.recover(NOON + LEASE + MINUTE) == 1
        assert await tables.deliveries.states() == {State.UNCERTAIN: 1}
    (again,) = await claim(store, NOON + LEASE + MINUTE)
    assert again.may_repeat


async def test_a_process_that_dies_again_and_again_makes_one_doubt(store: Store, reader: Subscriber) -> None:
    """Most of what it had claimed it had not begun: that must not use up the copies that may be sent."""
    for times in range(5):
        await claim(store, NOON + times * LEASE)
        async with store.write() as tables:
            await tables.deliveries.recover(NOON + (times + 1) * LEASE)
    (again,) = await claim(store, NOON + 5 * LEASE)
    assert again.doubts == 1


async def test_what_may_kill_its_senders_waits_until_others_are_out(store: Store, reader: Subscriber) -> None:
    """After so many deaths it is tried once an hour, and is not lost."""
    now = NOON
    for _ in range(MAX_ATTEMPTS):
        await claim(store, now)
        now += LEASE
        async with store.write() as tables:
            await tables.deliveries.recover(now)
    assert await claim(store, now + RETRY_FAILED - MINUTE) == []
    (again,) = await claim(store, now + RETRY_FAILED)
    assert again.may_repeat


async def test_who_was_taken_for_dead_does_not_undo_what_others_did(store: Store, reader: Subscriber) -> None:
    """A result that comes too late changes nothing."""
    (late,) = await claim(store)
    async with store.write() as tables:
        await tables.deliveries.recover(NOON + LEASE)
    (now,) = await claim(store, NOON + LEASE)
    await settle(store, late._replace(state=State.FAILED, act_at=None))
    async with store.read() as tables:
        assert await tables.deliveries.states() == {State.SENDING: 1}
    await settle(store, now._replace(state=State.SENT, act_at=None))
    async with store.read() as tables:
        assert await tables.deliveries.states() == {State.SENT: 1}


async def test_who_leaves_is_sent_nothing_that_was_planned(store: Store, reader: Subscriber) -> None:
    """A planned delivery is cancelled, and one in flight; if that was sent it is written down."""
    async with store.write() as tables:
        await plan(tables, reader, NOON + MINUTE)
    (flying,) = await claim(store)
    async with store.write() as tables:
        await tables.deliveries.cancel(reader.id, NOON)
        assert await tables.deliveries.states() == {State.CANCELLED: 2}
    assert await claim(store, NOON + MINUTE) == []
    await settle(store, flying._replace(state=State.SENT, act_at=None))
    async with store.read() as tables:
        assert await tables.deliveries.states() == {State.CANCELLED: 1, State.SENT: 1}


@pytest.mark.parametrize("state", [State.PLANNED, State.UNCERTAIN, State.FAILED, State.SENDING])
async def test_what_was_taken_back_in_flight_is_not_tried_again(
    store: Store, reader: Subscriber, state: State
) -> None:
    """Whatever its sender makes of it, nor does its next message go out."""
    (flying,) = await claim(store)
    going = Settled(flying._replace(state=state, done=1, act_at=NOON + MINUTE))
    async with store.write() as tables:
        goes_on = {flying.id} if state is State.SENDING else set()
        assert {*await tables.deliveries.settle([going], NOON)} == goes_on
    async with store.write() as tables:
        await tables.deliveries.cancel(reader.id, NOON)
        assert not await tables.deliveries.settle([going], NOON)
        assert await tables.deliveries.recover(NOON + LEASE) == 0
        assert await tables.deliveries.unfinished() == 0


async def test_the_next_message_goes_out_only_by_who_holds_the_delivery(
    store: Store, reader: Subscriber
) -> None:
    """Not by who was taken for dead, and knows nothing of it; nor to who was forgotten."""
    (late,) = await claim(store)
    async with store.write() as tables:
        await tables.deliveries.recover(NOON + LEASE)
    (now,) = await claim(store, NOON + LEASE)
    async with store.write() as tables:
        told = [Settled(one._replace(done=1)) for one in (late, now)]
        assert [{*await tables.deliveries.settle([one], NOON)} for one in told] == [set(), {now.id}]
        await tables.personal.forget(reader.chat_id)
        assert not await tables.deliveries.settle(told, NOON)


async def test_a_readers_digests_go_out_in_order(store: Store, reader: Subscriber) -> None:
    """Today's waits for yesterday's, which Telegram made wait; not for one that fails."""
    async with store.write() as tables:
        await plan(tables, reader, NOON + MINUTE)
    first, second = await claim(store, NOON + MINUTE, 2), await claim(store, NOON + MINUTE, 2)
    assert [one.slot_at for one in first] == [NOON]
    assert second == []
    waits = first[0]._replace(state=State.FAILED, act_at=NOON + timedelta(hours=1))
    await settle(store, waits)
    assert [one.slot_at for one in await claim(store, NOON + MINUTE, 2)] == [NOON + MINUTE]


async def test_claims_go_on_from_their_place_the_longest_waiting_first(store: Store) -> None:
    """Each is taken once, in the order of due times, whoever asks."""
    async with store.write() as tables:
        for minutes in (3, 1, 2):
            added = await tables.subscribers.add(a_subscriber(minutes), NOON)
            await plan(tables, added, NOON - minutes * MINUTE)
        first = await tables.deliveries.claim(NOON, 2)
        rest = await tables.deliveries.claim(NOON, 2, first.upto)
        assert (await tables.deliveries.claim(NOON, 2, rest.upto)).deliveries == []
    taken = [*first.deliveries, *rest.deliveries]
    assert [NOON - one.slot_at for one in taken] == [3 * MINUTE, 2 * MINUTE, MINUTE]


async def test_a_claim_ends_where_the_next_begins_however_readers_differ(store: Store) -> None:
    """Who reads otherwise is told by another row; none is passed over, and none is taken again."""
    async with store.write() as tables:
        for chat, language in enumerate(("en", "ko", "en", "ja", "ko"), 1):
            added = await tables.subscribers.add(a_subscriber(chat, language=language), NOON)
            await plan(tables, added, NOON - MINUTE)
        claims = [await tables.deliveries.claim(NOON, 3)]
        claims.append(await tables.deliveries.claim(NOON, 3, claims[0].upto))
    told = [{who.chat_id: who.reader.language for who in one.addressees.values()} for one in claims]
    assert told == [{1: "en", 2: "ko", 3: "en"}, {4: "ja", 5: "ko"}]
    for one in claims:
        assert {each.id for each in one.deliveries} == set(one.addressees)
        assert one.upto == (NOON - MINUTE, max(one.addressees))


@pytest.fixture
async def pair(newest_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two who are on the same database, as two processes would."""
    async with Store(newest_url) as one, Store(newest_url) as other:
        yield one, other


async def test_one_leads_until_it_is_gone(pair: tuple[Store, Store]) -> None:
    """The other takes over."""
    one, other = pair
    assert await one.lead()
    assert await one.lead()
    assert not await other.lead()
    await one._lead.drop()
    assert await other.lead()
    assert not await one.lead()


@pytest.mark.parametrize("what", ["renew", "recover"])
async def test_who_settles_many_and_who_looks_after_many_do_not_stand_in_each_others_way(
    pair: tuple[Store, Store], what: str
) -> None:
    """Each would hold what the other wants next, and PostgreSQL end one of them."""
    one, other = pair
    if not one.is_shared:
        pytest.skip("a file has one writer at a time")
    async with one.write() as tables:
        for chat in (1, 2):
            await plan(tables, await tables.subscribers.add(a_subscriber(chat), NOON))
    first, second = await claim(one, limit=2)

    async def look_after() -> None:
        async with other.write() as tables:
            if what == "renew":
                await tables.deliveries.renew([first.id, second.id], NOON + MINUTE)
            else:
                await tables.deliveries.recover(NOON + LEASE)

    async with one.write() as tables:
        for claimed in (second, first):
            sent = claimed._replace(state=State.SENT, act_at=None)
            await tables.deliveries.settle([Settled(sent)], NOON)
            if claimed is second:
                looking = asyncio.create_task(look_after())
                await asyncio.wait({looking}, timeout=5)  # it has what it can have
    await looking
    expected = {"renew": {State.SENT: 2}, "recover": {State.SENT: 1, State.UNCERTAIN: 1}}
    async with one.read() as tables:
        assert await tables.deliveries.states() == expected[what]


async def test_postgresql_asks_whether_the_machine_is_there(store: Store) -> None:
    """One that lost its power says no farewell: its lead and its locks would stay for two hours."""
    if not store.is_shared:
        pytest.skip("a file is on this machine")
    asked = "SELECT source, name FROM pg_settings WHERE name LIKE 'tcp\\_%' ORDER BY name"
    for _ in range(2):  # also once the connection was given back
        async with store._engine.connect() as connection:
            sources = [row.source for row in await connection.execute(sa.text(asked))]
        assert sources == ["session"] * 4


async def test_who_lost_the_lead_knows_it(pair: tuple[Store, Store]) -> None:
    """PostgreSQL ends a session: its lock is free, the next who asks has it, the first one asks anew."""
    one, other = pair
    if not one.is_shared:
        pytest.skip("a file has no sessions")
    assert await one.lead()
    async with other._engine.connect() as connection:
        ended = (
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'"  # and wait
        )
        await connection.execute(sa.text(ended))
    assert await other.lead()
    assert not await one.lead()


async def test_old_deliveries_survive_the_new_ledger(database_url: str) -> None:
    """Those of revision 0004: one in flight, one sent; its old buttons still find it."""
    async with Store(database_url) as store:
        await store.upgrade("0004")
        async with store._engine.begin() as connection:
            await connection.run_sync(_insert_as_then)
        await store.upgrade()
        async with store.write() as tables:
            assert await tables.deliveries.states() == {State.SENDING: 1, State.SENT: 1}
            old = await tables.deliveries.of_digest(7, 1)
            assert await tables.deliveries.recover(NOON) == 1
            claim = await tables.deliveries.claim(NOON)
            reader = await tables.subscribers.get(1)
            assert reader is not None
            await plan(tables, reader, NOON + MINUTE)
    assert old is not None
    assert old.digest == DIGEST
    (flying,) = claim.deliveries
    assert (flying.id, flying.done, flying.may_repeat) == (8, 1, True)


def _insert_as_then(connection: sa.Connection) -> None:
    then = sa.MetaData()
    then.reflect(connection, only=["subscribers", "deliveries"])
    connection.execute(
        then.tables["subscribers"].insert(),
        {
            "id": 1, "chat_id": 7, "kind": "private", "state": "active", "language": "en", "zone": "UTC",
            "at": NOON.time(), "weekdays": [0], "maximum": 10, "categories": [], "style": "bullets",
            "cursor": 0, "since": NOON.date(), "created_at": NOON,
        },
    )  # fmt: skip
    told = {
        "subscriber_id": 1, "picks": json.loads('[["2510.00001", ["agents"]], ["2510.00002", []]]'),
        "left_out": json.loads('[["2510.00003", []]]'), "listed": 9, "attempts": 1, "may_repeat": False,
        "created_at": NOON,
    }  # fmt: skip
    rows = [
        {"id": 7, "slot_at": NOON - MINUTE, "state": "sent", "done": 2, "act_at": None, "ended_at": NOON},
        {"id": 8, "slot_at": NOON, "state": "sending", "done": 1, "act_at": NOON, "ended_at": None},
    ]
    connection.execute(then.tables["deliveries"].insert(), [{**told, **row} for row in rows])
