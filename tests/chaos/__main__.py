"""Plays three bad days on SQLite with one process and on PostgreSQL with three, and prints what came of it.

python -m tests.chaos [--subscribers 5000] [--days 3] [--kills 20] [--seed N] [--databases SQLite]
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.chaos.play import Report, Scale, play
from tests.conftest import postgres

PAID = 1000


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.chaos")
    asked.add_argument("--subscribers", type=int, default=5000)
    asked.add_argument("--days", type=int, default=3)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--rate", type=int, default=300)
    asked.add_argument("--databases", nargs="*", choices=("SQLite", "PostgreSQL"))
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = asked.parse_args()
    all_well = True
    with tempfile.TemporaryDirectory() as folder, postgres() as new:
        for database, url, workers in (
            ("SQLite", f"sqlite+aiosqlite:///{folder}/chaos.db", 1),
            ("PostgreSQL", new(), 3),
        ):
            if given.databases and database not in given.databases:
                continue
            print(f"\n{database}, {workers} process{'es' * (workers > 1)}, seed {given.seed}", flush=True)
            scale = Scale(
                subscribers=given.subscribers,
                days=given.days,
                kills=given.kills,
                rate=given.rate,
                workers=workers,
                naps=workers - 1,  # where others take over
            )
            place = Path(folder) / database
            place.mkdir()
            report = asyncio.run(play(url, place, given.seed, scale))
            print(*report.lines(), sep="\n", flush=True)
            all_well &= is_well(report)
    return 0 if all_well else 1


def is_well(report: Report) -> bool:
    """Tell whether nothing was lost, nothing came twice without a word, and no limit was exceeded."""
    return (
        report.lost == report.unflagged == 0
        and report.once + report.repeated == report.due
        and report.busiest_second <= report.rate
        and all(code == 0 for code in report.exit_codes)
    )


if __name__ == "__main__":
    sys.exit(main())
