"""Readers of each language: from the first word to the digest, and nothing in it is another language."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from digestbot.core.languages import LANGUAGES
from digestbot.demo import Stage
from digestbot.playground.entities import part
from digestbot.playground.messages import Message
from digestbot.playground.people import Person
from digestbot.render.i18n import SUMMARY_LANGUAGES, own_name
from tests.journeys.conftest import ask, digests, refused
from tests.journeys.test_commands import BAD, GOOD

NAMES = {
    "Hugging",
    "Face",
    "arXiv",
    "Telegram",
    "LLM",
    "UTC",
    "PDF",
    "ID",
    "BibTeX",
    "RIS",
    "Markdown",
    "JSON",
    "AND",
    "OR",
    *map(own_name, SUMMARY_LANGUAGES),
}
TYPED = {"mine", "day", "week", "month", "bullets", "sections"}
_COMMAND = re.compile(r"/[a-z]+(?: [!-~]+)*")
_ZONE = re.compile(r"\b[A-Z]\w+/[A-Z]\w+|\bDIGESTBOT_\w+")
_WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,}")


@dataclass(frozen=True)
class Spoken:
    """What a reader of one language sends, and what they see."""

    add: str
    at: str
    zone: str
    days: str
    welcome: str
    added: str
    digest: str
    settings: tuple[str, ...]
    screens: dict[str, str]
    """A screen's button, and the one to tap on it."""


JAPANESE = Spoken(
    add="/add agents、diffusion models",
    at="/time 午後８時３０分",
    zone="/timezone 東京",
    days="/days 月・水・金",
    welcome="ようこそ。トピックに合う新着論文を毎日お届けします。",
    added="追加しました：agents, diffusion models",
    digest="論文ダイジェスト：2025年10月15日(水)\n5本のうち3本がトピックに一致",
    settings=(
        "言語：日本語",
        "時刻：20:30 (Asia/Tokyo)",
        "曜日：月・水・金",
        "10月17日(金) 20:30（Asia/Tokyo）",
    ),
    screens={"言語": "日本語", "時刻": "07:00", "曜日": "毎日", "上限": "20", "要約": "項目別"},
)
CHINESE = Spoken(
    add="/add agents，diffusion models",
    at="/time 晚上８点半",
    zone="/timezone 北京",
    days="/days 周一、周三、周五",
    welcome="欢迎。我每天为您推送符合您的主题的最新论文。",
    added="已添加：agents, diffusion models",
    digest="论文推送：2025年10月15日周三\n5 篇中有 3 篇符合您的主题",
    settings=(
        "语言：简体中文",
        "时间：20:30 (Asia/Shanghai)",
        "推送日：周一、周三、周五",
        "10月17日周五 20:30（Asia/Shanghai）",
    ),
    screens={"语言": "简体中文", "时间": "07:00", "推送日": "每天", "上限": "20", "总结": "分节"},
)


@pytest.mark.parametrize(("tag", "spoken"), [("ja", JAPANESE), ("zh-hans", CHINESE)])
async def test_a_reader_is_served_in_their_language(stage: Stage, tag: str, spoken: Spoken) -> None:
    """Welcome, topics, hour, digest, a paper and all settings, by words of that language too."""
    reader = stage.telegram.user("读者", tag)
    assert spoken.welcome in await ask(reader, "/start")
    assert spoken.added in await ask(reader, spoken.add)
    for words in (spoken.zone, spoken.at, spoken.days):
        await ask(reader, words)
    await stage.at(datetime(2025, 10, 15, 12, 30, tzinfo=UTC))
    (digest,) = digests(reader)
    assert digest.startswith(spoken.digest)
    await reader.private.hears()
    await reader.taps("1")
    assert "Video Diffusion Models and Agents" in (await reader.private.hears()).text
    settings = await ask(reader, "/settings")
    assert [line for line in spoken.settings if line not in settings] == []
    for screen, choice in spoken.screens.items():
        shown = await ask(reader, "/settings")
        await reader.taps(screen)
        await reader.private.hears()
        await reader.taps(choice)
        await reader.private.hears()
        assert await ask(reader, "/settings") != shown or choice in LANGUAGES.values()
    assert english(stage, reader) == {}
    assert refused(stage) == []


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != "en"])
async def test_every_command_answers_in_the_readers_language(stage: Stage, tag: str) -> None:
    """Whatever is asked, well or badly: what comes back is of one language, buttons too."""
    reader = stage.telegram.user("读者", tag)
    for words, *_ in (*GOOD, *BAD):
        await ask(reader, words)
        stage.clock.now += timedelta(seconds=1)  # faster than that nobody is answered for long
    assert english(stage, reader) == {}
    assert refused(stage) == []


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_what_a_refusal_gives_as_an_example_is_understood(stage: Stage, tag: str) -> None:
    """It is in words of the reader's language."""
    reader = stage.telegram.user("读者", tag)
    for words in (
        "/time x",
        "/days x",
        "/date x",
        "/top x",
        "/month x",
        "/max x",
        "/votes x",
        "/pause x",
        "a b",
    ):
        stage.clock.now += timedelta(seconds=30)
        refusal = await ask(reader, words)
        message = reader.private.messages[-1]
        examples = [part(refusal, entity) for entity in message.entities if entity.type == "code"]
        assert examples, refusal
        for example in examples:
            assert refusal[:10] not in await ask(reader, example), example
            is_foreign = re.search("[a-z]", example.partition(" ")[2])
            assert tag == "en" or words == "a b" or not is_foreign, example
    assert refused(stage) == []


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_the_first_screen_switches_to_any_language(stage: Stage, tag: str) -> None:
    """And from there to any other, in place."""
    reader = stage.telegram.user("读者", tag)
    await ask(reader, "/start")
    for code, own in LANGUAGES.items():
        if code != tag:
            await reader.taps(own)
            shown = await reader.private.hears()
            assert shown.edited
            assert shown.button(own) is None
            assert shown.button(LANGUAGES[tag])
        tag = code
    assert refused(stage) == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("/language 日本語", "これからは日本語でご案内します。"),
        ("/language japanese", "これからは日本語でご案内します。"),
        ("/language JA", "これからは日本語でご案内します。"),
        ("/language 일본어", "これからは日本語でご案内します。"),
        ("/language 中文", "从现在起使用简体中文。"),
        ("/language Simplified Chinese", "从现在起使用简体中文。"),
        ("/language zh-TW", "从现在起使用简体中文。"),
        ("/language korean", "이제부터 한국어로 안내합니다."),
        ("/language klingon", "/language ja – 日本語"),
    ],
)
async def test_a_language_is_chosen_by_any_of_its_names(ann: Person, words: str, shown: str) -> None:
    """Its own, its English one, what others call it, its tag; else all that there are are shown."""
    assert shown in await ask(ann, words)


async def test_menus_are_set_in_every_language(stage: Stage) -> None:
    """Under Telegram's two-letter codes, each with all commands; English for everybody else."""
    bot = stage.telegram.bot
    menus = {language: commands for (_, language), commands in bot.commands.items()}
    assert set(menus) == {"", *LANGUAGES} - {"en"}
    names = {language: [command["command"] for command in commands] for language, commands in menus.items()}
    assert [language for language in names if names[language] != names[""]] == []
    assert set(bot.short_descriptions) == set(menus)
    for language, commands in menus.items():
        same = [known for known in commands if language and known in menus[""]]
        assert [known["command"] for known in same] == (["language"] if language else [])


def english(stage: Stage, reader: Person) -> dict[str, list[str]]:
    """Return the messages to *reader* that hold English words of ours, with these.

    Names, commands, what readers type, and the papers' own texts are left out.
    """
    theirs = _said_by(reader)
    found = {
        message.text: [
            word
            for text in _read(stage, message)
            for word in _WORD.findall(text)
            if word not in NAMES | TYPED and f" {word}" not in theirs
        ]
        for message in reader.private.messages
        if message.from_bot
    }
    return {text: words for text, words in found.items() if words}


def _read(stage: Stage, message: Message) -> list[str]:
    """Return the texts of a message and of its buttons, without the papers' own and without commands."""
    text = message.text
    typed = [part(text, entity) for entity in message.entities if entity.type == "code"]
    for theirs in (*_texts_of_papers(stage), *typed):
        text = text.replace(theirs, " ")
    buttons = [button.text for row in message.buttons for button in row]
    return [_ZONE.sub(" ", _COMMAND.sub(" ", text)), *buttons]


def _texts_of_papers(stage: Stage) -> list[str]:
    entries = [entry for entries in stage.hub.days.values() for entry in entries if isinstance(entry, dict)]
    texts: set[str] = set()
    for paper in (entry["paper"] for entry in entries):
        texts |= {paper["title"], *re.split(r"(?<=\.) ", paper["summary"])}
        texts |= {author["name"] for author in paper["authors"]}
    return sorted(texts, key=len, reverse=True)


def _said_by(reader: Person) -> str:
    """Return what a reader typed, without the commands; a blank before each word."""
    said = [message.text for message in reader.private.messages if not message.from_bot]
    return "".join(f" {word}" for text in said for word in _WORD.findall(re.sub(r"^/[a-z]+", "", text)))
