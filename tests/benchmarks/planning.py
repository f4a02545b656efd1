"""Measures planning and claiming: many subscribers into the ledger, and out of it by four processes.

    python -m tests.benchmarks.planning [--subscribers 1000000] [--times 5] [--populations crowd …]

Each figure is a line `figure NAME VALUE`, a median of some runs in turn with its rival in the same process.
Times are in seconds, memory in MB above what was held before.
"""

import argparse
import asyncio
import gc
import itertools
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from digestbot import log
from digestbot.actions.plan import CHUNK, Planner
from digestbot.core.paper import Paper
from digestbot.core.postings import Rules
from digestbot.store import Store
from digestbot.store.queue import START
from digestbot.vocabulary import load_synonyms
from tests.benchmarks.interests import SAMPLE, figure, invented, readers, substring
from tests.builders import NOON, Clock
from tests.conftest import postgres

CLAIMED = 500
"""Deliveries that a process claims at once."""
WORKERS = 4
SKIPPED, POPULAR = 200, 300
"""The terms that nearly all made-up papers hold, which nobody would follow; and those that people do."""
GRID = 24
"""The topics that are offered at first."""
SLOT = "2025-10-14 12:00:00.000000"
LOOPED = 2_000
"""So many readers of many are enough to tell how long a loop takes with each."""
DIGEST = f"INSERT INTO digests (picks, left_out, listed, created_at) VALUES (?, '[]', ?, '{SLOT}')"
DELIVERY = (
    "INSERT INTO deliveries (subscriber_id, digest_id, slot_at, act_at, state) "
    f"VALUES (?, ?, '{SLOT}', '{SLOT}', 'planned')"
)
MOVE_ON = "UPDATE subscribers SET cursor = 100, last_slot_at = next_due_at, next_due_at = NULL WHERE id = ?"
SUBSCRIBER = (
    "INSERT INTO subscribers (id, chat_id, kind, state, language, zone, at, weekdays, maximum, style, "
    "categories, cursor, since, next_due_at, created_at) VALUES (?, ?, 'private', 'active', 'en', 'UTC', "
    f"'12:00:00.000000', '[0, 1, 2, 3, 4]', 10, 'bullets', '[]', 0, '2020-01-01', '{SLOT}', '{SLOT}')"
)


FILL = (
    """
    INSERT INTO subscribers (id, chat_id, kind, state, language, zone, at, weekdays, maximum, style,
        categories, cursor, since, created_at)
    SELECT number, number, 'private', 'active', 'en', 'UTC', '12:00', '[0]', 10, 'bullets', '[]', 0,
        '2020-01-01', now() FROM generate_series(1, :count) AS number
    """,
    "INSERT INTO digests (picks, left_out, listed, created_at) VALUES ('[]', '[]', :count, now())",
    """
    INSERT INTO deliveries (subscriber_id, digest_id, slot_at, state, act_at)
    SELECT number, 1, '2025-10-14 12:00+00', 'planned', '2025-10-14 12:00+00'
        FROM generate_series(1, :count) AS number
    """,
)


async def prepare(file: Path, papers: Sequence[Paper], asked: Iterator[tuple[str, ...]]) -> None:
    """Make a database with the papers, and a subscriber for each tuple of topics."""
    async with Store(f"sqlite+aiosqlite:///{file}") as store:
        await store.upgrade()
        async with store.write() as tables:
            await tables.papers.save(papers, NOON)
    with sqlite3.connect(file) as raw:
        topics: list[tuple[int, str, str]] = []
        for number, wanted in enumerate(asked, 1):
            raw.execute(SUBSCRIBER, (number, number))
            topics += [(number, topic, topic) for topic in dict.fromkeys(wanted)]
            if len(topics) > 100_000:
                _insert(raw, topics)
        _insert(raw, topics)
    raw.close()


def _insert(raw: sqlite3.Connection, topics: list[tuple[int, str, str]]) -> None:
    raw.executemany("INSERT INTO topics (subscriber_id, topic, key) VALUES (?, ?, ?)", topics)
    topics.clear()


def rewind(file: Path) -> None:
    """Let all be due again, and nothing be planned, in a file like one that never was."""
    with sqlite3.connect(file) as raw:
        raw.execute("DELETE FROM deliveries")
        raw.execute("DELETE FROM digests")
        raw.execute(f"UPDATE subscribers SET cursor = 0, last_slot_at = NULL, next_due_at = '{SLOT}'")
    raw.execute("VACUUM")
    raw.close()


async def plan(file: Path) -> int:
    """Plan all who are due."""
    async with Store(f"sqlite+aiosqlite:///{file}") as store:
        return await Planner(store, Rules(load_synonyms()), Clock(NOON)).plan()


def bare(file: Path) -> tuple[float, float]:
    """Return the seconds, and those of the processor, of reading the same rows and writing the same digests
    and deliveries alone: as `Store` opens a database, in transactions of as many, with no rule looked at.

    What is written is made ready before. That the subscribers are moved on, as planning has to, is left out.
    """
    raw = sqlite3.connect(file)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA foreign_keys = ON")
    deliveries, digests = _Taken(raw, "deliveries", "subscriber_id"), _Taken(raw, "digests", "id")
    chunks = [(last, last + CHUNK) for last in range(0, deliveries.last, CHUNK)]
    written = []
    for _, upto in chunks:
        theirs = deliveries.upto("subscriber_id", upto)
        newest = max((row["digest_id"] for row in theirs), default=0)
        written.append(([*map(tuple, digests.upto("id", newest))], [*map(tuple, theirs)]))
    start, cpu = time.perf_counter(), time.process_time()
    for between, (new, planned) in zip(chunks, written, strict=True):
        raw.execute("SELECT * FROM subscribers WHERE id > ? AND id <= ?", between).fetchall()
        raw.execute("SELECT * FROM topics WHERE subscriber_id > ? AND subscriber_id <= ?", between).fetchall()
        raw.executemany(digests.insert, new)
        raw.executemany(deliveries.insert, planned)
        raw.commit()
    took = time.perf_counter() - start, time.process_time() - cpu
    raw.close()
    return took


def loop(file: Path, papers: Sequence[Paper]) -> float:
    """Return the seconds that a reader takes as most bots plan: one after the other, each paper looked at for
    each of their words, and committed before the next one's turn.
    """
    ranked = sorted(papers, key=lambda paper: paper.upvotes, reverse=True)
    texts = [(paper.id, f"{paper.title} {paper.abstract}".lower()) for paper in ranked]
    raw = sqlite3.connect(file)
    raw.execute("PRAGMA journal_mode = WAL")
    start = time.perf_counter()
    for reader in range(1, LOOPED + 1):
        chosen = raw.execute("SELECT topic FROM topics WHERE subscriber_id = ?", (reader,)).fetchall()
        found = [id_ for id_, text in texts if any(topic.lower() in text for (topic,) in chosen)]
        picks = json.dumps([[id_, []] for id_ in found])
        digest = raw.execute(DIGEST, (picks, len(papers))).lastrowid
        raw.execute(DELIVERY, (reader, digest))
        raw.execute(MOVE_ON, (reader,))
        raw.commit()
    took = (time.perf_counter() - start) / LOOPED
    raw.close()
    return took


class _Taken:
    """All rows of a table, in order of a column; they are deleted."""

    def __init__(self, raw: sqlite3.Connection, table: str, order: str) -> None:
        cursor = raw.cursor()
        cursor.row_factory = sqlite3.Row
        self._rows = cursor.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()
        self._first = 0
        self.last: int = self._rows[-1][order]
        columns = [column[0] for column in cursor.description]
        self.insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        raw.execute(f"DELETE FROM {table}")
        raw.commit()
        raw.execute("VACUUM")

    def upto(self, column: str, value: int) -> list[sqlite3.Row]:
        """Return the next rows, those whose *column* is no more than *value*."""
        end = self._first
        while end < len(self._rows) and self._rows[end][column] <= value:
            end += 1
        rows, self._first = self._rows[self._first : end], end
        return rows


def crowd(terms: Sequence[str], count: int, random_: random.Random) -> Iterator[tuple[str, ...]]:
    """Yield the topics of subscribers who follow what is popular: 1 to 5 of POPULAR, Zipf over them.

    A reader has 16 of the 100 papers on average; many share a set.
    """
    popular = terms[SKIPPED : SKIPPED + POPULAR]
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(popular))))
    for _ in range(count):
        yield tuple(random_.choices(popular, cum_weights=weights, k=random_.randint(1, 5)))


def newcomers(terms: Sequence[str], count: int, random_: random.Random) -> Iterator[tuple[str, ...]]:
    """Yield the topics of subscribers who tapped 1 to 3 of the GRID that is offered at /start: a thousand
    share a set.
    """
    offered = terms[SKIPPED : SKIPPED + GRID]
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(offered))))
    for _ in range(count):
        yield tuple(random_.choices(offered, cum_weights=weights, k=random_.randint(1, 3)))


POPULATIONS: dict[str, Callable[[Sequence[str], int, random.Random], Iterator[tuple[str, ...]]]] = {
    "crowd": crowd,
    "newcomers": newcomers,
    "loners": readers,
}
"""Readers who chose what is popular; who only tapped what is offered; and at the worst, each with a set of
their own that four papers in five match."""


def measure_planning(name: str, count: int, times: int) -> None:
    papers, terms = invented(random.Random(1))
    population = POPULATIONS[name]
    gc.collect()
    gc.freeze()  # as `digestbot run` does
    took: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in (count // 10, count):
            file = Path(folder) / f"{size}.db"
            asyncio.run(prepare(file, papers, population(terms, size, random.Random(2))))
            ours, busy, rivals, rivals_busy = [], [], [], []
            for _ in range(times):
                rewind(file)
                start, cpu = time.perf_counter(), time.process_time()
                planned = asyncio.run(plan(file))
                ours.append(time.perf_counter() - start)
                busy.append(time.process_time() - cpu)
                seconds, cpu = bare(file)
                rivals.append(seconds)
                rivals_busy.append(cpu)
            took[size] = statistics.median(ours)
            figure(f"plan.{name}.{size}.seconds", took[size])
            figure(f"plan.{name}.{size}.cpu_seconds", statistics.median(busy))
            figure(f"plan.{name}.{size}.deliveries", planned)
            figure(f"plan.{name}.{size}.digests", _digests(file))
            figure(f"plan.{name}.{size}.over_bare_select_and_insert", took[size] / statistics.median(rivals))
            over = statistics.median(busy) / statistics.median(rivals_busy)
            figure(f"plan.{name}.{size}.cpu_over_bare_select_and_insert", over)
        rewind(file)
        figure(f"plan.{name}.{count}.memory_mb", _memory(file))
        rewind(file)
        figure(f"plan.{name}.loop_of_most_bots_over_ours", loop(file, papers) * count / took[count])
    figure(f"plan.{name}.growth_to_ten_times_as_many", took[count] / took[count // 10])
    # It neither ranks nor writes anything: it only tells who has a paper at all.
    sample = [*population(terms, SAMPLE, random.Random(3))]
    start = time.perf_counter()
    substring(papers, sample)
    naive = (time.perf_counter() - start) * count / SAMPLE
    figure(f"plan.{name}.matching_of_most_bots_over_ours", naive / took[count])


def _digests(file: Path) -> int:
    """Return how many different digests were planned."""
    with sqlite3.connect(file) as raw:
        (count,) = raw.execute("SELECT count(*) FROM digests").fetchone()
    raw.close()
    return int(count)


def _memory(file: Path) -> float:
    """Return the MB that planning adds to a process that has all imported."""
    command = [sys.executable, "-m", "tests.benchmarks.planning", "--memory-of", str(file)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(printed.split()[-1])


def _held(which: str) -> float:
    """Return a size of this process in MB: VmRSS, now, or VmHWM, the most it was."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{which}:")[1].split()[0]) / 1024


async def fill(url: str, count: int) -> None:
    """Write a digest for each of so many subscribers into the ledger."""
    async with Store(url) as store:
        await store.upgrade()
        async with store._engine.begin() as connection:
            for statement in FILL:
                await connection.execute(
                    sa.text(statement), {"count": count} if ":count" in statement else {}
                )
        async with store._engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(sa.text("VACUUM ANALYZE"))


async def claim_all(url: str) -> list[tuple[float, int]]:
    """Claim until nothing is left; return when how many were claimed."""
    claims: list[tuple[float, int]] = []
    place = START
    async with Store(url) as store:
        while True:
            async with store.write() as tables:
                claim = await tables.deliveries.claim(NOON + timedelta(minutes=1), CLAIMED, place)
            if not claim.deliveries:
                return claims
            place = claim.upto
            claims.append((time.time(), len(claim.deliveries)))


def measure_claims(count: int) -> None:
    with postgres() as new:
        url = new()
        asyncio.run(fill(url, count))
        command = [sys.executable, "-m", "tests.benchmarks.planning", "--claim-from", url]
        workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(WORKERS)]
        claims = sorted(claim for worker in workers for claim in json.loads(worker.communicate()[0]))
    total = sum(number for _, number in claims)
    assert total == count
    first, last = claims[0][0], claims[-1][0]
    figure("claims.per_second", total / (last - first))
    halves = [sum(number for at, number in claims if (at - first) * 2 <= last - first)]
    figure("claims.second_half_over_first", (total - halves[0]) / halves[0])


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.planning")
    asked.add_argument("--subscribers", type=int, default=1_000_000)
    asked.add_argument("--claims", type=int, default=200_000)
    asked.add_argument("--times", type=int, default=5)
    asked.add_argument("--populations", nargs="*", choices=POPULATIONS, default=["crowd", "newcomers"])
    asked.add_argument("--memory-of", type=Path)
    asked.add_argument("--claim-from")
    given = asked.parse_args()
    log.set_up("WARNING")
    if given.claim_from:
        print(json.dumps(asyncio.run(claim_all(given.claim_from))))  # noqa: T201 - for who started us
    elif given.memory_of:
        before = _held("VmRSS")
        asyncio.run(plan(given.memory_of))
        print(_held("VmHWM") - before)  # noqa: T201 - for who started us
    else:
        for name in given.populations:
            measure_planning(name, given.subscribers, given.times)
        if given.claims:
            measure_claims(given.claims)


if __name__ == "__main__":
    main()
