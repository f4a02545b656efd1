"""`digestbot check`: is everything there that a running bot needs, and if not, what mends it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from telegram.error import InvalidToken, TelegramError

from digestbot import log
from digestbot.actions.ingest import Source
from digestbot.actions.write import Writer
from digestbot.app import App, heartbeat
from digestbot.core import prompt
from digestbot.core.summary import Style
from digestbot.errors import SettingsError, SourceError
from digestbot.settings import Settings, load
from digestbot.sources.llm import LlmError
from digestbot.store import UNREACHABLE, SchemaError
from digestbot.store.trouble import foreseen
from digestbot.vocabulary import load_synonyms

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
    except OSError:  # it is not there, or its folder is not for us
        return False
    return age < LONGEST_SILENCE


async def examine() -> list[Finding]:
    """Return what was found of settings, database, Telegram, the sources and the language model."""
    try:
        settings = load()
    except SettingsError as error:
        return _told(error)
    synonyms = partial(load_synonyms, settings.synonyms)
    asked = (settings.telegram_token, settings.webhook_url, synonyms, settings.make_data_dir)
    if problems := [finding for demand in asked for finding in _problems(demand)]:
        return problems
    log.set_up(settings.log_level, settings.secrets(), settings.log_format)
    async with App(settings) as app:
        sources = [await _source(app, source) for source in app.sources]
        database, telegram = await _database(app), await _telegram(app, settings)
        complete = Finding("settings", ok=True, told="complete")
        findings = [complete, database, telegram, *sources, await _summaries(app, settings, database)]
    hidden = settings.secrets()  # an address may hold a password
    return [replace(finding, told=log.blank(finding.told, hidden)) for finding in findings]


def _problems(demand: Callable[[], object]) -> list[Finding]:
    """Return what keeps a start from what it demands of the settings."""
    try:
        demand()
    except SettingsError as error:
        return _told(error)
    return []


def _told(error: SettingsError) -> list[Finding]:
    return [Finding("settings", ok=False, told=line) for line in error.problems]


async def _database(app: App) -> Finding:
    store = app.store
    try:
        is_newest, revision = await store.is_newest(), await store.revision()
        await store.try_write()
    except (SchemaError, *UNREACHABLE) as error:
        told = foreseen(error, store.place)
        if told is None:
            raise
        return Finding("database", ok=False, told=told.problems[0])
    state = f"revision {revision}" if revision else "empty"
    ahead = "" if is_newest else "; `digestbot run` sets it up"
    return Finding("database", ok=True, told=f"{store.place}, {state}{ahead}")


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


async def _summaries(app: App, settings: Settings, database: Finding) -> Finding:
    if app.llm is None or app.writer is None:
        told = f"no language model (DIGESTBOT_LLM__MODEL names one); {settings.summaries.order}"
        return Finding("summaries", ok=True, told=told)
    place = f"{app.llm.model} at {settings.llm.url}"
    try:
        await app.llm.ask([("user", "Say yes.")], prompt.schema(Style.BULLETS))
    except LlmError as error:
        told = f"{place}: {error.values.get('reason')}; see DIGESTBOT_LLM__URL, __MODEL and __API_KEY"
        return Finding("summaries", ok=False, told=told)
    return Finding("summaries", ok=True, told=f"{place}, {await _spent(app, app.writer, database)}")


async def _spent(app: App, writer: Writer, database: Finding) -> str:
    if not database.ok:
        return "what was spent is unknown"
    if not await app.store.is_newest():
        return "nothing spent yet"
    budget = await writer.budget()
    return f"{budget.spent:,} of {budget.limit:,} tokens spent today"
