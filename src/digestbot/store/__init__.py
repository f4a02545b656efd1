"""Remembers. The only room that speaks SQL; the same on SQLite and PostgreSQL.

`Store.read()` and `Store.write()` each give `Tables`: all that happens inside is one transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from importlib.resources import as_file, files
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa
import stamina
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from digestbot.observe import span
from digestbot.store import sqlite
from digestbot.store.archives import Archives
from digestbot.store.broadcasts import Broadcasts
from digestbot.store.days import Days
from digestbot.store.deliveries import Deliveries
from digestbot.store.figures import Figures
from digestbot.store.incidents import Incidents
from digestbot.store.intake import Intake
from digestbot.store.invitations import Invitations
from digestbot.store.leases import Lead
from digestbot.store.overviews import Overviews
from digestbot.store.papers import Papers
from digestbot.store.personal import Personal
from digestbot.store.recent import RecentDigests
from digestbot.store.saved import Saved
from digestbot.store.schema import WRITES, metadata
from digestbot.store.search import Index
from digestbot.store.searches import Searches
from digestbot.store.subscribers import Subscribers
from digestbot.store.summaries import Summaries
from digestbot.store.tastes import Tastes
from digestbot.store.transfer import Report, counts, transfer
from digestbot.store.trouble import UNREACHABLE, SchemaError, is_away, reason

log = structlog.get_logger()

UPGRADE_LOCK = 7106
_TRIAL = sa.Table("digestbot_trial", sa.MetaData(), sa.Column("held", sa.LargeBinary))
_TRIED = 2**20
"""Bytes, more than an empty database takes."""
PATIENCE = 60.0
"""Seconds that a database may be away, as where it is restarted, before `Store.insist` gives up."""
_WATCHED = (
    ("tcp_keepalives_idle", 15),
    ("tcp_keepalives_interval", 5),
    ("tcp_keepalives_count", 3),
    ("tcp_user_timeout", 30_000),
)
"""After how many seconds of silence PostgreSQL asks if we are there; in ms, how long it waits at all."""

T = TypeVar("T")


class Tables:
    """One unit of work: every table, on one connection, in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.papers = Papers(connection)
        self.index = Index(connection)
        self.searches = Searches(connection)
        self.saved = Saved(connection)
        self.tastes = Tastes(connection)
        self.days = Days(connection)
        self.archives = Archives(connection)
        self.summaries = Summaries(connection)
        self.subscribers = Subscribers(connection)
        self.deliveries = Deliveries(connection)
        self.recent = RecentDigests(connection)
        self.figures = Figures(connection)
        self.intake = Intake(connection)
        self.personal = Personal(connection)
        self.broadcasts = Broadcasts(connection)
        self.incidents = Incidents(connection)
        self.invitations = Invitations(connection)
        self.overviews = Overviews(connection)


class Store:
    """The database at *url*, e.g. `sqlite+aiosqlite:////data/digestbot.db` or `postgresql+asyncpg://…`."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._lead = Lead(self._engine)
        self._turn: AbstractAsyncContextManager[Any] = nullcontext() if self.is_shared else asyncio.Lock()
        """Of who writes. SQLite lets one do so at a time, and who waits there sleeps, 0.1 s in the end."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._lead.drop()
        await self._engine.dispose()

    async def lead(self) -> bool:
        """Tell whether we are, or now become, the process that plans; on SQLite no other may send either."""
        return await self._lead.take()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tables]:
        """Give the tables as they are at one moment."""
        with span("database read"):
            async with self._engine.connect() as connection, connection.begin():
                yield Tables(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tables]:
        """Give the tables to change: all of it on leaving, or none of it when an error leaves."""
        with span("database write"):
            async with self._turn, self._engine.connect() as connection:
                await connection.execution_options(**{WRITES: True})
                async with connection.begin():
                    yield Tables(connection)

    async def insist(self, act: Callable[[Tables], Awaitable[T]]) -> T:
        """Return what *act* makes of the tables to change. Where the database goes away meanwhile, it is done
        once more, perhaps after it was done: all that it changes has to allow for that.
        """
        async for attempt in stamina.retry_context(is_away, attempts=None, timeout=PATIENCE, wait_max=1.0):
            with attempt:
                if attempt.num > 1:
                    log.warning("the database was away, once more", attempt=attempt.num)
                async with self.write() as tables:
                    return await act(tables)
        raise AssertionError  # the last attempt raises

    async def upgrade(self, revision: str = "head") -> None:
        """Bring the schema to *revision*; an empty database gets all of it. Raises SchemaError."""
        if await self.is_newest() and revision == "head":
            return
        async with self._engine.connect() as connection:
            await connection.execution_options(**{WRITES: True})
            # To change a column SQLite needs a new table instead of the old one; dropping that one would
            # delete, by its foreign keys, what belongs to it.
            await _bind(connection, "OFF")
            try:
                async with connection.begin():
                    if self.is_shared:  # of many that start together, one does it
                        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))
                    await connection.run_sync(_upgrade, revision)
            finally:
                await _bind(connection, "ON")

    async def write_nothing(self) -> None:
        """Write what is there already. Raises UNREACHABLE where we may only read."""
        async with self._turn, self._engine.connect() as connection:
            await connection.execution_options(**{WRITES: True})
            async with connection.begin():
                await connection.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))

    async def try_write(self) -> None:
        """Write a table as a digestbot's start would, and take it away again. Raises UNREACHABLE."""
        async with self._turn, self._engine.connect() as connection:
            await connection.execution_options(**{WRITES: True})
            async with connection.begin():
                await connection.run_sync(_TRIAL.create, checkfirst=True)
                await connection.execute(_TRIAL.insert(), {"held": bytes(_TRIED)})
            async with connection.begin():
                await connection.run_sync(_TRIAL.drop)

    async def counts(self) -> dict[str, int]:
        """Return how many rows each table holds; none where there is no schema yet."""
        async with self._engine.connect() as connection:
            return await counts(connection)

    async def copy_from(self, source: "Store", report: Report) -> dict[str, int]:
        """Copy all of *source* into our empty tables, or nothing; return how many rows each has now.

        Raises MiscountError.
        """
        async with self._engine.connect() as target, source._engine.connect() as old:
            await target.execution_options(**{WRITES: True})
            async with target.begin(), old.begin():
                return await transfer(old, target, report)

    async def is_newest(self) -> bool:
        """Tell whether the schema is up to date. Raises SchemaError where a newer digestbot, or another
        program, made it.

        It does without Alembic, which is 9 MB and a seventh of a second.
        """
        async with self._engine.connect() as connection:
            revision = await connection.run_sync(_revision)
            strange = [] if revision else await connection.run_sync(_taken)
        if strange:
            raise SchemaError(f"holds another program's table {strange[0]!r}. Name an empty database.")
        known = revisions()
        if revision is not None and revision not in known:
            raise SchemaError(
                f"is of a newer digestbot: its schema is {revision}, {max(known)} is the newest known here. "
                f"Install that one, or restore a backup from before."
            )
        return revision == max(known)

    async def revision(self) -> str | None:
        """Return the schema's revision, None for an empty database. Raises OSError when out of reach."""
        try:
            async with self._engine.connect() as connection:
                return await connection.run_sync(_revision)
        except UNREACHABLE as error:
            raise OSError(reason(error)) from None

    @property
    def is_shared(self) -> bool:
        """Whether many processes can deliver from it together."""
        return self._engine.dialect.name == "postgresql"

    @property
    def place(self) -> str:
        """Where the database is, with the password left out."""
        return self._engine.url.render_as_string(hide_password=True)


def revisions() -> set[str]:
    """Return the names of all revisions of the schema; the newest sorts last."""
    migrations = (files("digestbot.store") / "migrations" / "versions").iterdir()
    return {one.name.partition("_")[0] for one in migrations if one.name.endswith(".py")}


def _engine(url: str) -> AsyncEngine:
    # An error's text is logged, and what was to be written may be anybody's words.
    # Who asks after PostgreSQL was restarted is answered, on a new connection.
    pinged = url.startswith("postgresql")
    engine = create_async_engine(_for_asyncpg(url), hide_parameters=True, pool_pre_ping=pinged)
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine.sync_engine)
    else:
        sa.event.listen(engine.sync_engine, "connect", _watch_over)
    return engine


def _watch_over(connection: Any, _record: object) -> None:
    """Have the server notice soon where our machine is gone: no farewell comes then, and it would keep our
    session, with the lead and what is locked, for two hours.
    """
    settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in _WATCHED)
    connection.autocommit = True  # what is set in a transaction goes with it
    cursor = connection.cursor()
    cursor.execute(f"SELECT {settings}")
    cursor.close()
    connection.autocommit = False


def _for_asyncpg(url: str) -> sa.URL:
    """Return *url* with the name that asyncpg has for libpq's sslmode."""
    place = sa.make_url(url)
    mode = place.query.get("sslmode")
    return place.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode} if mode else {})


async def _bind(connection: AsyncConnection, switch: str) -> None:
    """Switch SQLite's foreign keys; it ignores that within a transaction, so SQLAlchemy must not know."""
    if connection.dialect.name == "sqlite":
        raw = await connection.get_raw_connection()
        await raw.driver_connection.execute(f"PRAGMA foreign_keys = {switch}")  # type: ignore[union-attr]


def _upgrade(connection: sa.Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - only where there is something to do
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("digestbot.store") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _taken(connection: sa.Connection) -> list[str]:
    """Return the tables that have a name of ours."""
    return sorted(metadata.tables.keys() & set(sa.inspect(connection).get_table_names()))


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


__all__ = ["UNREACHABLE", "SchemaError", "Store", "Tables", "is_away"]
