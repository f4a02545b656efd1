"""A database as one file, and back: SQLite's online backup, or PostgreSQL's own programs."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from digestbot.store.schema import INDEX, metadata

_REVISION = "alembic_version"
_ARCHIVE = b"PGDMP"
"""How what `pg_dump --format=custom` writes begins."""


class BackupError(Exception):
    """A backup could not be written or read; says why."""


async def dump(url: str, file: Path) -> None:
    """Write the database at *url* into a new *file*, whole or not at all; the bot may run meanwhile.

    Raises BackupError.
    """
    place = sa.make_url(url)
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # what readers follow is nobody else's business
        if place.get_backend_name() == "sqlite":
            await asyncio.to_thread(_copy, Path(place.database or ""), part)
            await asyncio.to_thread(_close, part)
        else:
            tables = [f"--table={name}" for name in _names()]
            await _run("pg_dump", place, "--format=custom", f"--file={part}", *tables)
        part.replace(file)
    except OSError as error:
        raise BackupError(f"{file} can't be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


async def load(url: str, file: Path, known: Iterable[str]) -> None:
    """Put what *file* holds in the place of all that the database at *url* holds, or change nothing.

    *known* are the revisions of the schema that we can read. Raises BackupError.
    """
    place = sa.make_url(url)
    if place.get_backend_name() == "sqlite":
        await asyncio.to_thread(_check, file, set(known))
        await asyncio.to_thread(_copy, file, Path(place.database or ""))
        return
    with TemporaryDirectory() as folder:
        script = Path(folder) / "script.sql"
        _check_archive(file)
        mark = ("--data-only", f"--table={_REVISION}", f"--file={script}")
        await _run("pg_restore", None, *mark, str(file))
        _check_revision(file, _copied(script.read_text(encoding="utf-8")), set(known))
        await _run("pg_restore", None, "--no-owner", "--no-privileges", f"--file={script}", str(file))
        clear = f"DROP TABLE IF EXISTS {', '.join(_names())} CASCADE"
        stop = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
        await _run("psql", place, *stop, f"--command={clear}", f"--file={script}")


def _names() -> list[str]:
    return [*metadata.tables, INDEX, _REVISION]


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise BackupError(f"{source} is not there")
    try:
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
    except sqlite3.Error as error:
        raise BackupError(f"{source} can't be copied to {target}: {error}") from None


def _close(file: Path) -> None:
    """Let all of a database be in the one file."""
    try:
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise BackupError(f"{file} can't be written: {error}") from None


def _check(file: Path, known: set[str]) -> None:
    """Raise BackupError for a file that is no backup of ours, is damaged, or is newer than we are."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as backup:
            (state,) = backup.execute("PRAGMA quick_check(1)").fetchone()
            (revision,) = backup.execute(f"SELECT version_num FROM {_REVISION}").fetchone()  # noqa: S608 - ours
    except (sqlite3.Error, TypeError):
        raise BackupError(f"{file} is not a backup of a SQLite database of digestbot's") from None
    if state != "ok":
        raise BackupError(f"{file} is damaged: {state}")
    _check_revision(file, revision, known)


def _check_archive(file: Path) -> None:
    """Raise BackupError for a file that `pg_dump` did not write, such as a backup of SQLite's."""
    with file.open("rb") as backup:
        if backup.read(len(_ARCHIVE)) != _ARCHIVE:
            raise BackupError(f"{file} is not a backup of a PostgreSQL database of digestbot's")


def _check_revision(file: Path, revision: str | None, known: set[str]) -> None:
    if revision is None:
        raise BackupError(f"{file} is not a backup of a PostgreSQL database of digestbot's")
    if revision not in known:
        raise BackupError(f"{file} was made by a newer digestbot (schema {revision})")


def _copied(script: str) -> str | None:
    """Return the first row that a script of `pg_restore` brings into its table; None where there is none."""
    _, _, rows = script.partition("FROM stdin;\n")
    row = rows.partition("\n")[0]
    return row if row and row != "\\." else None


async def _run(program: str, place: sa.URL | None, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where nobody else sees it."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not installed; it is one of PostgreSQL's client programs")
    environment = dict(os.environ)
    if place is not None:
        environment["PGPASSWORD"] = place.password or ""
        # Not place.set(): that leaves a password where it is, to be shown as ***.
        named = (place.username, None, place.host, place.port, place.database, place.query)
        bare = sa.URL.create("postgresql", *named).render_as_string()
        arguments = (*arguments, f"--dbname={bare}")
    process = await asyncio.create_subprocess_exec(
        found,
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    if process.returncode:
        raise BackupError(" ".join(told.decode(errors="replace").split()))  # it names the program
