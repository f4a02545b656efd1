"""Each setting once: its name, default, help and check, in groups; what belongs to none is in `Settings`."""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo

from digestbot.core import incident, retention
from digestbot.core.access import Mode as AccessMode
from digestbot.core.delivery import WhenUncertain
from digestbot.core.languages import LANGUAGES
from digestbot.core.limits import Limits
from digestbot.core.rank import Weights
from digestbot.core.relevance import Relevance
from digestbot.core.summary import Input
from digestbot.settings import checks

WebAddress = Annotated[str, AfterValidator(checks.web_address)]


class Mode(StrEnum):
    POLLING = "polling"
    WEBHOOK = "webhook"


class Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Telegram(Group):
    token: Annotated[SecretStr, AfterValidator(checks.checked_token)] | None = Field(
        None, description="The bot's token, from @BotFather.", examples=["123456:ABC-DEF1234ghIkl"]
    )
    token_file: Annotated[Path, AfterValidator(checks.place)] | None = Field(
        None,
        description="A file that holds the token, instead of the token.",
        examples=["/run/secrets/token"],
    )
    api_url: WebAddress = Field(
        "https://api.telegram.org",
        description="The Bot API server; a self-hosted one works too.",
        examples=["http://localhost:8081"],
    )

    mode: Mode = Field(
        Mode.POLLING,
        description="How updates come: we ask for them (polling), or Telegram posts them (webhook).",
        examples=["webhook"],
    )
    webhook_url: WebAddress | None = Field(
        None,
        description="The HTTPS address at which Telegram posts updates; [web] says where we listen.",
        examples=["https://bot.example.org/telegram"],
    )
    webhook_path: str | None = Field(
        None,
        pattern=r"^/[\w./-]*$",
        description="The path that we listen to, where a proxy changes it. Default: that of webhook_url.",
        examples=["/telegram"],
    )
    webhook_secret: Annotated[SecretStr, AfterValidator(checks.webhook_secret)] | None = Field(
        None,
        description="What Telegram must know to post. Default: made of the token, the same in each process.",
        examples=["a-long-and-random-word"],
    )


class Database(Group):
    url: Annotated[str, AfterValidator(checks.database)] | None = Field(
        None,
        description="Where everything is remembered; a PostgreSQL's with `?sslmode=require` uses TLS. "
        "Default: the SQLite file digestbot.db in data_dir.",
        examples=["postgresql+asyncpg://user:password@localhost/digestbot"],
    )


class Web(Group):
    """Health, readiness, metrics and the webhook; only the last is for the outside."""

    host: str = Field("127.0.0.1", description="The address to listen on.", examples=["0.0.0.0"])  # noqa: S104
    port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="The port of /healthz, /readyz, /metrics and a webhook. Default: none, nothing listens.",
        examples=["8080"],
    )


class HuggingFace(Group):
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


class Arxiv(Group):
    categories: Annotated[str, AfterValidator(checks.categories)] | None = Field(
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


class Delivery(Group):
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
        return self.rate or (checks.PAID_RATE if self.paid_broadcast else checks.FREE_RATE)


class Llm(Group):
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
    reader_percent: int = Field(
        20,
        ge=1,
        le=100,
        description="Percent of it that what one reader or group asks for may cost.",
        examples=["50"],
    )


class Summaries(Group):
    order: Annotated[str, AfterValidator(checks.order)] = Field(
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


_RETENTION = retention.Retention()


class Retention(Group):
    """For how many days what is no longer needed is kept."""

    deliveries: int = Field(
        _RETENTION.deliveries,
        ge=7,
        le=3650,
        description="Days that digests are kept after they were brought; /why tells of them.",
        examples=["30"],
    )
    searches: int = Field(
        _RETENTION.searches,
        ge=1,
        le=3650,
        description="Days that words are kept since they were last searched for; then their buttons are old.",
        examples=["30"],
    )
    attempts: int = Field(
        _RETENTION.attempts,
        ge=1,
        le=3650,
        description="Days that it is kept how the language model did; `summaries report` counts it.",
        examples=["90"],
    )
    texts: int = Field(
        _RETENTION.texts,
        ge=1,
        le=3650,
        description="Days that full texts of papers are kept.",
        examples=["7"],
    )


class Access(Group):
    mode: AccessMode = Field(
        AccessMode.OPEN,
        description="Who may use the bot: open, invite (owners send links by /invite) or allowlist.",
        examples=["invite"],
    )
    allow: Annotated[str, BeforeValidator(checks.chats)] = Field(
        "",
        description="Ids of people and groups that always may, commas between; owners always may.",
        examples=["123456789, -1001234567890"],
    )
    deny: Annotated[str, BeforeValidator(checks.chats)] = Field(
        "",
        description="Ids of those that never may: nothing they send is answered, they get no digests.",
        examples=["123456789"],
    )


_LIMITS = Limits()


class Limited(Group):
    topics: int = Field(_LIMITS.topics, ge=1, le=200, description="Topics of a reader.", examples=["20"])
    topic: int = Field(_LIMITS.topic, ge=20, le=200, description="Characters of a topic.", examples=["60"])
    saved: int = Field(
        _LIMITS.saved, ge=1, le=5000, description="Papers that a reader keeps.", examples=["200"]
    )
    search: int = Field(
        _LIMITS.search, ge=20, le=200, description="Characters of a search.", examples=["100"]
    )
    user_per_minute: int = Field(
        _LIMITS.user_per_minute,
        ge=5,
        le=600,
        description="Commands and presses of a person; who asks faster is told once, then not answered.",
        examples=["30"],
    )
    chat_per_minute: int = Field(
        _LIMITS.chat_per_minute, ge=5, le=6000, description="The same of all in a group.", examples=["60"]
    )


_ALERTS = incident.Alerts()


class Alerts(Group):
    late_minutes: int = Field(
        _ALERTS.late_minutes,
        ge=1,
        le=1440,
        description="Owners are told when digests are so late.",
        examples=["30"],
    )
    disk_megabytes: int = Field(
        _ALERTS.disk_megabytes,
        ge=0,
        description="Or when the disk of data_dir has less room than this.",
        examples=["1000"],
    )
    budget_percent: int = Field(
        _ALERTS.budget_percent,
        ge=1,
        le=100,
        description="Or when so much of the language model's daily_token_budget is spent.",
        examples=["75"],
    )


class Defaults(Group):
    language: Annotated[str, AfterValidator(checks.language)] = Field(
        "en",
        description=f"Language of a new subscriber whose own is not known, one of {', '.join(LANGUAGES)}.",
        examples=["ko"],
    )
    timezone: Annotated[str, AfterValidator(checks.time_zone)] = Field(
        "UTC", description="Time zone of a new subscriber.", examples=["Asia/Seoul"]
    )
    time: dt.time = Field(
        dt.time(8, 0), description="When a new subscriber's digest comes.", examples=["08:30"]
    )


_WEIGHTS = Weights()
_RELEVANCE = Relevance()


class Ranking(Group):
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


def is_group(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, Group)
