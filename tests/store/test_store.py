"""The store keeps its promises on SQLite and on PostgreSQL alike."""

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import digestbot.store
from digestbot.core.paper import DayState, Opinion, SourceDay
from digestbot.core.subscriber import Schedule, SubscriberState
from digestbot.core.taste import Learned
from digestbot.store import Store, tastes
from digestbot.store.schema import deliveries, digests, is_ours, metadata
from tests.builders import DAY, NOON, a_paper, a_subscriber


def _revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", f"{digestbot.store.__path__[0]}/migrations")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


@pytest.mark.parametrize("revision", _revisions())
async def test_it_upgrades_from_every_revision(database_url: str, revision: str) -> None:
    """From wherever a database stands, it comes to the schema that the code knows, and loses no topics.

    Also where SQLite makes the table of subscribers anew.
    """
    async with Store(database_url) as store:
        await store.upgrade(revision)
        assert await store.revision() == revision
        async with store._engine.begin() as connection:
            await connection.run_sync(_insert_as_then)
        await store.upgrade()
        async with store._engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
            assert (await connection.execute(sa.text("SELECT topic FROM topics"))).all() == [("agents",)]
        with pytest.raises(sa.exc.IntegrityError):  # foreign keys hold again
            async with store._engine.begin() as connection:
                await connection.execute(
                    sa.text("INSERT INTO topics (subscriber_id, topic, key) VALUES (9, 'rag', 'rag')")
                )


async def test_what_was_told_to_many_is_known_after_an_upgrade(database_url: str) -> None:
    """Which digests are shared, and which deliveries are of a broadcast, where an index told it before."""
    async with Store(database_url) as store:
        await store.upgrade("0018")
        async with store._engine.begin() as connection:
            await connection.run_sync(_tell_as_then)
        await store.upgrade()
        async with store._engine.connect() as connection:
            shared = await connection.execute(sa.select(digests.c.id, digests.c.shared).order_by("id"))
            assert shared.all() == [(1, False), (2, True), (3, True)]
            told = sa.select(deliveries.c.id, deliveries.c.digest_id, deliveries.c.broadcast_id)
            of_what = await connection.execute(told.order_by("id"))
            assert of_what.all() == [(1, 1, None), (2, 2, None), (3, 2, None), (4, 3, 5)]


def _tell_as_then(connection: sa.Connection) -> None:
    """Tell a digest to one reader, one to two, and an announcement to one."""
    _insert_as_then(connection)
    then = sa.MetaData()
    then.reflect(connection)
    digest = {"picks": [], "left_out": [], "listed": 0, "created_at": NOON}
    broadcast = {"id": 5, "text": "Hello.", "state": "over", "created_at": NOON, "digest_id": 3}
    told = [
        {"id": number, "announcement": words, **digest}
        for number, words in ((1, None), (2, None), (3, "Hello."))
    ]
    connection.execute(then.tables["digests"].insert(), told)
    connection.execute(then.tables["broadcasts"].insert(), broadcast)
    sent = {"subscriber_id": 1, "state": "sent"}
    connection.execute(
        then.tables["deliveries"].insert(),
        [
            {"id": id_, "digest_id": digest_id, "slot_at": NOON + timedelta(days=id_), **sent}
            for id_, digest_id in ((1, 1), (2, 2), (3, 2), (4, 3))
        ],
    )


def _insert_as_then(connection: sa.Connection) -> None:
    """Insert a subscriber with a topic into the tables as they are at some revision."""
    then = sa.MetaData()
    then.reflect(connection, only=["subscribers", "topics"])
    row = {
        "id": 1, "chat_id": 7, "kind": "private", "state": "active", "language": "en", "zone": "UTC",
        "at": time(8), "weekdays": [0], "maximum": 10, "categories": [], "style": "bullets", "cursor": 0,
        "since": DAY, "created_at": NOON,
    }  # fmt: skip
    known = {name: value for name, value in row.items() if name in then.tables["subscribers"].c}
    connection.execute(then.tables["subscribers"].insert(), known)
    connection.execute(
        then.tables["topics"].insert(), {"subscriber_id": 1, "topic": "agents", "key": "agents"}
    )


def _differences(connection: sa.Connection) -> list[object]:
    found: list[object] = compare_metadata(
        MigrationContext.configure(connection, opts={"include_name": is_ours}), metadata
    )
    return found


async def test_an_empty_database_has_no_revision(database_url: str) -> None:
    """Before the first upgrade there is nothing, and that is told as None."""
    async with Store(database_url) as store:
        assert await store.revision() is None


async def test_papers_come_back_as_they_were_saved(store: Store) -> None:
    """Every field survives, times aware and in UTC."""
    paper = a_paper(
        authors=("Ann", "Bo"),
        published_at=NOON,
        ai_keywords=("agents",),
        media=("https://a/b.png",),
        code_stars=3,
    )
    async with store.write() as tables:
        assert await tables.papers.save([paper], NOON) == 1
    async with store.read() as tables:
        assert await tables.papers.get(paper.id) == paper
        assert await tables.papers.get("0000.00000") is None


async def test_a_later_reading_updates_and_takes_nothing_away(store: Store) -> None:
    """Votes move, what is new is added, what a reading leaves out stays; the arrival number too."""
    full = a_paper(upvotes=3, ai_summary="Short.", authors=("Ann",), thumbnail="https://a/b.png")
    thin = a_paper(upvotes=9, abstract="", listed_on=DAY + timedelta(days=6))
    async with store.write() as tables:
        await tables.papers.save([full], NOON)
        assert await tables.papers.save([thin, thin], NOON) == 0
        saved = await tables.papers.get(full.id)
    assert saved == replace(full, upvotes=9, listed_on=DAY + timedelta(days=6))
    async with store.read() as tables:
        assert [arrival for arrival, _ in await tables.papers.arrived(0, 99)] == [1]


async def test_arrival_numbers_have_no_gap_and_no_double(store: Store) -> None:
    """Twenty readings at once: the numbers go up one by one, so that a cursor can pass none by."""

    async def save(first: int) -> None:
        async with store.write() as tables:
            await tables.papers.save([a_paper(first), a_paper(first + 1)], NOON)

    await asyncio.gather(*(save(2 * number) for number in range(20)))
    async with store.read() as tables:
        assert [arrival for arrival, _ in await tables.papers.arrived(0, 99)] == list(range(1, 41))
        assert [arrival for arrival, _ in await tables.papers.arrived(7, 9)] == [8, 9]


async def test_days_of_papers_are_found(store: Store) -> None:
    """The newest day, the papers between two days, and the arrival before a day."""
    days = [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]
    async with store.write() as tables:
        assert await tables.papers.newest_day(DAY) is None
        assert await tables.papers.arrival_before(DAY) == 0
        await tables.papers.save([a_paper(n, listed_on=day) for n, day in enumerate(days)], NOON)
        assert await tables.papers.newest_day(days[1]) == days[1]
        assert [paper.listed_on for paper in await tables.papers.listed(days[1], days[2])] == days[1:]
        assert await tables.papers.arrival_before(days[1]) == 1
        assert await tables.papers.arrival_before(days[2] + timedelta(days=1)) == 3


async def test_source_days_are_kept_with_what_was_set_aside(store: Store) -> None:
    """A second reading of a day takes the place of the first."""
    day = SourceDay(
        source="hf", day=DAY, state=DayState.PARTIAL, papers=3, rejected=1, attempts=1, fetched_at=NOON
    )
    done = replace(day, state=DayState.COMPLETE, papers=4)
    async with store.write() as tables:
        await tables.days.put(day)
        await tables.days.set_aside("hf", DAY, [("{}", "no id"), ("[]", "no dict")], NOON)
        assert await tables.days.last_complete("hf") is None
        await tables.days.put(done)
        await tables.days.set_aside("hf", DAY, [("{}", "no id")], NOON)
    async with store.read() as tables:
        assert await tables.days.get("hf", DAY) == done
        assert await tables.days.get("other", DAY) is None
        assert await tables.days.last_complete("hf") == DAY
        assert await tables.days.between("hf", DAY, DAY) == [done]


async def test_subscribers_come_back_as_they_were_saved(store: Store) -> None:
    """With their topics in the order of adding; a change leaves the topics alone."""
    async with store.write() as tables:
        added = await tables.subscribers.add(a_subscriber(chat_id=-100_123_456_789_012), NOON)
        await tables.subscribers.add_topics(added.id, [("Agents", "agent"), ("RAG", "rag")])
    changed = replace(added, state=SubscriberState.PAUSED, next_due_at=None, topics=("Agents", "RAG"))
    async with store.write() as tables:
        await tables.subscribers.save(changed)
        assert await tables.subscribers.in_chat(added.chat_id) == changed
        await tables.subscribers.remove_topics(added.id, ["agent"])
    async with store.read() as tables:
        assert await tables.subscribers.get(added.id) == replace(changed, topics=("RAG",))
        assert await tables.subscribers.in_chat(8) is None
        assert await tables.subscribers.count() == {SubscriberState.PAUSED: 1}


async def test_the_longest_waiting_are_due_first(store: Store) -> None:
    """Who is due later, or never, is not among them."""
    async with store.write() as tables:
        for chat_id, hours in ((1, 2), (2, 3), (3, -1)):
            await tables.subscribers.add(
                a_subscriber(chat_id, next_due_at=NOON - timedelta(hours=hours)), NOON
            )
        await tables.subscribers.add(a_subscriber(4, next_due_at=None), NOON)
        assert [reader.chat_id for reader in await tables.subscribers.due(NOON, 10)] == [2, 1]
        assert [reader.chat_id for reader in await tables.subscribers.due(NOON, 1)] == [2]


async def test_who_is_deleted_leaves_nothing(store: Store) -> None:
    """Topics and saved papers go with the subscriber."""
    async with store.write() as tables:
        reader = await tables.subscribers.add(a_subscriber(), NOON)
        await tables.papers.save([a_paper()], NOON)
        await tables.saved.put(reader.id, "2510.00001", NOON)
        await tables.subscribers.add_topics(reader.id, [("Agents", "agent")])
        await tables.personal.forget(reader.chat_id)
    async with store.read() as tables:
        assert await tables.saved.of(reader.id) == []
        assert await tables.subscribers.topics_of(reader.id, range(99)) == ()


async def test_saved_papers_are_the_readers_own(store: Store) -> None:
    """The last saved first; a paper is kept once, and only where somebody has it."""
    async with store.write() as tables:
        await tables.papers.save([a_paper(number) for number in (1, 2, 3)], NOON)
        ann, bo = [await tables.subscribers.add(a_subscriber(chat_id), NOON) for chat_id in (7, 8)]
        for minutes, number in enumerate((2, 3, 1)):
            await tables.saved.put(ann.id, f"2510.{number:05}", NOON + timedelta(minutes=minutes))
    with pytest.raises(sa.exc.IntegrityError):
        async with store.write() as tables:
            await tables.saved.put(ann.id, "2510.00001", NOON)
    async with store.write() as tables:
        await tables.saved.remove(ann.id, "2510.00003")
        assert await tables.saved.of(ann.id) == ["2510.00001", "2510.00002"]
        assert await tables.saved.has(ann.id, "2510.00001")
        assert not await tables.saved.has(bo.id, "2510.00001")
        assert await tables.saved.of(bo.id) == []


async def test_who_is_due_is_known_as_far_as_planning_needs_it(store: Store) -> None:
    """The same readers in the same order; those who are told have a last slot then."""
    async with store.write() as tables:
        for number, topics in enumerate((["RAG", "확산 모델"], [], ["agents"])):
            reader = a_subscriber(
                number, schedule=Schedule(time(9, 30), "Asia/Seoul", (0, 6)), categories=("cs.CL",)
            )
            added = await tables.subscribers.add(reader, NOON)
            await tables.subscribers.add_topics(added.id, [(topic, topic) for topic in topics])
    async with store.write() as tables:
        due, waiting = await tables.subscribers.due(NOON), await tables.subscribers.waiting(NOON)
        for reader, known in zip(due, waiting, strict=True):
            assert sorted(reader.topics) == sorted(known.topics)
            cohort = known.cohort
            assert (reader.id, reader.schedule, reader.categories) == (
                known.id,
                cohort.schedule,
                cohort.categories,
            )
            assert (reader.cursor, reader.since, reader.maximum) == (
                cohort.cursor,
                cohort.since,
                cohort.maximum,
            )
            assert (reader.next_due_at, reader.last_slot_at) == (cohort.slot_at, cohort.last_slot_at)
        later = NOON + timedelta(days=1)
        await tables.subscribers.move_on([due[0].id, due[2].id], 7, later, is_told=True)
        await tables.subscribers.move_on([due[1].id], 7, later, is_told=False)
        assert await tables.subscribers.waiting(NOON) == []
        moved = await tables.subscribers.waiting(later)
        assert [(reader.cohort.cursor, reader.cohort.last_slot_at) for reader in moved] == [
            (7, NOON),
            (7, None),
            (7, NOON),
        ]


async def test_who_is_due_is_found_without_looking_at_all_who_are(store: Store) -> None:
    """They come in the order of an index: of a million who are due at nine, no chunk sorts all the others."""
    asked: list[tuple[str, Any]] = []
    engine = store._engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    async with store.read() as tables:
        await tables.subscribers.waiting(NOON, 2000)
    query, parameters = next(one for one in asked if "next_due_at" in one[0])
    explain = "EXPLAIN " if store.is_shared else "EXPLAIN QUERY PLAN "
    async with store._engine.connect() as connection:
        if store.is_shared:  # so few rows are soonest sorted
            await connection.execute(sa.text("SET enable_seqscan = off"))
            await connection.execute(sa.text("SET enable_bitmapscan = off"))
        steps = str((await connection.exec_driver_sql(explain + query, parameters)).all())
    assert "ix_subscribers_due" in steps
    assert "Sort" not in steps
    assert "TEMP B-TREE" not in steps


async def test_an_error_undoes_the_whole_transaction(store: Store) -> None:
    """All of it or none of it."""
    with pytest.raises(ZeroDivisionError):
        async with store.write() as tables:
            await tables.papers.save([a_paper()], NOON)
            raise ZeroDivisionError
    async with store.read() as tables:
        assert await tables.papers.get("2510.00001") is None


async def test_reading_before_writing_never_finds_the_database_locked(store: Store) -> None:
    """Twenty transactions at once that read, wait, and write: each waits its turn, and no change is lost."""
    async with store.write() as tables:
        added = await tables.subscribers.add(a_subscriber(maximum=0), NOON)

    async def add_one() -> None:
        async with store.write() as tables:
            reader = await tables.subscribers.get(added.id)
            assert reader is not None
            await asyncio.sleep(0)
            await tables.subscribers.save(replace(reader, maximum=reader.maximum + 1))

    await asyncio.gather(*(add_one() for _ in range(20)))
    async with store.read() as tables:
        reader = await tables.subscribers.get(added.id)
    assert reader is not None
    assert reader.maximum == 20


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    """A naive time is a bug, found where it would be written."""
    with pytest.raises(sa.exc.StatementError, match="without its zone"):
        async with store.write() as tables:
            await tables.subscribers.add(a_subscriber(next_due_at=datetime(2025, 1, 1)), NOON)  # noqa: DTZ001


async def test_a_password_is_not_shown_with_the_place() -> None:
    """Where the database is may be logged."""
    assert "secret" not in Store("postgresql+asyncpg://me:secret@localhost/x").place


async def test_only_the_newest_votes_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One paper has one vote; what was learned is there for planning as it was written, or not at all."""
    monkeypatch.setattr(tastes, "MOST_LESSONS", 2)
    async with store.write() as tables:
        reader = await tables.subscribers.add(a_subscriber(), NOON)
        await tables.papers.save([a_paper(number) for number in range(1, 5)], NOON)
        for number in (1, 2, 3, 3):
            at = NOON + timedelta(minutes=number)
            await tables.tastes.vote(reader.id, f"2510.{number:05}", Opinion.USEFUL, at)
        assert (await tables.tastes.votes(reader.id)).keys() == {"2510.00002", "2510.00003"}
        await tables.tastes.teach(reader.id, (Learned("agent", "Agents", 0.5, 2),))
        (waiting,) = await tables.subscribers.waiting(NOON)
        assert [*tastes.read_weights(waiting.cohort.taste or "")] == [("agent", 0.5)]
        assert await tables.tastes.taste(reader.id) == (Learned("agent", "Agents", 0.5, 2),)
        await tables.tastes.unlearn(reader.id, "agent")
        await tables.saved.put(reader.id, "2510.00004", NOON)
        await tables.tastes.forget(reader.id)
        await tables.tastes.leave_out_saved(reader.id, NOON)
        assert await tables.tastes.votes(reader.id) == {"2510.00004": Opinion.NONE}
        assert await tables.tastes.unlearned(reader.id) == frozenset()
        (waiting,) = await tables.subscribers.waiting(NOON)
        assert waiting.cohort.taste is None
