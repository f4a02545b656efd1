"""What README says that readers can say is said, in its order, and answered."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digestbot.bot.context import Context
from digestbot.demo import Stage, open_stage, sample_days
from digestbot.playground.arxiv import ArxivServer
from digestbot.sources import arxiv
from tests.journeys.conftest import ask, refused

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## What readers can say\n")[2].partition("\n## ")[0]
WORDS = [
    words
    for cell in re.findall(r"^\| (`/.*?) \|", SECTION, re.MULTILINE)
    for words in re.findall(r"`(/[^`]+)`", cell)
]
MORNING = datetime(2025, 10, 15, 8, tzinfo=UTC)


@pytest.fixture
async def stage(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A bot on the last of the sample days, which reads arXiv too."""
    monkeypatch.setattr(arxiv, "SECONDS_BETWEEN", 0.001)
    async with ArxivServer() as server:
        given = {"categories": "cs.CL", "url": server.url}
        async with open_stage(home, MORNING, arxiv=given) as stage:
            stage.hub.days.update(sample_days())
            await stage.at(MORNING)
            yield stage


async def test_what_readme_says_is_answered(stage: Stage) -> None:
    """No word of its table is told to be wrong, and none breaks a rule of Telegram's."""
    wrong: list[str] = []

    async def note(_: object, context: Context) -> None:
        wrong.append(repr(context.error))

    stage.running.bot.add_error_handler(note)
    assert len(WORDS) > 40
    ann = stage.telegram.user("Ann")
    await ask(ann, "/start")
    await ask(ann, "/summary 2510.12586")
    await ann.taps("☆ Save")
    for words in WORDS:
        await ask(ann, words)  # a text, a picture or a file
        while ann.private.unheard:
            await ann.private.hears()
        assert wrong == [], words
    assert refused(stage) == []
