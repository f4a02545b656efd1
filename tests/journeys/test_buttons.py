"""Buttons change the message that they stand under, and mean the same after a restart."""

from datetime import timedelta
from pathlib import Path

import pytest

from digestbot.demo import Stage, open_stage
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, papers, refused

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)


async def test_a_paper_opens_in_place_and_leads_back(stage: Stage, ann: Person) -> None:
    """A numbered button shows all of a paper; the way back shows the very list again."""
    shown = await ask(ann, "/today")
    await ann.taps("2")
    detail = await ann.private.hears()
    assert detail.edited
    assert "Agents that Plan" in detail.text
    assert "Abstract" in detail.text
    assert detail.button("arXiv")
    await ann.taps("« Back to the list")
    assert (await ann.private.hears()).text == shown
    assert refused(stage) == []


async def test_long_lists_have_pages(stage: Stage, ann: Person) -> None:
    """A list that does not fit into one message is turned page by page, there and back."""
    stage.hub.days[TUESDAY] += papers(TUESDAY, *[f"{'Long Words ' * 12}{n}" for n in range(30)], first=10)
    await stage.at(stage.clock.now)
    first = await ask(ann, "/today all")
    await ann.taps("Next ›")
    second = (await ann.private.hears()).text
    assert "1." in first
    assert "\n1." not in second
    await ann.taps("‹ Previous")
    assert (await ann.private.hears()).text == first
    assert refused(stage) == []


@pytest.mark.parametrize(
    ("screen", "choice", "shown"),
    [
        ("Language", "한국어", "언어: 한국어"),
        ("Time", "07:00", "Time: 07:00"),
        ("Days", "Every day", "Days: Mon–Sun"),
        ("Maximum", "20", "Papers at most: 20"),
    ],
)
async def test_settings_are_changed_by_two_taps(
    stage: Stage, ann: Person, screen: str, choice: str, shown: str
) -> None:
    """Each setting has a screen; a tap sets it and shows all settings again."""
    await ask(ann, "/start")
    await ask(ann, "/settings")
    await ann.taps(screen)
    await ann.private.hears()
    await ann.taps(choice)
    assert shown in (await ann.private.hears()).text
    assert refused(stage) == []


async def test_every_button_of_the_settings_works_after_a_restart(home: Path) -> None:
    """Of each screen, in the message in which they were shown before: all they mean is in their codes."""
    async with open_stage(home, NOON) as before:
        ann = before.telegram.user("Ann", "en", id=7)
        await ask(ann, "/start")
        await ask(ann, "/settings")
        settings = ann.private.messages[-1]
        codes = [button.callback_data or "" for row in settings.buttons for button in row]
        for code in [*codes]:
            await (await ann.forges(code, settings)).answered()
            shown = await ann.private.hears()
            assert shown.id == settings.id
            codes += [button.callback_data or "" for row in shown.buttons for button in row]
    codes = [*dict.fromkeys(codes)]
    assert len(codes) > 60
    async with open_stage(home, NOON) as after:
        ann = after.telegram.user("Ann", "en", id=7)
        await ask(ann, "/help")
        for code in codes:
            after.clock.now += timedelta(seconds=2)  # faster than that nobody is answered for long
            press = await ann.forges(code, ann.private.messages[-1])
            assert (await press.answered()).text == "", code
        assert [line for line in refused(after) if "not modified" not in line] == []


async def test_pause_and_resume_by_button(stage: Stage, ann: Person) -> None:
    """The button under the settings says what it will do next."""
    await ask(ann, "/start")
    await ask(ann, "/settings")
    await ann.taps("Pause")
    await ann.private.hears()
    await ann.taps("Until I resume")
    assert "paused" in (await ann.private.hears()).text
    await ann.taps("Resume")
    assert "Next digest" in (await ann.private.hears()).text


async def test_pressing_twice_does_no_harm(stage: Stage, ann: Person) -> None:
    """The second press finds the message as wished, and is answered all the same."""
    await ask(ann, "/settings")
    settings = ann.private.messages[-1]
    for _ in range(2):
        press = await ann.forges("1:choose:language", settings)
        await press.answered()
    await ann.says("/help")
    while "Reading" not in (await ann.private.hears()).text:
        pass
    assert refused(stage) == ["editMessageText: " + NOT_MODIFIED]


async def test_stop_deletes_only_when_confirmed(stage: Stage, ann: Person) -> None:
    """No keeps all, yes forgets all."""
    await ask(ann, "/start")
    await ask(ann, "/add agents")
    await ask(ann, "/stop")
    await ann.taps("No, keep it")
    assert "Nothing was deleted" in (await ann.private.hears()).text
    assert "agents" in await ask(ann, "/topics")
    await ask(ann, "/stop")
    await ann.taps("Yes, delete everything", on=ann.private.messages[-1])
    assert "deleted" in (await ann.private.hears()).text
    async with stage.app.store.read() as tables:
        assert await tables.subscribers.in_chat(ann.private.id) is None


async def test_old_and_foreign_buttons_are_answered(stage: Stage, ann: Person) -> None:
    """A button of another version, or made up, gets an answer and changes nothing."""
    await ask(ann, "/settings")
    message = ann.private.messages[-1]
    for code in (
        "0:settings",
        "1:nonsense",
        "",
        "1:list:d.999:0",
        "1:set:time:9999",
        "1:set:votes:-1",
        "1:set:silent:perhaps",
        "1:pause:0",
        "1:paper:0000.00000:n.:0",
        "1:list:m.nonsense:0",
        "1:choose:all",
        "1:narrow:99999999999999999999",
        "1:stop",
    ):
        press = await ann.forges(code, message)
        told = (await press.answered()).text
        assert told, code
        assert "went wrong on our side" not in told, code
