"""Why a paper came, or did not."""

from datetime import timedelta

from digestbot.demo import Stage
from digestbot.playground.hub import entry
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, digests, refused

NIGHT, AGENTS, STORAGE, BOLD, VIDEO = (f"2510.{number:05}" for number in range(1400, 1405))


async def test_each_rule_is_told_with_its_words(stage: Stage, ann: Person) -> None:
    """Sent, beyond the maximum, muted, no topic in it, waiting, before one came, and an unknown paper."""
    await ask(ann, "/start")
    await ask(ann, "/add agents, diffusion models, -storage")
    await ask(ann, "/max 2")
    assert "It comes with your next digest." in await ask(ann, f"/why {AGENTS}")
    await stage.at(NOON + timedelta(days=1))
    assert len(digests(ann)) == 1
    await ann.private.hears()
    told = [await ask(ann, f"/why {paper}") for paper in (NIGHT, AGENTS, VIDEO)]
    shown = [text for text in told if "It came in your digest of Wed, Oct 15, 2025, as number " in text]
    (hidden,) = [text for text in told if text not in shown]
    assert len(shown) == 2
    assert "was number 3 in your digest" in hidden
    assert "/max" in hidden
    assert "🏷 agents · " in told[1]
    assert "– “Agents” in the title" in told[1]
    assert "of 3 of Tue, Oct 14, 2025 for you." in told[1]
    assert "Its value: " in told[1]
    muted = await ask(ann, f"/whynot https://arxiv.org/abs/{STORAGE}v2")
    assert "A topic of yours hides it" in muted
    assert "🔇 -storage" in muted
    assert "None of your topics is in it." in await ask(ann, f"/whynot {BOLD}")
    assert "not among the papers" in await ask(ann, "/why 2510.99999")
    assert "Which paper?" in await ask(ann, "/why")
    assert refused(stage) == []


async def test_what_one_could_not_have_had(stage: Stage, ann: Person) -> None:
    """What was there before one came, what came before one followed it, and digests that are off."""
    old = TUESDAY - timedelta(days=1)
    stage.hub.days[old] = [entry(id="2510.01300", title="Old Agents", abstract="Agents.", day=old)]
    await stage.at(NOON)
    await ask(ann, "/add video")
    assert "before you came" in await ask(ann, "/why 2510.01300")
    await stage.at(NOON + timedelta(days=1))
    await ann.private.hears()
    await ask(ann, "/add agents")
    assert "It was considered before you followed" in await ask(ann, f"/why {AGENTS}")
    await ask(ann, "/unsubscribe")
    assert "You get no digests now" in await ask(ann, f"/why {AGENTS}")
    assert refused(stage) == []


async def test_it_speaks_to_strangers_and_in_korean(stage: Stage, minjun: Person) -> None:
    """Who never subscribed is told that no digest comes."""
    assert "소식을 받지 않습니다" in await ask(minjun, f"/why {AGENTS}")


async def test_without_topics_votes_alone_decide(stage: Stage, ann: Person, minjun: Person) -> None:
    """No value of topics is told to who follows none, who only mutes included; with a topic it is."""
    for add in ("/start", "/mute video"):
        await ask(ann, add)
        told = await ask(ann, f"/why {AGENTS}")
        assert "You follow no topic, so the votes alone decide." in told
        assert "Its value" not in told
        assert "\n\n\n" not in told
    await ask(ann, "/add agents")
    told = await ask(ann, f"/why {AGENTS}")
    assert "Its value" in told
    assert "You follow no topic" not in told
    assert "점수" not in await ask(minjun, f"/why {AGENTS}")
