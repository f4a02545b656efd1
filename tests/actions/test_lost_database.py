"""A PostgreSQL that restarts while digests are on their way: each comes once, and is no repeat."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from digestbot.core.delivery import State
from digestbot.core.subscriber import Chat, ChatKind
from digestbot.store import Store
from tests.actions.test_deliver import ANN, House
from tests.conftest import Create

READERS = 300


@pytest.fixture
async def house(new_postgres: Create, newest_postgres: str) -> AsyncIterator[tuple[House, str]]:
    """Give a house, and the URL of its database."""
    url = new_postgres(newest_postgres)
    async with Store(url) as store:
        yield House(store), url


def cut_off(url: str) -> int:
    """End all connections to the database, as a restart of the server does; return how many there were."""
    split = urlsplit(url)
    (folder,) = parse_qs(split.query)["host"]
    with psycopg.connect(f"postgresql://postgres@/postgres?host={folder}", autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [split.path.removeprefix("/")],
        )
        return len(ended.fetchall())


async def test_a_push_goes_on_when_the_database_is_back(house: tuple[House, str]) -> None:
    """Nothing is lost, and nobody is told of a repeat: what became of a message is written down later."""
    home, url = house
    for number in range(1, READERS + 1):
        await home.membership.subscribe(Chat(number, ChatKind.PRIVATE))
    await home.lists(1, 1)
    home.post.latency = 0.02
    home.clock.now += timedelta(days=1)
    courier = home.courier(home.post)
    await courier.prepare()  # a plan that fails is made by the next tick
    sending = asyncio.create_task(courier.send())
    ended = 0
    while not sending.done():
        await asyncio.sleep(0.15)
        ended += await asyncio.to_thread(cut_off, url)
    await sending
    await home.tick(home.clock() + timedelta(hours=1))  # what could not be read then
    assert ended > 2
    assert sorted(chat for chat, _ in home.post.taken) == [*range(1, READERS + 1)]
    assert not any(paper.endswith("?") for paper in home.post.papers())
    assert await home.states() == {State.SENT: READERS}


async def test_who_asks_after_a_restart_is_answered(house: tuple[House, str]) -> None:
    """Connections that the server ended are not given to anybody."""
    home, url = house
    await home.membership.subscribe(ANN)
    assert await asyncio.to_thread(cut_off, url) > 0
    assert (await home.membership.set_maximum(ANN, 7)).maximum == 7
