"""A crash at every await of a delivery in turn: nothing is lost, and a copy says that it may be one."""

import asyncio
import json
import multiprocessing
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from digestbot.core.delivery import LEASE
from digestbot.core.subscriber import EVERY_DAY, ChatKind, Schedule
from digestbot.core.threads import Route
from digestbot.store import Store
from tests.builders import NOON, a_paper, a_subscriber
from tests.chaos.mortal import tick, tick_and_die

PAPERS = 14
"""So many with long titles don't fit in one message."""
STRIDE = 1 if os.environ.get("CHAOS") else 8
FLAG = "Possible repeat"
ANN, LAB = 7, -1007
KINDS = ("Agents", "Robots")
"""The forum has a thread for each."""


def test_a_crash_at_any_await_loses_nothing(database_url: str, tmp_path: Path) -> None:
    """Day by day the process dies some awaits later, until it lives through the day.

    `make chaos` dies at every one. Here it is each STRIDE-th, from another one on every day.
    """
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["tests.chaos.mortal"])
    asyncio.run(_settle_in(database_url))
    start = 1 + date.today().toordinal() % STRIDE  # noqa: DTZ011 - any will do
    for day, awaits in enumerate(count(start, STRIDE), 1):
        letters = tmp_path / f"{day}"
        now = NOON + timedelta(days=day)
        wanted = asyncio.run(_list(database_url, day, now.date()))
        child = forks.Process(target=tick_and_die, args=(database_url, letters, now, awaits))
        child.start()
        child.join(30)
        assert child.exitcode in (0, -signal.SIGKILL)
        for later in (LEASE, 2 * LEASE, 4 * LEASE):
            asyncio.run(tick(database_url, letters, now + later))
        _check(letters, wanted)
        if child.exitcode == 0:
            break
    assert awaits > 100


async def _settle_in(url: str) -> None:
    async with Store(url) as store:
        await store.upgrade()
        async with store.write() as tables:
            schedule = Schedule(NOON.time(), "UTC", EVERY_DAY)
            due = NOON + timedelta(days=1)
            ann = a_subscriber(ANN, schedule=schedule, maximum=50, next_due_at=due)
            await tables.subscribers.add(ann, NOON)
            lab = await tables.subscribers.add(
                replace(
                    ann,
                    chat_id=LAB,
                    kind=ChatKind.SUPERGROUP,
                    routes=(Route("agents", 4), Route("robots", 5)),
                ),
                NOON,
            )
            await tables.subscribers.add_topics(lab.id, [("agents", "agents"), ("robots", "robots")])


async def _list(url: str, number: int, day: date) -> list[str]:
    papers = [
        a_paper(100 * number + more, f"{KINDS[more % 2]} {'T' * 240}", listed_on=day, upvotes=PAPERS - more)
        for more in range(PAPERS)
    ]
    async with Store(url) as store, store.write() as tables:
        await tables.papers.save(papers, datetime.combine(day, NOON.time(), NOON.tzinfo))
    return [paper.id for paper in papers]


def _check(letters: Path, wanted: list[str]) -> None:
    """Hold what arrived against what was *wanted*: in order, and twice only where it says so.

    The forum has it in two parts, one to a thread.
    """
    arrived: dict[int, dict[str, int]] = {ANN: {}, LAB: {}}
    for chat, paper, flagged in _papers(letters):
        assert flagged or paper not in arrived[chat]
        arrived[chat][paper] = arrived[chat].get(paper, 0) + 1
    assert list(arrived[ANN]) == wanted
    assert sorted(arrived[LAB]) == sorted(wanted)
    assert max(times for there in arrived.values() for times in there.values()) <= 2


def _papers(letters: Path) -> Iterator[tuple[int, str, bool]]:
    """Yield each paper of each message in turn: to whom, and whether it says that it may be a repeat."""
    for line in letters.read_text(encoding="utf-8").splitlines():
        chat, html = json.loads(line)
        for paper in re.findall(r"arxiv\.org/abs/([\d.]+)", html):
            yield chat, paper, FLAG in html
