"""All that is kept of a reader is found, handed over and deleted, in whatever table."""

from datetime import timedelta

import sqlalchemy as sa

from digestbot.store import Store
from digestbot.store.schema import deliveries, digests, metadata, subscribers
from tests.builders import NOON, a_subscriber
from tests.everything import fill, rows

ANN, BO = 7_070_707, 8_080_808


async def test_every_table_that_holds_a_reader_is_emptied(store: Store) -> None:
    """Of all tables of the schema, those that others added too, none holds a row of who was forgotten."""
    await fill(store, ANN)
    before = await rows(store)
    async with store.write() as tables:
        await tables.personal.forget(ANN, NOON + timedelta(days=1))
    after = await rows(store)
    theirs = {name for name in before if before[name] and not after[name]}
    assert {"subscribers", "topics", "saved", "deliveries", "digests"} <= theirs
    assert [name for name in after if any(ANN in row for row in after[name])] == []
    assert [table.name for table in metadata.tables.values() if _refers(table) and after[table.name]] == []
    assert len(before["papers"]) == len(after["papers"]) == 1


async def test_others_keep_theirs(store: Store) -> None:
    """Forgetting somebody who is not there, too, changes nothing for who is."""
    await fill(store, ANN)
    before = await rows(store)
    async with store.write() as tables:
        await tables.personal.forget(BO, NOON)
        told = await tables.personal.of(BO)
    assert await rows(store) == before
    assert not any(told.values())


async def test_all_of_it_is_handed_over(store: Store) -> None:
    """A row of each table that refers to the reader, and what their digests told."""
    await fill(store, ANN)
    async with store.read() as tables:
        told = await tables.personal.of(ANN)
    wanted = {name for name, table in metadata.tables.items() if _refers(table)} | {"subscribers", "digests"}
    assert {name for name in told if told[name]} >= wanted
    assert told["subscribers"][0]["chat_id"] == ANN
    assert told["topics"][0]["topic"] == "agents"


async def test_what_a_digest_told_stays_while_it_may_be_needed(store: Store) -> None:
    """One that was just composed may be shared by who is planned next."""
    async with store.write() as tables:
        await tables.deliveries.compose([], NOON)
        await tables.personal.drop_untold(NOON)
    row = {"picks": [], "left_out": [], "listed": 0, "created_at": NOON}
    async with store._engine.begin() as connection:
        await connection.execute(digests.insert(), row)
    for minutes, left in ((59, 1), (61, 0)):
        async with store.write() as tables:
            await tables.personal.drop_untold(NOON + timedelta(minutes=minutes))
        assert len((await rows(store))["digests"]) == left


async def test_only_what_the_reader_was_told_is_looked_at(store: Store) -> None:
    """A digest that nobody needs any more is left to housekeeping; one that another was told, too, stays."""
    await fill(store, ANN)
    async with store.write() as tables:
        bo = await tables.subscribers.add(a_subscriber(BO), NOON)
    async with store._engine.begin() as connection:
        shared = (await connection.execute(sa.select(deliveries))).mappings().one()
        alone = {"picks": [], "left_out": [], "listed": 0, "created_at": NOON}
        add = digests.insert().values(alone).returning(digests.c.id)
        nobodys, hers = [(await connection.execute(add)).scalar_one() for _ in range(2)]
        rest = {name: value for name, value in shared.items() if name != "id"}
        await connection.execute(deliveries.insert(), {**rest, "subscriber_id": bo.id})
        later = rest["slot_at"] + timedelta(days=1)
        await connection.execute(deliveries.insert(), {**rest, "digest_id": hers, "slot_at": later})
    async with store.write() as tables:
        await tables.personal.forget(ANN, NOON + timedelta(days=1))
    left = {row[0] for row in (await rows(store))["digests"]}
    assert left == {shared["digest_id"], nobodys}
    async with store.write() as tables:
        await tables.personal.drop_untold(NOON + timedelta(days=1))
    assert {row[0] for row in (await rows(store))["digests"]} == {shared["digest_id"]}


def _refers(table: sa.Table) -> bool:
    return any(key.column is subscribers.c.id for key in table.foreign_keys)
