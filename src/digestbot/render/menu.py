"""What Telegram shows about us before anyone writes: the commands and a line about the bot."""

from digestbot.core.languages import LANGUAGES
from digestbot.render.i18n import SOURCE_LANGUAGE, words

CODES = {language: None if language == SOURCE_LANGUAGE else language for language in LANGUAGES}
"""What Telegram calls each language; English, without a code, is for all others."""


def menu(language: str) -> list[tuple[str, str]]:
    """Return the commands with their descriptions, in the order in which they are shown."""
    t = words(language).gettext
    return [
        ("today", t("Today's papers on your topics")),
        ("top", t("Most votes: day, week or month")),
        ("summary", t("One paper in short")),
        ("why", t("What brought a paper")),
        ("whynot", t("What hid a paper")),
        ("search", t("Find papers by words")),
        ("similar", t("Papers like one")),
        ("week", t("The week on your topics")),
        ("month", t("The month on your topics")),
        ("trends", t("How much there is about your topics")),
        ("saved", t("Papers that you saved")),
        ("export", t("Your saved papers as a file")),
        ("topics", t("Your topics")),
        ("add", t("Add topics")),
        ("remove", t("Remove topics")),
        ("share", t("A link that hands on your topics")),
        ("profile", t("What your votes taught me")),
        ("test", t("What a topic would bring")),
        ("mute", t("Never show papers with a word")),
        ("unmute", t("Show them again")),
        ("sources", t("Where papers come from")),
        ("yesterday", t("The papers of the day before")),
        ("date", t("The papers of any day")),
        ("settings", t("All settings")),
        ("time", t("When your digest comes")),
        ("timezone", t("Your time zone")),
        ("days", t("On which days it comes")),
        ("max", t("How many papers at most")),
        ("votes", t("How many votes at least")),
        ("silent", t("Digests without a sound")),
        ("pictures", t("Digests with a picture")),
        ("notice", t("A line on days without papers")),
        ("language", " · ".join(LANGUAGES.values())),
        ("summaries", t("How papers are summarised")),
        ("channels", t("Channels that you post digests in")),
        ("route", t("Which thread of a forum papers go to")),
        ("pause", t("Wait with digests")),
        ("resume", t("Go on with digests")),
        ("subscribe", t("Digests on")),
        ("unsubscribe", t("Digests off")),
        ("help", t("What I can do")),
        ("start", t("Start")),
        ("privacy", t("What is stored about you")),
        ("stop", t("Delete everything about you")),
    ]


def owners_menu(language: str) -> list[tuple[str, str]]:
    """Return the same for who runs the bot: their own commands first."""
    t = words(language).gettext
    return [
        ("admin", t("How the bot is doing")),
        ("broadcast", t("Tell all subscribers something")),
        ("invite", t("A link that lets people in")),
        *menu(language),
    ]


def about(language: str) -> str:
    """Return the line that people see before they start, at most 120 characters."""
    return words(language).gettext("A daily digest of new research papers on your topics, at your hour.")
