"""Languages: the catalogue of each, dates and numbers as their readers write them.

The catalogues are `locale/<language>/LC_MESSAGES/digestbot.po`, what translators' tools read. English is
the source language: its texts are in the templates.
"""

import re
from datetime import date, datetime, time
from functools import cache, lru_cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, get_datetime_format, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

from digestbot.core.languages import LANGUAGES

SOURCE_LANGUAGE = "en"
_MARKS = {"ja": ("：", "、"), "zh": ("：", "，")}
"""What stands behind a label, and between two words; a blank where the mark has none of its own."""
_DAYS = {"ko": (", ", "~"), "ja": ("・", "～"), "zh": ("、", "至")}
"""What stands between weekdays in a row, and between the first and the last of a run."""


class Words:
    """One language's words, dates and numbers."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else SOURCE_LANGUAGE
        self.locale = Locale.parse(self.language)
        catalogue = _catalogue(self.language)
        self.gettext = catalogue.gettext
        self.ngettext = catalogue.ngettext
        self.colon, self.comma = _MARKS.get(self.language, (": ", ", "))

    def number(self, value: int) -> str:
        return format_decimal(value, locale=self.locale)

    def votes(self, count: int) -> str:
        """Return a number of votes, "50 votes"."""
        return self.ngettext("%(count)s vote", "%(count)s votes", count) % {"count": self.number(count)}

    def comments(self, count: int) -> str:
        return self.ngettext("%(count)s comment", "%(count)s comments", count) % {"count": self.number(count)}

    def stars(self, count: int) -> str:
        return self.ngettext("%(count)s star", "%(count)s stars", count) % {"count": self.number(count)}

    def percent(self, value: float) -> str:
        """Return a share as "97%"."""
        return format_percent(value, locale=self.locale)

    def rate(self, value: float) -> str:
        """Return how many a day, with one digit after the point where there are few: "0.4", "12"."""
        return format_decimal(value, format="#,##0" if value >= 10 else "0.#", locale=self.locale)

    def signed(self, value: float) -> str:
        """Return a weight with its sign, "+0.42", "-0.30"."""
        return format_decimal(value, format="+0.00;-0.00", locale=self.locale)

    def day(self, value: date) -> str:
        """Return a date with its weekday, "Wed, Oct 15, 2025"."""
        return format_skeleton("yMMMEd", value, locale=self.locale)

    def short_day(self, value: date) -> str:
        """Return a date without its year, "Oct 15"."""
        return format_skeleton("MMMd", value, locale=self.locale)

    def clock(self, value: time) -> str:
        """Return a wall time as it is typed in `/time`, "08:30"."""
        return f"{value:%H:%M}"

    def moment(self, value: datetime, zone: str) -> str:
        """Return a time on the reader's clock, "Wed, Oct 15, 08:30"."""
        local = value.astimezone(ZoneInfo(zone))
        day = format_skeleton("MMMEd", local, locale=self.locale)
        return str(get_datetime_format("medium", self.locale)).format(f"{local:%H:%M}", day)

    def weekdays(self, days: tuple[int, ...]) -> str:
        """Return weekdays, runs of three and more as "Mon–Fri"."""
        names = get_day_names("abbreviated", locale=self.locale)
        comma, to = _DAYS.get(self.language, (", ", "–"))
        return comma.join(
            names[run[0]]
            if len(run) == 1
            else (to if len(run) > 2 else comma).join((names[run[0]], names[run[-1]]))
            for run in _runs(days)
        )


@lru_cache
def words(language: str) -> Words:
    """Return the words of *language*; English for one that we don't speak."""
    return Words(language)


def guess(language_code: str | None) -> str | None:
    """Return the language of ours that a BCP-47 tag such as `ko-KR` means, None where it means none.

    All of `zh`, also `zh-hant` and `zh-TW`, is Simplified Chinese: Telegram's menus know no finer code, and
    by CLDR's language matching it is far nearer to Traditional Chinese than any other language of ours.
    """
    primary = (language_code or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else None


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
    """Return the BCP-47 tag that *text* is, or whose language it names: `pt-br`, "日本語", "일본어"."""
    wanted = text.strip().casefold()
    names = {wanted, wanted.removesuffix("文") + "语"}  # 英文 is 英语 in writing
    for tag in SUMMARY_LANGUAGES:
        if wanted == tag or not names.isdisjoint(_names(tag)):
            return tag
    return str(Locale.parse(wanted, sep="-")).replace("_", "-") if is_language(wanted) else None


def find_spoken(text: str) -> str | None:
    """Return the language of ours that *text* means, by a tag or by a name, None where it means none."""
    return guess(find_language(text))


def other_language(shown: str, own: str) -> str | None:
    """Return the language to switch to from the one *shown*: between the reader's *own* and English."""
    if shown != own:
        return own
    return None if own.split("-", maxsplit=1)[0] == SOURCE_LANGUAGE else SOURCE_LANGUAGE


def own_name(tag: str) -> str:
    """Return what the language of a BCP-47 *tag* calls itself: "한국어", "Português (Brasil)"."""
    name = LANGUAGES.get(tag) or Locale.parse(tag, sep="-").display_name or tag
    return name[:1].upper() + name[1:]


def english_name(tag: str) -> str:
    """Return what English calls the language of a BCP-47 *tag*: "Korean", "Portuguese (Brazil)"."""
    meant = "zh-Hans" if tag == "zh" else tag  # as our own Chinese is; a model would take either script
    return Locale.parse(meant, sep="-").get_display_name("en") or tag


@cache
def _names(tag: str) -> set[str]:
    """Return what a language calls itself, and what those that we speak call it."""
    known = [Locale.parse(spoken).languages for spoken in LANGUAGES]
    names = {own_name(tag)} | {
        names_of[key] for names_of in known for key in (tag, f"{tag}_Hans") if key in names_of
    }
    return {name.casefold() for name in names}


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
