"""A language model writes for all readers, from what the operator lets it read, on either database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from digestbot.actions.write import Writer
from digestbot.core.digest import Card
from digestbot.core.paper import Paper
from digestbot.core.subscriber import SubscriberState
from digestbot.core.summary import Input, Style, Summary, SummarySource
from digestbot.core.synonyms import Synonyms
from digestbot.playground.llm import LlmServer, empty, status, too_many
from digestbot.playground.papers import Manuscript, PapersServer
from digestbot.playground.writers import faithful, inventive
from digestbot.sources.fulltext import FullTexts
from digestbot.sources.http import Http
from digestbot.sources.llm import Llm
from digestbot.store import Store
from tests.builders import DAY, NOON, Clock, a_paper, a_subscriber, a_summarizer

BULLETS = Style.BULLETS
LAMPS = a_paper(1, "Lamps", abstract="We propose LampNet with 12 lamps. It shines 3.5 times as bright.")
LONG = "LampNet was trained for 4,321 hours in a cellar without any other light. " * 30


@dataclass
class House:
    store: Store
    server: LlmServer
    writer: Writer
    clock: Clock

    async def save(self, *papers: Paper) -> None:
        async with self.store.write() as tables:
            await tables.papers.save(papers, NOON)

    async def shown(self, paper: Paper, language: str = "en", style: Style = BULLETS) -> Summary:
        (card,) = await a_summarizer(self.store).fill([Card(paper, ())], language, style)
        assert card.summary is not None
        return card.summary


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http() as http:
        yield http


@pytest.fixture
async def house(store: Store) -> AsyncIterator[House]:
    clock = Clock()
    async with (
        LlmServer(writes=faithful) as server,
        Llm(server.base, "tiny", None, timeout=5, concurrency=3) as llm,
    ):
        writer = Writer(store, a_summarizer(store), Synonyms(), clock, llm, budget=1_000_000, ahead=2)
        yield House(store, server, writer, clock)
        await writer.close()


def read_in_full(house: House, http: Http, arxiv: PapersServer) -> Writer:
    """Return the writer, given full texts to read."""
    house.writer._full_texts = FullTexts(http, arxiv.url, rest=0)
    return house.writer


async def test_it_is_stored_and_shown_with_all_that_a_footer_tells(house: House) -> None:
    """Model, input, prompt and day, for one language; other languages have the rest of the chain."""
    assert await house.writer.write(LAMPS, "ko", BULLETS)
    summary = await house.shown(LAMPS, "ko")
    assert (summary.source, summary.model, summary.language) == (SummarySource.LLM, "tiny", "ko")
    assert (summary.input, summary.prompt, summary.written_on) == (Input.ABSTRACT, "1", DAY)
    assert summary.checked
    assert "(12)" in summary.bullets[1].text
    assert (await house.shown(LAMPS, "de")).source is SummarySource.EXTRACT
    assert not await house.writer.write(LAMPS, "ko", BULLETS)
    assert len(house.server.requests) == 1


async def test_one_style_serves_who_asked_for_the_other(house: House) -> None:
    """Their language weighs more; where their own style is there too, it is shown."""
    await house.writer.write(LAMPS, "ko", Style.SECTIONS)
    assert (await house.shown(LAMPS, "ko")).language == "ko"
    assert {bullet.section for bullet in (await house.shown(LAMPS, "ko")).bullets} == {None}
    await house.writer.write(LAMPS, "ko", BULLETS)
    assert len((await house.shown(LAMPS, "ko", Style.SECTIONS)).bullets) == 4
    assert None not in {bullet.section for bullet in (await house.shown(LAMPS, "ko", Style.SECTIONS)).bullets}


async def test_an_abstract_that_changed_is_summarised_anew(house: House) -> None:
    """What was written of the old one is shown no more."""
    await house.writer.write(LAMPS, "ko", BULLETS)
    revised = replace(LAMPS, abstract="We propose LampNet with 13 lamps. It shines.")
    assert (await house.shown(revised, "ko")).source is SummarySource.EXTRACT
    assert await house.writer.write(revised, "ko", BULLETS)
    assert "(13)" in (await house.shown(revised, "ko")).bullets[1].text


async def test_a_paper_without_an_abstract_is_not_asked_about(house: House) -> None:
    """Nothing could be held against it."""
    assert not await house.writer.write(a_paper(2, abstract=" "), "ko", BULLETS)
    assert house.server.requests == []


async def test_many_at_once_make_one_call(house: House) -> None:
    """Also when they come while the first is being stored."""
    written = await asyncio.gather(*(house.writer.write(LAMPS, "ko", BULLETS) for _ in range(100)))
    assert any(written)
    assert len(house.server.requests) == 1


async def test_the_newest_days_best_are_written_in_every_readers_way(house: House) -> None:
    """Only for those who get digests; one place of three is left to readers who wait."""
    await house.save(*(replace(LAMPS, id=f"2510.0000{n}", upvotes=n) for n in range(1, 5)))
    await house.save(a_paper(9, listed_on=DAY - timedelta(days=1), upvotes=99))
    async with house.store.write() as tables:
        for chat, more in enumerate(
            (
                {"language": "ko"},
                {"language": "ko", "summary_language": "ja", "style": Style.SECTIONS},
                {"language": "en", "state": SubscriberState.UNSUBSCRIBED},
            )
        ):
            await tables.subscribers.add(a_subscriber(chat, **more), NOON)
    assert await house.writer.ahead() == 4
    assert house.server.most_at_once <= 2
    for number, source in ((4, "llm"), (3, "llm"), (2, "extractive")):
        paper = replace(LAMPS, id=f"2510.0000{number}")
        assert (await house.shown(paper, "ko")).source == source
        assert (await house.shown(paper, "ja", Style.SECTIONS)).source == source
    assert await house.writer.ahead() == 0


async def test_a_server_in_trouble_is_left_alone_for_a_while(house: House) -> None:
    """As long as it says, or a minute; then it is asked again."""
    house.server.fail(too_many(retry_after=3600), times=1)
    assert not await house.writer.write(LAMPS, "ko", BULLETS)
    house.clock.now += timedelta(minutes=59)
    assert not await house.writer.write(LAMPS, "ko", BULLETS)
    assert len(house.server.requests) == 1
    house.clock.now += timedelta(minutes=2)
    assert await house.writer.write(LAMPS, "ko", BULLETS)


async def test_a_paper_that_it_can_not_summarise_waits_a_day(house: House) -> None:
    """Two answers without ground cost two calls, not two calls a reader."""
    house.server.writes = inventive
    for _ in range(3):
        assert not await house.writer.write(LAMPS, "ko", BULLETS)
    assert len(house.server.requests) == 2
    house.server.writes = faithful
    house.clock.now += timedelta(days=1, minutes=1)
    assert await house.writer.write(LAMPS, "ko", BULLETS)


async def test_an_empty_answer_is_paid_for_and_waits_a_day(house: House) -> None:
    """A model that thinks until it is cut costs one call, of the day's budget and of its asker's share."""
    house.server.fail(empty)
    for _ in range(3):
        if task := await house.writer.begin(LAMPS, "ko", BULLETS, asker=7):
            assert await task is None
    assert len(house.server.requests) == 1
    assert (await house.writer.budget()).spent > 0
    assert not house.writer._shares.is_left(7, 1_000_000)
    house.server.heal()
    house.clock.now += timedelta(days=1, minutes=1)
    assert await house.writer.write(LAMPS, "ko", BULLETS)


async def test_what_was_refused_is_counted_by_reason(house: House) -> None:
    """By model: attempts, failures, tokens, bullets, and why they were dropped."""
    house.server.writes = inventive
    await house.writer.write(LAMPS, "ko", BULLETS)
    house.server.fail(status(400))
    await house.writer.write(replace(LAMPS, id="2510.00002"), "ko", BULLETS)
    async with house.store.read() as tables:
        (record,) = await tables.summaries.records()
    assert (record.model, record.attempts, record.failed) == ("tiny", 3, 3)
    assert (record.written, record.dropped) == (4, {"number": 4})
    assert record.tokens == (await house.writer.budget()).spent > 0


async def test_closing_gives_up_what_is_being_written(house: House) -> None:
    """Who waits is told that nothing comes, and nothing new is begun."""
    stuck = asyncio.Event()

    async def waits(server: LlmServer, request: object) -> object:
        stuck.set()
        await server.stalled()
        raise AssertionError

    house.server.fail(waits)  # type: ignore[arg-type]
    waiting = asyncio.create_task(house.writer.write(LAMPS, "ko", BULLETS))
    await stuck.wait()
    await house.writer.close()
    assert not await waiting
    assert await house.writer.begin(LAMPS, "ko", BULLETS) is None


async def test_a_full_text_bears_out_what_the_abstract_does_not_say(house: House, http: Http) -> None:
    """It is read once for all languages, and the footer tells."""
    async with PapersServer() as arxiv:
        arxiv.papers[LAMPS.id] = Manuscript("Lamps", (("Training", (LONG,)),), abstract=LAMPS.abstract)
        house.server.writes = lambda _: '{"bullets": ["Trained for 4,321 hours.", "It has 12 lamps."]}'
        writer = read_in_full(house, http, arxiv)
        assert await writer.write(LAMPS, "en", BULLETS)
        summary = await house.shown(LAMPS)
        assert (summary.input, len(summary.bullets)) == (Input.FULLTEXT, 2)
        assert "in a cellar" in house.server.requests[0].body["messages"][1]["content"]
        house.server.writes = lambda _: '{"bullets": ["훈련에 4,321시간이 걸렸다.", "램프는 12개이다."]}'
        assert await writer.write(LAMPS, "ko", BULLETS)
        assert len(arxiv.requests) == 1


async def test_a_full_text_that_is_not_there_costs_nothing_but_itself(house: House, http: Http) -> None:
    """That paper is summarised by its abstract; it is not looked for again the same day."""
    async with PapersServer() as arxiv:
        writer = read_in_full(house, http, arxiv)
        assert await writer.write(LAMPS, "ko", BULLETS)
        assert (await house.shown(LAMPS, "ko")).input is Input.ABSTRACT
        asked = len(arxiv.requests)
        assert await writer.write(LAMPS, "en", BULLETS)
        assert len(arxiv.requests) == asked > 0


async def test_a_paper_that_breaks_us_costs_no_other(house: House) -> None:
    """An error of our own, here a language that no locale knows, is logged; the rest is written."""
    wanted = [(LAMPS, "xx-broken", BULLETS), (replace(LAMPS, id="2510.00002"), "ko", BULLETS)]
    assert await house.writer.write_all(wanted) == 1


async def test_old_attempts_and_texts_are_forgotten(house: House) -> None:
    """The summaries themselves stay."""
    await house.writer.write(LAMPS, "ko", BULLETS)
    later = NOON + timedelta(days=400)
    async with house.store.write() as tables:
        await tables.summaries.put_full_text("2510.00001", "text", NOON)
        await tables.summaries.forget(later, later)
        assert await tables.summaries.records() == []
        assert await tables.summaries.full_text("2510.00001", NOON) == (False, None)
    assert (await house.shown(LAMPS, "ko")).source is SummarySource.LLM
