"""Every text exists in every language, and says the same with the same values."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from digestbot.core.digest import Card, How
from digestbot.core.languages import LANGUAGES
from digestbot.core.summary import Bullet, Summary, SummarySource
from digestbot.core.wishes import weekdays
from digestbot.render import i18n
from digestbot.render.buttons import choices
from digestbot.render.markup import block, blocks
from digestbot.render.menu import about, menu
from digestbot.render.message import Press
from tests.builders import a_paper, a_subscriber

SOURCE = Path(i18n.__file__).parent.parent
TRANSLATED = [language for language in LANGUAGES if language != i18n.SOURCE_LANGUAGE]
_VALUE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
_RAISED = r'(?:UserError|QueryError|Fault)\(\s*"([a-z-]+)"|"(query-empty|query-no-word)"'
_COMMAND = re.compile(r"(?<![\w/])/[a-z]+")
_SCRIPTS = {"ko": "[가-힣]", "ja": "[ぁ-ヿ㐀-鿿]", "zh": "[㐀-鿿]"}
_PIECES = ("card", "line", "detail", "summarized")
_KEYWORDS = {"t": None, "gettext": None, "ngettext": (1, 2)}
_SAME_EVERYWHERE = {"LLM %(model)s"}
_DOUBLE_PARTICLE = re.compile(r"\((?:이|으|을|를|은|는|가|과|와)\)")
_GUESSED_PARTICLE = re.compile(r"%\(\w+\)s[”»]?(?:은|는|을|를|이|가|과|와|으로|로)(?![가-힣])")
_MARKUP = re.compile(r"\{%-? *trans\b.*?endtrans *%\}|\{[{%#].*?[}%#]\}|<code>.*?</code>|<[^>]*>", re.DOTALL)
_TYPED = re.compile(r"/[a-z]+[^–\n]*")
_NAMES = {"Hugging", "Face", "arXiv"}
"""Words of Telegram's messages that are not translated, because they are names."""


def catalogue(language: str) -> list[Message]:
    source = files("digestbot.render") / "locale" / language / "LC_MESSAGES" / "digestbot.po"
    return [message for message in read_po(BytesIO(source.read_bytes()), locale=language) if message.id]


def said() -> Iterator[str]:
    """Yield every text of the templates and of Python, as `make messages` finds them."""
    templates = SOURCE / "render" / "templates"
    for path in templates.glob("*.jinja"):
        for _, text, _, _ in extract_from_file(
            "jinja2", path, options={"trimmed": "true", "silent": "false"}
        ):
            yield text if isinstance(text, str) else text[0]
    for path in (SOURCE / "render").glob("*.py"):
        for _, text, _, _ in extract_from_file("python", path, keywords=_KEYWORDS):
            yield text if isinstance(text, str) else text[0]


def first(texts: object) -> str:
    return texts if isinstance(texts, str) else texts[0]  # type: ignore[index]


def forms(texts: object) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)  # type: ignore[call-overload]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_none_is_stale(language: str) -> None:
    """What the code says and what the catalogue holds are the same."""
    known = {first(message.id) for message in catalogue(language) if all(forms(message.string))}
    wanted = set(said())
    assert wanted - known == set(), "run `make messages` and translate"
    assert known - wanted == set(), "no longer said"
    assert not any(message.fuzzy for message in catalogue(language))


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_values_and_commands(language: str) -> None:
    """A value that is left out, or a command that is misspelt, would be seen by readers only."""
    for message in catalogue(language):
        values = {value for text in forms(message.id) for value in _VALUE.findall(text)}
        commands = {command for text in forms(message.id) for command in _COMMAND.findall(text)}
        for text in forms(message.string):
            assert set(_VALUE.findall(text)) == values, text
            assert set(_COMMAND.findall(text)) == commands, text


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_one(language: str) -> None:
    """Written in the language's own script, not copied; and nothing is shouted."""
    for message in catalogue(language):
        for text in forms(message.string):
            assert first(message.id) in _SAME_EVERYWHERE or re.search(_SCRIPTS[language], text), text
            assert not re.search("[!！]", text), text


def test_no_source_text_is_shouted() -> None:
    """English has no exclamation marks either."""
    assert [text for text in said() if "!" in text] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_commands_in_a_translation_can_be_tapped(language: str) -> None:
    """Telegram takes a letter of any script right before or behind a command for a part of a word."""
    for message in catalogue(language):
        for text in forms(message.string):
            assert len(re.findall(r"(?<!\w)/[a-z]+\b", text)) == len(re.findall(r"(?<!NEAR)/[a-z]", text)), (
                text
            )


def test_korean_particles_fit() -> None:
    """None stands in brackets, and none behind a value, whose last letter nobody knows."""
    for message in catalogue("ko"):
        for text in forms(message.string):
            assert not _DOUBLE_PARTICLE.search(text), text
            assert not _GUESSED_PARTICLE.search(text), text


@pytest.mark.parametrize("name", ["says", "papers", "errors", "owners"])
def test_no_text_is_outside_of_the_catalogue(name: str) -> None:
    """Beside it a template holds commands, names and signs, no words."""
    template = (SOURCE / "render" / "templates" / f"{name}.jinja").read_text("utf-8")
    bare = _TYPED.sub("", _MARKUP.sub(" ", template))
    assert set(re.findall(r"[^\W\d_]{2,}", bare)) <= _NAMES


def test_buttons_speak_the_catalogue() -> None:
    """All but those with names of others on them."""
    bare = {
        text
        for path in (SOURCE / "render").glob("*.py")
        for text in re.findall(r'Button\(\s*f?"([^"{]*[^\W\d_]{2}[^"{]*)', path.read_text("utf-8"))
    }
    assert bare == {"arXiv", "PDF", "Hugging Face", "BibTeX"}


def test_no_text_is_in_an_f_string() -> None:
    """What finds the texts for the catalogue does not look into those."""
    hidden = [
        f"{file.name}:{call.lineno}"
        for file in SOURCE.rglob("*.py")
        for joined in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in _KEYWORDS
    ]
    assert hidden == []


def test_every_error_of_a_reader_has_its_words_and_no_words_are_left_over() -> None:
    """An id that is raised names a block of errors.jinja."""
    raised = {
        "".join(name).replace("-", "_")
        for path in SOURCE.rglob("*.py")
        for name in re.findall(_RAISED, path.read_text("utf-8"))
    }
    assert raised | {"our_bug", "query_place"} == blocks("errors.jinja")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_is_within_telegrams_limits(language: str) -> None:
    """Commands of at most 32 characters, descriptions of 256, a line about us of 120."""
    for command, description in menu(language):
        assert re.fullmatch(r"[a-z_]{1,32}", command)
        assert 1 <= len(description) <= 60
    assert len(about(language)) <= 120


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "Wed, Oct 15, 2025", "Wed, Oct 15, 07:30"),
        ("ko", "2025년 10월 15일 (수)", "10월 15일 (수) 07:30"),
        ("ja", "2025年10月15日(水)", "10月15日(水) 07:30"),
        ("zh", "2025年10月15日周三", "10月15日周三 07:30"),
    ],
)
def test_dates_and_numbers_are_written_as_readers_do(language: str, day: str, moment: str) -> None:
    """In each language, on the reader's own clock."""
    spoken = i18n.words(language)
    assert spoken.day(date(2025, 10, 15)) == day
    assert spoken.moment(datetime(2025, 10, 14, 22, 30, tzinfo=UTC), "Asia/Seoul") == moment
    assert spoken.number(12345) == "12,345"
    assert spoken.clock(time(8, 5)) == "08:05"


@pytest.mark.parametrize(
    ("language", "days", "written"),
    [
        ("en", (0, 1, 2, 3, 4), "Mon–Fri"),
        ("en", (5, 6), "Sat, Sun"),
        ("en", (0, 2, 4), "Mon, Wed, Fri"),
        ("en", (0, 1, 2, 5), "Mon–Wed, Sat"),
        ("en", (6,), "Sun"),
        ("ko", (0, 1, 2, 5), "월~수, 토"),
        ("ja", (0, 1, 2, 5), "月～水・土"),
        ("zh", (0, 1, 2, 5), "周一至周三、周六"),
    ],
)
def test_weekdays(language: str, days: tuple[int, ...], written: str) -> None:
    """Runs of three and more in short; what is shown can be sent back with `/days`."""
    assert i18n.words(language).weekdays(days) == written
    assert weekdays(written) == days


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("ko", "ko"),
        ("ko-KR", "ko"),
        ("EN-gb", "en"),
        ("ja", "ja"),
        ("ja-JP", "ja"),
        ("zh", "zh"),
        ("zh-hans", "zh"),
        ("zh-CN", "zh"),
        ("zh_SG", "zh"),
        ("zh-hant", "zh"),
        ("zh-TW", "zh"),
        ("de", None),
        (None, None),
        ("", None),
    ],
)
def test_the_language_is_guessed_from_telegrams_code(code: str | None, language: str | None) -> None:
    """Where it is one of ours. Readers of Traditional Chinese get Simplified."""
    assert i18n.guess(code) == language


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("ja", "ja"),
        ("日本語", "ja"),
        ("japanese", "ja"),
        ("일본어", "ja"),
        ("日语", "ja"),
        ("Korean", "ko"),
        ("韓国語", "ko"),
        ("英語", "en"),
        ("zh", "zh"),
        ("ZH-Hans", "zh"),
        ("zh-tw", "zh"),
        ("中文", "zh"),
        ("简体中文", "zh"),
        ("Chinese", "zh"),
        ("simplified chinese", "zh"),
        ("중국어", "zh"),
        ("中国語", "zh"),
        ("german", None),
        ("xx", None),
        ("", None),
    ],
)
def test_a_language_of_ours_is_found_by_its_names_and_tags(said: str, language: str | None) -> None:
    """In any of our languages; one that we don't speak is none."""
    assert i18n.find_spoken(said) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_offers_all_other_languages(language: str) -> None:
    """In a row, each by its own name."""
    switches = [
        [
            (button.does.words[1], button.text)
            for button in row
            if isinstance(button.does, Press) and button.does.words[:1] == ("start-language",)
        ]
        for row in choices("welcome", a_subscriber(language=language))
    ]
    others = [(code, own) for code, own in LANGUAGES.items() if code != language]
    assert [row for row in switches if row] == [others]


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("ja", "ja"),
        ("Japanese", "ja"),
        ("日本語", "ja"),
        ("pt-br", "pt-BR"),
        ("ZH-hant", "zh-Hant"),
        ("uk", "uk"),
        ("klingon", None),
        ("xx", None),
        ("../etc", None),
        ("", None),
    ],
)
def test_a_language_is_found_by_its_names_and_tags(said: str, tag: str | None) -> None:
    """Any that Unicode's locale data know; the tag comes back in its canonical form."""
    assert i18n.find_language(said) == tag


def test_switching_goes_between_ones_own_language_and_english() -> None:
    """English readers have nothing to switch to, unless they look at another one."""
    assert i18n.other_language("ko", "ko") == "en"
    assert i18n.other_language("en", "ko") == "ko"
    assert i18n.other_language("en", "en") is None
    assert i18n.other_language("ko", "en") == "en"
    assert [i18n.own_name(tag) for tag in ("ko", "pt-BR")] == ["한국어", "Português (Brasil)"]


def test_chinese_is_simplified_chinese() -> None:
    """On the buttons, and for the language model; who wants the other script says so by its tag."""
    assert (i18n.own_name("zh"), i18n.english_name("zh")) == ("简体中文", "Chinese (Simplified)")
    assert i18n.english_name("zh-Hant") == "Chinese (Traditional)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mark_stands_alone(language: str) -> None:
    """Beside each sign of a paper, and of a topic that is muted, a word says what it means."""
    paper = a_paper(upvotes=1500, comments=3, code_url="https://github.com/a/b", code_stars=2)
    summary = Summary(
        bullets=(Bullet("It is so."),), source=SummarySource.EXTRACT, language=language, checked=True
    )
    told = {"card": Card(paper, (), summary, how=How.RISING), "rank": 1, "room": 0, "awaited": None}
    said = "\n".join(block("papers.jinja", name, language, **told) for name in _PIECES)
    said += block("says.jinja", "topics", language, reader=a_subscriber(topics=("-survey",)), counts={})
    for mark in ("▲", "📈", "💬", "★", "✓", "🔇 -survey ·"):
        beside = re.findall(rf"{mark} ([^\n·<]+)", said)
        assert beside, mark
        assert all(re.search(r"[^\W\d_]", word) for word in beside), mark
