"""A short bad day, as a test; `make chaos` plays three long ones."""

from pathlib import Path

from tests.chaos.play import Scale, play


async def test_a_bad_day_loses_nothing(database_url: str, tmp_path: Path) -> None:
    """Faults, an outage, processes that are killed or suspended: each digest comes, a second copy says so."""
    workers = 2 if database_url.startswith("postgres") else 1
    scale = Scale(
        subscribers=200, days=1, workers=workers, kills=2, naps=workers - 1, rate=100, speed=30.0, trouble=0.1
    )
    report = await play(database_url, tmp_path, 1, scale)
    assert report.due > 190
    assert report.killed == 2
    assert report.met["reset after"] > 0
    assert (report.lost, report.unflagged, report.once + report.repeated) == (0, 0, report.due)
    assert report.busiest_second <= report.rate
    assert set(report.exit_codes) == {0}
