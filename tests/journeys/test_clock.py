"""Without a clock of ours the bot goes by the system's, which is moved here."""

from datetime import timedelta
from pathlib import Path

import time_machine

from digestbot.app import App
from digestbot.playground.emulator import Emulator
from digestbot.playground.hub import HuggingFaceServer
from digestbot.running import Running
from digestbot.settings import only
from tests.journeys.conftest import NOON, TUESDAY, digests, papers


async def test_the_systems_clock_brings_the_digest(tmp_path: Path) -> None:
    """Subscribed on Tuesday, the digest comes on Wednesday at the hour that was chosen."""
    with time_machine.travel(NOON) as clock:
        telegram = Emulator()
        async with HuggingFaceServer() as hub, telegram.serve() as url:
            hub.days[TUESDAY] = papers(TUESDAY, "Agents that Plan")
            settings = only(
                data_dir=tmp_path,
                telegram={"token": telegram.token, "api_url": url},
                huggingface={"url": hub.url},
            )
            async with App(settings) as app:
                await app.store.upgrade()
                async with Running(app) as running:
                    await running.clockwork.caught_up.wait()
                    ann = telegram.user("Ann", "en")
                    await ann.says("/start")
                    await ann.private.hears()
                    await ann.says("/time 09:00")
                    assert "Oct 15, 09:00" in (await ann.private.hears()).text
                    clock.shift(timedelta(hours=20, minutes=59))
                    await running.courier.tick()
                    assert digests(ann) == []
                    clock.shift(timedelta(minutes=2))
                    await running.courier.tick()
                    (digest,) = digests(ann)
                    assert "Agents that Plan" in digest
