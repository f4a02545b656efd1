"""Days of a source come into the store whole, are read again while they grow, and are made up when missed."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest

from digestbot.actions.ingest import Ingest
from digestbot.core.paper import DayState
from digestbot.playground.hub import MALFORMED, HuggingFaceServer, entry, html_page, malformed, status
from digestbot.sources.http import Http
from digestbot.sources.huggingface import HuggingFace
from digestbot.store import Store
from tests.builders import DAY, NOON, Clock


class Desk:
    """A server, a store, a clock, and the action between."""

    def __init__(self, hub: HuggingFaceServer, http: Http, store: Store) -> None:
        self.hub = hub
        self.store = store
        self.clock = Clock()
        self.ingest = Ingest(HuggingFace(http, hub.url, None), store, self.clock)

    def lists(self, day: date, count: int, upvotes: int = 5) -> None:
        self.hub.days[day] = [
            entry(
                id=f"{day:%y%m}.{day.day * 100 + n:05}",
                title=f"Paper {n}",
                abstract="A text.",
                upvotes=upvotes,
            )
            for n in range(count)
        ]

    async def states(self) -> dict[date, DayState]:
        async with self.store.read() as tables:
            days = await tables.days.between("huggingface", date(2025, 1, 1), date(2026, 1, 1))
        return {known.day: known.state for known in days}

    async def papers(self, day: date) -> int:
        async with self.store.read() as tables:
            return len(await tables.papers.listed(day, day))

    def asked(self) -> list[date]:
        """Return the days that were asked for since the last time, each once."""
        days = dict.fromkeys(date.fromisoformat(asked.query["date"]) for asked in self.hub.requests)
        self.hub.requests.clear()
        return list(days)


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    async with HuggingFaceServer() as hub, Http(wait_initial=0.01, wait_max=0.02, wait_jitter=0.01) as http:
        yield Desk(hub, http, store)


async def test_a_day_is_partial_until_it_can_grow_no_more(desk: Desk) -> None:
    """Two days later it is complete; what it grew by is new, the rest is not."""
    desk.lists(DAY, 3)
    first = await desk.ingest.day(DAY)
    assert (first.state, first.papers, first.new) == (DayState.PARTIAL, 3, 3)
    desk.lists(DAY, 5, upvotes=9)
    desk.clock.now = NOON + timedelta(days=2)
    second = await desk.ingest.day(DAY)
    assert (second.state, second.papers, second.new) == (DayState.COMPLETE, 5, 2)


async def test_a_poll_reads_today_and_two_days_before(desk: Desk) -> None:
    """On an empty store nothing else: the archive is fetched by command."""
    await desk.ingest.poll()
    assert desk.asked() == [DAY - timedelta(days=2), DAY - timedelta(days=1), DAY]


async def test_missed_weekdays_are_made_up(desk: Desk) -> None:
    """After ten days of downtime each weekday since the last complete one is read; weekends are not."""
    await desk.ingest.day(date(2025, 10, 10))  # a Friday, four days ago
    desk.asked()
    desk.clock.now = datetime.combine(date(2025, 10, 24), NOON.time(), NOON.tzinfo)
    await desk.ingest.poll()
    assert [day.day for day in desk.asked()] == [22, 23, 24, 13, 14, 15, 16, 17, 20, 21]


async def test_a_day_that_failed_is_not_forgotten(desk: Desk) -> None:
    """Later days are complete since: for a month every poll tries it again, after the newest days."""
    lost = DAY - timedelta(days=12)
    desk.hub.fail(status(500), day=lost)
    await desk.ingest.day(lost)
    for back in range(11, 2, -1):
        await desk.ingest.day(DAY - timedelta(days=back))
    desk.asked()
    await desk.ingest.poll()
    assert desk.asked() == [DAY - timedelta(days=2), DAY - timedelta(days=1), DAY, lost]
    desk.lists(lost, 2)
    desk.hub.heal()
    await desk.ingest.poll()
    assert await desk.papers(lost) == 2
    desk.asked()
    await desk.ingest.poll()
    assert lost not in desk.asked()


async def test_days_that_fail_for_good_do_not_stand_before_the_newest(desk: Desk) -> None:
    """Three of them end a poll, but today was read before."""
    for back in (12, 13, 14):
        desk.hub.fail(status(500), day=DAY - timedelta(days=back))
        await desk.ingest.day(DAY - timedelta(days=back))
    desk.lists(DAY, 3)
    await desk.ingest.poll()
    assert await desk.papers(DAY) == 3


async def test_votes_are_refreshed_for_two_weeks(desk: Desk) -> None:
    """The weekdays that a poll no longer reads; a paper's votes are the newest ones."""
    past = DAY - timedelta(days=5)
    desk.lists(past, 1, upvotes=5)
    await desk.ingest.day(past)
    desk.lists(past, 1, upvotes=50)
    desk.asked()
    await desk.ingest.refresh()
    days = desk.asked()
    assert min(days) == DAY - timedelta(days=14)
    assert max(days) < DAY - timedelta(days=2)
    assert all(day.weekday() < 5 for day in days)
    async with desk.store.read() as tables:
        assert [paper.upvotes for paper in await tables.papers.listed(past, past)] == [50]


async def test_a_bad_entry_costs_only_itself(desk: Desk) -> None:
    """It is set aside with its reason, and the day is kept."""
    desk.lists(DAY, 3)
    desk.hub.fail(malformed, times=1)
    report = await desk.ingest.day(DAY)
    assert (report.state, report.papers, report.rejected) == (DayState.PARTIAL, 3, len(MALFORMED))


@pytest.mark.parametrize("fault", [html_page, status(500), status(503)])
async def test_a_failed_day_is_tried_again_and_loses_nothing(desk: Desk, fault: object) -> None:
    """Marked as failed with the reason; what was stored stays, and the next poll mends it."""
    desk.lists(DAY, 3)
    await desk.ingest.day(DAY)
    desk.hub.fail(fault)  # type: ignore[arg-type]
    failed = await desk.ingest.day(DAY)
    assert failed.state is DayState.FAILED
    assert failed.error
    assert (await desk.states())[DAY] is DayState.FAILED
    assert await desk.papers(DAY) == 3
    desk.hub.heal()
    await desk.ingest.poll()
    assert (await desk.states())[DAY] is DayState.PARTIAL


async def test_a_complete_day_stays_so(desk: Desk) -> None:
    """A refresh of votes that fails takes nothing away."""
    past = DAY - timedelta(days=5)
    desk.lists(past, 1)
    await desk.ingest.day(past)
    desk.hub.fail(status(500))
    await desk.ingest.refresh()
    assert (await desk.states())[past] is DayState.COMPLETE


async def test_a_source_that_is_down_is_not_asked_for_every_day(desk: Desk) -> None:
    """Three failures in a row end the poll; the next one begins anew, and misses nothing."""
    await desk.ingest.day(date(2025, 10, 10))
    desk.clock.now += timedelta(days=10)
    desk.hub.fail(status(500))
    assert len(await desk.ingest.poll()) == 3
    desk.hub.heal()
    assert all(report.state is not DayState.FAILED for report in await desk.ingest.poll())
