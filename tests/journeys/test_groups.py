"""In groups: admins change, all read, and other bots' business is not ours."""

from datetime import UTC, datetime, timedelta

import pytest

from digestbot.core.subscriber import SubscriberState
from digestbot.demo import Stage
from digestbot.playground.people import Person
from tests.journeys.conftest import TUESDAY, ask, papers, refused

WEDNESDAY = TUESDAY + timedelta(days=1)


async def test_only_admins_change_a_groups_settings(stage: Stage, ann: Person, minjun: Person) -> None:
    """Anyone may read; who is no admin is told so, and nothing changes."""
    lab = stage.telegram.group("Lab", members=[minjun], admins=[ann])
    await ann.says("/start", in_=lab)
    assert "Welcome" in (await lab.hears()).text
    await minjun.says("/add agents", in_=lab)
    assert "Only this group's admins" in (await lab.hears()).text
    await ann.says("/add agents", in_=lab)
    assert "Added: agents" in (await lab.hears()).text
    await minjun.says("/today", in_=lab)
    assert "2 of 5 match" in (await lab.hears()).text
    assert refused(stage) == []


async def test_what_a_member_sends_or_taps_changes_nothing(stage: Stage, ann: Person, minjun: Person) -> None:
    """Each command and each button that sets something asks who it is."""
    lab = stage.telegram.group("Lab", members=[minjun], admins=[ann])
    await ann.says("/add agents", in_=lab)
    added = await lab.hears()
    async with stage.app.store.read() as tables:
        before = await tables.subscribers.in_chat(lab.id)
    for words in (
        "/start", "/subscribe", "/unsubscribe", "/pause", "/resume", "/stop", "/add x", "/remove agents",
        "/mute x", "/unmute x", "/sources none", "/time 7:00", "/timezone Seoul", "/days all", "/max 3",
        "/language ko", "/summaries ko",
    ):  # fmt: skip
        await minjun.says(words, in_=lab)
        assert "Only this group's admins" in (await lab.hears()).text, words
    for code in (
        "1:set:time:0700", "1:pause", "1:resume", "1:stop:yes", "1:undo:1", "1:topic:0:x", "1:source:cs.CL",
        "1:hour:0700:UTC", "1:narrow:1:t", "1:mute:1", "1:set:votes:5", "1:choose:pause", "1:pause:7",
    ):  # fmt: skip
        press = await minjun.forges(code, added)
        assert "Only this group's admins" in (await press.answered()).text, code
    async with stage.app.store.read() as tables:
        assert await tables.subscribers.in_chat(lab.id) == before


async def test_a_groups_stop_is_about_the_group(stage: Stage, ann: Person) -> None:
    """What the admin who sends it has of their own stays; a place is asked for in words only."""
    lab = stage.telegram.group("Lab", admins=[ann])
    await ask(ann, "/add diffusion")
    for words, told in (
        ("/add agents", "Added: agents"),
        ("/timezone", "an offset (/timezone UTC+9) works too."),
        ("/stop", "Delete everything about this group: topics, settings and digests?"),
    ):
        await ann.says(words, in_=lab)
        shown = await lab.hears()
        assert told in shown.text
        assert "location" not in shown.text
    await ann.taps("Yes, delete everything", on=shown)
    assert "Everything about this group is deleted." in (await lab.hears()).text
    await ann.says("/topics", in_=lab)
    assert "You have no topics yet" in (await lab.hears()).text
    assert "diffusion" in await ask(ann, "/topics")
    assert "location" in await ask(ann, "/timezone")
    assert "Delete everything about you" in await ask(ann, "/stop")
    assert refused(stage) == []


async def test_how_a_groups_digest_comes_is_for_its_admins(stage: Stage, ann: Person, minjun: Person) -> None:
    """Votes, sound, picture, empty days and pauses: a member changes none of them, an admin does."""
    lab = stage.telegram.group("Lab", members=[minjun], admins=[ann])
    await ann.says("/start", in_=lab)
    await lab.hears()
    for words in ("/votes 5", "/silent on", "/pictures off", "/notice on", "/pause until monday"):
        await minjun.says(words, in_=lab)
        assert "Only this group's admins" in (await lab.hears()).text, words
        await ann.says(words, in_=lab)
        assert "Next digest: " in (await lab.hears()).text, words
    assert refused(stage) == []


async def test_a_groups_digest_is_one_short_message(stage: Stage, ann: Person, minjun: Person) -> None:
    """A line and a title that is a link for each paper; a number opens it, and back leads to the same."""
    stage.hub.days[TUESDAY] += papers(TUESDAY, *[f"{'Long Words ' * 12}{n}" for n in range(40)], first=10)
    lab = stage.telegram.group("Lab", members=[minjun], admins=[ann])
    for words in ("/start", "/max 50"):
        await ann.says(words, in_=lab)
        await lab.hears()
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    digest = await lab.hears()
    assert lab.unheard == []
    assert ". Diffusion Models at Night · ▲ 50 votes\nThis paper is about Diffusion" in digest.text
    shown = len(digest.links)
    assert f"The {shown} with the most votes of 45 new papers" in digest.text
    assert digest.text.endswith(f"+{45 - shown} more: /today")
    assert ("Diffusion Models at Night", "https://arxiv.org/abs/2510.01400") in digest.links
    await minjun.taps("2", in_=lab)
    assert "Abstract" in (await lab.hears()).text
    await minjun.taps("« Back to the list", in_=lab)
    assert (await lab.hears()).text == digest.text
    assert refused(stage) == []


async def test_an_anonymous_admin_may_change(stage: Stage, ann: Person) -> None:
    """Who speaks as the group itself is one of its admins."""
    lab = stage.telegram.group("Lab", admins=[ann], supergroup=True)
    await lab.says("/start")
    assert "Welcome" in (await lab.hears()).text


async def test_other_bots_commands_and_chatter_are_not_answered(stage: Stage, ann: Person) -> None:
    """Only what is said to us is answered."""
    stage.telegram.bot.reads_all = True
    lab = stage.telegram.group("Lab", admins=[ann])
    for words in ("/nonsense", "/today@other_bot", "hello", "/nonsense@other_bot"):
        await ann.says(words, in_=lab)
    await ann.says(f"/nonsense@{stage.telegram.bot.username}", in_=lab)
    assert "I don't know /nonsense" in (await lab.hears()).text
    assert len([message for message in lab.messages if message.from_bot]) == 1


async def test_a_group_that_becomes_a_supergroup_keeps_its_digest(stage: Stage, ann: Person) -> None:
    """The new id is kept, with topics and all."""
    lab = stage.telegram.group("Lab", admins=[ann])
    await ann.says("/add agents", in_=lab)
    await lab.hears()
    new = lab.migrate()
    await stage.settled()
    await ann.says("/topics", in_=new)
    assert "• agents" in (await new.hears()).text


async def test_a_group_that_puts_us_out_gets_nothing(stage: Stage, ann: Person) -> None:
    """Kicked is blocked: no digest is due there any more."""
    lab = stage.telegram.group("Lab", admins=[ann])
    await ann.says("/start", in_=lab)
    await lab.hears()
    lab.kick_bot(by=ann)
    await stage.settled()
    async with stage.app.store.read() as tables:
        subscriber = await tables.subscribers.in_chat(lab.id)
    assert subscriber is not None
    assert subscriber.next_due_at is None


async def test_start_in_a_thread_subscribes_that_thread(stage: Stage, ann: Person) -> None:
    """Answers and digests come there; once it is deleted they come to the general thread, which is told."""
    lab = stage.telegram.group("Lab", admins=[ann], forum=True)
    papers_thread = lab.add_topic("Papers")
    await ann.says("/start", in_=lab, thread=papers_thread)
    welcome = await lab.hears()
    assert "It comes to this thread." in welcome.text
    assert welcome.thread == papers_thread
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    assert (await lab.hears()).thread == papers_thread
    lab.delete_topic(papers_thread)
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, "Late Agents")
    await stage.at(datetime(2025, 10, 16, 8, 0, tzinfo=UTC))
    digest, notice = await lab.hears(), await lab.hears()
    assert "Late Agents" in digest.text
    assert "is closed or gone, so they come here" in notice.text
    assert digest.thread is notice.thread is None
    assert refused(stage) == ["sendMessage: Bad Request: message thread not found"]


async def test_topics_are_routed_to_threads(stage: Stage, ann: Person, minjun: Person) -> None:
    """An admin says where a topic's papers go; a closed thread's papers come with all others."""
    lab = stage.telegram.group("Lab", members=[minjun], admins=[ann], forum=True)
    thread = lab.add_topic("Diffusion")

    async def say(who: Person, words: str, thread: int | None = None) -> str:
        await who.says(words, in_=lab, thread=thread)
        return (await lab.hears()).text

    await say(ann, "/add diffusion, agents")
    assert "All papers → the general thread" in await say(minjun, "/route")
    assert "Only this group's admins" in await say(minjun, "/route diffusion here", thread)
    assert "not one of your topics" in await say(ann, "/route robots here", thread)
    assert "“here” in the thread" in await say(ann, "/route diffusion here")
    assert "“here” in the thread" in await say(ann, "/route diffusion", thread)
    assert f"diffusion → thread {thread}" in await say(ann, "/route Diffusion here", thread)
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    parts = [await lab.hears(), await lab.hears()]
    routed, other = sorted(parts, key=lambda part: part.thread is None)
    assert "Diffusion Models at Night" in routed.text
    assert routed.thread == thread
    assert "Agents that Plan" in other.text
    assert other.thread is None
    await minjun.taps("1", on=routed)
    await lab.hears()
    await minjun.taps("« Back to the list", on=routed)
    assert (await lab.hears()).text == routed.text
    lab.close_topic(thread)
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, "Late Diffusion")
    await stage.at(datetime(2025, 10, 16, 8, 0, tzinfo=UTC))
    assert "Late Diffusion" in (await lab.hears()).text
    assert "(diffusion)" in (await lab.hears()).text
    assert "All papers → the general thread" in await say(ann, "/route")
    assert refused(stage) == ["sendMessage: Bad Request: TOPIC_CLOSED"]


async def test_only_forums_have_threads(stage: Stage, ann: Person) -> None:
    """Elsewhere `/route` says so."""
    lab = stage.telegram.group("Lab", admins=[ann])
    await ann.says("/route agents here", in_=lab)
    assert "Only a group with topics" in (await lab.hears()).text


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ("member", "left", SubscriberState.BLOCKED),
        ("member", "kicked", SubscriberState.BLOCKED),
        ("member", "restricted", SubscriberState.BLOCKED),
        ("administrator", "kicked", SubscriberState.BLOCKED),
        ("member", "administrator", SubscriberState.ACTIVE),
        ("administrator", "member", SubscriberState.ACTIVE),
        ("kicked", "member", SubscriberState.ACTIVE),
        ("left", "administrator", SubscriberState.ACTIVE),
        ("restricted", "member", SubscriberState.ACTIVE),
    ],
)
async def test_what_a_group_does_with_us_decides_whether_digests_come(
    stage: Stage, ann: Person, before: str, after: str, state: SubscriberState
) -> None:
    """Where we may not write they wait, where we may again they go on; promotion alone changes nothing."""
    lab = stage.telegram.group("Lab", admins=[ann], supergroup=True)
    await ann.says("/start", in_=lab)
    await lab.hears()
    lab.set_bot(before, ann)
    lab.set_bot(after, ann)
    await stage.settled()
    async with stage.app.store.read() as tables:
        subscriber = await tables.subscribers.in_chat(lab.id)
    assert subscriber is not None
    assert subscriber.state is state
    assert (subscriber.next_due_at is None) == (state is SubscriberState.BLOCKED)
    assert lab.unheard == []


async def test_a_person_who_blocks_us_and_comes_back_has_their_digest_again(
    stage: Stage, ann: Person
) -> None:
    """Blocked is silence; unblocked goes on, without a word."""
    await ann.says("/start")
    await ann.private.hears()
    ann.blocks_bot()
    await stage.settled()
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    assert stage.telegram.called("sendMessage")[1:] == []
    ann.unblocks_bot()
    await stage.settled()
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, "Late Agents")
    await stage.at(datetime(2025, 10, 16, 8, 0, tzinfo=UTC))
    assert "Late Agents" in (await ann.private.hears()).text
    assert refused(stage) == []


@pytest.mark.parametrize("way", ["added", "made with us"])
async def test_a_group_that_adds_us_is_told_once_how_to_begin(
    stage: Stage, ann: Person, minjun: Person, way: str
) -> None:
    """Not again when others come, when it becomes a supergroup, or when it takes us back."""
    lab = stage.telegram.group("Lab", admins=[ann], with_bot=False)
    if way == "added":
        lab.add_bot(by=ann)
    else:
        lab.create_with_bot(by=ann)
    assert "An admin begins it with /start" in (await lab.hears()).text
    minjun.joins(lab)
    await ann.says("/start", in_=lab)
    assert "Welcome" in (await lab.hears()).text
    lab.kick_bot(by=ann)
    lab.add_bot(by=ann)
    new = lab.migrate()
    await stage.settled()
    async with stage.app.store.read() as tables:
        subscriber = await tables.subscribers.in_chat(new.id)
    assert subscriber is not None
    assert subscriber.state is SubscriberState.ACTIVE
    assert lab.unheard == new.unheard == []
    assert refused(stage) == []
