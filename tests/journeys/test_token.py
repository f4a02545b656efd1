"""A token that Telegram does not know any more: for a moment, for days, and for good."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from digestbot import log, running
from digestbot.app import App
from digestbot.bot.token import TokenWatch
from digestbot.demo import Stage
from digestbot.errors import OutageError
from digestbot.playground.emulator import Emulator
from digestbot.playground.faults import Fault
from digestbot.playground.hub import HuggingFaceServer
from digestbot.playground.people import Person
from digestbot.settings import only
from tests.journeys.conftest import NOON, ask, digests

Printed = pytest.CaptureFixture[str]


@contextmanager
def revoked(telegram: Emulator) -> Iterator[None]:
    """Telegram knows another token meanwhile."""
    telegram.server.token = "123456:another"
    yield
    telegram.server.token = telegram.token


async def refused(telegram: Emulator, method: str) -> None:
    """Wait until a call of *method* was refused for its token."""
    async with asyncio.timeout(5):
        while not any(call.status == 401 for call in telegram.called(method)):
            await telegram.server.next_call()


async def test_a_token_that_is_refused_for_a_moment_leaves_no_deaf_bot(
    stage: Stage, ann: Person, capsys: Printed
) -> None:
    """What is said afterwards is answered; the log tells of it, without a traceback."""
    await ask(ann, "/start")
    log.set_up("WARNING")
    with revoked(stage.telegram):
        await ann.says("/help")
        await refused(stage.telegram, "getUpdates")
        await refused(stage.telegram, "sendMessage")
    assert "no topics yet" in await ask(ann, "/topics")
    told = capsys.readouterr().err
    assert "telegram gave no updates" in told
    assert "telegram did not take an answer" in told
    assert "Traceback" not in told


async def test_a_digest_outlasts_days_without_a_token(stage: Stage, ann: Person) -> None:
    """They block nobody and count as no try: bad luck right afterwards is no reason to give up."""
    await ask(ann, "/start")
    await ask(ann, "/add agents")
    morning = NOON + timedelta(hours=20)
    with revoked(stage.telegram):
        for hours in (0, *range(1, 60, 6)):
            await stage.at(morning + timedelta(hours=hours))
    assert digests(ann) == []
    stage.telegram.fail_next(Fault.error().on("sendMessage"))
    later = morning + timedelta(hours=60)
    for minutes in (0, 10):
        stage.clock.now = later + timedelta(minutes=minutes)
        await stage.tick()
    assert "Agents that Plan" in digests(ann)[0]


async def test_a_token_that_is_gone_for_good_ends_the_bot(home: Path, capsys: Printed) -> None:
    """With a line that names the setting and how to mend it, for whoever starts it again."""
    telegram = Emulator()
    async with HuggingFaceServer() as hub, telegram.serve() as url:
        given = {"token": telegram.token, "api_url": url}
        settings = only(data_dir=home, telegram=given, huggingface={"url": hub.url})
        log.set_up("WARNING")
        async with App(settings) as app:
            app.token = TokenWatch(pauses=(0.0, 0.1))
            bot = asyncio.create_task(running.run(app, asyncio.Event()))
            assert "Welcome" in await ask(telegram.user("Ann"), "/start")
            with revoked(telegram), pytest.raises(OutageError) as ended:
                await telegram.user("Bob", started=True).says("/help")
                await asyncio.wait_for(bot, 20)
    assert "Telegram does not know DIGESTBOT_TELEGRAM__TOKEN any more; @BotFather" in str(ended.value)
    assert "Traceback" not in capsys.readouterr().err


async def test_a_bot_that_hears_by_webhook_notices_too(home: Path) -> None:
    """Nobody polls there: that an answer or a digest is refused tells it."""
    telegram = Emulator()
    watch = TokenWatch(pauses=(0.0,))
    async with HuggingFaceServer() as hub, telegram.serve() as url:
        given = {"token": telegram.token, "api_url": url}
        async with App(only(data_dir=home, telegram=given, huggingface={"url": hub.url})) as app:
            app.token = watch
            async with app.bot().bot as bot:
                lost = asyncio.create_task(watch.lost(bot))
                with revoked(telegram):
                    answer = await app.sender(bot).send(7, app.sender(bot).pack(app.render.bug("1", "en")))
                    assert answer.everyone
                    assert await asyncio.wait_for(lost, 5)
