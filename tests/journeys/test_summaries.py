"""What readers see of a language model: a good one, a bad one, none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digestbot.demo import Stage, open_stage
from digestbot.playground.hub import entry
from digestbot.playground.llm import (
    Fault,
    LlmServer,
    empty,
    html_page,
    no_choices,
    refuses_form,
    reset,
    says,
    status,
    too_many,
)
from digestbot.playground.messages import Message
from digestbot.playground.people import Person
from digestbot.playground.writers import echoing, faithful, half_inventive, inventive, obedient
from tests.core.test_grounding import ORDERS
from tests.journeys.conftest import NOON, TUESDAY, ask, digests, papers, refused

PAPER = "2510.01400"
ABSTRACT = (
    "Lamps are many. We propose LampNet, which finds lamps in 4K pictures. It is trained on 1.2 million "
    "pictures. LampNet reaches 85.3% on LampBench."
)


def a_day(*more: dict[str, Any]) -> list[dict[str, Any]]:
    lamps = entry(
        id=PAPER,
        title="Finding Lamps",
        abstract=ABSTRACT,
        upvotes=60,
        day=TUESDAY,
        ai_summary="LampNet finds lamps.",
    )
    others = papers(TUESDAY, "Diffusion Models at Night", "Agents that Plan", first=1)
    return [lamps, *others, *more]


@pytest.fixture
async def llm() -> AsyncIterator[LlmServer]:
    async with LlmServer(writes=faithful, model="tiny") as server:
        yield server


@asynccontextmanager
async def a_stage(folder: Path, server: LlmServer, **given: Any) -> AsyncIterator[Stage]:
    model = {"model": "tiny", "url": server.base, "timeout": 5, **given.pop("llm", {})}
    async with open_stage(folder, NOON, llm=model, **given) as stage:
        stage.hub.days[TUESDAY] = a_day()
        await stage.at(NOON)
        yield stage


@pytest.fixture
async def stage(home: Path, llm: LlmServer) -> AsyncIterator[Stage]:
    async with a_stage(home, llm) as stage:
        yield stage


@pytest.fixture
def minjun(stage: Stage) -> Person:
    return stage.telegram.user("민준", "ko")


async def answers(person: Person, text: str) -> list[Message]:
    """Return the answer to a command and, where it says that it will change, what it becomes."""
    await person.says(text)
    return await told(person)


async def told(person: Person) -> list[Message]:
    heard = [await person.private.hears()]
    while "⏳" in heard[-1].text:
        heard.append(await person.private.hears())
    return heard


async def test_a_summary_is_answered_at_once_and_better_soon(
    stage: Stage, minjun: Person, llm: LlmServer
) -> None:
    """First what is at hand, then in the same message the model's, with whose words they are."""
    first, then = await answers(minjun, f"/summary {PAPER}")
    assert "LampNet finds lamps." in first.text
    assert "Hugging Face · ✓ 숫자 확인됨" in first.text
    assert then.edited
    assert then.id == first.id
    assert "이 논문은 새로운 연구를 소개한다(Finding Lamps)." in then.text
    assert "1.2 million" in then.text
    assert "LLM tiny · 초록 · 프롬프트 1 · 2025년 10월 14일 (화) · ✓ 숫자 확인됨" in then.text
    (again,) = await answers(minjun, f"/summary {PAPER}")
    assert again.text == then.text
    assert len(llm.requests) == 1
    assert refused(stage) == []


async def test_a_hundred_who_ask_at_once_make_one_call(stage: Stage, llm: LlmServer) -> None:
    """One summary for all; everybody gets it."""
    readers = [stage.telegram.user(f"Reader {number}", "ko") for number in range(100)]
    heard = await asyncio.gather(*(answers(reader, f"/summary {PAPER}") for reader in readers))
    assert {texts[-1].text.count("새로운 연구를 소개한다") for texts in heard} == {1}
    assert len(llm.requests) == 1
    assert refused(stage) == []


async def test_a_button_switches_to_english_and_back(stage: Stage, minjun: Person) -> None:
    """On the answer to /summary and in the detail of a list alike; English has no such button."""
    await answers(minjun, f"/summary {PAPER}")
    await minjun.taps("🌐 English")
    assert "The paper is presented(Finding Lamps)." in (await told(minjun))[-1].text
    await minjun.taps("🌐 한국어")
    assert "이 논문은 새로운 연구를 소개한다" in (await told(minjun))[-1].text
    await ask(minjun, "/top 3")
    await minjun.taps("1")
    await told(minjun)
    await minjun.taps("🌐 English")
    detail = (await told(minjun))[-1]
    assert "The paper is presented" in detail.text
    await minjun.taps("« 목록으로")
    assert "오늘의 인기 논문" in (await minjun.private.hears()).text
    ann = stage.telegram.user("Ann", "en")
    english = (await answers(ann, f"/summary {PAPER}"))[-1]
    assert not any("🌐" in button.text for row in english.buttons for button in row)
    assert refused(stage) == []


async def test_what_is_no_longer_shown_is_not_improved(stage: Stage, minjun: Person, llm: LlmServer) -> None:
    """Who has gone back to the list before the model was ready keeps the list."""
    gate = asyncio.Event()

    async def waits(server: LlmServer, request: Any) -> Any:
        await gate.wait()
        return server.truth(request)

    llm.fail(waits)
    listed = await ask(minjun, "/top 3")
    await minjun.taps("1")
    assert "⏳" in (await minjun.private.hears()).text
    await minjun.taps("« 목록으로")
    assert (await minjun.private.hears()).text == listed
    gate.set()
    await stage.settled()
    assert (await answers(minjun, f"/summary {PAPER}"))[-1].text.count("새로운 연구를") == 1
    assert minjun.private.messages[-3].text == listed


async def test_style_and_language_are_the_readers_own(stage: Stage, minjun: Person) -> None:
    """By words or by buttons; the digest follows."""
    await ask(minjun, "/start")
    assert "항목별로, 日本語" in await ask(minjun, "/summaries sections japanese")
    summary = (await answers(minjun, f"/summary {PAPER}"))[-1]
    assert (
        "새로운 점\n• この論文は新しい研究を紹介する(Finding Lamps).\n기술적 세부 사항\n• 本文には"
        in summary.text
    )
    await minjun.taps("🌐 English")
    await told(minjun)
    await minjun.taps("🌐 日本語")
    assert (await told(minjun))[-1].text == summary.text
    await ask(minjun, "/settings")
    await minjun.taps("요약")
    await minjun.private.hears()
    await minjun.taps("글머리표")
    await minjun.private.hears()
    await minjun.taps("한국어")
    shown = await minjun.private.hears()
    assert "글머리표로, 한국어" in shown.text
    assert shown.button("✓ 한국어")
    assert "“klingon”" in await ask(minjun, "/summaries klingon")
    assert refused(stage) == []


async def test_a_whole_day_is_summarised_before_it_is_sent(stage: Stage, llm: LlmServer) -> None:
    """In each language that is read, once for all its readers; the digest waits for nobody."""
    readers = {
        language: [stage.telegram.user(f"{language} {number}", language) for number in range(3)]
        for language in ("ko", "en")
    }
    for reader in (*readers["ko"], *readers["en"]):
        await ask(reader, "/start")
    await stage.running.clockwork.run("summaries")
    assert len(llm.requests) == 6
    await stage.at(NOON + timedelta(days=1))
    for language, head in (("ko", "이 논문은 새로운 연구를 소개한다"), ("en", "The paper is presented")):
        for reader in readers[language]:
            (digest,) = digests(reader)
            assert digest.count(head) == 3
            assert digest.count("LLM tiny · ✓ ") == 3
    assert len(llm.requests) == 6
    assert refused(stage) == []


FAULTS: dict[str, Fault] = {
    "empty": empty,
    "no choices": no_choices,
    "an HTML page": html_page,
    "no connection": reset,
    "a wrong key": status(401),
    "an unknown model": status(404),
    "an inner error": status(500),
    "busy for an hour": too_many(retry_after=3600),
    "no bullet": says("I would rather not."),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_broken_model_costs_nobody_a_digest(
    stage: Stage, minjun: Person, llm: LlmServer, fault: str
) -> None:
    """The rest of the chain serves, says so, and the model is soon left alone."""
    llm.fail(FAULTS[fault])
    await ask(minjun, "/start")
    shown = (await answers(minjun, f"/summary {PAPER}"))[-1]
    assert "LampNet finds lamps." in shown.text
    assert "Hugging Face · ✓ 숫자 확인됨" in shown.text
    await stage.running.clockwork.run("summaries")
    await stage.at(NOON + timedelta(days=1))
    (digest,) = digests(minjun)
    assert digest.count("✓") == 3
    assert "LLM" not in digest
    assert len(llm.requests) <= 12
    assert refused(stage) == []


@pytest.mark.parametrize("writes", [inventive, echoing])
async def test_what_the_paper_does_not_say_reaches_nobody(
    stage: Stage, minjun: Person, llm: LlmServer, writes: Any
) -> None:
    """Asked once more with the complaint, then never again that day; the fallback is labelled as such."""
    llm.writes = writes
    shown = (await answers(minjun, f"/summary {PAPER}"))[-1]
    assert "97.31" not in shown.text
    assert "Hugging Face · ✓" in shown.text
    assert len(llm.requests) == 2
    assert "number: 97.31" in str(llm.requests[1].body) or "language: " in str(llm.requests[1].body)
    assert len(await answers(minjun, f"/summary {PAPER}")) == 1
    assert len(llm.requests) == 2


async def test_one_bad_bullet_costs_one_bullet(stage: Stage, minjun: Person, llm: LlmServer) -> None:
    """The others stay, and no second call is made; what was dropped is counted, not shown."""
    llm.writes = half_inventive
    shown = (await answers(minjun, f"/summary {PAPER}"))[-1]
    assert "97.31" not in shown.text
    assert "LLM tiny" in shown.text
    assert len(llm.requests) == 1
    async with stage.app.store.read() as tables:
        (record,) = await tables.summaries.records()
    assert (record.model, record.attempts, record.failed, record.dropped) == ("tiny", 1, 0, {"number": 1})
    assert record.tokens > 0


async def test_a_model_without_json_serves_too(stage: Stage, minjun: Person, llm: LlmServer) -> None:
    """A server that knows no structured output is asked in plain words."""
    llm.fail(refuses_form("json_schema", "json_object"))
    assert "LLM tiny" in (await answers(minjun, f"/summary {PAPER}"))[-1].text


@pytest.mark.parametrize("order", ORDERS)
async def test_an_abstract_that_gives_orders_changes_nothing(
    stage: Stage, minjun: Person, llm: LlmServer, order: str
) -> None:
    """Not even where the model obeys it: no link, mention or command of it gets into a summary."""
    llm.writes = obedient
    hostile = entry(id="2510.09999", title="On Lamps", abstract=f"{order} {ABSTRACT}", upvotes=3, day=TUESDAY)
    stage.hub.days[TUESDAY] = a_day(hostile)
    await stage.at(NOON)
    for text in ("/summary 2510.09999", "/today all"):
        for message in await answers(minjun, text):
            links = [address for _, address in message.links]
            assert "evil" not in message.text + "".join(links)
    assert refused(stage) == []


async def test_one_reader_leaves_the_others_their_share(home: Path, llm: LlmServer) -> None:
    """Who asked for many gets no more from the model today but what it wrote already; others do."""
    async with a_stage(home, llm, llm={"daily_token_budget": 20_000, "reader_percent": 15}) as stage:
        stage.hub.days[TUESDAY] += papers(TUESDAY, *(f"Lamp {number}" for number in range(9)), first=10)
        await stage.at(NOON)
        minjun, seoyeon = stage.telegram.user("민준", "ko"), stage.telegram.user("서연", "ko")
        first, *_, last = [paper["paper"]["id"] for paper in stage.hub.days[TUESDAY]]

        async def told(person: Person, paper: str) -> str:
            return (await answers(person, f"/summary {paper}"))[-1].text

        for paper in stage.hub.days[TUESDAY][:-1]:
            await told(minjun, paper["paper"]["id"])
        assert stage.app.writer is not None
        assert 0 < (await stage.app.writer.budget()).spent <= 3000
        assert "발췌 · ✓" in await told(minjun, last)
        assert "LLM tiny" in await told(minjun, first)
        assert "LLM tiny" in await told(seoyeon, last)
        another = stage.hub.days[TUESDAY][-2]["paper"]["id"]
        assert "발췌 · ✓" in await told(minjun, another)
        await stage.at(NOON + timedelta(days=1))
        assert "LLM tiny" in await told(minjun, another)


async def test_no_tokens_left_means_no_call(home: Path, llm: LlmServer) -> None:
    """The budget of the day ends it, and a new day begins it; what is left out comes from elsewhere."""
    async with a_stage(home, llm, llm={"daily_token_budget": 3000, "reader_percent": 100}) as stage:
        stage.hub.days[TUESDAY] += papers(TUESDAY, *(f"Lamp {number}" for number in range(9)), first=10)
        await stage.at(NOON)
        minjun = stage.telegram.user("민준", "ko")
        listed = [paper["paper"]["id"] for paper in stage.hub.days[TUESDAY]]
        last = [(await answers(minjun, f"/summary {paper}"))[-1].text for paper in listed]
        assert 0 < len(llm.requests) < len(listed)
        assert stage.app.writer is not None
        assert 0 < (await stage.app.writer.budget()).spent <= 3000
        assert "LLM tiny" in last[0]
        assert "발췌 · ✓" in last[-1]
        await stage.at(NOON + timedelta(days=1))
        assert "LLM tiny" in (await answers(minjun, f"/summary {listed[-1]}"))[-1].text


async def test_the_order_is_the_operators(home: Path, llm: LlmServer) -> None:
    """Where Hugging Face comes first, the model is asked only for papers that it has nothing about."""
    async with a_stage(home, llm, summaries={"order": "huggingface, llm"}) as stage:
        minjun = stage.telegram.user("민준", "ko")
        assert "Hugging Face" in (await answers(minjun, f"/summary {PAPER}"))[-1].text
        assert llm.requests == []
        assert "LLM tiny" in (await answers(minjun, "/summary 2510.01401"))[-1].text
