"""What keeps a command from its work ends it in one line, and what a later start may mend with code 1."""

import errno
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from digestbot import cli, errands
from digestbot.app import App
from digestbot.errors import OutageError, SettingsError
from digestbot.store import Store
from digestbot.store.trouble import foreseen

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Printed) -> Callable[..., tuple[int, str]]:
    """Give what runs a command and returns its exit code and what it complained of."""

    def run(*words: str, **settings: str) -> tuple[int, str]:
        monkeypatch.setenv("DIGESTBOT_DATA_DIR", str(tmp_path))
        for name, value in settings.items():
            monkeypatch.setenv(f"DIGESTBOT_{name}", value)
        monkeypatch.setattr(sys, "argv", ["digestbot", *words])
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


@pytest.fixture
def files(tmp_path: Path, newest_sqlite: Path) -> Path:
    """Give a folder of what is no database of ours."""
    (tmp_path / "plain").write_text("no folder", encoding="ascii")
    (tmp_path / "broken.db").write_bytes(b"x" * 5000)
    newer = tmp_path / "newer.db"
    newer.write_bytes(newest_sqlite.read_bytes())
    with sqlite3.connect(newer) as database:
        database.execute("UPDATE alembic_version SET version_num = '0099'")
    database.close()
    with sqlite3.connect(tmp_path / "others.db") as database:
        database.execute("CREATE TABLE papers (title)")
    database.close()
    return tmp_path


@pytest.mark.parametrize(
    ("setting", "value", "code", "says"),
    [
        ("DATA_DIR", "plain", 2, "DIGESTBOT_DATA_DIR can't be plain: a file is in its place."),
        ("DATA_DIR", "plain/below", 2, "DIGESTBOT_DATA_DIR can't be plain/below: a file is in its place."),
        ("DATABASE__URL", "sqlite+aiosqlite:///broken.db", 2, "file is not a database; `digestbot restore"),
        (
            "DATABASE__URL",
            "sqlite+aiosqlite:////nowhere/a.db",
            2,
            "unable to open database file; let digestbot",
        ),
        ("DATABASE__URL", "sqlite+aiosqlite:///newer.db", 2, "its schema is 0099, "),
        (
            "DATABASE__URL",
            "sqlite+aiosqlite:///others.db",
            2,
            "another program's table 'papers'. Name an empty",
        ),
        (
            "DATABASE__URL",
            "postgresql+asyncpg://u:pw@127.0.0.1:1/x",
            1,
            "; is it running, and is DIGESTBOT_DAT",
        ),
        (
            "DATABASE__URL",
            "postgresql+asyncpg://u:pw@no.invalid/x",
            1,
            "; is it running, and is DIGESTBOT_DAT",
        ),
    ],
)
def test_a_database_that_cant_be_used_is_told_in_a_line(
    files: Path, told: Callable[..., tuple[int, str]], setting: str, value: str, code: int, says: str
) -> None:
    """The thing, what is wrong with it, and how to mend it; never the password."""
    ended, complaint = told("db", "upgrade", **{setting: value})
    assert says in complaint
    assert (ended, complaint.count("\n")) == (code, 1)
    assert "pw" not in complaint


def test_a_bug_of_ours_keeps_its_traceback(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the database or the system tells of it."""
    monkeypatch.setenv("DIGESTBOT_DATA_DIR", str(files))

    async def ask(app: App) -> None:
        async with app.store._engine.connect() as connection:
            await connection.execute(sa.text("SELECT nonsense"))

    async def read(_app: App) -> None:
        (files / "forgotten").read_bytes()

    with pytest.raises(sa.exc.OperationalError):
        errands.with_app(ask)
    with pytest.raises(FileNotFoundError):
        errands.with_app(read)


async def test_a_full_or_locked_disk_is_no_bug(tmp_path: Path) -> None:
    """Full may pass; where we may not write, somebody has to mend it."""
    file = tmp_path / "a.db"
    async with Store(f"sqlite+aiosqlite:///{file}") as store:
        sa.event.listen(
            store._engine.sync_engine,
            "connect",
            lambda raw, _: raw.cursor().execute("PRAGMA max_page_count = 4"),
        )
        with pytest.raises(sa.exc.SQLAlchemyError) as full:
            await store.upgrade()
        error = foreseen(full.value, store.place)
        assert isinstance(error, OutageError)
        assert "full; make room on its disk." in str(error.values)
        locked = PermissionError(errno.EACCES, "Permission denied", f"{file}.lock")
        assert isinstance(foreseen(locked, store.place), SettingsError)
    async with Store(f"sqlite+aiosqlite:///file:{file}?mode=ro&uri=true") as store:
        with pytest.raises(sa.exc.SQLAlchemyError) as readonly:
            await store.upgrade()
        assert isinstance(foreseen(readonly.value, store.place), SettingsError)


async def test_a_stranger_to_postgresql_is_told(new_postgres: Callable[[], str]) -> None:
    """A role and a database that are not there are wrong settings."""
    url = new_postgres()
    for wrong in (url.replace("postgres@", "nobody@"), url.replace("/test", "/nowhere")):
        async with Store(wrong) as store:
            with pytest.raises(sa.exc.SQLAlchemyError) as refused:
                await store.upgrade()
            error = foreseen(refused.value, store.place)
            assert isinstance(error, SettingsError)
            assert "does not exist; see DIGESTBOT_DATABASE__URL." in str(error.values)


def test_a_folder_in_a_files_place_and_no_language_are_told(told: Callable[..., tuple[int, str]]) -> None:
    """Before anything is read."""
    for words, complaint in (
        (("summaries", "verify", "."), "is a directory"),
        (("topics", "rank", "--papers", ".", "--topics", "."), "is a directory"),
        (("import", ".", "--language", "klingon"), "'klingon' is not a BCP-47 tag"),
    ):
        code, line = told(*words)
        assert (code, complaint in line) == (2, True)


@pytest.mark.parametrize("folder", ["plain", "nowhere"])
def test_a_bot_that_can_not_be_is_not_healthy(
    files: Path, told: Callable[..., tuple[int, str]], folder: str
) -> None:
    """Whatever is in its folder's place."""
    assert told("healthy", DATA_DIR=folder) == (1, "The bot does not run, or hangs.\n")


@pytest.mark.parametrize("at", ["noon", "0001-01-01T00:00", "9999-12-31T23:59-12:00"])
def test_what_is_no_time_is_told(told: Callable[..., tuple[int, str]], at: str) -> None:
    """With an example."""
    code, complaint = told("deliver", "--dry-run", "--at", at)
    assert (code, "is not a time; write" in complaint) == (2, True)


def test_days_the_wrong_way_round_are_refused(told: Callable[..., tuple[int, str]]) -> None:
    """Read as no days at all, they would mean those of today."""
    for words in (("--from", "2025-10-15", "--to", "2025-10-10"), ("--from", "2999-01-01")):
        code, complaint = told("fetch", *words)
        assert (code, f"{words[1]} is after 2" in complaint) == (2, True)
