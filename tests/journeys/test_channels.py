"""Channels: the bot asks who brought it in, is set up from their private chat, and posts there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from digestbot.core.popular import LONGEST
from digestbot.core.subscriber import SubscriberState
from digestbot.demo import Stage
from digestbot.playground.chats import Chat
from digestbot.playground.messages import Message
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, papers, refused


@pytest.fixture
async def news(stage: Stage, ann: Person) -> Chat:
    """A channel of Ann's, who has started the bot and brought it in."""
    await ask(ann, "/start")
    channel = stage.telegram.channel("Lab <News>", admins=[ann], with_bot=False)
    channel.add_bot(by=ann)
    return channel


async def state_of(stage: Stage, channel: Chat) -> SubscriberState:
    async with stage.app.store.read() as tables:
        known = await tables.subscribers.in_chat(channel.id)
    assert known is not None
    return known.state


async def number_of(stage: Stage, channel: Chat) -> int:
    async with stage.app.store.read() as tables:
        known = await tables.subscribers.in_chat(channel.id)
    assert known is not None
    return known.id


async def rows_about(stage: Stage, person: Person) -> list[dict[str, Any]]:
    async with stage.app.store.read() as tables:
        return [row for rows in (await tables.personal.of(person.id)).values() for row in rows]


def posts(channel: Chat) -> list[Message]:
    return [message for message in channel.messages if message.from_bot]


async def test_a_channel_is_set_up_from_private_and_gets_its_digest(
    stage: Stage, ann: Person, news: Chat
) -> None:
    """The bot asks, a tap brings digests, commands with the channel's number set its topics."""
    assert "post in your channel “Lab <News>” now" in (await ann.private.hears()).text
    assert await state_of(stage, news) is SubscriberState.UNSUBSCRIBED
    await ann.taps("Bring digests there")
    shown = (await ann.private.hears()).text
    assert shown.startswith("📢 Lab <News>")
    assert "Next digest" in shown
    await ann.taps("Maximum")
    await ann.private.hears()
    await ann.taps("3")
    assert "Papers at most: 3" in (await ann.private.hears()).text
    number = await number_of(stage, news)
    assert f"/channels {number} add" in await ask(ann, "/channels")
    assert "Added: agents" in await ask(ann, f"/channels {number} add agents")
    assert "7:00" in await ask(ann, f"/channels {number} time 7:00")
    assert "no topics yet" in await ask(ann, "/topics")
    await stage.at(datetime(2025, 10, 15, 7, 0, tzinfo=UTC))
    (post,) = posts(news)
    assert "2 of 5 new papers" in post.text
    assert "Agents that Plan" in post.text
    assert post.buttons == ()
    assert refused(stage) == []


async def test_a_channels_topics_are_chosen_from_the_popular_ones(
    stage: Stage, ann: Person, news: Chat
) -> None:
    """In its settings, by taps; done leads back to them, and the owner's own topics are as before."""
    longest = "a" * LONGEST
    stage.hub.days[TUESDAY] += papers(TUESDAY, "One", "Two", first=20, ai_keywords=["lamps", longest])
    await stage.at(NOON)
    await ann.private.hears()
    await ann.taps("Bring digests there")
    await ann.private.hears()
    await ann.taps("Choose topics")
    grid = await ann.private.hears()
    assert grid.text.startswith("📢 Lab <News>\nTap what you follow")
    assert f"/channels {await number_of(stage, news)} add diffusion models" in grid.text
    for topic in ("lamps · 2", f"{longest} · 2"):
        await ann.taps(topic)
        assert (await ann.private.hears()).button(f"✓ {topic}")
    await ann.taps("Done")
    assert f"Topics: lamps, {longest}" in (await ann.private.hears()).text
    assert "no topics yet" in await ask(ann, "/topics")
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    assert "2 of 7 new papers" in posts(news)[0].text
    assert refused(stage) == []


async def test_only_who_manages_a_channel_changes_it(
    stage: Stage, ann: Person, minjun: Person, news: Chat
) -> None:
    """Not a stranger, not by a forged button, and not who brought the bot in once they are no admin."""
    await ann.private.hears()
    await ask(minjun, "/start")
    number = await number_of(stage, news)
    assert "채널이 아닙니다" in await ask(minjun, f"/channels {number} max 3")
    press = await minjun.forges(f"1:for:{number}:resume", minjun.private.messages[-1])
    assert "채널이 아닙니다" in (await press.answered()).text
    assert "추가한 채널이 없습니다" in await ask(minjun, "/channels")
    news.members[ann.id] = "left"
    for words in (f"/channels {number} max 3", "/channels 999 max 3", "/channels 9999999999999 max 3"):
        assert "not a channel that you manage" in await ask(ann, words)
    assert "brought me into no channel" in await ask(ann, "/channels")
    await ann.taps("Bring digests there")
    await stage.settled()
    assert await state_of(stage, news) is SubscriberState.UNSUBSCRIBED


async def forwards(person: Person, channel: Chat, text: str) -> str:
    """Return the answer to a post of *channel* that a person forwards."""
    origin = {"type": "channel", "date": 1, "chat": channel.as_json(), "message_id": 1}
    await person.sends(text=text, forward_origin=origin)
    return (await person.private.hears()).text


async def test_another_admin_looks_after_a_channel_too(
    stage: Stage, ann: Person, minjun: Person, news: Chat
) -> None:
    """They forward a post of it once; it is among their channels then, as long as they may post there."""
    ben = stage.telegram.user("Ben", "en")
    news.members[ben.id] = "administrator"
    await ask(ben, "/start")
    assert "Forward a post of that channel to me" in await ask(ben, "/channels")
    assert "You may post in “Lab <News>”" in await forwards(ben, news, "A post")
    await ben.taps("Bring digests there")
    assert (await ben.private.hears()).text.startswith("📢 Lab <News>")
    assert await state_of(stage, news) is SubscriberState.ACTIVE
    number = await number_of(stage, news)
    assert f"/channels {number} add" in await ask(ben, "/channels")
    assert "Added: agents" in await ask(ben, f"/channels {number} add agents")
    assert "Diffusion Models at Night" in await forwards(ben, news, "https://arxiv.org/abs/2510.01400")
    assert "commands" in await forwards(ben, news, "Another post")
    news.members[ben.id] = "member"
    assert "not a channel that you manage" in await ask(ben, f"/channels {number} max 3")
    assert "brought me into no channel" in await ask(ben, "/channels")
    await ann.private.hears()
    assert f"/channels {number} add" in await ask(ann, "/channels")
    assert refused(stage) == []


async def test_a_forwarded_post_of_a_channel_that_is_not_ones_own_is_a_paper_or_nothing(
    stage: Stage, ann: Person, minjun: Person, news: Chat
) -> None:
    """Who only reads it looks after nothing; nor who may not post there, nor where the bot is not."""
    link = "https://arxiv.org/abs/2510.01400"
    foreign = stage.telegram.channel("Foreign", admins=[minjun], with_bot=False)
    mute = stage.telegram.channel("Mute", admins=[ann, minjun], with_bot=False)
    mute.add_bot(by=ann)
    mute.may_not_post.add(minjun.id)
    for _ in (news, mute):
        await ann.private.hears()
    for channel in (news, foreign, mute):
        assert "Diffusion Models at Night" in await forwards(minjun, channel, link)
        assert "명령" in await forwards(minjun, channel, "글")
    number = await number_of(stage, news)
    assert "채널이 아닙니다" in await ask(minjun, f"/channels {number} max 3")
    assert "추가한 채널이 없습니다" in await ask(minjun, "/channels")
    async with stage.app.store.read() as tables:
        reader = await tables.subscribers.in_chat(ann.id)
    assert reader is not None
    assert "not a channel" in await ask(ann, f"/channels {reader.id} max 3")  # a private chat is none


async def test_what_is_no_command_for_a_channel_is_answered(stage: Stage, ann: Person, news: Chat) -> None:
    """Bad words, foreign commands and broken buttons change nothing; a group is the wrong place."""
    await ann.private.hears()
    number = await number_of(stage, news)
    for words in (f"{number}", f"{number} stop", f"{number} channels", "x add agents"):
        assert "Send the channel's number" in await ask(ann, f"/channels {words}")
    for words, mend in (("max 0", "max 10"), ("unmute", "mute survey"), ("days x", "days mon-fri")):
        told = await ask(ann, f"/channels {number} {words}")
        assert told.startswith("📢 Lab <News>")
        assert f"/channels {number} {mend}" in told
        assert " /" not in told.replace(f"/channels {number} ", "")  # that would change Ann's own
    for code in (
        "1:for",
        f"1:for:{number}",
        f"1:for:{number}:stop:yes",
        f"1:for:{number}:set:time",
        "1:for:x:pause",
    ):
        press = await ann.forges(code, ann.private.messages[-1])
        assert (await press.answered()).text, code
    lab = stage.telegram.group("Lab", admins=[ann])
    await ann.says("/channels", in_=lab)
    assert "private chat" in (await lab.hears()).text
    assert await state_of(stage, news) is SubscriberState.UNSUBSCRIBED


@pytest.mark.parametrize("way", ["kicked", "forbidden to post"])
async def test_where_it_may_not_post_digests_wait_and_the_owner_is_told_once(
    stage: Stage, ann: Person, news: Chat, way: str
) -> None:
    """Removed or demoted: one message; let in again: it goes on, and says so."""
    await ann.private.hears()
    await ann.taps("Bring digests there")
    await ann.private.hears()
    if way == "kicked":
        news.kick_bot(by=ann)
    else:
        news.let_bot_post(False, by=ann)
    assert "no longer post in your channel" in (await ann.private.hears()).text
    assert await state_of(stage, news) is SubscriberState.BLOCKED
    if way != "kicked":
        told = await ask(ann, f"/channels {await number_of(stage, news)} max 3")
        assert "Make me an admin" in told.splitlines()[-1]
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    assert posts(news) == []
    if way == "kicked":
        news.add_bot(by=ann)
    else:
        news.let_bot_post(True, by=ann)
    said = ""
    while "in your channel “Lab <News>” again" not in said:  # her own digest may come before it
        said = (await ann.private.hears()).text
        assert "no longer" not in said
    assert await state_of(stage, news) is SubscriberState.ACTIVE
    assert refused(stage) == []


@pytest.mark.parametrize("way", ["subscribe", "resume", "Bring digests there"])
async def test_a_channel_that_it_may_not_post_in_is_not_said_to_be_subscribed(
    stage: Stage, ann: Person, news: Chat, way: str
) -> None:
    """Who begins its digests is told what to do first; they come once that is done."""
    await ann.private.hears()
    news.let_bot_post(False, by=ann)
    if way == "Bring digests there":
        await ann.taps(way)
        told = (await ann.private.hears()).text
    else:
        told = await ask(ann, f"/channels {await number_of(stage, news)} {way}")
    assert "I may not post there now. Make me an admin" in told
    assert "subscribed" not in told
    assert "on again" not in told
    assert await state_of(stage, news) is SubscriberState.BLOCKED
    await stage.at(datetime(2025, 10, 15, 8, 0, tzinfo=UTC))
    assert posts(news) == []
    news.let_bot_post(True, by=ann)
    await stage.settled()
    assert await state_of(stage, news) is SubscriberState.ACTIVE
    await stage.at(datetime(2025, 10, 16, 8, 0, tzinfo=UTC))
    assert len(posts(news)) == 1
    assert refused(stage) == []


async def test_to_end_a_channels_digests_is_not_to_delete_ones_own_data(
    ann: Person, news: Chat, stage: Stage
) -> None:
    """/stop would: it is told only to those of whom it deletes what they ended."""
    await ann.private.hears()
    number = await number_of(stage, news)
    told = await ask(ann, f"/channels {number} unsubscribe")
    assert f"/channels {number} subscribe starts again." in told
    assert "/stop" not in told
    assert "/stop" in await ask(ann, "/unsubscribe")


async def test_who_never_wrote_to_the_bot_is_not_written_to(stage: Stage, ann: Person) -> None:
    """Telegram forbids it; the channel is there once they ask for it."""
    channel = stage.telegram.channel("News", admins=[ann], with_bot=False)
    channel.add_bot(by=ann)
    await stage.settled()
    assert refused(stage) == ["sendMessage: Forbidden: bot can't initiate conversation with a user"]
    assert "Your channels" in await ask(ann, "/channels")
    await ann.taps("News")
    assert (await ann.private.hears()).text.startswith("📢 News")


async def test_who_stops_is_forgotten_as_a_channels_owner(stage: Stage, ann: Person, news: Chat) -> None:
    """Their number is in no row any more, nor that of who looked after it too."""
    await ann.private.hears()
    ben = stage.telegram.user("Ben", "en")
    news.members[ben.id] = "administrator"
    await forwards(ben, news, "A post")
    assert ben.id in [row["user_id"] for row in await rows_about(stage, ben)]
    await ask(ben, "/stop")
    await ben.taps("Yes, delete everything")
    await ben.private.hears()
    assert await rows_about(stage, ben) == []
    await ask(ann, "/stop")
    await ann.taps("Yes, delete everything")
    await ann.private.hears()
    async with stage.app.store.read() as tables:
        assert await tables.subscribers.of_manager(ann.id) == []
