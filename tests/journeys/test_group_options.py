"""A group's own options, a screen of its settings: which threads have digests, and what goes where."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from digestbot.demo import Stage, open_stage
from digestbot.playground.chats import Chat
from digestbot.playground.messages import Message
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, papers, refused

THURSDAY = datetime(2025, 10, 16, 8, 0, tzinfo=UTC)


@pytest.fixture
def given(newest_url: str) -> dict[str, Any]:
    """The settings of a bot on each kind of database."""
    return {"database": {"url": newest_url}}


@pytest.fixture
async def stage(home: Path, given: dict[str, Any]) -> AsyncIterator[Stage]:
    async with open_stage(home, NOON, **given) as stage:
        stage.hub.days[TUESDAY] = papers(TUESDAY, "Diffusion Models at Night", "Agents that Plan")
        await stage.at(NOON)
        yield stage


@pytest.fixture
def lab(stage: Stage, ann: Person, minjun: Person) -> Chat:
    """A forum of Ann's in which 민준 is a member."""
    return stage.telegram.group("Lab", members=[minjun], admins=[ann], forum=True)


async def say(who: Person, words: str, lab: Chat, thread: int | None = None) -> Message:
    await who.says(words, in_=lab, thread=thread)
    return await lab.hears()


async def tap(who: Person, button: str, shown: Message) -> Message:
    """Return the same message after the tap."""
    press = await who.taps(button, on=shown)
    assert (await press.answered()).text == ""
    changed = await shown.chat.hears()
    assert changed.id == shown.id
    return changed


def labels(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row]


async def test_an_admin_sees_and_takes_back_where_papers_go(stage: Stage, ann: Person, lab: Chat) -> None:
    """One message: settings, the group's options, a route taken back, and the settings again."""
    night = lab.add_topic("Night")
    await say(ann, "/add diffusion, agents", lab)
    routed = await say(ann, "/route diffusion here", lab, night)
    assert f"diffusion → thread {night}\nAll others → the general thread" in routed.text
    assert "Next digest: " in routed.text
    settings = await say(ann, "/settings", lab)
    assert f"Threads: {night}\n" in settings.text
    assert "Pictures" not in labels(settings)
    options = await tap(ann, "This group", settings)
    assert f"diffusion → thread {night}" in options.text
    assert (f"thread {night}", f"https://t.me/c/{str(lab.id)[4:]}/{night}") in options.links
    assert "/route agents here" in options.text
    assert labels(options) == [f"Remove: diffusion → thread {night}", "« Back"]
    without = await tap(ann, f"Remove: diffusion → thread {night}", options)
    assert "All papers → the general thread" in without.text
    assert labels(without) == ["« Back"]
    back = await tap(ann, "« Back", without)
    assert "Threads" not in back.text
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    digest = await lab.hears()
    assert "Diffusion Models at Night" in digest.text
    assert digest.thread is None
    assert refused(stage) == []


async def test_digests_move_to_a_thread_and_back_by_buttons(stage: Stage, ann: Person, lab: Chat) -> None:
    """What has no route goes to the thread in which the button is tapped, or to the general one."""
    thread = lab.add_topic("Papers")
    await say(ann, "/start", lab)
    options = await tap(ann, "This group", await say(ann, "/settings", lab, thread))
    assert "Add topics first" in options.text
    here = await tap(ann, "Digests to this thread", options)
    assert f"All papers → thread {thread}" in here.text
    assert labels(here) == ["Digests to the general thread", "« Back"]
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    assert (await lab.hears()).thread == thread
    general = await tap(ann, "Digests to the general thread", here)
    assert labels(general) == ["Digests to this thread", "« Back"]
    stage.hub.days[TUESDAY + timedelta(days=1)] = papers(TUESDAY + timedelta(days=1), "Late Agents")
    await stage.at(THURSDAY)
    assert (await lab.hears()).thread is None
    assert refused(stage) == []


async def test_a_member_is_refused_and_changes_nothing(
    stage: Stage, ann: Person, minjun: Person, lab: Chat
) -> None:
    """They may read where papers go; each press is answered by an alert, in the group's language."""
    thread = lab.add_topic("Night")
    await say(ann, "/add diffusion", lab)
    await say(ann, "/route diffusion here", lab, thread)
    shown = await say(minjun, "/route", lab, thread)
    assert f"diffusion → thread {thread}" in shown.text
    for button in (f"Remove: diffusion → thread {thread}", "Digests to this thread"):
        answer = await (await minjun.taps(button, on=shown)).answered()
        assert answer.is_alert
        assert answer.text.startswith("Only this group's admins can change that.")
        assert answer.text.endswith("For digests of your own, write to me in private: @digest_bot")
    for code in ("1:group", "1:unroute:1", "1:thread:here", "1:thread:general"):
        assert "Only this group's admins" in (await (await minjun.forges(code, shown)).answered()).text
    assert (await say(ann, "/route", lab, thread)).text == shown.text


async def test_an_anonymous_admin_sets_them_too(stage: Stage, ann: Person, lab: Chat) -> None:
    """What they write comes from the group itself, what they tap from themselves, as Telegram has it."""
    thread = lab.add_topic("Night")
    for words, where in (("/add diffusion", None), ("/route diffusion here", thread), ("/settings", thread)):
        await lab.says(words, thread=where)
        shown = await lab.hears()
    options = await tap(ann, "This group", shown)
    assert f"diffusion → thread {thread}" in options.text
    moved = await tap(ann, "Digests to this thread", options)
    assert f"All others → thread {thread}" in moved.text


async def test_a_keyboard_from_before_a_restart_still_works(home: Path, given: dict[str, Any]) -> None:
    """All that a button needs is in its code and in the database; what it takes back may be gone already."""
    async with open_stage(home, NOON, **given) as before:
        ann = before.telegram.user("Ann", "en", id=7)
        lab = before.telegram.group("Lab", admins=[ann], forum=True)
        thread = lab.add_topic("Night")
        await say(ann, "/add diffusion, agents", lab)
        await say(ann, "/route diffusion here", lab, thread)
        shown = await tap(ann, "This group", await say(ann, "/settings", lab, thread))
    codes = [button.callback_data or "" for row in shown.buttons for button in row]
    assert all(code.startswith("1:") and len(code.encode()) <= 64 for code in codes)
    async with open_stage(home, NOON, **given) as after:
        ann = after.telegram.user("Ann", "en", id=7)
        again = after.telegram.group("Lab", admins=[ann], forum=True)
        again.add_topic("Night")
        assert again.id == lab.id
        old = await say(ann, "/help", again, thread)
        for code in codes:
            await (await ann.forges(code, old)).answered()
            await again.hears()
        gone, here, _ = codes
        for code in (gone, here):  # again, and after somebody removed the topic
            assert (await (await ann.forges(code, old)).answered()).text == ""
            assert f"All papers → thread {thread}" in (await again.hears()).text
            await say(ann, "/remove diffusion", again)


async def test_what_no_button_says_is_refused(stage: Stage, ann: Person, lab: Chat) -> None:
    """Broken and made-up codes, and ours where they mean nothing, change nothing."""
    shown = await say(ann, "/route", lab)
    for code in ("1:unroute", "1:unroute:x", f"1:unroute:{2**40}", "1:thread", "1:thread:7", "1:thread:here"):
        press = await ann.forges(code, shown)
        assert "no longer works" in (await press.answered()).text, code
    await ask(ann, "/settings")
    private = ann.private.messages[-1]
    assert "This group" not in labels(private)
    for code in ("1:group", "1:unroute:1", "1:thread:general"):
        press = await ann.forges(code, private)
        assert "no longer works" in (await press.answered()).text, code


async def test_a_lost_thread_is_no_longer_shown(stage: Stage, ann: Person, lab: Chat) -> None:
    """The digest finds it gone; the options then say where papers go, with no button of that thread."""
    thread = lab.add_topic("Papers")
    await say(ann, "/start", lab, thread)
    await say(ann, "/add diffusion", lab)
    await say(ann, "/route diffusion here", lab, thread)
    settings = await say(ann, "/settings", lab)
    assert f"All others → thread {thread}" in (await tap(ann, "This group", settings)).text
    lab.delete_topic(thread)
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    assert "Diffusion Models at Night" in (await lab.hears()).text
    assert "is closed or gone" in (await lab.hears()).text
    press = await ann.forges("1:group", settings)
    await press.answered()
    options = await lab.hears()
    assert "All papers → the general thread" in options.text
    assert labels(options) == ["« Back"]
    assert refused(stage) == ["sendMessage: Bad Request: message thread not found"]


async def test_hostile_names_are_shown_as_they_are(stage: Stage, ann: Person, lab: Chat) -> None:
    """A topic with markup in it, and one as long as they may be, in the text and on their buttons."""
    thread = lab.add_topic("</b><a href='tg://x'>&amp;")
    bold, long = '"<b>bold</b>" {{ 7 }} %s', "가" * 98
    for topic in (bold, long):
        await say(ann, f"/add {topic}", lab)
        shown = await say(ann, f"/route {topic} here", lab, thread)
    assert f"• {bold} → thread {thread}" in shown.text
    assert f"Remove: {bold} → thread {thread}" in labels(shown)
    assert any(label.startswith(f"Remove: {'가' * 20}") for label in labels(shown))
    without = await tap(ann, f"Remove: {bold} → thread {thread}", shown)
    assert f"• {bold}" not in without.text
    assert f"/route {bold} here" in without.text
    assert refused(stage) == []


async def test_a_group_without_threads_has_a_screen_that_says_how_to_get_them(
    stage: Stage, ann: Person
) -> None:
    """Nothing to choose, but what to do next and the way back."""
    club = stage.telegram.group("Club", admins=[ann])
    await say(ann, "/start", club)
    options = await tap(ann, "This group", await say(ann, "/settings", club))
    assert "Once Topics are turned on in Telegram's settings of this group" in options.text
    assert "Next digest: " in options.text
    assert labels(options) == ["« Back"]


async def test_a_narrowed_topic_keeps_its_thread(stage: Stage, ann: Person, lab: Chat) -> None:
    """What goes to a thread still goes there, narrower."""
    agents = lab.add_topic("Agents")
    await say(ann, "/start", lab)
    added = await say(ann, "/add agents", lab)
    await say(ann, "/route agents here", lab, agents)
    ways = await tap(ann, "Narrow", added)
    narrow = next(label for label in labels(ways) if label.startswith("Only in titles"))
    await tap(ann, narrow, ways)
    assert f"title:(agents) → thread {agents}" in (await say(ann, "/route", lab)).text
    assert refused(stage) == []
