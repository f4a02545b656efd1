"""Each setting once: its name, default, help and check. The only reader of the environment and of TOML.

The environment wins over the TOML file (`config/digestbot.toml`, or what DIGESTBOT_CONFIG names).
`config/digestbot.toml` is made from this file by `digestbot settings`; a test compares the two.
"""

import datetime as dt
import os
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from digestbot.core.categories import read_categories
from digestbot.core.delivery import WhenUncertain
from digestbot.core.languages import LANGUAGES
from digestbot.core.rank import Weights
from digestbot.core.relevance import Relevance
from digestbot.core.summary import Input, SummarySource
from digestbot.errors import SettingsError

PREFIX = "DIGESTBOT_"
CHAIN = (SummarySource.LLM, SummarySource.HUGGINGFACE, SummarySource.EXTRACT)
FREE_RATE, PAID_RATE = 30, 1000
"""Messages a second, https://core.telegram.org/bots/faq#broadcasting-to-users."""
MOST_CATEGORIES = 60
"""Each has a button."""
_TOKEN = re.compile(r"\d+:[\w-]+")


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("is not a web address")
    return value.rstrip("/")


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is not an IANA time zone")
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"is not one of {', '.join(LANGUAGES)}")
    return value


def _database(value: str) -> str:
    if not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        raise ValueError("starts neither with sqlite+aiosqlite:/// nor with postgresql+asyncpg://")
    return value


def _level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("is not one of DEBUG, INFO, WARNING, ERROR")
    return value.upper()


def _token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("does not look like a bot token; @BotFather gives one")
    return value


def _categories(value: str) -> str:
    try:
        named = read_categories(value)
    except ValueError as error:
        raise ValueError(f"names {error}, which is not in https://arxiv.org/category_taxonomy") from None
    if len(named) > MOST_CATEGORIES:
        raise ValueError(f"names {len(named)} categories; {MOST_CATEGORIES} are the most")
    return ", ".join(named)


def _order(value: str) -> str:
    named = [name.strip().lower() for name in value.split(",")]
    if unknown := [name for name in named if name not in CHAIN]:
        raise ValueError(f"names {unknown[0]!r}, which is not one of {', '.join(CHAIN)}")
    if len(set(named)) < len(named):
        raise ValueError("names a source twice")
    return ", ".join(named)


WebAddress = Annotated[str, AfterValidator(_web_address)]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Telegram(_Group):
    token: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        None, description="The bot's token, from @BotFather.", examples=["123456:ABC-DEF1234ghIkl"]
    )
    token_file: Path | None = Field(
        None,
        description="A file that holds the token, instead of the token.",
        examples=["/run/secrets/token"],
    )
    api_url: WebAddress = Field(
        "https://api.telegram.org",
        description="The Bot API server; a self-hosted one works too.",
        examples=["http://localhost:8081"],
    )


class Database(_Group):
    url: Annotated[str, AfterValidator(_database)] | None = Field(
        None,
        description="Where everything is remembered. Default: the SQLite file digestbot.db in data_dir.",
        examples=["postgresql+asyncpg://user:password@localhost/digestbot"],
    )


class HuggingFace(_Group):
    url: WebAddress = Field(
        "https://huggingface.co",
        description="Where the daily papers are read.",
        examples=["https://huggingface.co"],
    )
    token: SecretStr | None = Field(
        None, description="An access token; raises the limit on requests.", examples=["hf_abc123"]
    )
    poll_minutes: int = Field(
        30, ge=5, le=1440, description="How often today's list is read again.", examples=["30"]
    )


class Arxiv(_Group):
    categories: Annotated[str, AfterValidator(_categories)] | None = Field(
        None,
        description="arXiv's, as a second source that readers may choose. Default: none, arXiv is off.",
        examples=["cs.CL, cs.CV"],
    )
    url: WebAddress = Field(
        "https://export.arxiv.org",
        description="Where arXiv's API is asked.",
        examples=["https://export.arxiv.org"],
    )
    poll_hours: int = Field(
        6, ge=1, le=24, description="How often arXiv is read; it announces once a day.", examples=["6"]
    )


class Delivery(_Group):
    rate: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="Most messages a second, to all chats. Default: what Telegram allows, 30, or 1000 paid.",
        examples=["25"],
    )
    paid_broadcast: bool = Field(
        False,
        description="Pay Telegram, in Stars, for up to 1000 messages a second.",
        examples=["true"],
    )
    when_uncertain: WhenUncertain = Field(
        WhenUncertain.REPEAT,
        description="A message that Telegram did not confirm: repeat it, saying so, or skip it.",
        examples=["skip"],
    )
    in_flight: int = Field(
        64, ge=1, le=1000, description="How many messages may be on their way at once.", examples=["32"]
    )

    @property
    def per_second(self) -> int:
        """How many messages a second may go out."""
        return self.rate or (PAID_RATE if self.paid_broadcast else FREE_RATE)


class Llm(_Group):
    model: str | None = Field(
        None,
        description="The language model that writes summaries. Default: none.",
        examples=["gpt-4o-mini"],
    )
    url: WebAddress = Field(
        "https://api.openai.com/v1",
        description="An OpenAI-compatible API: OpenAI, Ollama, vLLM, llama.cpp's server, OpenRouter.",
        examples=["http://localhost:11434/v1"],
    )
    api_key: SecretStr | None = Field(
        None, description="The API's key; a server of your own may need none.", examples=["sk-abc123"]
    )
    timeout: float = Field(
        60,
        gt=0,
        le=600,
        description="Seconds that one answer may take.",
        examples=["60"],
        allow_inf_nan=False,
    )
    concurrency: int = Field(4, ge=1, le=64, description="How many answers at once.", examples=["4"])
    daily_token_budget: int = Field(
        1_000_000,
        ge=0,
        description="Tokens that a UTC day may cost; beyond it summaries come without the model.",
        examples=["200000"],
    )


class Summaries(_Group):
    order: Annotated[str, AfterValidator(_order)] = Field(
        "llm, huggingface, extractive",
        description="Where summaries come from: the first that has one that is borne out by its source.",
        examples=["huggingface, extractive"],
    )
    input: Input = Field(
        Input.ABSTRACT,
        description="What the language model reads: abstract or fulltext.",
        examples=["fulltext"],
    )
    fulltext_url: WebAddress = Field(
        "https://arxiv.org", description="Where full texts are read.", examples=["https://arxiv.org"]
    )
    ahead: int = Field(
        30,
        ge=0,
        le=1000,
        description="So many papers of a day, those with the most votes, are summarised before anyone asks.",
        examples=["10"],
    )


class Defaults(_Group):
    language: Annotated[str, AfterValidator(_language)] = Field(
        "en",
        description=f"Language of a new subscriber whose own is not known, one of {', '.join(LANGUAGES)}.",
        examples=["ko"],
    )
    timezone: Annotated[str, AfterValidator(_time_zone)] = Field(
        "UTC", description="Time zone of a new subscriber.", examples=["Asia/Seoul"]
    )
    time: dt.time = Field(
        dt.time(8, 0), description="When a new subscriber's digest comes.", examples=["08:30"]
    )


_WEIGHTS = Weights()
_RELEVANCE = Relevance()


class Ranking(_Group):
    """What counts how much in the order of papers; docs/topics.md has the formula."""

    title: float = Field(
        _RELEVANCE.title, description="A topic stands in the title.", examples=["0.5"], allow_inf_nan=False
    )
    often: float = Field(
        _RELEVANCE.often,
        description="For the logarithm of how often a topic is named.",
        examples=["0.5"],
        allow_inf_nan=False,
    )
    keyword: float = Field(
        _RELEVANCE.keyword,
        description="A topic is one of the source's keywords.",
        examples=["3"],
        allow_inf_nan=False,
    )
    only_keyword: float = Field(
        _RELEVANCE.only_keyword,
        description="A topic stands in the keywords and nowhere else.",
        examples=["-4"],
        allow_inf_nan=False,
    )
    rarity: float = Field(
        _RELEVANCE.term_rarity,
        description="For the rarity of a topic's rarest word.",
        examples=["0.5"],
        allow_inf_nan=False,
    )
    votes: float = Field(
        _WEIGHTS.votes,
        description="For the logarithm of the upvotes; 0 ignores them.",
        examples=["0.5"],
        allow_inf_nan=False,
    )
    votes_days: float = Field(
        _WEIGHTS.votes_age, gt=0, description="Days after which votes count half.", examples=["30"]
    )
    freshness: float = Field(
        _WEIGHTS.freshness, description="A paper is of today.", examples=["0.5"], allow_inf_nan=False
    )
    freshness_days: float = Field(
        _WEIGHTS.fresh_age, gt=0, description="Days after which freshness counts half.", examples=["7"]
    )


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )
    toml_file: ClassVar[Path | None] = None
    reads_environment: ClassVar[bool] = True

    data_dir: Path = Field(
        Path(platformdirs.user_data_dir("digestbot", appauthor=False)),
        description="Folder of the SQLite file. Default: the user's data folder.",
        examples=["/data"],
    )
    log_level: Annotated[str, AfterValidator(_level)] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR.", examples=["INFO"]
    )
    synonyms: Path | None = Field(
        None,
        description="A file of synonyms instead of the one that ships; config/synonyms.toml tells its form.",
        examples=["/data/synonyms.toml"],
    )
    telegram: Telegram = Telegram()
    database: Database = Database()
    huggingface: HuggingFace = HuggingFace()
    arxiv: Arxiv = Arxiv()
    delivery: Delivery = Delivery()
    llm: Llm = Llm()
    summaries: Summaries = Summaries()
    ranking: Ranking = Ranking()
    defaults: Defaults = Defaults()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        if not cls.reads_environment:
            return (init_settings,)
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, cls.toml_file)

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'digestbot.db'}"

    def secrets(self) -> list[str]:
        """Return what must never be shown, to be blanked out of every log line."""
        given = [self.telegram.token, self.huggingface.token, self.llm.api_key]
        shown = [secret.get_secret_value() for secret in given if secret is not None]
        if self.telegram.token is None and self.telegram.token_file is not None:
            shown.append(self.telegram_token())
        password = urlsplit(self.database.url or "").password
        return [*shown, *([password] if password else [])]

    def telegram_token(self) -> str:
        """Return the bot's token. Raises SettingsError where there is none."""
        if self.telegram.token is not None:
            return self.telegram.token.get_secret_value()
        path = self.telegram.token_file
        if path is None:
            raise _problem("telegram.token", "is missing; @BotFather gives one")
        try:
            return _token(SecretStr(path.read_text(encoding="utf-8").strip())).get_secret_value()
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "not a text file"
            raise _problem("telegram.token_file", f"{path} can't be read: {reason}") from None
        except ValueError as error:
            raise _problem("telegram.token_file", f"{path}: its text {error}") from None


def load(**given: Any) -> Settings:
    """Return the settings of the environment and the TOML file; *given* ones win over both.

    Raises SettingsError with every mistake at once, a line each.
    """
    named = os.environ.get(f"{PREFIX}CONFIG")
    path = Path(named or "config/digestbot.toml")
    if named and not path.is_file():
        raise SettingsError("settings", problems=[f"{PREFIX}CONFIG names {path}, which is not there."])
    reader = type("Settings", (Settings,), {"toml_file": path})
    try:
        settings: Settings = reader(**given)
    except ValidationError as error:
        raise SettingsError("settings", problems=[_told(mistake) for mistake in error.errors()]) from None
    except ValueError as error:  # TOML that is not TOML, JSON where a group's variable is set as a whole
        raise SettingsError("settings", problems=[f"{path} or the environment: {error}"]) from None
    return settings


def only(**given: Any) -> Settings:
    """Return settings made of the *given* values and the defaults, whatever the environment says."""
    reader = type("Settings", (Settings,), {"reads_environment": False})
    settings: Settings = reader(**given)
    return settings


def sample() -> str:
    """Return `config/digestbot.toml`: every setting with its help and its default, commented out."""
    top = [name for name in Settings.model_fields if not _is_group(Settings.model_fields[name])]
    lines = [
        _SAMPLE_HEAD,
        *(line for name in top for line in _sample_lines(name, Settings.model_fields[name])),
    ]
    for name, group in Settings.model_fields.items():
        if _is_group(group):
            lines += [f"[{name}]", *_group_lines(group)]
    return "\n".join(lines).rstrip() + "\n"


_SAMPLE_HEAD = """\
# The settings of digestbot. A line that starts with `#name =` shows a default: remove the `#` to change it.
# Each can also be set in the environment, which wins: `poll_minutes` of [huggingface] is
# DIGESTBOT_HUGGINGFACE__POLL_MINUTES. Keep secrets there, or in a file, rather than here.
"""


def _is_group(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, _Group)


def _group_lines(group: FieldInfo) -> list[str]:
    assert group.annotation is not None  # noqa: S101 - _is_group looked
    return [
        line for name, field in group.annotation.model_fields.items() for line in _sample_lines(name, field)
    ]


def _sample_lines(name: str, field: FieldInfo) -> list[str]:
    value = field.default
    if value is None or name == "data_dir":
        return [f"# {field.description}", f'#{name} = "{(field.examples or [""])[0]}"', ""]
    text = f"{value:%H:%M}" if isinstance(value, dt.time) else str(value)
    text = text.lower() if isinstance(value, bool) else text
    shown = text if isinstance(value, int | float) else f'"{text}"'
    return [f"# {field.description}", f"#{name} = {shown}", ""]


def _problem(place: str, problem: str) -> SettingsError:
    return SettingsError("settings", problems=[_line(place.split("."), problem)])


def _told(mistake: ErrorDetails) -> str:
    place = [str(part) for part in mistake["loc"] if part in _names()]
    if mistake["type"] == "extra_forbidden":
        return f"{_variable([str(part) for part in mistake['loc']])} is not a setting; is it misspelt?"
    problem = (
        str(mistake["ctx"]["error"]) if mistake["type"] == "value_error" else f"is wrong: {mistake['msg']}"
    )
    return _line(place or [str(part) for part in mistake["loc"]], problem)


def _line(place: list[str], problem: str) -> str:
    field = Settings.model_fields[place[0]]
    if len(place) > 1 and field.annotation is not None:
        field = field.annotation.model_fields[place[1]]
    example = (field.examples or [""])[0]
    return f"{_variable(place)} {problem}. Example: {_variable(place)}={example}"


def _variable(place: list[str]) -> str:
    return PREFIX + "__".join(place).upper()


def _names() -> set[str]:
    groups = [field.annotation for field in Settings.model_fields.values() if _is_group(field)]
    return {*Settings.model_fields, *(name for group in groups if group for name in group.model_fields)}
