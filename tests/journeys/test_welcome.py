"""The first minute of a newcomer, by taps alone; and a link that brings others."""

import pytest

from digestbot.demo import Stage
from digestbot.playground.messages import Message
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, digests, papers, refused


def texts(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row]


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """The same, with keywords to choose from."""
    for number in range(15):
        stage.hub.days[TUESDAY] += papers(
            TUESDAY, f"Paper {number}", first=20 + number, ai_keywords=[f"topic {number}", "lamps"]
        )
    await stage.at(NOON)
    return stage


async def test_a_newcomer_has_a_digest_after_four_taps(stage: Stage, minjun: Person) -> None:
    """/start, choose, one topic, done, an hour of one's own country; the first papers come at once."""
    await minjun.says("/start")
    await minjun.private.hears()
    await minjun.taps("주제 고르기")
    grid = await minjun.private.hears()
    assert grid.edited
    assert "지난 90일" in grid.text
    await minjun.taps("lamps · 15")
    assert "✓ lamps · 15" in texts(await minjun.private.hears())
    await minjun.taps("완료")
    assert "Asia/Seoul" in (await minjun.private.hears()).text
    await minjun.taps("07:00")
    assert "07:00 (Asia/Seoul)" in (await minjun.private.hears()).text
    first = await minjun.private.hears()
    assert "Paper 0" in first.text
    assert "🏷 lamps" in first.text
    assert refused(stage) == []
    await stage.at(NOON.replace(hour=22, minute=1))
    assert len(digests(minjun)) == 1


@pytest.mark.parametrize("way", ["city", "location"])
async def test_who_lives_elsewhere_says_so_and_then_taps_the_hour(
    stage: Stage, ann: Person, way: str
) -> None:
    """The hours are then those of where they live, though the buttons were made before."""
    await ask(ann, "/start")
    await ann.taps("Choose topics")
    await ann.private.hears()
    await ann.taps("Done")
    hours = await ann.private.hears()
    assert "The hours are those of UTC." in hours.text
    if way == "city":
        assert "Your time zone is Europe/Berlin." in await ask(ann, "/timezone berlin")
    else:
        await ann.shares_location(52.5, 13.4)
        assert "Your time zone is Europe/Berlin." in (await ann.private.hears()).text
    await ann.taps("07:00", on=hours)
    assert "Your digest comes at 07:00 (Europe/Berlin)." in (await ann.private.hears()).text
    assert "Papers of Tue" in (await ann.private.hears()).text
    await stage.at(NOON.replace(day=15, hour=5, minute=0))
    assert len(digests(ann)) == 1
    assert refused(stage) == []


async def test_popular_topics_have_pages_and_are_let_go_again(stage: Stage, ann: Person) -> None:
    """Twelve on a page, the commonest first; a second tap takes a topic away."""
    await ask(ann, "/start")
    await ann.taps("Choose topics")
    grid = await ann.private.hears()
    assert texts(grid)[0] == "lamps · 15"
    assert len(texts(grid)) == 12 + 2
    await ann.taps("Next ›")
    second = await ann.private.hears()
    assert {"‹ Previous", "Done"} <= set(texts(second))
    await ann.taps(texts(second)[0])
    ticked = texts(await ann.private.hears())[0]
    assert ticked == f"✓ {texts(second)[0]}"
    await ann.taps(ticked)
    assert texts(await ann.private.hears())[0] == texts(second)[0]
    assert "You have no topics yet" in await ask(ann, "/topics")
    assert refused(stage) == []


async def test_a_link_hands_ones_topics_on(stage: Stage, ann: Person, minjun: Person) -> None:
    """Whoever opens it is welcomed and has them; what did not fit is told, and it can be taken back."""
    assert "no topics yet to share" in await ask(ann, "/share")
    await ask(ann, "/add lamps, state space models, agents, mixture of experts, rag")
    told = await ask(ann, "/share")
    assert "lamps, state space models, agents" in told
    assert "1 topic of yours did not fit into it." in told
    payload = told.split("?start=")[1].split()[0]
    await minjun.says(f"/start {payload}")
    assert "반갑습니다" in (await minjun.private.hears()).text
    added = await minjun.private.hears()
    assert "state space models" in added.text
    await minjun.taps("취소")
    await minjun.private.hears()
    assert "lamps" not in await ask(minjun, "/topics")
    for bad in ("t!!!", "t" + "A" * 64, "x", "tKCgo"):
        await minjun.says(f"/start {bad}")
        assert "다시" in (await minjun.private.hears()).text
        if bad == "tKCgo":  # "(((": a topic that can't be read is told, and nothing was added
            await minjun.private.hears()
    assert refused(stage) == []


async def test_before_anything_was_read_there_is_nothing_to_choose(stage: Stage, ann: Person) -> None:
    """A forged or old button is answered kindly."""
    await ask(ann, "/start")
    message = ann.private.messages[-1]
    for data in ("1:pick:x", "1:topic:0", "1:hour:0700:Nowhere/Town", "1:hour:9999:UTC", "1:topic:0:((("):
        press = await ann.forges(data, on=message)
        assert (await press.answered()).text
    assert ann.private.messages[-1].text == message.text


async def test_who_left_is_not_subscribed_by_an_old_button(stage: Stage, ann: Person) -> None:
    """What is set says that no digest comes; the welcome's hour begins them."""
    await ann.says("/start")
    welcome = await ann.private.hears()
    await ask(ann, "/settings")
    await ann.taps("Time")
    hours = await ann.private.hears()
    await ask(ann, "/stop")
    await ann.taps("Yes, delete everything")
    assert "come back: /start" in (await ann.private.hears()).text
    await ann.taps("07:00", on=hours)
    assert "You get no digests; /subscribe brings them." in (await ann.private.hears()).text
    await ann.taps("한국어", on=welcome)
    assert "/subscribe" in (await ann.private.hears()).text
    await stage.at(NOON.replace(day=16))
    assert digests(ann) == []
    await ann.forges("1:hour:0700:UTC", on=welcome)
    assert "07:00 (UTC)" in (await ann.private.hears()).text
    await ann.private.hears()
    await stage.at(NOON.replace(day=17))
    assert len(digests(ann)) == 1


async def test_a_strangers_no_is_kept(stage: Stage, ann: Person) -> None:
    """With what is set afterwards; only /subscribe brings digests."""
    assert "settings are kept" in await ask(ann, "/unsubscribe")
    for change in ("/max 5", "/time 9", "/add agents"):
        assert "You get no digests; /subscribe brings them." in await ask(ann, change)
    assert "Next digest: Wed" in await ask(ann, "/subscribe")
    assert "Papers at most: 5" in await ask(ann, "/settings")
