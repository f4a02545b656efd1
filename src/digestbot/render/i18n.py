"""Languages: the catalogue of each, dates and numbers as their readers write them.

The catalogues are `locale/<language>/LC_MESSAGES/digestbot.po`, what translators' tools read. English is
the source language: its texts are in the templates.
"""

import re
from datetime import date, datetime, time
from functools import lru_cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

SOURCE_LANGUAGE = "en"
LANGUAGES = {"en": "English", "ko": "한국어"}
"""The languages that the bot speaks, each by its own name."""


class Words:
    """One language's words, dates and numbers."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else SOURCE_LANGUAGE
        self.locale = Locale.parse(self.language)
        catalogue = _catalogue(self.language)
        self.gettext = catalogue.gettext
        self.ngettext = catalogue.ngettext

    def number(self, value: int) -> str:
        return format_decimal(value, locale=self.locale)

    def rate(self, value: float) -> str:
        """Return how many a day, with one digit after the point where there are few: "0.4", "12"."""
        return format_decimal(value, format="#,##0" if value >= 10 else "0.#", locale=self.locale)

    def day(self, value: date) -> str:
        """Return a date with its weekday, "Wed, Oct 15, 2025"."""
        return format_skeleton("yMMMEd", value, locale=self.locale)

    def clock(self, value: time) -> str:
        """Return a wall time as it is typed in `/time`, "08:30"."""
        return f"{value:%H:%M}"

    def moment(self, value: datetime, zone: str) -> str:
        """Return a time on the reader's clock, "Wed, Oct 15, 08:30"."""
        local = value.astimezone(ZoneInfo(zone))
        return f"{format_skeleton('MMMEd', local, locale=self.locale)}, {local:%H:%M}"

    def weekdays(self, days: tuple[int, ...]) -> str:
        """Return weekdays, runs of three and more as "Mon–Fri"."""
        names = get_day_names("abbreviated", locale=self.locale)
        return ", ".join(
            names[run[0]]
            if len(run) == 1
            else ("–" if len(run) > 2 else ", ").join((names[run[0]], names[run[-1]]))
            for run in _runs(days)
        )


@lru_cache
def words(language: str) -> Words:
    """Return the words of *language*; English for one that we don't speak."""
    return Words(language)


def guess(language_code: str | None, default: str) -> str:
    """Return the language of ours that a BCP-47 tag such as `ko-KR` means, else *default*."""
    primary = (language_code or "").split("-")[0].lower()
    return primary if primary in LANGUAGES else default


SUMMARY_LANGUAGES = ("en", "ko", "ja", "zh", "de", "es", "fr", "ru", "pt")
"""The languages of summaries that are offered; any other can be named by its BCP-47 tag."""


def is_language(tag: str) -> bool:
    """Tell whether *tag* is a BCP-47 tag of a language that is known, short enough for a button."""
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,4}){0,2}", tag):
        return False
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True


def find_language(text: str) -> str | None:
    """Return the BCP-47 tag that *text* is, or whose language it names: `pt-br`, "Japanese", "日本語"."""
    wanted = text.strip().casefold()
    for tag in SUMMARY_LANGUAGES:
        if wanted in (tag, own_name(tag).casefold(), english_name(tag).casefold()):
            return tag
    return str(Locale.parse(wanted, sep="-")).replace("_", "-") if is_language(wanted) else None


def other_language(shown: str, own: str) -> str | None:
    """Return the language to switch to from the one *shown*: between the reader's *own* and English."""
    if shown != own:
        return own
    return None if own.split("-", maxsplit=1)[0] == SOURCE_LANGUAGE else SOURCE_LANGUAGE


def own_name(tag: str) -> str:
    """Return what the language of a BCP-47 *tag* calls itself: "한국어", "Português (Brasil)"."""
    name = Locale.parse(tag, sep="-").display_name or tag
    return name[:1].upper() + name[1:]


def english_name(tag: str) -> str:
    """Return what English calls the language of a BCP-47 *tag*: "Korean", "Portuguese (Brazil)"."""
    return Locale.parse(tag, sep="-").get_display_name("en") or tag


def _catalogue(language: str) -> NullTranslations:
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    source = files("digestbot.render") / "locale" / language / "LC_MESSAGES" / "digestbot.po"
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def _runs(days: tuple[int, ...]) -> list[list[int]]:
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
