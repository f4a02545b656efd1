"""Updates that came by webhook: each is handled and struck out, whatever happens; on both databases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, TypeHandler

from digestbot.actions import system_clock
from digestbot.bot import intake
from digestbot.bot.intake import Intake
from digestbot.bot.order import ByChat
from digestbot.bot.transport import AiohttpRequest
from digestbot.store import Store
from digestbot.store.schema import updates_taken
from tests.bot.conftest import TOKEN

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def posted(number: int) -> dict[str, Any]:
    person = {"id": number, "is_bot": False, "first_name": "Ann"}
    chat = {"id": number, "type": "private", "first_name": "Ann"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": person, "text": "hello"}
    return {"update_id": number, "message": message}


@dataclass
class Post:
    """An intake that works, and what it hands on; each update is handled once *goes_on* is set."""

    intake: Intake
    store: Store
    application: Application[Any, Any, Any, Any, Any, Any]
    goes_on: asyncio.Event
    handled: list[int]

    async def left(self) -> int:
        """Return how many updates are not struck out."""
        async with self.store.read() as tables:
            query = sa.select(sa.func.count()).where(updates_taken.c.posted.is_not(None))
            return await tables.intake._connection.scalar(query) or 0

    async def of_a_dead_one(self, number: int, text: str) -> None:
        """Leave an update as a replica does that died."""
        async with self.store.write() as tables:
            await tables.intake.take(number, text, LONG_AGO, LONG_AGO)

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(10):
            while not await holds():  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.02)


@pytest.fixture
async def post(url: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Post]:
    monkeypatch.setattr(intake, "MOST", 2)
    monkeypatch.setattr(intake, "ROUND", timedelta(milliseconds=20))
    application = (
        ApplicationBuilder()
        .token(TOKEN)
        .base_url(f"{url}/bot")
        .request(AiohttpRequest())
        .context_types(ContextTypes())
        .concurrent_updates(ByChat(lambda _: False))
        .job_queue(None)
        .updater(None)
        .build()
    )
    made = Post(Intake(application, store, system_clock), store, application, asyncio.Event(), [])  # type: ignore[arg-type]

    async def handle(update: Update, _: object) -> None:
        await made.goes_on.wait()
        made.handled.append(update.update_id)

    application.add_handler(TypeHandler(Update, handle))
    async with application:
        await application.start()
        made.intake.start()
        yield made
        made.goes_on.set()
        if application.running:
            await application.stop()
        await made.intake.stop()


async def test_more_than_there_is_room_for_are_kept(post: Post) -> None:
    """Five come at once where two have room: all stay claimed, no more come, and all are handled."""
    await post.of_a_dead_one(9, orjson.dumps(posted(9)).decode())
    await asyncio.gather(*(post.intake.take(posted(number)) for number in range(1, 6)))
    assert not await post.intake.take(posted(6))
    async with post.store.write() as tables:
        await tables.intake._connection.execute(
            updates_taken.update().where(updates_taken.c.id < 6).values(claimed_until=LONG_AGO)
        )

    async def claimed() -> bool:
        async with post.store.read() as tables:
            now = sa.select(sa.func.count()).where(updates_taken.c.claimed_until > datetime.now(UTC))
            return (await tables.intake._connection.scalar(now) or 0) >= 5

    await post.until(claimed)
    post.goes_on.set()

    async def over() -> bool:
        return await post.left() == 0

    await post.until(over)
    assert sorted(post.handled) == [1, 2, 3, 4, 5, 9]


async def test_what_is_handled_is_struck_out_later_where_the_database_was_away(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not handled again."""
    assert await post.intake.take(posted(1))
    write, fails = post.store.write, True

    def away() -> Any:
        if fails:
            raise OSError("away")
        return write()

    monkeypatch.setattr(post.store, "write", away)
    post.goes_on.set()
    await asyncio.sleep(0.1)
    assert post.handled == [1]
    assert await post.left() == 1
    fails = False

    async def over() -> bool:
        return await post.left() == 0

    await post.until(over)
    assert post.handled == [1]


async def test_what_cannot_be_read_costs_no_other(post: Post) -> None:
    """Of another version, say: it is tried again twice, then struck out; the others are handled."""
    post.goes_on.set()
    await post.of_a_dead_one(1, '{"update_id": 1, "message": 7}')
    await post.of_a_dead_one(2, orjson.dumps(posted(2)).decode())

    async def handled() -> bool:
        return post.handled == [2]

    await post.until(handled)
    assert await post.intake.take(posted(3))


async def test_who_leaves_takes_nothing_over(post: Post) -> None:
    """Else it would be left half done."""
    post.goes_on.set()
    await post.application.stop()
    await asyncio.sleep(0.1)  # a round that had begun
    await post.of_a_dead_one(1, orjson.dumps(posted(1)).decode())
    await asyncio.sleep(0.2)
    assert post.handled == []
    assert await post.left() == 1
