"""Settings: the environment over the file, every mistake at once, and no secret in what is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digestbot.errors import SettingsError
from digestbot.settings import load, only

TOKEN = "123456:AAbbCCdd-secret_EEff"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("DIGESTBOT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def problems(**environment: str) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with pytest.raises(SettingsError) as caught:
            load()
    return [*caught.value.problems]


def test_without_anything_there_are_defaults() -> None:
    """The documented ones."""
    settings = load()
    assert settings.huggingface.poll_minutes == 30
    assert settings.telegram.api_url == "https://api.telegram.org"
    assert settings.database_url.endswith("/digestbot.db")
    assert (settings.defaults.language, settings.defaults.timezone) == ("en", "UTC")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting by setting."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/digestbot.toml").write_text(
        '[defaults]\nlanguage = "ko"\ntimezone = "Asia/Seoul"\ntime = "07:15"\n', encoding="utf-8"
    )
    monkeypatch.setenv("DIGESTBOT_DEFAULTS__TIMEZONE", "Europe/Berlin")
    defaults = load().defaults
    assert (defaults.language, defaults.timezone, f"{defaults.time:%H:%M}") == (
        "ko",
        "Europe/Berlin",
        "07:15",
    )


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("HUGGINGFACE__POLL_MINUTES", "soon", "should be a valid integer"),
        ("HUGGINGFACE__POLL_MINUTES", "1", "greater than or equal to 5"),
        ("HUGGINGFACE__URL", "huggingface.co", "is not a web address"),
        ("DEFAULTS__TIMEZONE", "Mars/Olympus", "is not an IANA time zone"),
        ("DEFAULTS__LANGUAGE", "tlh", "is not one of en, ko"),
        ("DEFAULTS__TIME", "25:00", "time"),
        ("DATABASE__URL", "mysql://x", "starts neither with"),
        ("DATABASE__URL", "postgresql://me@localhost:abc/x", "has a port that is no number"),
        ("DATABASE__URL", "postgresql://me:se@cret@db/x", "has more than one @; in a password write %40"),
        ("DATABASE__URL", "postgresql://me:se/cret@db/x", "%2F for /"),
        ("DATABASE__URL", "postgresql://localhost/x?sslmode=on", "has the sslmode 'on', which is not one of"),
        ("DATABASE__URL", "postgresql://localhost/x?channel_binding=require", "parameter 'channel_binding'"),
        ("LOG_LEVEL", "LOUD", "is not one of DEBUG"),
        ("TELEGRAM__TOKEN", "nonsense", "does not look like a bot token"),
        ("OWNERS", "12, ann", "names 'ann', which is not the id"),
        ("ACCESS__ALLOW", "-12, lab", "names 'lab', which is not the id"),
        ("ACCESS__MODE", "closed", "should be 'open', 'invite' or 'allowlist'"),
        ("LIMITS__SEARCH", "500", "less than or equal to 200"),
        ("TELEGRAM__OWNER", "12", "is now DIGESTBOT_OWNERS"),
        ("TELEGRAM__TOKN", "x", "is not a setting; is it misspelt?"),
        ("TELEGRAM_TOKEN", TOKEN, "is not a setting; DIGESTBOT_TELEGRAM__TOKEN is."),
        ("DATABASE_URL", "postgresql://me:word@db/x", "is not a setting; DIGESTBOT_DATABASE__URL is."),
        ("DEFAULT__TIME", "08:30", "is not a setting; DIGESTBOT_DEFAULTS__TIME is."),
        ("LOGLEVEL", "DEBUG", "is not a setting; DIGESTBOT_LOG_LEVEL is."),
        ("DATABASE", "postgresql://me:word@db/x", "a group of them, such as DIGESTBOT_DATABASE__URL."),
    ],
)
def test_a_wrong_value_is_told_in_a_line(name: str, value: str, line: str) -> None:
    """With the setting's name, what is wrong, and an example."""
    (told,) = problems(**{f"DIGESTBOT_{name}": value})
    assert told.startswith(f"DIGESTBOT_{name} ")
    assert line in told
    assert told.endswith(line) or "is now" in line or f"Example: DIGESTBOT_{name}=" in told
    assert "\n" not in told
    assert "cret" not in told


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite+aiosqlite:////data/a?b.db", "sqlite+aiosqlite:////data/a?b.db"),
        ("postgres://me:p%40ss@db.example.org/x", "postgresql+asyncpg://me:p%40ss@db.example.org/x"),
        ("postgresql://db:6432/x?ssl=require", "postgresql+asyncpg://db:6432/x?sslmode=require"),
        ("postgresql+asyncpg:///x?host=/run/pg", "postgresql+asyncpg:///x?host=/run/pg"),
    ],
)
def test_a_database_is_named_as_who_hosts_it_names_it(written: str, meant: str) -> None:
    """The usual spellings of PostgreSQL's addresses are one."""
    assert only(database={"url": written}).database.url == meant


def test_home_is_known_without_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file of settings says ~, no folder of that name is made."""
    monkeypatch.setenv("HOME", "/home/ann")
    for name in ("DATA_DIR", "SYNONYMS", "TELEGRAM__TOKEN_FILE"):
        monkeypatch.setenv(f"DIGESTBOT_{name}", "~/papers")
    settings = load()
    assert {settings.data_dir, settings.synonyms, settings.telegram.token_file} == {Path("/home/ann/papers")}
    (told,) = problems(DIGESTBOT_DATA_DIR="~nobody-of-this-name/papers")
    assert told.startswith("DIGESTBOT_DATA_DIR names ~nobody-of-this-name/papers, and nobody's home is known")


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody has to start four times to learn of four."""
    told = problems(
        DIGESTBOT_LOG_LEVEL="LOUD",
        DIGESTBOT_DEFAULTS__TIME="25:00",
        DIGESTBOT_DATABASE__URL="x",
        DIGESTBOT_WEBPORT="8080",
    )
    assert len(told) == 4


def test_variables_of_others_are_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """What compose reads, what is set to nothing, and what Kubernetes makes of a service's name."""
    for name, value in (
        ("IMAGE", "digestbot:1"),
        ("DATABASE_URL", ""),
        ("PORT", "tcp://10.0.0.1:8080"),
        ("WEB_PORT", "tcp://10.0.0.1:8080"),
        ("WEB_PORT_8080_TCP_PORT", "8080"),
        ("WEB_SERVICE_HOST", "10.0.0.1"),
    ):
        monkeypatch.setenv(f"DIGESTBOT_{name}", value)
    assert load().web.port is None


def test_a_missing_token_is_told() -> None:
    """With where to get one."""
    with pytest.raises(SettingsError, match="TELEGRAM__TOKEN is missing; @BotFather gives one"):
        only().telegram_token()


def test_the_token_may_be_in_a_file(tmp_path: Path) -> None:
    """And is a secret all the same."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    settings = only(telegram={"token_file": file})
    assert settings.telegram_token() == TOKEN
    assert settings.secrets() == [TOKEN]
    with pytest.raises(SettingsError, match=r"TOKEN_FILE .*No such file"):
        only(telegram={"token_file": tmp_path / "none"}).telegram_token()
    file.write_text("nonsense", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        only(telegram={"token_file": file}).telegram_token()
    assert "nonsense" not in str(caught.value)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """And one that is named and not there, or is a folder."""
    (tmp_path / "mine.toml").write_text("poll = [", encoding="utf-8")
    (told,) = problems(DIGESTBOT_CONFIG="mine.toml")
    assert told.startswith("mine.toml is no TOML: ")
    for name in ("yours.toml", str(tmp_path)):
        assert problems(DIGESTBOT_CONFIG=name) == [f"DIGESTBOT_CONFIG names {name}, which is not a file."]
    (tmp_path / "mine.toml").write_text('telegram = "x"\n[web]\nport = "x"', encoding="utf-8")
    assert [told.split()[0] for told in problems(DIGESTBOT_CONFIG="mine.toml")] == [
        "DIGESTBOT_TELEGRAM",
        "DIGESTBOT_WEB__PORT",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="others have no file that nobody can read, not even root")
def test_a_file_that_cant_be_read_is_told_in_a_line() -> None:
    """No traceback: it may be somebody else's."""
    name = "/proc/self/mem"
    assert problems(DIGESTBOT_CONFIG=name) == [f"{name} can't be read: Input/output error."]


def test_no_secret_is_shown() -> None:
    """Neither by the settings nor in an error about them."""
    settings = only(
        telegram={"token": TOKEN},
        huggingface={"token": "hf_secret"},
        database={"url": "postgresql+asyncpg://ann:pa55word@localhost/papers"},
        llm={"url": "https://ann:pa66word@llm.example.org/v1"},
    )
    assert set(settings.secrets()) == {TOKEN, "hf_secret", "pa55word", "pa66word"}
    assert TOKEN not in repr(settings)
    assert "hf_secret" not in repr(settings)
    (told,) = problems(DIGESTBOT_TELEGRAM__TOKEN="123456 AAbb-secret")
    assert "secret" not in told


@pytest.mark.parametrize("command", ["run", "fetch", "deliver"])
def test_a_wrong_setting_ends_the_start(command: str, tmp_path: Path) -> None:
    """One line, exit code 2, no traceback."""
    ran = subprocess.run(
        [sys.executable, "-m", "digestbot", command],
        env={"PATH": "", "HOME": str(tmp_path), "DIGESTBOT_DEFAULTS__TIMEZONE": "Mars/Olympus"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.startswith("DIGESTBOT_DEFAULTS__TIMEZONE is not an IANA time zone")
