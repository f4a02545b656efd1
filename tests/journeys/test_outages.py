"""A Telegram that is away, too busy, or refuses: the bot waits, goes on, and tells its log in a line."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa

from digestbot import log
from digestbot.app import App
from digestbot.demo import MovedClock, Stage, open_stage
from digestbot.playground.emulator import Emulator
from digestbot.playground.faults import Fault
from digestbot.playground.hub import HuggingFaceServer
from digestbot.playground.people import Person
from digestbot.running import Running
from digestbot.settings import only
from tests.journeys.conftest import NOON, ask, digests

Printed = pytest.CaptureFixture[str]


@asynccontextmanager
async def started(home: Path, telegram: Emulator, url: str) -> AsyncIterator[Running]:
    """A bot on a Telegram that may be in trouble."""
    clock = MovedClock(NOON)
    async with HuggingFaceServer(today=NOON.date()) as hub:
        given = {"token": telegram.token, "api_url": url}
        settings = only(data_dir=home, telegram=given, huggingface={"url": hub.url})
        log.set_up("WARNING")
        async with App(settings, clock, clock.ticks) as app, Running(app) as running:
            yield running


async def test_an_answer_too_many_in_a_group_is_no_error(stage: Stage, ann: Person, capsys: Printed) -> None:
    """A minute takes twenty of them; of the others a line is written, and no traceback."""
    log.set_up("WARNING")
    lab = stage.telegram.group("Lab", admins=[ann], members=[stage.telegram.user("Bob")])
    for number in range(24):
        stage.clock.now += timedelta(seconds=2 * (number % 2))  # else the door would be shut
        await ann.says("/date x", in_=lab)
        await stage.settled()
    told = capsys.readouterr().err
    assert "telegram did not take an answer" in told
    assert "RetryAfter" in told
    assert "Traceback" not in told


async def test_who_blocks_the_bot_while_it_thinks_is_no_error(
    stage: Stage, ann: Person, capsys: Printed
) -> None:
    """Neither where the answer is what they asked for, nor where it says what was wrong."""
    await ask(ann, "/start")
    log.set_up("WARNING")
    for text in ("/help", "/time 99"):
        ann.has_blocked = False
        await ann.says(text)
        ann.has_blocked = True
        await stage.settled()
    told = capsys.readouterr().err
    assert told.count("telegram did not take an answer") == 2
    assert told.count("Forbidden") >= 2
    assert "Traceback" not in told


async def test_who_asks_while_the_database_is_away_is_told_so(
    stage: Stage, home: Path, minjun: Person, capsys: Printed
) -> None:
    """In the language of their Telegram, with the number under which the log has it."""
    log.set_up("WARNING")
    with closing(sqlite3.connect(home / "digestbot.db")) as database:
        database.execute("ALTER TABLE subscribers RENAME TO away")
        answer = await ask(minjun, "/topics")
        database.execute("ALTER TABLE away RENAME TO subscribers")
    told = capsys.readouterr().err
    (number,) = re.findall(r"number=\W*([0-9a-f]{6})", re.sub(r"\x1b\[\d+m", "", told))
    assert number in answer
    assert "저희 쪽에서 문제가" in answer
    assert "error_handler" not in told


async def test_a_start_obeys_a_telegram_that_is_too_busy(home: Path, capsys: Printed) -> None:
    """Asked who we are, and for our menus, it answers 429: both are asked again after its second."""
    telegram = Emulator()
    async with telegram.serve() as url:
        for method in ("getMe", "setMyCommands"):
            telegram.faults.plan(Fault.flood(1).on(method), count=1)
        async with started(home, telegram, url) as running:
            assert running.introduced is not None
            await asyncio.wait_for(running.introduced, 20)
            assert "Welcome" in await ask(telegram.user("Ann", "en"), "/start")
    told = capsys.readouterr().err
    assert told.count("telegram does not answer yet") == 2
    assert "Traceback" not in told


async def test_a_start_outlasts_a_gateway_in_front_of_telegram(home: Path, capsys: Printed) -> None:
    """Its pages of HTML take a line each, also in what is asked later."""
    telegram = Emulator()
    async with telegram.serve() as url:
        for method in ("getMe", "getUpdates", "sendMessage"):
            telegram.fail_next(Fault.bad_gateway().on(method))
        async with started(home, telegram, url):
            ann = telegram.user("Ann", "en")
            await ann.says("/start")
            await telegram.until_called("sendMessage", timeout=10)
            assert "/today" in await ask(ann, "/help")
    told = capsys.readouterr().err
    for line in (
        "telegram does not answer yet",
        "telegram gave no updates",
        "telegram did not take an answer",
    ):
        assert told.count(line) == 1
    assert "Traceback" not in told


async def test_a_database_that_takes_nothing_more_is_told_in_a_line(
    stage: Stage, ann: Person, capsys: Printed
) -> None:
    """With the number that the reader is told; each update would fill the log with a page."""
    await ask(ann, "/start")
    engine = stage.app.store._engine
    sa.event.listen(
        engine.sync_engine, "connect", lambda raw, _: raw.cursor().execute("PRAGMA query_only = ON")
    )
    await engine.dispose()  # the next connection may only read
    log.set_up("WARNING")
    answer = await ask(ann, "/add agents")
    told = re.sub(r"\x1b\[\d+m", "", capsys.readouterr().err)
    (number,) = re.findall(r"number=\W*([0-9a-f]{6})", told)
    assert number in answer
    assert "attempt to write a readonly database; let digestbot write there" in told
    assert "Traceback" not in told


async def test_a_telegram_that_gives_no_updates_takes_a_line_each_time(home: Path, capsys: Printed) -> None:
    """Its own reason, or that another bot has the same token; what is said meanwhile is answered later."""
    telegram = Emulator()
    async with telegram.serve() as url:
        telegram.fail_next(Fault.error().on("getUpdates"))
        async with started(home, telegram, url), aiohttp.ClientSession() as another:
            ann = telegram.user("Ann", "en")
            assert "Welcome" in await ask(ann, "/start")
            async with another.post(f"{url}/bot{telegram.token}/getUpdates", json={"timeout": 0}):
                assert "/today" in await ask(ann, "/help")
    told = re.sub(r"\x1b\[\d+m", "", capsys.readouterr().err)
    assert "telegram gave no updates" in told
    assert "another bot runs with this token" in told
    assert "Traceback" not in told


async def test_a_bot_whose_token_was_taken_stops_in_order(home: Path, capsys: Printed) -> None:
    """Its owner has a new one, and starts it again: nothing that waits is cut off."""
    telegram = Emulator()
    async with telegram.serve() as url:
        async with started(home, telegram, url) as running:
            assert "Welcome" in await ask(telegram.user("Ann", "en"), "/start")
            token, telegram.server.token = telegram.token, "9:another"
            await telegram.user("Bob", "en", started=True).says("/help")
            async with asyncio.timeout(20):
                while "Unauthorized" not in (told := capsys.readouterr().err):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        assert not running.bot.running
    assert token not in told


async def test_a_wish_to_wait_for_ages_is_obeyed_a_day(stage: Stage, ann: Person, capsys: Printed) -> None:
    """A broken server's 10¹⁵ seconds are no error of ours, neither in an answer nor with a digest."""
    await ask(ann, "/start")
    log.set_up("WARNING")
    stage.telegram.fail_next(Fault.flood(10**15).on("sendMessage"))
    await ann.says("/help")
    await stage.settled()
    told = capsys.readouterr().err
    assert "RetryAfter" in told
    assert "Traceback" not in told
    stage.clock.now += timedelta(days=1, seconds=1)
    stage.telegram.fail_next(Fault.flood(10**15).on("sendMessage"))
    await stage.at(stage.clock.now)
    assert digests(ann) == []
    await stage.at(stage.clock.now + timedelta(days=1, minutes=1))
    assert digests(ann)


async def test_what_is_old_is_forgotten_also_by_a_bot_that_starts_anew_each_day(home: Path) -> None:
    """Its day is never over, so it begins with what has become too old."""
    async with open_stage(home, NOON) as stage, stage.app.store.write() as tables:
        number = await tables.searches.number("agents", NOON)
    for later, kept in ((timedelta(days=1), "agents"), (timedelta(days=400), None)):
        async with open_stage(home, NOON + later) as stage, stage.app.store.read() as tables:
            assert await tables.searches.words(number) == kept
