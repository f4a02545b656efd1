"""All that is kept of a reader is found, handed over and deleted, in whatever table."""

from datetime import timedelta

import sqlalchemy as sa

from digestbot.store import Store
from digestbot.store.schema import deliveries, digests, metadata, subscribers
from tests.builders import NOON
from tests.everything import fill, rows

ANN, BO = 7_070_707, 8_080_808


async def test_every_table_that_holds_a_reader_is_emptied(store: Store) -> None:
    """Of all tables of the schema, those that others added too, none holds a row of who was forgotten."""
    await fill(store, ANN)
    before = await rows(store)
    async with store.write() as tables:
        await tables.personal.forget(ANN)
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
        await tables.personal.forget(BO)
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


async def test_what_others_were_told_too_stays(store: Store) -> None:
    """Of the reader's digests those go that nobody else was told; what is not theirs is not looked at."""
    await fill(store, ANN)
    async with store._engine.begin() as connection:
        told = (await connection.execute(sa.select(deliveries))).mappings().one()
        row = {"picks": [], "left_out": [], "listed": 0, "created_at": NOON}
        add = digests.insert().values(row).returning(digests.c.id)
        others, both = [
            (await connection.execute(add.values(shared=is_shared))).scalar_one()
            for is_shared in (False, True)
        ]
        rest = {name: value for name, value in told.items() if name != "id"}
        later = rest["slot_at"] + timedelta(days=1)
        await connection.execute(deliveries.insert(), {**rest, "digest_id": both, "slot_at": later})
    async with store.write() as tables:
        await tables.personal.forget(ANN)
    assert {row[0] for row in (await rows(store))["digests"]} == {others, both}


def _refers(table: sa.Table) -> bool:
    return any(key.column is subscribers.c.id for key in table.foreign_keys)
