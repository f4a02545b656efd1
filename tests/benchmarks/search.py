"""Measures how long it takes to find papers by words, and papers like one, on both databases.

    python -m tests.benchmarks.search [--days DAY.json.gz…] [--papers 10000]

*days* are raw `daily_papers` answers; what they lack of *papers* is put together of halves of theirs. Without
days all papers are made up. Each figure is a line `figure NAME MILLISECONDS`: the fastest of nine runs, each
with its own transaction. It ends with whether both databases found the same.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from digestbot.core.paper import Paper
from digestbot.core.search import like, read_search, tellings, too_common
from digestbot.store import Store
from digestbot.store.search import Found
from digestbot.topics import read_papers
from digestbot.vocabulary import load_synonyms
from tests.benchmarks.interests import invented
from tests.conftest import postgres as running

SEARCHES = (
    "model",
    "language model",
    '"language model"',
    "large language models reasoning",
    "kv cache",
    "fine-tuning",
    "확산 모델",
    "model -language",
    "lecun",
    "a model for learning data from image video language reasoning agent",
)
RUNS = 9
ALIKE = 20


def enough(real: list[Paper], count: int) -> list[Paper]:
    """Return *real* and as many halves of two of them each as are missing."""
    chance = random.Random(1)
    made = []
    for number in range(count - len(real)):
        one, other = chance.choices(real, k=2)
        halves = (one.abstract[: len(one.abstract) // 2], other.abstract[len(other.abstract) // 2 :])
        title = " ".join((*one.title.split()[:4], *other.title.split()[-4:]))
        made.append(
            replace(
                one, id=f"9{number // 10000:03}.{number % 10000:05}", title=title, abstract=" ".join(halves)
            )
        )
    return real + made


async def timed(name: str, work: Callable[[], Awaitable[Found]]) -> Found:
    found, times = Found((), 0), []
    for _ in range(RUNS):
        start = time.perf_counter()
        found = await work()
        times.append(1000 * (time.perf_counter() - start))
    print(f"figure {name} {min(times):.1f}", flush=True)  # noqa: T201 - it is what this file is for
    return found


async def measure(name: str, url: str, papers: Sequence[Paper]) -> list[Found]:
    """Return what was found in a new database with *papers*."""
    async with Store(url) as store:
        await store.upgrade()
        async with store.write() as tables:
            await tables.papers.save(papers, datetime.now(UTC))
        synonyms = load_synonyms(None)

        async def searched(text: str) -> Found:
            async with store.read() as tables:
                return await tables.index.find(read_search(text, synonyms), 50)

        async def alike(paper: Paper) -> Found:
            async with store.read() as tables:
                counts = await tables.index.counts(tellings(paper), too_common(len(papers)))
                return await tables.index.sharing(like(paper, counts, len(papers)), 20, but=paper.id)

        some = papers[:: max(1, len(papers) // ALIKE)]
        found = [await timed(f"{name} search {text}", partial(searched, text)) for text in SEARCHES]
        return found + [await timed(f"{name} similar {paper.id}", partial(alike, paper)) for paper in some]


async def main(papers: Sequence[Paper]) -> None:
    with tempfile.TemporaryDirectory() as folder, running() as new_database:
        sqlite = await measure("sqlite", f"sqlite+aiosqlite:///{folder}/search.db", papers)
        postgres = await measure("postgres", new_database(), papers)
    print(f"figure the-same {sqlite == postgres:d}")  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", nargs="*", type=Path, default=[])
    parser.add_argument("--papers", type=int, default=10_000)
    given = parser.parse_args()
    known = read_papers(given.days, hide_keywords=False) if given.days else invented(random.Random(1))[0]
    asyncio.run(main(enough(known, given.papers)))
