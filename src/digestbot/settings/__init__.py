"""The settings, each of which `groups` tells once. The only reader of the environment and of TOML.

The environment wins over the TOML file (`config/digestbot.toml`, or what DIGESTBOT_CONFIG names).
`config/digestbot.toml` is made from them by `digestbot settings`; a test compares the two.
"""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError as UnparsedError

from digestbot.errors import SettingsError
from digestbot.log import Format
from digestbot.settings.checks import checked_token, level, numbers, people, place
from digestbot.settings.groups import (
    Access,
    Alerts,
    Arxiv,
    Database,
    Defaults,
    Delivery,
    HuggingFace,
    Limited,
    Llm,
    Mode,
    Ranking,
    Retention,
    Summaries,
    Telegram,
    Web,
    is_group,
)

PREFIX = "DIGESTBOT_"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )
    toml_file: ClassVar[Path | None] = None
    reads_environment: ClassVar[bool] = True

    data_dir: Annotated[Path, AfterValidator(place)] = Field(
        Path(platformdirs.user_data_dir("digestbot", appauthor=False)),
        description="Folder of the SQLite file. Default: the user's data folder.",
        examples=["/data"],
    )
    log_level: Annotated[str, AfterValidator(level)] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR.", examples=["INFO"]
    )
    log_format: Format = Field(
        Format.CONSOLE, description="How a line of the log is written: console or json.", examples=["json"]
    )
    synonyms: Annotated[Path, AfterValidator(place)] | None = Field(
        None,
        description="A file of synonyms instead of the one that ships; config/synonyms.toml tells its form.",
        examples=["/data/synonyms.toml"],
    )
    owners: Annotated[str, BeforeValidator(people)] = Field(
        "",
        description="Telegram ids of those who run the bot, commas between: told of trouble, may say /admin.",
        examples=["123456789, 987654321"],
    )
    telegram: Telegram = Telegram()
    database: Database = Database()
    web: Web = Web()
    huggingface: HuggingFace = HuggingFace()
    arxiv: Arxiv = Arxiv()
    delivery: Delivery = Delivery()
    llm: Llm = Llm()
    summaries: Summaries = Summaries()
    ranking: Ranking = Ranking()
    retention: Retention = Retention()
    alerts: Alerts = Alerts()
    access: Access = Access()
    limits: Limited = Limited()
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

    @property
    def owner_ids(self) -> tuple[int, ...]:
        return numbers(self.owners)

    def secrets(self) -> list[str]:
        """Return what must never be shown, to be blanked out of every log line."""
        given = [
            *(self.telegram.token, self.telegram.webhook_secret),
            *(self.huggingface.token, self.llm.api_key),
        ]
        shown = [secret.get_secret_value() for secret in given if secret is not None]
        if self.telegram.token is None and self.telegram.token_file is not None:
            shown.append(self.telegram_token())
        addresses = (
            *(self.database.url, self.telegram.api_url, self.huggingface.url, self.arxiv.url),
            *(self.llm.url, self.summaries.fulltext_url),
        )
        passwords = [urlsplit(address).password for address in addresses if address]
        return [*shown, *(password for password in passwords if password)]

    def make_data_dir(self) -> None:
        """Make the data folder, where it is not there yet. Raises SettingsError where that can't be."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            is_file = isinstance(error, FileExistsError | NotADirectoryError)
            reason = "a file is in its place" if is_file else error.strerror
            raise _problem("data_dir", f"can't be {self.data_dir}: {reason}") from None

    def webhook_url(self) -> str | None:
        """Return where Telegram is to post updates; None where we ask for them.

        Raises SettingsError where something is missing for it.
        """
        if self.telegram.mode is Mode.POLLING:
            return None
        if self.telegram.webhook_url is None:
            raise _problem("telegram.webhook_url", "is missing; the mode webhook needs it")
        if self.web.port is None:
            raise _problem("web.port", "is missing; the mode webhook listens there")
        return self.telegram.webhook_url

    def telegram_token(self) -> str:
        """Return the bot's token. Raises SettingsError where there is none."""
        if self.telegram.token is not None:
            return self.telegram.token.get_secret_value()
        path = self.telegram.token_file
        if path is None:
            raise _problem("telegram.token", "is missing; @BotFather gives one")
        try:
            return checked_token(SecretStr(path.read_text(encoding="utf-8").strip())).get_secret_value()
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
    reader = type("Settings", (Settings,), {"toml_file": path})
    problems = [*_never_read()]
    try:
        if named and not path.is_file():
            raise SettingsError(f"{PREFIX}CONFIG names {path}, which is not a file.")
        settings: Settings = reader(**given)
    except ValidationError as error:
        problems += map(_told, error.errors())
    except OSError as error:
        problems.append(f"{path} can't be read: {error.strerror}.")
    except ValueError as error:
        if not isinstance(error, UnparsedError):  # of a group's variable: that is told already
            problems.append(f"{path} is no TOML: {error}.")
    else:
        if not problems:
            return settings
    raise SettingsError(*problems)


def only(**given: Any) -> Settings:
    """Return settings made of the *given* values and the defaults, whatever the environment says."""
    reader = type("Settings", (Settings,), {"reads_environment": False})
    settings: Settings = reader(**given)
    return settings


_NEAR = 0.85
"""How much of a name must be one of ours, https://docs.python.org/3/library/difflib.html; 1 is all of it."""
_MOVED: dict[tuple[int | str, ...], str] = {
    ("telegram", "owner"): f"{PREFIX}OWNERS, a list with commas between"
}


def _problem(place: str, problem: str) -> SettingsError:
    return SettingsError(_line(place.split("."), problem))


def _never_read() -> Iterator[str]:
    """Yield a line for each variable that looks like one of ours, and that nobody would read.

    What is near to none of ours may be anybody's. Kubernetes makes some, of a service's name.
    """
    ours = {name.replace("_", ""): name for name in _variables()}
    for name, value in sorted(os.environ.items()):
        start, given = name[: len(PREFIX)].upper(), name[len(PREFIX) :].upper()
        if start != PREFIX or not value or value.startswith("tcp://") or given == "CONFIG":
            continue
        group, _, setting = given.lower().partition("__")
        if group not in Settings.model_fields:
            for near in get_close_matches(given.replace("_", ""), ours, 1, _NEAR):
                yield f"{name} is not a setting; {PREFIX}{ours[near]} is."
        elif not setting and is_group(Settings.model_fields[group]):
            yield _whole(group)


def _variables() -> Iterator[str]:
    """Yield the name of each setting, as the environment has it behind PREFIX."""
    for name, field in Settings.model_fields.items():
        if is_group(field) and field.annotation is not None:
            yield from (f"{name}__{one}".upper() for one in field.annotation.model_fields)
        else:
            yield name.upper()


def _whole(group: str) -> str:
    first = next(name for name in _variables() if name.startswith(f"{group.upper()}__"))
    return f"{PREFIX}{group.upper()} is not a setting but a group of them, such as {PREFIX}{first}."


def _told(mistake: ErrorDetails) -> str:
    place = [str(part) for part in mistake["loc"] if part in _names()]
    if tuple(mistake["loc"]) in _MOVED:
        return f"{_variable([str(part) for part in mistake['loc']])} is now {_MOVED[tuple(mistake['loc'])]}."
    if mistake["type"] == "extra_forbidden":
        return f"{_variable([str(part) for part in mistake['loc']])} is not a setting; is it misspelt?"
    if mistake["type"] == "model_type":
        return _whole(place[0])
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
    groups = [field.annotation for field in Settings.model_fields.values() if is_group(field)]
    return {*Settings.model_fields, *(name for group in groups if group for name in group.model_fields)}
