"""Two days of a few readers, as a test; `make soak` plays ten of thousands."""

from pathlib import Path

from tests.soak.play import Scale, play


async def test_two_days_lose_nothing_and_leave_nothing(tmp_path: Path) -> None:
    """Each paper comes once or says that it may be a repeat, and the process ends without a task left."""
    report = await play(tmp_path, 1, Scale(subscribers=60, days=2, rate=100))
    assert report.papers > 0
    assert report.killed == 8
    assert (report.lost, report.unflagged) == (0, 0)
    assert set(report.exit_codes) == {0}
