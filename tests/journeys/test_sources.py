"""Choosing arXiv in the chat: by words, by buttons, and where nobody turned it on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digestbot.demo import Stage, open_stage
from digestbot.playground.arxiv import ArxivServer, Submission
from digestbot.playground.people import Person
from digestbot.sources import arxiv
from tests.journeys.conftest import NOON, TUESDAY, ask, digests, papers, refused

SUBMITTED = datetime(2025, 10, 13, 9, tzinfo=UTC)
"""Announced on Tuesday."""


@pytest.fixture
async def stage(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A bot that reads arXiv too."""
    monkeypatch.setattr(arxiv, "SECONDS_BETWEEN", 0.001)
    async with ArxivServer() as server:
        server.papers = [
            Submission("2510.00001", "Agents of <Language>", SUBMITTED, ("cs.CL", "cs.AI")),
            Submission("2510.00002", "Agents that See", SUBMITTED, ("cs.CV",)),
            Submission("2510.00003", "Robots", SUBMITTED, ("cs.CL",)),
        ]
        given = {"categories": "cs.cl, cs.CV", "url": server.url}
        async with open_stage(home, NOON, arxiv=given) as stage:
            stage.hub.days[TUESDAY] = papers(TUESDAY, "Agents that Plan")
            await stage.at(NOON)
            await stage.running.clockwork.run("arxiv")
            yield stage


async def test_choosing_by_words(stage: Stage, ann: Person) -> None:
    """A category more, one less, all, none; each answer shows what is chosen."""
    told = await ask(ann, "/sources")
    assert "✓ Hugging Face" in told
    assert "– arXiv cs.CL – Computation and Language" in told
    assert "✓ arXiv cs.CL" in await ask(ann, "/sources CS.cl")
    told = await ask(ann, "/sources cs.CV, -cs.CL")
    assert "✓ arXiv cs.CV" in told
    assert "– arXiv cs.CL" in told
    assert "you have none yet" in told  # topics
    assert (await ask(ann, "/sources all")).count("✓ arXiv") == 2
    assert "Sources: Hugging Face, arXiv cs.CL, arXiv cs.CV" in await ask(ann, "/settings")
    assert (await ask(ann, "/sources off")).count("✓ arXiv") == 0


@pytest.mark.parametrize(
    "words", ["cs.XX", "cs.RO", "everything", "<b>", "-", "cs.CL cs.RO", "\u200fcs", "x" * 4000]
)
async def test_what_is_not_read_can_not_be_chosen(stage: Stage, ann: Person, words: str) -> None:
    """The answer names it and what there is; nothing changes."""
    await ask(ann, "/sources cs.CV")
    told = await ask(ann, f"/sources {words}")
    assert "is not a category that is read here" in told
    assert "/sources cs.CL" in told
    assert "✓ arXiv cs.CV" in await ask(ann, "/sources")
    assert refused(stage) == []


async def test_choosing_by_buttons(stage: Stage, minjun: Person) -> None:
    """From the settings, in place, and back; in Korean."""
    await ask(minjun, "/settings")
    await minjun.taps("출처")
    assert "– arXiv cs.CL" in (await minjun.private.hears()).text
    await minjun.taps("cs.CL")
    assert "✓ arXiv cs.CL" in (await minjun.private.hears()).text
    await minjun.taps("✓ cs.CL")
    assert "– arXiv cs.CL" in (await minjun.private.hears()).text
    await minjun.taps("« 뒤로")
    assert "설정" in (await minjun.private.hears()).text
    assert refused(stage) == []


async def test_papers_of_arxiv_come_through_topics_and_are_marked(stage: Stage, ann: Person) -> None:
    """In `/today` and in the digest; nobody could vote on them, and Hugging Face has no page of them."""
    await ask(ann, "/add agents")
    assert "Agents of" not in await ask(ann, "/today")
    await ask(ann, "/sources cs.CL")
    told = await ask(ann, "/today")
    assert "2 of 3 match your topics" in told
    assert "Agents of <Language>\narXiv cs.CL · Ann Author, Bo Writer" in told
    assert "Robots" not in told
    assert "See" not in told
    await ann.says("/summary 2510.00001")
    answer = await ann.private.hears()
    assert "arXiv cs.CL" in answer.text
    assert [button.text for row in answer.buttons for button in row if button.url] == ["arXiv", "PDF"]
    await stage.at(NOON + timedelta(days=1))
    (digest,) = digests(ann)
    assert "Agents that Plan" in digest
    assert "Agents of <Language>" in digest
    assert refused(stage) == []


async def test_where_arxiv_is_off(home: Path) -> None:
    """The answer tells who can turn it on."""
    async with open_stage(home, NOON) as stage:
        ann = stage.telegram.user("Ann", "en")
        assert "DIGESTBOT_ARXIV__CATEGORIES" in await ask(ann, "/sources")
        assert "DIGESTBOT_ARXIV__CATEGORIES" in await ask(ann, "/sources cs.CL")
        assert refused(stage) == []
