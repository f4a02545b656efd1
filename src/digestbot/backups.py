"""`digestbot backup`, `restore` and `db copy`: everything in one file, and from one database to another."""

import asyncio
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digestbot.errors import SettingsError

if TYPE_CHECKING:
    from digestbot.store import Store
    from digestbot.store.transfer import Report

commands = typer.Typer()


@commands.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file.", dir_okay=False)],
) -> None:
    """Write everything into one file, while the bot runs or not."""
    from digestbot.settings import load

    if file.exists():
        raise SettingsError(f"{file} is there already; name a new file.")
    if not file.parent.is_dir():
        raise SettingsError(f"{file.parent} is not a folder.")
    url = load().database_url
    if (kept := _sqlite(url)) and not kept.is_file():
        place = "DIGESTBOT_DATA_DIR or DIGESTBOT_DATABASE__URL names another database"
        raise SettingsError(f"{kept} is not there; {place}.")
    _run(_backup(url, file))
    print(f"Everything is in {file}, {file.stat().st_size:,} bytes; `digestbot restore` brings it back.")


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `digestbot backup` wrote.", exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Delete what is in the database now.")] = False,
) -> None:
    """Bring everything back from a backup. The bot must not run."""
    from digestbot.settings import load

    settings = load()
    settings.make_data_dir()
    kept = _run(_restore(settings.database_url, file, replace=replace))
    print(f"Everything is back: {kept['subscribers']} subscribers, {kept['papers']} papers.")


def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The database's URL.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The URL of an empty database.")],
) -> None:
    """Copy everything from one database to another, SQLite or PostgreSQL. The bot must not run."""
    old, new = _checked(source), _checked(target)
    if old == new:
        raise SettingsError("FROM and TO are the same database.")
    if (file := _sqlite(old)) and not file.is_file():
        raise SettingsError(f"{file} is not there.")
    with _progress() as report:
        copied = _run(_copy(old, new, report))
    print(f"{sum(copied.values()):,} rows of {len(copied)} tables copied, and counted again.")
    print("Set DIGESTBOT_DATABASE__URL to the new place before the bot starts.")


async def _backup(url: str, file: Path) -> None:
    from digestbot.store.backup import dump

    await dump(url, file)


async def _restore(url: str, file: Path, *, replace: bool) -> dict[str, int]:
    from digestbot.store import Store, revisions
    from digestbot.store.backup import load

    async with Store(url) as store:
        with _told_of(store):
            await _check_stopped(store)
            rows = sum((await store.counts()).values())
        if rows and not replace:
            raise SettingsError(f"{store.place} holds {rows:,} rows; --replace deletes them.")
        await load(url, file, revisions())
        await store.upgrade()
        return await store.counts()


async def _copy(source: str, target: str, report: "Report") -> dict[str, int]:
    from digestbot.store import Store, revisions

    async with Store(source) as old, Store(target) as new:
        with _told_of(old):
            if not await old.is_newest():
                raise SettingsError(
                    f"{old.place} is not at revision {max(revisions())} of the schema. Bring it there first, "
                    f"with DIGESTBOT_DATABASE__URL set to it: digestbot db upgrade"
                )
            await _check_stopped(old)
        with _told_of(new):
            await _check_stopped(new)
            rows = sum((await new.counts()).values())
            if rows:
                raise SettingsError(f"{new.place} holds {rows:,} rows already; name an empty database.")
            await new.upgrade()
        return await new.copy_from(old, report)


async def _check_stopped(store: "Store") -> None:
    if not await store.lead():
        raise SettingsError(f"A digestbot runs on {store.place}. Stop it first.")


def _checked(url: str) -> str:
    """Return a database's URL, made regular."""
    from digestbot.settings.checks import database

    try:
        regular = database(url)
    except ValueError as error:
        raise SettingsError(f"{url.split('://', 1)[0]}://… {error}.") from None
    if (file := _sqlite(regular)) and not file.parent.is_dir():
        raise SettingsError(f"{file.parent} is not a folder.")
    return regular


def _sqlite(url: str) -> Path | None:
    """Return the file that a URL of SQLite's names."""
    scheme, _, place = url.partition(":///")
    return Path(place.partition("?")[0]) if scheme.startswith("sqlite") else None


@contextmanager
def _told_of(store: "Store") -> Iterator[None]:
    """Have what keeps us from a database told with its name and a mend, as wherever it is opened."""
    from digestbot.store import UNREACHABLE, SchemaError
    from digestbot.store.trouble import foreseen

    try:
        yield
    except (SchemaError, *UNREACHABLE) as error:
        raise foreseen(error, store.place) or error from None


def _run(act: Coroutine[Any, Any, Any]) -> Any:
    """Run *act*; what it can't do is told in a line."""
    from digestbot.store import UNREACHABLE, SchemaError
    from digestbot.store.backup import BackupError
    from digestbot.store.transfer import MiscountError

    try:
        return asyncio.run(act)
    except SchemaError as error:
        raise SettingsError(f"The database {error}") from None
    except (BackupError, MiscountError, *UNREACHABLE) as error:
        raise SettingsError(f"{getattr(error, 'orig', error)}; nothing was changed.") from None


@contextmanager
def _progress() -> "Iterator[Report]":
    """Give what shows how far each table is, where somebody is looking."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        tasks: dict[str, Any] = {}

        def report(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = progress.add_task(table, total=total)
            progress.update(tasks[table], completed=done)

        yield report
