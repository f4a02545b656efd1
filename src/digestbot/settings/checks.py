"""What a setting's value must be. Each check returns the value, made regular, or raises ValueError."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import available_timezones

from pydantic import SecretStr

from digestbot.core.categories import read_categories
from digestbot.core.languages import LANGUAGES
from digestbot.core.summary import SummarySource

CHAIN = (SummarySource.LLM, SummarySource.HUGGINGFACE, SummarySource.EXTRACT)
FREE_RATE, PAID_RATE = 30, 1000
"""Messages a second, https://core.telegram.org/bots/faq#broadcasting-to-users."""
MOST_CATEGORIES = 60
"""Each has a button."""
_POSTGRES = re.compile(r"postgres(ql)?(\+asyncpg)?://")
_POSTGRES_KNOWS = ("host", "sslmode")
"""What may stand behind the question mark of its URL: what both libraries that we use know, and pg_dump."""
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""https://www.postgresql.org/docs/current/libpq-ssl.html."""
_ESCAPED = "in a password write %40 for @, %2F for /, %23 for #, %3F for ?"
_TOKEN = re.compile(r"\d+:[\w-]+")


def web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("is not a web address")
    return value.rstrip("/")


def time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is not an IANA time zone")
    return value


def language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"is not one of {', '.join(LANGUAGES)}")
    return value


def database(value: str) -> str:
    if value.startswith("sqlite+aiosqlite:///"):
        return value
    if not _POSTGRES.match(value):
        raise ValueError("starts neither with sqlite+aiosqlite:/// nor with postgresql://")
    return _postgres(_POSTGRES.sub("postgresql+asyncpg://", value, count=1))


def _postgres(value: str) -> str:
    """Return the URL of a PostgreSQL as SQLAlchemy knows it, its parameters as libpq does."""
    place, _, parameters = value.partition("?")
    if "@" in place.rpartition("@")[0]:
        raise ValueError(f"has more than one @; {_ESCAPED}")
    try:
        _ = urlsplit(value).port
    except ValueError:
        raise ValueError(f"has a port that is no number from 0 to 65535; {_ESCAPED}") from None
    given = {{"ssl": "sslmode"}.get(name, name): told for name, told in parse_qsl(parameters)}
    if unknown := given.keys() - _POSTGRES_KNOWS:
        raise ValueError(
            f"has the parameter {min(unknown)!r}; only {' and '.join(_POSTGRES_KNOWS)} are known"
        )
    if (mode := given.get("sslmode", _SSL_MODES[0])) not in _SSL_MODES:
        raise ValueError(f"has the sslmode {mode!r}, which is not one of {', '.join(_SSL_MODES)}")
    return f"{place}?{urlencode(given, safe='/')}" if given else place


def place(value: Path) -> Path:
    """Return where a file or folder is; ~ is the home, also where no shell has read the setting."""
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError(f"names {value}, and nobody's home is known by that") from None


def level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("is not one of DEBUG, INFO, WARNING, ERROR")
    return value.upper()


def checked_token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("does not look like a bot token; @BotFather gives one")
    return value


def categories(value: str) -> str:
    try:
        named = read_categories(value)
    except ValueError as error:
        raise ValueError(f"names {error}, which is not in https://arxiv.org/category_taxonomy") from None
    if len(named) > MOST_CATEGORIES:
        raise ValueError(f"names {len(named)} categories; {MOST_CATEGORIES} are the most")
    return ", ".join(named)


def order(value: str) -> str:
    named = [name.strip().lower() for name in value.split(",")]
    if unknown := [name for name in named if name not in CHAIN]:
        raise ValueError(f"names {unknown[0]!r}, which is not one of {', '.join(CHAIN)}")
    if len(set(named)) < len(named):
        raise ValueError("names a source twice")
    return ", ".join(named)


def webhook_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\w-]{16,256}", value.get_secret_value(), re.ASCII):
        raise ValueError("is not made of 16 to 256 letters, digits, _ and -")
    return value


def people(value: object) -> str:
    """Return numbers of people, with commas between. Raises ValueError."""
    named = [name.strip() for name in str(value).split(",") if name.strip()]
    if wrong := [name for name in named if not name.isascii() or not name.isdecimal()]:
        raise ValueError(f"names {wrong[0]!r}, which is not the id of a person's Telegram account")
    return ", ".join(named)


def numbers(listed: str) -> tuple[int, ...]:
    return tuple(int(name) for name in listed.split(",") if name.strip())


def chats(value: object) -> str:
    """Return numbers of chats, with commas between; those of groups are negative. Raises ValueError."""
    named = [name.strip() for name in str(value).split(",") if name.strip()]
    people(",".join(name.removeprefix("-") for name in named))
    return ", ".join(named)
