"""Those who run the bot, in its chat; and for all others these commands are not there."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from digestbot.app import App
from digestbot.demo import Stage, open_stage
from digestbot.playground.emulator import Emulator
from digestbot.playground.hub import status
from digestbot.playground.people import Person
from digestbot.playground.view import menu_of
from digestbot.running import Running
from digestbot.settings import only
from tests.journeys.conftest import NOON, TUESDAY, ask, papers, refused

OWNER = 4_200_000


@pytest.fixture
async def stage(home: Path) -> AsyncIterator[Stage]:
    """A bot with an owner."""
    async with open_stage(home, NOON, owners=f"{OWNER}, 4200001") as stage:
        stage.hub.days[TUESDAY] = papers(TUESDAY, "Agents that Plan")
        await stage.at(NOON)
        yield stage


@pytest.fixture
def owner(stage: Stage) -> Person:
    return stage.telegram.user("Olga", "en", id=OWNER)


async def test_owners_see_the_numbers(stage: Stage, owner: Person, ann: Person) -> None:
    """Subscribers, today's digests, the queue, sources, errors, health."""
    await ask(ann, "/start")
    await ask(owner, "/start")
    told = await ask(owner, "/admin")
    assert "active: 2" in told
    assert "huggingface 2025-10-14: still growing, 1" in told
    assert "In the queue: 0" in told
    assert "No language model." in told
    assert refused(stage) == []


async def test_only_owners_are_offered_their_commands(tmp_path: Path) -> None:
    """Telegram's menu has them first, in the owner's language, from the first Start on and after a restart.

    An owner who never wrote, or is gone, stops nobody. Who is none any more loses them at the first try.
    """
    telegram = Emulator()
    owner, gone = telegram.user("올가", "ko", id=OWNER), telegram.user("Gone", "en", id=4_200_001)
    other = telegram.user("민준", "ko")

    def offered(person: Person) -> list[dict[str, str]]:
        return menu_of(telegram.bot, person.private, "ko")

    async with telegram.serve() as url:
        given = {"token": telegram.token, "api_url": url}
        settings = only(data_dir=tmp_path, telegram=given, owners=f"{gone.id}, 5, {OWNER}", log_level="ERROR")
        async with App(settings) as app:
            await app.store.upgrade()
            async with Running(app) as running:
                assert running.introduced
                await running.introduced
                assert offered(owner) == offered(other)
                for person in (owner, gone, other):
                    await ask(person, "/start")
                await telegram.until_called("setMyCommands", 4 * 3)
            theirs = offered(owner)
            assert [command["command"] for command in theirs[:4]] == ["admin", "broadcast", "invite", "today"]
            assert theirs[0]["description"] == "봇의 상태"
            assert theirs[3:] == offered(other)
            telegram.bot.commands.clear()
            del telegram.world.chats[gone.id]
            async with Running(app) as running:
                assert running.introduced
                await running.introduced
                assert offered(owner) == theirs
                assert offered(other) == theirs[3:]
        async with App(only(data_dir=tmp_path, telegram=given, log_level="ERROR")) as app, Running(app):
            await ask(owner, "/admin")
            await telegram.until_called("deleteMyCommands", 4)
            assert offered(owner) == offered(other)


async def test_for_all_others_there_is_no_such_command(stage: Stage, owner: Person, ann: Person) -> None:
    """The answer is that of any unknown command, also in a group with an owner, and buttons are old."""
    for command in ("/admin", "/broadcast"):
        assert await ask(ann, command) == f"I don't know {command}. /help shows what I can do."
    lab = stage.telegram.group("Lab", members=[ann], admins=[owner])
    await owner.says(f"/admin@{stage.telegram.bot.username}", in_=lab)
    assert "I don't know /admin" in (await lab.hears()).text
    message = ann.private.messages[-1]
    for code in ("1:broadcast:send:1", "1:broadcast", "1:broadcast:x:y"):
        press = await ann.forges(code, message)
        assert "no longer works" in (await press.answered()).text
    assert "admin" not in await ask(ann, "/help")


async def test_an_owner_tells_everybody(stage: Stage, owner: Person, ann: Person, minjun: Person) -> None:
    """Reply, preview, confirm: each gets it once, in the owner's words; the owner sees how far it is."""
    await ask(ann, "/start")
    await ask(minjun, "/start")
    assert "reply to it with /broadcast" in await ask(owner, "/broadcast")
    said = await owner.says("Tomorrow <b>all</b> digests come an hour later.")
    await owner.private.hears()
    await owner.says("/broadcast", reply_to=said)
    preview = await owner.private.hears()
    assert "Tomorrow <b>all</b> digests" in preview.text
    assert "This goes to 2 active subscribers" in (await owner.private.hears()).text
    await owner.taps("Send to all")
    shown = await owner.private.hears()
    assert "0 of 2 have it" in shown.text
    assert shown.button("Stop")
    await stage.tick()
    assert (await ann.private.hears()).text == preview.text
    assert "Tomorrow <b>all</b> digests" in (await minjun.private.hears()).text
    await stage.running.clockwork.run("broadcasts")
    done = await owner.private.hears()
    assert done.id == shown.id
    assert "Sent to all.\n2 of 2 have it." in done.text
    await stage.tick()
    assert ann.private.unheard == minjun.private.unheard == []
    assert refused(stage) == []


async def test_an_owner_changes_their_mind(stage: Stage, owner: Person, ann: Person) -> None:
    """Before: nothing goes out. While it is sent: nobody else gets it."""
    await ask(ann, "/start")
    for buttons in (("Don't send",), ("Send to all", "Stop")):
        said = await owner.says("Never mind.")
        await owner.private.hears()
        await owner.says("/broadcast", reply_to=said)
        await owner.private.hears()
        await owner.private.hears()
        for button in buttons:
            await owner.taps(button)
            answer = await owner.private.hears()
        assert not any(answer.buttons)
    assert "Stopped." in answer.text
    await stage.tick()
    await stage.running.clockwork.run("broadcasts")
    assert ann.private.unheard == []


async def test_owners_are_told_of_a_source_that_fails(stage: Stage, owner: Person) -> None:
    """Once, after the second time, and once when it is over."""
    await ask(owner, "/start")
    wednesday = NOON + timedelta(days=1)
    stage.hub.fail(status(404), day=wednesday.date())
    for hours in range(4):
        await stage.at(wednesday + timedelta(hours=hours))
        await stage.running.clockwork.run("watch")
    stage.hub.heal()
    for hours in range(4, 6):
        await stage.at(wednesday + timedelta(hours=hours))
        await stage.running.clockwork.run("watch")
    begun, ended = [message.text for message in owner.private.messages if "can't be read" in message.text]
    assert begun.startswith("⚠️ huggingface of 2025-10-15 can't be read (2 tries)")
    assert ended.startswith("✅ Over: huggingface of 2025-10-15")
