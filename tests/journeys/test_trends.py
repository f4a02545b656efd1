"""/trends: a picture with words below it, and the keywords that burst."""

from datetime import timedelta
from pathlib import Path

import pytest

from digestbot.demo import Stage, open_stage
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, papers, refused


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """The same after nine weeks, in the last of which lamps burst."""
    for ago in range(1, 9):
        day = TUESDAY - timedelta(days=7 * ago)
        stage.hub.days[day] = papers(day, "Agents that Wait", "A Chair", ai_keywords=["chairs"])
        await stage.app.ingests[0].day(day)
    stage.hub.days[TUESDAY] += papers(
        TUESDAY, "Lamps One", "Lamps & Two", "Lamps Three", "Lamps <4>", first=50, ai_keywords=["lamps"]
    )
    await stage.at(NOON)
    return stage


async def test_a_trend_is_a_picture_with_numbers_and_bursts(
    stage: Stage, ann: Person, minjun: Person
) -> None:
    """Of my topics, and of one that is asked for; in my language."""
    await ask(ann, "/start")
    await ask(ann, "/add agents, -lamps")
    await ann.says("/trends")
    shown = await ann.private.hears()
    assert shown.photo is not None
    assert shown.photo.data is not None
    assert shown.photo.data.startswith(b"\x89PNG")
    assert shown.text.startswith("agents\nPapers in 12 weeks: 10. In the last week 2, in the one before 1.")
    burst = (await ann.private.hears()).text
    assert "lamps · 4 papers, usually" in burst
    assert "Lamps & Two" in burst
    assert "/add lamps" in burst
    await ask(minjun, "/start")
    await minjun.says("/trends diffusion")
    shown = await minjun.private.hears()
    assert "12주 동안의 논문: 2편." in shown.text
    assert not minjun.private.unheard
    assert refused(stage) == []


async def test_the_week_has_its_chart(stage: Stage, ann: Person) -> None:
    """Below the recap; what no paper is about is told."""
    await ask(ann, "/start")
    await ask(ann, "/add agents")
    await ask(ann, "/week")
    assert (await ann.private.hears()).photo
    assert "No paper of the last twelve weeks is about that" in await ask(ann, "/trends unicorns")
    await ask(ann, "/remove agents")
    await ask(ann, "/add unicorns")
    assert "No paper of the last twelve weeks is about your topics" in await ask(ann, "/trends")
    assert refused(stage) == []


@pytest.mark.parametrize("words", ["/trends", "/trends agents"])
async def test_before_the_first_papers_there_is_no_trend(home: Path, words: str) -> None:
    """Whatever is asked: nothing has been read."""
    async with open_stage(home, NOON) as stage:
        ann = stage.telegram.user("Ann", "en")
        assert "No papers have been read yet" in await ask(ann, words)
        assert refused(stage) == []
