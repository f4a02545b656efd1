"""The papers of a trend are cut up once for all who ask within a minute, then given back."""

import asyncio
from datetime import timedelta

import pytest

from digestbot.actions import trends
from digestbot.actions.trends import Trends
from digestbot.core.postings import Rules
from digestbot.store import Store
from tests.builders import DAY, NOON, Clock, a_paper, a_subscriber

READER = a_subscriber()


async def test_topic_after_topic_is_counted_in_the_same_papers(store: Store) -> None:
    """As anew each time; a paper that comes is seen at once."""
    papers = [a_paper(number, f"Agents of Kind {number}") for number in range(1, 4)]
    week_ago = a_paper(4, "Agents that Plan", listed_on=DAY - timedelta(days=7))
    async with store.write() as tables:
        await tables.papers.save([*papers, week_ago], NOON)
    kept = Trends(store, Rules(), Clock(NOON))

    async def counted(topic: str) -> list[int]:
        trend, _ = await kept.look(READER, topic)
        anew, _ = await Trends(store, Rules(), Clock(NOON)).look(READER, topic)
        assert trend == anew
        return [week.papers for week in trend.weeks][-2:]

    assert await counted("agents") == [1, 3]
    ready = kept._papers
    assert await counted("plan") == [1, 0]
    assert await counted("") == [1, 3]
    assert kept._papers is ready
    async with store.write() as tables:
        await tables.papers.save([a_paper(5, "Plan with Agents")], NOON)
    assert await counted("plan") == [1, 1]


async def test_the_papers_are_given_back_soon(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are large; the trend itself is kept."""
    monkeypatch.setattr(trends, "_READY", 0.01)
    async with store.write() as tables:
        await tables.papers.save([a_paper(1, "Agents")], NOON)
    kept = Trends(store, Rules(), Clock(NOON))
    first, _ = await kept.look(READER, "agents")
    async with asyncio.timeout(5):
        while kept._papers is not None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
    assert (await kept.look(READER, "agents"))[0] is first
    assert kept._papers is None
