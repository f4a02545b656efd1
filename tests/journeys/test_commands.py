"""Every command, as a person sends it, with good and with bad words."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from digestbot.demo import Stage
from digestbot.playground.people import Person
from digestbot.render.menu import menu
from tests.journeys.conftest import NOON, TUESDAY, ask, papers, refused

GOOD = [
    ("/start", "Welcome", "반갑습니다"),
    ("/help", "/timezone Asia/Seoul", "내 주제"),
    ("/add agents, diffusion models", "Added: agents, diffusion models", "추가함: agents, diffusion models"),
    ("/add Agent", "You had already: Agent", "이미 있음: Agent"),
    ("/topics", "• diffusion models", "• diffusion models"),
    ("/today", "3 of 5 match your topics", "5편 중 3편"),
    ("/today all", "5 papers, most votes first", "5편, 추천순"),
    ("/date 2025-10-14", "3 of 5 match", "5편 중 3편"),
    ("/date 2025.10.14 all", "5 papers", "5편"),
    ("/date 2025-10-12", "No papers are listed", "목록이 없습니다"),
    ("/yesterday", "I have no papers of Mon, Oct 13, 2025", "2025년 10월 13일 (월)의 논문은 저에게 없습니다"),
    ("/top", "Top papers of the day", "오늘의 인기 논문"),
    ("/top 3 week", "Top papers of the week", "이번 주 인기 논문"),
    ("/top month 2", "Top papers of the month", "이번 달 인기 논문"),
    ("/summary 2510.01400", "extract · ✓ numbers checked", "발췌 · ✓ 숫자 확인됨"),
    ("/summary https://arxiv.org/pdf/2510.01400v3", "Diffusion Models at Night", "Diffusion Models at Night"),
    ("https://huggingface.co/papers/2510.01401", "Agents that Plan", "Agents that Plan"),
    ("/search diffusion", "2 papers, the best first", "2편, 잘 맞는 순"),
    ("/search unheard", "I found no paper", "검색 결과가 없습니다"),
    ("/similar 2510.01400", "share its rarest words", "드문 낱말을"),
    ("/week", "on your topics", "내 주제"),
    ("/month 3", "on your topics", "내 주제"),
    ("/saved", "no papers yet", "아직 저장한 논문이 없습니다"),
    ("/time 8:30", "comes at 08:30", "08:30"),
    ("/time 8 pm", "comes at 20:00", "20:00"),
    ("/timezone Asia/Seoul", "Asia/Seoul", "Asia/Seoul"),
    ("/timezone new york", "America/New_York", "America/New_York"),
    ("/timezone UTC+5:45", "Asia/Kathmandu", "Asia/Kathmandu"),
    ("/timezone", "share your location", "위치"),
    ("/days mon-fri", "Mon–Fri", "월~금"),
    ("/days sat, sun", "Sat, Sun", "토, 일"),
    ("/max 7", "At most 7 papers", "최대 7편"),
    ("/settings", "Papers at most: 7", "최대 편수: 7"),
    ("/pause", "Paused", "잠시 멈췄습니다"),
    ("/resume", "Digests are on again", "다시 보내 드립니다"),
    ("/unsubscribe", "No more digests", "이제 소식을 보내지 않습니다"),
    ("/subscribe", "You are subscribed", "구독 중입니다"),
    ("/remove agents", "Removed: agents", "삭제함: agents"),
    ("/remove unheard", "Not among your topics: unheard", "내 주제에 없음: unheard"),
    ("/privacy", "Which papers a digest held: 90 days", "90일"),
    ("/stop", "can't be undone", "되돌릴 수 없습니다"),
]

BAD = [
    ("/nonsense", "I don't know /nonsense. /help"),
    ("/주제 보기", "I don't know /주제. /help"),
    ("/" + "題" * 4000, "題…. /help"),
    ("hello", "I answer to commands. To find papers about that: /search hello"),
    ("language models", "To get them with your digest: /add language models"),
    ("today", "Commands begin with a slash: /today"),
    ("Help?", "Commands begin with a slash: /Help"),
    ("add agents", "Commands begin with a slash: /add agents"),
    ("1", "I answer to commands, for example"),
    ("https://example.org/a", "I answer to commands, for example"),
    ("so much to say " * 5, "I answer to commands, for example"),
    ("/add", "/add diffusion models, agents"),
    ("/add ,,,", "/add diffusion models, agents"),
    ("/add 🎉", "holds no word"),
    ("/add \u200b\u200e", "/add diffusion models, agents"),
    ("/add " + "x" * 101, "at most 100 characters"),
    ("/add " + ", ".join(f"topic {n}" for n in range(51)), "51 topics; 50 is the most"),
    ("/remove", "/remove agents"),
    ("/search", "/search kv cache"),
    ("/search " + "x" * 201, "200 characters at most"),
    ("/similar", "/similar 2510.12586"),
    ("/week soon", "/week 5"),
    ("/month 31", "/month 5"),
    ("/unmute", "Nothing is muted"),
    ("/export", "no papers yet"),
    ("/export exe", "/export bib"),
    ("/time", "When shall your digest come?"),
    ("/time 25:00", "/time 08:30"),
    ("/time soon", "/time 08:30"),
    ("/time ٢٥", "/time 08:30"),
    ("/timezone Atlantis", "no time zone for “Atlantis”"),
    ("/timezone UTC+25", "no time zone"),
    ("/days never", "/days mon-fri"),
    ("/days", "On which days?"),
    ("/max", "How many papers at most"),
    ("/max 0", "1 to 50"),
    ("/max 51", "1 to 50"),
    ("/max ten", "1 to 50"),
    ("/language", "Which language shall I speak?"),
    ("/language xx", "/language en"),
    ("/today now", "/today all"),
    ("/date", "/date 2025-10-15"),
    ("/date tomorrow", "has not come yet"),
    ("/date 2025-13-40", "/date 2025-10-15"),
    ("/date 2999-01-01", "has not come yet"),
    ("/date 99999999999-1-1", "/date 2025-10-15"),
    ("/top 0", "/top 5 week mine"),
    ("/top 5 year", "/top 5 week mine"),
    ("/top 5 week 7", "/top 5 week mine"),
    ("/summary", "/summary 2510.12586"),
    ("/summary nothing", "/summary 2510.12586"),
    ("/summary 1234.56789", "1234.56789 is not among"),
]


async def test_every_command_answers_in_both_languages(stage: Stage, ann: Person, minjun: Person) -> None:
    """Good words are answered with what was asked, in the reader's own language, and nothing is refused."""
    for words, english, korean in GOOD:
        assert english in await ask(ann, words), words
        assert korean in await ask(minjun, words), words
        if words == "/week":  # the chart below it
            for person in (ann, minjun):
                assert (await person.private.hears()).photo
    assert refused(stage) == []


async def test_help_names_every_command(ann: Person) -> None:
    """Of those that Telegram's menu offers; as each answer that points to it says."""
    told = set(re.findall(r"(?:^|, )/([a-z]+)", await ask(ann, "/help"), re.MULTILINE))
    assert {name for name, _ in menu("en")} - told == {"help", "start"}


async def test_bad_words_are_answered_and_store_nothing(stage: Stage, ann: Person) -> None:
    """What can't be used gets a short answer with an example, and the database stays as it was."""
    before = _everything(stage)
    for words, answer in BAD:
        stage.clock.now += timedelta(seconds=1)  # faster than that nobody is answered for long
        told = await ask(ann, words)
        assert answer in told, words
        assert len(told) < 500, words
        assert "\n\n\n" not in told, words
    assert _everything(stage) == before
    assert refused(stage) == []


@pytest.mark.parametrize(
    "topic", ["<b>bold</b>", "a & b", "x' UNION SELECT 1", "שלום", "مرحبا", "日本語", "e\u0301a"]
)
async def test_any_letters_make_a_topic_that_is_shown_as_typed(stage: Stage, ann: Person, topic: str) -> None:
    """HTML, SQL and scripts of any direction are words like others: stored, shown, removed."""
    await ask(ann, "/start")
    assert "Added" in await ask(ann, f"/add {topic}")
    assert topic in await ask(ann, "/topics")
    assert "Removed" in await ask(ann, f"/remove {topic}")


async def test_language_is_switched_by_the_reader(ann: Person) -> None:
    """From the next word on the bot speaks the language that was chosen."""
    assert "한국어로" in await ask(ann, "/language ko")
    assert "내 설정" in await ask(ann, "/settings")
    assert "English" in await ask(ann, "/language English")


async def test_a_shared_location_sets_the_zone(ann: Person) -> None:
    """Only the zone of a location is kept."""
    await ann.shares_location(48.85, 2.35)
    assert "Europe/Paris" in (await ann.private.hears()).text
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Bo"}
    await ann.sends(location={"latitude": 37.57, "longitude": 126.98}, forward_origin=origin)
    assert "Asia/Seoul" in (await ann.private.hears()).text


async def test_a_reply_to_a_link_is_summarised(stage: Stage, ann: Person) -> None:
    """`/summary` as a reply finds the paper in the message that it answers."""
    said = await ann.says("look: https://arxiv.org/abs/2510.01401")
    await ann.private.hears()
    await ann.says("/summary", reply_to=said)
    assert "Agents that Plan" in (await ann.private.hears()).text


async def test_a_number_in_a_reply_is_that_of_the_list(stage: Stage, ann: Person) -> None:
    """As a page shows it, or the n-th link of what somebody else wrote; what is none is asked for again."""
    await ask(ann, "/start")
    stage.hub.days[TUESDAY] = papers(TUESDAY, *(f"Paper {number} {'x' * 150}" for number in range(1, 41)))
    await stage.at(NOON)
    await ann.says("/today all")
    await ann.private.hears()
    await ann.taps("Next ›")
    second = await ann.private.hears()
    number = second.buttons[0][1].text
    assert int(number) > 3
    for command in ("/summary", "/why", "/whynot"):
        await ann.says(f"{command} {number}", reply_to=second)
        assert f"Paper {number} x" in (await ann.private.hears()).text
        for words in ("1", "99", "0", "three", "9" * 3000):
            await ann.says(f"{command} {words}", reply_to=second)
            assert "Which paper?" in (await ann.private.hears()).text
    await ann.says("/similar 99", reply_to=second)
    assert "Like which paper?" in (await ann.private.hears()).text
    links = "https://arxiv.org/abs/2510.01400 and its https://arxiv.org/pdf/2510.01400 https://arxiv.org/abs/2510.01402"
    said = await ann.says(links)
    await ann.private.hears()
    await ann.says("/summary 2", reply_to=said)
    assert "Paper 3 x" in (await ann.private.hears()).text
    await ann.says("/summary 3", reply_to=said)
    assert "Which paper?" in (await ann.private.hears()).text


@pytest.mark.parametrize(
    "link", ["https://arxiv.org/abs/2510.01401", "https://doi.org/10.48550/arXiv.2510.01401"]
)
async def test_a_link_is_read_wherever_it_stands(stage: Stage, ann: Person, link: str) -> None:
    """In a message and below a file; a file without one is answered as words are."""
    assert "Agents that Plan" in await ask(ann, link)
    await ann.sends_document("a.pdf", b"x", caption=f"read this: {link}")
    assert "Agents that Plan" in (await ann.private.hears()).text
    await ann.sends_document("a.pdf", b"x", caption="read this")
    assert "I answer to commands" in (await ann.private.hears()).text


def _everything(stage: Stage) -> dict[str, list[tuple[Any, ...]]]:
    url = stage.app.store.place.replace("+aiosqlite", "")
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = [
            name
            for name in inspect(connection).get_table_names()
            if name not in ("alembic_version", "source_days")
        ]
        rows = {
            name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in tables
        }
    engine.dispose()
    return rows
