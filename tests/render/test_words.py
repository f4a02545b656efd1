"""Every text exists in every language, and says the same with the same values."""

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

from digestbot.render import i18n
from digestbot.render.markup import blocks
from digestbot.render.menu import about, menu

SOURCE = Path(i18n.__file__).parent.parent
TRANSLATED = [language for language in i18n.LANGUAGES if language != i18n.SOURCE_LANGUAGE]
_VALUE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
_RAISED = r'(?:UserError|QueryError|Fault)\(\s*"([a-z-]+)"|"(query-empty|query-no-word)"'
_COMMAND = re.compile(r"(?<![\w/])/[a-z]+")


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
        for _, text, _, _ in extract_from_file("python", path, keywords={"t": None, "gettext": None}):
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


def test_every_error_of_a_reader_has_its_words_and_no_words_are_left_over() -> None:
    """An id that is raised names a block of errors.jinja."""
    raised = {
        "".join(name).replace("-", "_")
        for path in SOURCE.rglob("*.py")
        for name in re.findall(_RAISED, path.read_text("utf-8"))
    }
    assert raised | {"our_bug", "query_place"} == blocks("errors.jinja")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_menu_is_within_telegrams_limits(language: str) -> None:
    """Commands of at most 32 characters, descriptions of 256, a line about us of 120."""
    for command, description in menu(language):
        assert re.fullmatch(r"[a-z_]{1,32}", command)
        assert 1 <= len(description) <= 60
    assert len(about(language)) <= 120


def test_dates_and_numbers_are_written_as_readers_do() -> None:
    """In each language, on the reader's own clock."""
    english, korean = i18n.words("en"), i18n.words("ko")
    day = date(2025, 10, 15)
    assert (english.day(day), korean.day(day)) == ("Wed, Oct 15, 2025", "2025년 10월 15일 (수)")
    assert english.number(12345) == "12,345"
    moment = datetime(2025, 10, 14, 22, 30, tzinfo=UTC)
    assert english.moment(moment, "Asia/Seoul") == "Wed, Oct 15, 07:30"
    assert korean.moment(moment, "Asia/Seoul") == "10월 15일 (수), 07:30"
    assert english.clock(time(8, 5)) == "08:05"


@pytest.mark.parametrize(
    ("days", "written"),
    [
        ((0, 1, 2, 3, 4), "Mon–Fri"),
        ((5, 6), "Sat, Sun"),
        ((0, 2, 4), "Mon, Wed, Fri"),
        ((0, 1, 2, 5), "Mon–Wed, Sat"),
        ((6,), "Sun"),
    ],
)
def test_weekdays(days: tuple[int, ...], written: str) -> None:
    """Runs of three and more in short."""
    assert i18n.words("en").weekdays(days) == written


@pytest.mark.parametrize(
    ("code", "language"),
    [("ko", "ko"), ("ko-KR", "ko"), ("EN-gb", "en"), ("de", "ko"), (None, "ko"), ("", "ko")],
)
def test_the_language_is_guessed_from_telegrams_code(code: str | None, language: str) -> None:
    """Else the operator's default."""
    assert i18n.guess(code, "ko") == language


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
