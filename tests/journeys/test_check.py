"""`digestbot check`: what a start would refuse is found beforehand, and named with its mend."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from digestbot.check import Finding, examine
from digestbot.playground.emulator import Emulator
from digestbot.playground.hub import HuggingFaceServer
from digestbot.playground.outside import status
from digestbot.store import Store

Settings = Callable[..., None]


@pytest.fixture
async def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Settings]:
    """Give what sets settings; all is well with those that are set."""

    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"DIGESTBOT_{name}", value)

    monkeypatch.chdir(home)
    telegram = Emulator()
    async with HuggingFaceServer() as hub, telegram.serve() as url:
        put(DATA_DIR=str(home), HUGGINGFACE__URL=hub.url)
        put(TELEGRAM__TOKEN=telegram.token, TELEGRAM__API_URL=url)
        yield put


def failed(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.what, finding.told) for finding in findings if not finding.ok]


async def test_settings_that_a_start_refuses_are_found(settings: Settings, home: Path) -> None:
    """All at once: what a webhook needs, synonyms that are none, a data folder that can't be."""
    assert failed(await examine()) == []
    (home / "bad.toml").write_text("groups = 3", encoding="utf-8")
    settings(
        TELEGRAM__MODE="webhook", SYNONYMS="bad.toml", DATA_DIR=str(home / "bad.toml"), TELEGRAM__TOKEN=""
    )
    found = failed(await examine())
    assert [what for what, _ in found] == ["settings"] * 4
    for (_, told), name in zip(
        found, ("TELEGRAM__TOKEN", "TELEGRAM__WEBHOOK_URL", "SYNONYMS", "DATA_DIR"), strict=True
    ):
        assert told.startswith(f"DIGESTBOT_{name}")
    settings(TELEGRAM__WEBHOOK_URL="https://example.org/in")
    assert any("WEB__PORT is missing" in told for _, told in failed(await examine()))


async def test_a_database_that_a_start_refuses_is_found(settings: Settings, home: Path) -> None:
    """One of a newer digestbot; one that takes nothing more. What was tried leaves no trace."""
    with sqlite3.connect(home / "digestbot.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0099'")
        before = database.execute("SELECT name FROM sqlite_master").fetchall()
    ((what, told),) = failed(await examine())
    assert (what, "its schema is 0099" in told) == ("database", True)
    with sqlite3.connect(home / "digestbot.db") as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == before
    database.close()
    settings(DATABASE__URL=f"sqlite+aiosqlite:///file:{home}/digestbot.db?mode=ro&uri=true")
    with sqlite3.connect(home / "digestbot.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    ((what, told),) = failed(await examine())
    assert (what, "readonly database; let digestbot write there" in told) == ("database", True)


async def test_a_password_in_an_address_is_not_told(settings: Settings) -> None:
    """Of a server of one's own behind a proxy that asks for it."""
    guarded = "http://ann:pa55word@127.0.0.1:9"
    settings(LLM__MODEL="tiny", LLM__URL=f"{guarded}/v1", TELEGRAM__API_URL=guarded)
    found = failed(await examine())
    assert [what for what, _ in found] == ["telegram", "summaries"]
    assert all("http://ann:[secret]@127.0.0.1:9" in told for _, told in found)


async def test_a_trial_leaves_nothing(store: Store) -> None:
    """On both databases, however often."""
    before = await store.counts()
    for _ in range(2):
        await store.try_write()
    assert await store.counts() == before
    async with store._engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    assert "digestbot_trial" not in tables


async def test_a_disk_that_is_full_is_found(home: Path) -> None:
    """A file that may not grow any more is as good as a full disk."""
    async with Store(f"sqlite+aiosqlite:///{home}/digestbot.db") as store:
        sa.event.listen(
            store._engine.sync_engine,
            "connect",
            lambda raw, _: raw.cursor().execute("PRAGMA max_page_count = 200"),
        )
        with pytest.raises(sa.exc.OperationalError, match="full"):
            await store.try_write()


async def test_what_sources_say_goes_into_the_log(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list that comes only at the second try is no finding; a line of the log tells of it."""
    async with HuggingFaceServer() as hub:
        hub.fail(status(503), times=1)
        settings(HUGGINGFACE__URL=hub.url)
        assert failed(await examine()) == []
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("a source gives no answer") == 1
