"""`digestbot check`: is everything there that a running bot needs, and if not, what mends it."""

import time
from dataclasses import dataclass

from telegram.error import InvalidToken, TelegramError

from digestbot.actions.ingest import Source
from digestbot.app import App, heartbeat
from digestbot.errors import SettingsError, SourceError
from digestbot.settings import Settings, load

LONGEST_SILENCE = 120.0
"""Seconds; the sign of life comes every 30."""


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    ok: bool
    told: str


def is_alive() -> bool:
    """Return whether a running bot has shown a sign of life in this data folder lately."""
    try:
        age = time.time() - heartbeat(load()).stat().st_mtime
    except FileNotFoundError:
        return False
    return age < LONGEST_SILENCE


async def examine() -> list[Finding]:
    """Return what was found of settings, database, Telegram and the sources, in this order."""
    try:
        settings = load()
        settings.telegram_token()
    except SettingsError as error:
        problems = error.values["problems"]
        return [Finding("settings", ok=False, told=str(line)) for line in problems]  # type: ignore[attr-defined]
    findings = [Finding("settings", ok=True, told="complete")]
    try:
        async with App(settings) as app:
            sources = [await _source(app, source) for source in app.sources]
            return [*findings, await _database(app), await _telegram(app, settings), *sources]
    except OSError as error:
        mend = "make it writable, or set DIGESTBOT_DATA_DIR"
        return [*findings, Finding("database", ok=False, told=f"{settings.data_dir}: {error}; {mend}")]


async def _database(app: App) -> Finding:
    try:
        revision = await app.store.revision()
    except OSError as error:
        told = f"{app.store.place}: {error}; see DIGESTBOT_DATABASE__URL"
        return Finding("database", ok=False, told=told)
    state = f"revision {revision}" if revision else "empty; `digestbot run` sets it up"
    return Finding("database", ok=True, told=f"{app.store.place}, {state}")


async def _telegram(app: App, settings: Settings) -> Finding:
    try:
        async with app.bot().bot as bot:
            return Finding("telegram", ok=True, told=f"@{bot.username} at {settings.telegram.api_url}")
    except InvalidToken:
        told = "the token is not known; @BotFather shows the right one for DIGESTBOT_TELEGRAM__TOKEN"
        return Finding("telegram", ok=False, told=told)
    except TelegramError as error:
        told = f"{settings.telegram.api_url}: {error}; see DIGESTBOT_TELEGRAM__API_URL"
        return Finding("telegram", ok=False, told=told)


async def _source(app: App, source: Source) -> Finding:
    try:
        day = await app.newest_list(source)
    except SourceError as error:
        setting = f"DIGESTBOT_{source.name.upper()}__URL"
        told = f"{error.values.get('url')}: {error.values.get('reason')}; see {setting}"
        return Finding(source.name, ok=False, told=told)
    return Finding(source.name, ok=True, told=f"{len(day.papers)} papers listed on {day.day}")
