"""`make soak`: ten days in minutes, with faults, outages and a process that is killed every six hours.

python -m tests.soak [--subscribers 5000] [--days 10] [--rate 1000] [--seeds 1 2 3]
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.soak.play import Scale, play


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.soak")
    asked.add_argument("--subscribers", type=int, default=5000)
    asked.add_argument("--days", type=int, default=10)
    asked.add_argument("--rate", type=int, default=1000)
    asked.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    given = asked.parse_args()
    is_well = True
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as folder:
            print(f"\n{given.days} days, {given.subscribers} readers, seed {seed}", flush=True)
            scale = Scale(subscribers=given.subscribers, days=given.days, rate=given.rate)
            report = asyncio.run(play(Path(folder), seed, scale))
            print(*report.lines(), sep="\n", flush=True)
            is_well &= report.is_well()
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
