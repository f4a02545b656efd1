"""Who comes in: floods, guests with an invitation, those on a list, and those who are not wanted."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from digestbot.core.subscriber import Chat, ChatKind, SubscriberState
from digestbot.demo import Stage, open_stage
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, papers, refused

OWNER, GUEST, LISTED = 4_200_000, 4_200_001, 4_200_002


@pytest.fixture
async def stage(home: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A bot with an owner, and other settings where the test names them."""
    given: dict[str, Any] = getattr(request, "param", {})
    async with open_stage(home, NOON, owners=str(OWNER), **given) as stage:
        yield stage


@pytest.fixture
def owner(stage: Stage) -> Person:
    return stage.telegram.user("Olga", "en", id=OWNER)


@pytest.fixture
def guest(stage: Stage) -> Person:
    return stage.telegram.user("Gast", "en", id=GUEST)


@pytest.mark.parametrize("stage", [{"limits": {"user_per_minute": 12}}], indirect=True)
async def test_a_flood_is_told_once_and_others_are_answered(stage: Stage, ann: Person, guest: Person) -> None:
    """A thousand commands: some answers, one word, silence; meanwhile somebody else is served at once."""
    for _ in range(1000):
        await guest.says("/help")
    assert "Welcome" in await ask(ann, "/start")
    await stage.settled()
    answers = [message.text for message in guest.private.messages if message.from_bot]
    assert sum("too fast for me" in text for text in answers) == 1
    assert 12 <= len(answers) <= 15
    assert refused(stage) == []


async def test_a_flood_from_a_group_is_no_error(
    capfd: pytest.CaptureFixture[str], stage: Stage, owner: Person, ann: Person
) -> None:
    """Beyond Telegram's pace for a group answers are left out; nothing failed, and private chats go on."""
    members = [stage.telegram.user(f"M{number}", "en") for number in range(30)]
    lab = stage.telegram.group("Lab", admins=[owner], members=members)
    for member in members:
        await member.says("/help", in_=lab)
    assert "Welcome" in await ask(ann, "/start")
    await stage.settled()
    assert 15 <= sum(message.from_bot for message in lab.messages) <= 20
    assert "failed" not in capfd.readouterr().err
    assert refused(stage) == []


@pytest.mark.parametrize("stage", [{"access": {"mode": "invite"}}], indirect=True)
async def test_guests_come_in_by_invitation(stage: Stage, owner: Person, guest: Person, ann: Person) -> None:
    """A link for one is for one; who came in stays, until they go."""
    assert "for invited readers" in await ask(guest, "/start")
    assert "for invited readers" in await ask(guest, "/add agents")
    assert "was used or is over" in await ask(guest, "/start iNonsense")
    assert "1 to 1000" in await ask(owner, "/invite many")
    told = await ask(owner, "/invite")
    assert "lets one person in" in told
    start = f"/start {told.partition('?start=')[2].strip()}"
    assert "Welcome" in await ask(guest, start)
    assert "Added: agents" in await ask(guest, "/add agents")
    assert "was used or is over" in await ask(ann, start)
    assert "I don't know /invite" in await ask(guest, "/invite")
    await ask(guest, "/stop")
    await guest.taps("Yes, delete everything")
    await guest.private.hears()
    assert "for invited readers" in await ask(guest, "/today")
    assert refused(stage) == []


@pytest.mark.parametrize("stage", [{"access": {"mode": "invite"}}], indirect=True)
async def test_an_invitation_for_many_is_taken_back(
    stage: Stage, owner: Person, guest: Person, ann: Person
) -> None:
    """It lets as many in as it says, and nobody once it is taken back."""
    start = f"/start {(await ask(owner, '/invite 3')).partition('?start=')[2].strip()}"
    for person in (guest, ann):
        assert "Welcome" in await ask(person, start)
    await owner.taps("Take back")
    assert "nobody in any more" in (await owner.private.hears()).text
    late = stage.telegram.user("Late", "en")
    assert "was used or is over" in await ask(late, start)


@pytest.mark.parametrize("stage", [{"access": {"mode": "allowlist", "allow": f"{LISTED}"}}], indirect=True)
async def test_a_list_lets_only_those_in_who_are_on_it(stage: Stage, owner: Person, guest: Person) -> None:
    """And the owners; a group that is not on it hears nothing."""
    assert "not open to everybody" in await ask(guest, "/start")
    assert "Welcome" in await ask(stage.telegram.user("Lis", "en", id=LISTED), "/start")
    assert "Welcome" in await ask(owner, "/start")
    assert "ACCESS__MODE=invite" in await ask(owner, "/invite")
    lab = stage.telegram.group("Lab", admins=[owner])
    await owner.says("/start", in_=lab)
    await stage.settled()
    assert [message for message in lab.messages if message.from_bot] == []


@pytest.mark.parametrize("stage", [{"access": {"deny": f"{GUEST}, -5"}}], indirect=True)
async def test_who_is_denied_hears_nothing(stage: Stage, ann: Person, guest: Person) -> None:
    """Neither answers nor digests; everybody else does."""
    await guest.says("/start")
    assert "Welcome" in await ask(ann, "/start")
    await stage.settled()
    assert [message for message in guest.private.messages if message.from_bot] == []
    members = stage.app.membership
    await members.subscribe(Chat(GUEST, ChatKind.PRIVATE))
    await members.shut_out(stage.app.access)
    assert (await members.reader(Chat(GUEST, ChatKind.PRIVATE))).state is SubscriberState.UNSUBSCRIBED
    assert (await members.reader(Chat(ann.private.id, ChatKind.PRIVATE))).state is SubscriberState.ACTIVE


@pytest.mark.parametrize("before", ["reads", "pauses", "pauses until friday", "blocks"])
async def test_who_is_denied_gets_nothing_later_either(home: Path, before: str) -> None:
    """Whatever they last told the bot: no digest, no recap of a pause, none once they let it write again."""
    async with open_stage(home, NOON) as stage:
        guest = stage.telegram.user("Gast", "en", id=GUEST)
        await ask(guest, "/start")
        if before.startswith("pauses"):
            assert "Paused" in await ask(guest, before.replace("pauses", "/pause"))
        if before == "blocks":
            guest.blocks_bot()
        await stage.settled()
    async with open_stage(home, NOON, access={"deny": f"{GUEST}"}) as stage:
        guest = stage.telegram.user("Gast", "en", id=GUEST)
        guest.has_started = True
        stage.hub.days[TUESDAY] = papers(TUESDAY, "Agents that Plan")
        if before == "blocks":
            guest.blocks_bot()  # this Telegram was not told yet
            guest.unblocks_bot()
        for day in (15, 17, 20):
            await stage.at(NOON.replace(day=day))
        assert guest.private.messages == []
        reader = await stage.app.membership.reader(Chat(GUEST, ChatKind.PRIVATE))
        assert (reader.state, reader.next_due_at) == (SubscriberState.UNSUBSCRIBED, None)


@pytest.mark.parametrize("stage", [{"limits": {"topics": 2, "topic": 20, "search": 20}}], indirect=True)
async def test_limits_are_the_operators(stage: Stage, ann: Person) -> None:
    """Topics and searches are as many and as long as the settings say."""
    assert "3 topics; 2 is the most" in await ask(ann, "/add a1, b1, c1")
    for command in ("/search", "/add", "/test", "/trends"):
        assert "20 characters" in await ask(ann, f"{command} {'x' * 21}")
    assert "Added" in await ask(ann, "/add " + "x" * 20)
