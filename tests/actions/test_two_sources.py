"""arXiv beside Hugging Face: nothing of it is lost, nothing comes twice, and only to those who asked."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digestbot.actions.deliver import Courier
from digestbot.actions.ingest import Ingest
from digestbot.actions.library import Library
from digestbot.core.digest import View, ViewKind
from digestbot.core.paper import DayState, Paper
from digestbot.core.postings import Rules
from digestbot.core.subscriber import EVERY_DAY, Chat, ChatKind, Defaults, Schedule
from digestbot.playground.arxiv import (
    ArxivServer,
    Fault,
    Submission,
    no_entries,
    no_results,
    rate_exceeded,
    status,
)
from digestbot.render import Renderer
from digestbot.sources import arxiv
from digestbot.sources.arxiv import Arxiv
from digestbot.sources.http import Http
from digestbot.store import Store
from tests.actions.test_deliver import House
from tests.builders import NOON, Clock, a_paper, a_summarizer

TUESDAY = NOON.date()
WEDNESDAY = TUESDAY + timedelta(days=1)
SUBMITTED = datetime(2025, 10, 14, 9, tzinfo=UTC)
"""Announced on Wednesday."""
ANN, BO, CY, DEE = (Chat(number, ChatKind.PRIVATE) for number in (7, 8, 9, 10))
OFFERED = ("cs.CL", "cs.CV")


def on_arxiv(number: int = 1, *categories: str, day: date = TUESDAY, title: str = "Agents") -> Paper:
    """Return a paper that only arXiv lists."""
    return a_paper(number, title, listed_on=day, categories=categories or ("cs.CL",), on_hugging_face=False)


class Feed:
    """A server, a store, a clock, and the reading of arXiv between."""

    def __init__(self, server: ArxivServer, http: Http, store: Store) -> None:
        self.server = server
        self.store = store
        self.clock = Clock(datetime(2025, 10, 15, 12, tzinfo=UTC))
        self.ingest = Ingest(Arxiv(http, server.url, OFFERED), store, self.clock)

    async def poll(self, now: datetime | None = None) -> None:
        self.clock.now = self.server.now = now or self.clock.now
        await self.ingest.poll()

    async def titles(self) -> list[str]:
        async with self.store.read() as tables:
            papers = await tables.papers.listed(date.min, date.max, everywhere=True)
        return sorted(paper.title for paper in papers)

    async def state(self, day: date = WEDNESDAY) -> DayState:
        async with self.store.read() as tables:
            known = await tables.days.get("arxiv", day)
        assert known is not None
        return known.state


@pytest.fixture
async def feed(store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Feed]:
    monkeypatch.setattr(arxiv, "SECONDS_BETWEEN", 0.001)
    http = Http(attempts=2, wait_initial=0.001, wait_max=0.002, wait_jitter=0.001)
    async with ArxivServer() as server, http:
        yield Feed(server, http, store)


@pytest.mark.parametrize("fault", [status(503), rate_exceeded, no_entries, no_results])
async def test_a_source_that_fails_for_hours_loses_nothing(feed: Feed, fault: Fault) -> None:
    """Every poll fails for two days; the first that does not brings it all."""
    feed.server.papers = [Submission("2510.00001", "One", SUBMITTED)]
    feed.server.fail(fault)
    for hours in range(0, 48, 6):
        await feed.poll(SUBMITTED + timedelta(hours=27 + hours))
    assert await feed.titles() == []
    feed.server.heal()
    await feed.poll()
    assert await feed.titles() == ["One"]


async def test_a_month_without_the_source_loses_nothing(feed: Feed) -> None:
    """Days that failed are read again also after they are no longer open."""
    feed.server.papers = [Submission("2510.00001", "One", SUBMITTED)]
    await feed.poll(SUBMITTED - timedelta(days=9))
    feed.server.fail(status(503))
    for days in range(20):
        await feed.poll(SUBMITTED + timedelta(days=1 + days))
    feed.server.heal()
    await feed.poll()
    assert await feed.titles() == ["One"]


async def test_a_paper_that_the_api_shows_late_is_found(feed: Feed) -> None:
    """The API lags by a day, a holiday shifts it by three, moderation by ten."""
    for number, days in enumerate((1, 3, 10)):
        late = SUBMITTED + timedelta(days=1 + days)
        feed.server.papers.append(Submission(f"2510.0000{number}", f"{days}", SUBMITTED, shown_from=late))
    for days in range(1, 9):
        await feed.poll(SUBMITTED + timedelta(days=days, hours=5))
    assert await feed.titles() == ["1", "3"]
    feed.clock.now = feed.server.now = SUBMITTED + timedelta(days=11, hours=5)
    await feed.ingest.refresh()
    assert await feed.titles() == ["1", "10", "3"]
    assert await feed.state() is DayState.COMPLETE


async def test_half_a_day_is_kept_and_read_again(feed: Feed) -> None:
    """The second page fails until much later: the first one's papers are there, and the day is not done."""
    feed.server.papers = [
        Submission(f"2510.{n:05}", f"{n}", SUBMITTED + timedelta(seconds=n)) for n in range(250)
    ]

    async def second_page_fails(server: ArxivServer, request: object) -> object:
        fails = request.query["start"] != "0"  # type: ignore[attr-defined]
        return await status(503)(server, request) if fails else server.truth(request)  # type: ignore[arg-type]

    feed.server.fail(second_page_fails)  # type: ignore[arg-type]
    for days in (1, 8, 9):
        await feed.poll(SUBMITTED + timedelta(days=days, hours=5))
    assert len(await feed.titles()) == 200
    assert await feed.state() is DayState.PARTIAL
    feed.server.heal()
    await feed.poll()
    assert len(await feed.titles()) == 250
    assert await feed.state() is DayState.COMPLETE


class TwoSources(House):
    """Readers who chose arXiv, or did not."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.membership = type(self.membership)(
            store, self.clock, Defaults("en", Schedule(NOON.time(), "UTC", EVERY_DAY)), OFFERED
        )

    async def joins(self, chat: Chat, *categories: str, topics: tuple[str, ...] = ("agents",)) -> None:
        await self.membership.subscribe(chat)
        if topics:
            await self.membership.topics.add(chat, topics)
        await self.membership.set_categories(chat, lambda _: categories)

    async def save(self, *papers: Paper) -> None:
        async with self.store.write() as tables:
            await tables.papers.save(papers, self.clock())

    async def next_day(self) -> dict[int, int]:
        """Return how many papers each chat is brought by the next noon's digests."""
        self.post.taken.clear()
        await self.tick(self.clock() + timedelta(days=1))
        return {chat: message.html.count("arxiv.org/abs") for chat, message in self.post.taken}


@pytest.fixture
def house(store: Store) -> TwoSources:
    return TwoSources(store)


async def test_only_who_chose_its_category_gets_an_arxiv_paper(house: TwoSources) -> None:
    """By a topic, and by any category that it is cross-listed in; nobody else sees it."""
    await house.joins(ANN, "cs.CV")
    await house.joins(BO)
    await house.joins(CY, "cs.CL")
    await house.joins(DEE, "cs.CV", topics=("-survey",))
    await house.save(on_arxiv(1, "cs.RO", "cs.CV"), on_arxiv(2, "cs.CL", title="Robots"), a_paper(3))
    assert await house.next_day() == {ANN.id: 1, DEE.id: 1}  # Dee asks for nothing: by votes, so no arXiv
    assert [message.html.count("2510.00001") for _, message in house.post.taken] == [1, 0]
    assert "arXiv cs.RO" in house.post.taken[0][1].html


async def test_questions_answer_by_the_same_rule(house: TwoSources) -> None:
    """A day, a topic tried, a topic's count; the top is by votes, so without arXiv."""
    await house.joins(ANN, "cs.CL")
    await house.joins(BO)
    await house.save(a_paper(1, "Agents"), on_arxiv(2), on_arxiv(3, "cs.CV"))
    library = Library(house.store, Rules(), a_summarizer(house.store), house.clock)
    ann, bo = [await house.membership.reader(chat) for chat in (ANN, BO)]
    for reader, count in ((ann, 2), (bo, 1)):
        assert (await library.look(View(ViewKind.TODAY), reader)).matched == count
        assert (await library.day(TUESDAY, reader)).matched == count
        assert (await library.trial("agents", reader)).matched == count
        assert await library.counts(reader) == {"agents": count}
        assert (await library.look(View(ViewKind.ALL), reader)).matched == 1
        assert (await library.look(View(ViewKind.TOP_WEEK, "5"), reader)).matched == 1
    assert (await library.day(TUESDAY, replace(ann, topics=("-survey",)))).matched == 1


async def test_a_paper_that_rises_to_hugging_face_comes_once(house: TwoSources) -> None:
    """Not again to whom arXiv brought it; for the first time to all others."""
    await house.joins(ANN, "cs.CL")
    await house.joins(BO)
    await house.joins(CY, "cs.CV")
    await house.save(on_arxiv(1))
    assert await house.next_day() == {ANN.id: 1}
    await house.save(a_paper(1, "Agents", listed_on=WEDNESDAY, upvotes=9))
    assert await house.next_day() == {BO.id: 1, CY.id: 1}
    await house.save(replace(on_arxiv(1), listed_on=WEDNESDAY))  # arXiv is read again
    assert await house.next_day() == {}


async def test_a_risen_paper_that_was_never_sent_comes(house: TwoSources) -> None:
    """Its first delivery was taken back before it went out."""
    await house.joins(ANN, "cs.CL")
    await house.save(on_arxiv(1))
    house.clock.now += timedelta(days=1)
    courier = Courier(
        house.store,
        Rules(),
        a_summarizer(house.store),
        Renderer(4096, 100, 100),
        house.post,
        house.clock,
    )
    assert await courier.plan() == 1
    await house.membership.unsubscribe(ANN)
    await house.membership.subscribe(ANN)
    await house.save(a_paper(1, "Agents", listed_on=WEDNESDAY))
    assert await house.next_day() == {ANN.id: 1}


async def test_a_paper_that_both_have_from_the_start_is_one(house: TwoSources) -> None:
    """Whichever was read first; with the votes of the one and the categories of the other."""
    await house.joins(ANN, "cs.CL")
    await house.save(a_paper(1, "Agents", upvotes=9))
    await house.save(on_arxiv(1))
    await house.save(on_arxiv(2))
    await house.save(a_paper(2, "Agents", upvotes=9))
    async with house.store.read() as tables:
        papers = await tables.papers.listed(TUESDAY, TUESDAY)
    assert [(paper.upvotes, paper.categories) for paper in papers] == [(9, ("cs.CL",))] * 2
    assert await house.next_day() == {ANN.id: 2}


async def test_the_newest_list_is_hugging_faces(house: TwoSources) -> None:
    """In the night arXiv is first: who joins then, or asks, is not left with half a list."""
    await house.save(a_paper(1, "Agents"), on_arxiv(2, day=WEDNESDAY))
    house.clock.now += timedelta(hours=13)  # it is Wednesday, and Hugging Face has no list yet
    await house.joins(BO)
    assert (await house.membership.reader(BO)).since == TUESDAY
    assert await house.next_day() == {BO.id: 1}
