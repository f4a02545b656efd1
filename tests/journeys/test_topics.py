"""The topic language in the chat: trying, muting, counting, and lists of one's own."""

from datetime import timedelta

import pytest

from digestbot.demo import Stage
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, ask, digests, papers, refused


async def test_trying_a_topic_adds_nothing(stage: Stage, ann: Person) -> None:
    """How many papers, of how many, and the best of them; with the command that adds it."""
    told = await ask(ann, "/test diffusion -video")
    assert "diffusion -video would have brought 1 paper of 5 in the last 30 days." in told
    assert "Diffusion Models at Night" in told
    assert "Video" not in told.replace("-video", "")
    assert "/add diffusion -video" in told
    assert "You have no topics yet" in await ask(ann, "/topics")


async def test_topics_tell_what_they_brought(stage: Stage, ann: Person) -> None:
    """Each with its matches of a week."""
    await ask(ann, '/add diffusion models, "mixture of experts", MoE')
    told = await ask(ann, "/topics")
    assert "• diffusion models · 2" in told
    assert '• "mixture of experts" · 1' in told
    assert "• MoE · 1" in told


@pytest.mark.parametrize(
    ("topic", "meant"),
    [("agnets", "agent"), ("Difusion Model", "diffusion model"), ("디퓨젼 모델", "디퓨전 모델")],
)
async def test_a_typing_error_is_seen(stage: Stage, ann: Person, topic: str, meant: str) -> None:
    """What was meant is offered, if it brings papers; there is nothing to narrow."""
    told = await ask(ann, f"/add {topic}")
    assert f"Did you mean this? /add {meant}" in told
    assert "Papers are in English" not in told
    assert [button.text for button in ann.private.messages[-1].buttons[0]] == ["Keep", "Undo"]
    assert f"/add {meant}" in await ask(ann, f"/test {topic}")
    assert "would have brought 2 papers" in await ask(ann, f"/add {meant}")
    assert refused(stage) == []


@pytest.mark.parametrize(
    ("topic", "meant"),
    [
        ("agents and diffusion models", "agents, diffusion models"),
        ("Agents/storage or diffusion models", "Agents, storage, diffusion models"),
        ("에이전트와 확산 모델", "에이전트, 확산 모델"),
        ("エージェントと拡散モデル", "エージェント, 拡散モデル"),
        ("智能体和扩散模型", "智能体, 扩散模型"),
    ],
)
async def test_topics_without_commas_are_parted(stage: Stage, ann: Person, topic: str, meant: str) -> None:
    """Where side by side they bring nothing, and each by itself does."""
    told = await ask(ann, f"/add {topic}")
    assert f"Did you mean this? /add {meant}\n" in told
    assert "Did you mean" not in await ask(ann, "/add agents and zzqq")
    assert "Did you mean" not in await ask(ann, f"/add {meant}")
    assert refused(stage) == []


async def test_a_line_is_a_topic(stage: Stage, ann: Person) -> None:
    """As a list is written; for what is removed, muted, and added to a channel, too."""
    assert "Added: agents, diffusion models" in await ask(ann, "/add agents\ndiffusion models")
    assert "Removed: agents, diffusion models" in await ask(ann, "/remove\nagents\n\ndiffusion models")
    assert "Muted: -night, -(at night)." in await ask(ann, "/mute night\nat night")
    assert "No longer muted: -night, -(at night)" in await ask(ann, "/unmute  night \n at night")
    channel = stage.telegram.channel("News", admins=[ann], with_bot=False)
    channel.add_bot(by=ann)
    await ann.private.hears()
    number = (await ask(ann, "/channels")).partition("/channels ")[2].split()[0]
    assert "Added: agents, storage" in await ask(ann, f"/channels {number} add agents\nstorage")
    assert refused(stage) == []


@pytest.mark.parametrize("bullet", ["- ", "• ", "* ", "・"])
async def test_a_list_is_pasted_with_its_bullets(stage: Stage, ann: Person, bullet: str) -> None:
    """Which are no part of the topics; what mutes has a minus of its own."""
    pasted = f"{bullet}agents\n{bullet}diffusion models"
    told = await ask(ann, f"/add {pasted}\n-night")
    assert "Added: agents, diffusion models\nMuted: -night." in told
    assert "Removed: agents, diffusion models" in await ask(ann, f"/remove\n{pasted}")
    assert "Muted: -agents, -(diffusion models)." in await ask(ann, f"/mute {pasted}")
    assert refused(stage) == []


async def test_all_topics_are_removed_by_their_names_alone(stage: Stage, ann: Person) -> None:
    """What does so is offered, and nothing is lost by a slip; a topic that is "all" is a topic."""
    assert "no topics yet" in await ask(ann, "/remove all")
    await ask(ann, '/add agents, "a, b", <R&D>, -night')
    told = await ask(ann, "/remove all")
    assert "only topics that are named" in told
    offered = told.splitlines()[-1]
    assert offered == '/remove agents, "a, b", <R&D>, -night'
    assert "Your 4 topics" in await ask(ann, "/topics")
    await ask(ann, "/add all")
    assert "Removed: all" in await ask(ann, "/remove all")
    assert 'Removed: agents, "a, b", <R&D>, -night' in await ask(ann, offered)
    assert "no topics yet" in await ask(ann, "/topics")
    assert refused(stage) == []


@pytest.mark.parametrize("topic", ["zzqq", "protien", "微分の哲学", "zzqq OR qqzz", '"zz qq"'])
async def test_who_gets_nothing_is_told_why_that_may_be(stage: Stage, ann: Person, topic: str) -> None:
    """Papers are in English; an example brings some. Not where something comes."""
    told = await ask(ann, f"/add {topic}")
    assert "no paper" in told
    assert "Papers are in English: please check the spelling, or try an English word." in told
    assert "/add diffusion models" in told
    assert [button.text for button in ann.private.messages[-1].buttons[0]] == ["Keep", "Undo"]
    assert "Papers are in English" in await ask(ann, f"/test {topic}")
    assert "Papers are in English" not in await ask(ann, "/add agents")
    assert "Did you mean this? /add agent\n" in await ask(ann, f"/add diffusion, agnets, {topic}x")


async def test_what_is_muted_does_not_come(stage: Stage, ann: Person) -> None:
    """Neither in a list nor in a digest, until it is unmuted."""
    await ask(ann, "/add agents")
    assert "Muted: -video" in await ask(ann, "/mute video")
    assert "Muted already" in await ask(ann, "/mute -video")
    today = await ask(ann, "/today")
    assert "Agents that Plan" in today
    assert "Video Diffusion" not in today
    await stage.at(NOON + timedelta(days=1))
    (digest,) = digests(ann)
    await ann.private.hears()
    assert "Agents that Plan" in digest
    assert "Video Diffusion" not in digest
    assert "No longer muted: -video" in await ask(ann, "/unmute video")
    assert "Not muted: -(two words)" in await ask(ann, "/unmute two words")
    assert "Video Diffusion" in await ask(ann, "/date 2025-10-14")


async def test_only_muting_leaves_the_best_of_the_rest(stage: Stage, ann: Person) -> None:
    """Who follows nothing gets the papers with the most votes, without those."""
    await ask(ann, "/mute diffusion")
    told = await ask(ann, "/today")
    assert "Agents that Plan" in told
    assert "Diffusion" not in told


async def test_the_top_of_mine(stage: Stage, ann: Person) -> None:
    """Most votes first, among those that match."""
    await ask(ann, "/add agents, experts")
    told = await ask(ann, "/top 2 week mine")
    assert told.index("Agents that Plan") < told.index("Mixture-of-Experts")
    assert "Diffusion Models at Night" not in told
    assert "Diffusion Models at Night" in await ask(ann, "/top 2 week")


async def test_an_abbreviation_finds_what_it_is_short_for(stage: Stage, ann: Person) -> None:
    """And Korean finds English; a part of a word finds nothing."""
    assert "1 paper" in await ask(ann, "/test MoE")
    assert "2 papers" in await ask(ann, "/test 확산 모델")
    assert "0 papers" in await ask(ann, "/test rag")


@pytest.mark.parametrize(
    ("topic", "words"),
    [("拡散モデル", "拡散モデル"), ("扩散模型", "扩散模型"), ("創薬 OR 拡散モデル", "動画拡散モデル")],
)
async def test_japanese_and_chinese_find_english(stage: Stage, ann: Person, topic: str, words: str) -> None:
    """As a topic, in a digest, and in a search."""
    assert "2 papers" in await ask(ann, f"/add {topic}")
    assert "Diffusion Models" in await ask(ann, f"/search {words}")
    await stage.at(NOON + timedelta(days=1))
    (digest,) = digests(ann)
    assert "Diffusion Models at Night" in digest


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/add (agents OR", "OR needs a word next to it"),
        ("/add (agents", "A bracket is opened and never closed"),
        ('/add "agents', "A quotation mark is opened and never closed"),
        ("/add tite:agents", "There is no tite: to search in"),
        ("/add q*", "Give at least two letters"),
        ("/add votes>=many", "votes needs a number"),
        ("/mute", "/mute survey"),
        ("/unmute ,", "/mute survey"),
        ("/test", "/test diffusion models -survey"),
        ("/test " + "(" * 3000, "is too long"),
        ("/test AND OR NOT", "needs a word next to it"),
    ],
)
async def test_a_topic_that_cant_be_read_is_explained(
    stage: Stage, ann: Person, words: str, answer: str
) -> None:
    """With the place and an example; nothing is stored."""
    assert answer in await ask(ann, words)
    assert "You have no topics yet" in await ask(ann, "/topics")
    assert refused(stage) == []


async def test_adding_a_topic_tells_what_it_would_have_brought(stage: Stage, ann: Person) -> None:
    """How many in a month, how many a day, the best three; kept by a tap."""
    told = await ask(ann, "/add diffusion models")
    assert "diffusion models would have brought 2 papers in the last 30 days (2 a day)." in told
    assert told.count("• ") == 2
    assert "Next digest" in told
    await ann.taps("Keep")
    kept = await ann.private.hears()
    assert kept.edited
    assert kept.text.startswith("Kept: diffusion models")
    assert kept.buttons == ()
    assert "• diffusion models · 2" in await ask(ann, "/topics")
    assert refused(stage) == []


async def test_a_topic_is_taken_back_by_a_tap(stage: Stage, ann: Person) -> None:
    """All that one command added; a second tap on the old message is answered kindly."""
    told = await ask(ann, "/add agents, experts, rag")
    assert "agents would have brought 2 papers" in told
    assert "rag would have brought no paper in the last 30 days." in told
    assert "• " not in told
    message = ann.private.messages[-1]
    undo = message.button("Undo")
    assert undo is not None
    assert undo.callback_data is not None
    await ann.taps("Undo", on=message)
    assert "Removed: agents, experts, rag" in (await ann.private.hears()).text
    assert "You have no topics yet" in await ask(ann, "/topics")
    pressed = await ann.forges(undo.callback_data, on=message)
    assert "no longer works" in (await pressed.answered()).text
    assert refused(stage) == []


async def test_a_topic_is_narrowed_by_two_taps(stage: Stage, ann: Person) -> None:
    """Each way tells what would be left; the narrower topic takes the place of the broad one."""
    stage.hub.days[NOON.date()] += papers(
        NOON.date(), "On Storage", first=20, githubRepo="https://github.com/a/b"
    )
    await stage.at(NOON)
    await ask(ann, "/add storage")
    await ann.taps("Narrow")
    ways = await ann.private.hears()
    assert "storage brought 2 papers in the last 30 days." in ways.text
    assert [row[0].text for row in ways.buttons[:3]] == [
        "Only in titles · 2",
        "Only with code · 1",
        "20 votes and more · 2",
    ]
    await ann.taps("Only with code · 1")
    assert "(storage) has:code would have brought 1 paper" in (await ann.private.hears()).text
    assert "• (storage) has:code · 1" in await ask(ann, "/topics")
    assert refused(stage) == []


async def test_a_muted_word_can_not_be_narrowed(stage: Stage, ann: Person) -> None:
    """Only what asks for papers has ways to ask for fewer."""
    await ask(ann, "/add -survey")
    added = ann.private.messages[-1]
    (undo,) = (button for row in added.buttons for button in row)
    assert undo.text == "Undo"
    await ann.forges((undo.callback_data or "").replace("undo", "narrow"), on=added)
    ways = await ann.private.hears()
    assert {button.text for row in ways.buttons for button in row} == {"Keep", "Undo"}
    await ann.taps("Undo")
    assert "No longer muted: -survey" in (await ann.private.hears()).text
