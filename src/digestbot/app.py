"""Introduces everyone to each other: settings in, all parts of digestbot out. Opens and closes in order."""

import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import structlog
from telegram.ext import ExtBot

from digestbot.actions import Clock, system_clock
from digestbot.actions.archives import Importer
from digestbot.actions.broadcast import Broadcaster
from digestbot.actions.channels import Channels
from digestbot.actions.deliver import Courier
from digestbot.actions.housekeeping import Housekeeper
from digestbot.actions.ingest import Ingest, Source
from digestbot.actions.invitations import Invitations
from digestbot.actions.library import Library
from digestbot.actions.membership import Membership
from digestbot.actions.messenger import Sender
from digestbot.actions.owners import Owners
from digestbot.actions.reasons import Reasons
from digestbot.actions.rounds import Ways
from digestbot.actions.summarize import Summarizer
from digestbot.actions.tastes import Tastes
from digestbot.actions.trends import Trends
from digestbot.actions.watch import Watch
from digestbot.bot import BUTTONS_LIMIT, ENTITIES_LIMIT, TEXT_LIMIT, build
from digestbot.bot.context import Desk, Office
from digestbot.bot.door import Door
from digestbot.bot.intake import Intake
from digestbot.bot.limiter import Limiter, shared
from digestbot.bot.sender import TelegramSender
from digestbot.bot.throttle import Throttle
from digestbot.bot.token import TokenWatch
from digestbot.core.access import Access
from digestbot.core.categories import read_categories
from digestbot.core.incident import Alerts
from digestbot.core.limits import Limits
from digestbot.core.postings import Rules
from digestbot.core.rank import Weights
from digestbot.core.relevance import Relevance
from digestbot.core.retention import Retention
from digestbot.core.roles import Role
from digestbot.core.subscriber import Defaults, Schedule
from digestbot.core.summary import Input, SummarySource
from digestbot.errors import SettingsError
from digestbot.render import Renderer
from digestbot.schedule import Clockwork, Job
from digestbot.settings import Settings
from digestbot.settings.checks import numbers
from digestbot.sources.http import Http
from digestbot.sources.huggingface import HuggingFace
from digestbot.sources.listing import FetchedDay
from digestbot.store import Store
from digestbot.vocabulary import load_synonyms
from digestbot.web.metrics import Metrics

if TYPE_CHECKING:
    from digestbot.actions.write import Writer
    from digestbot.bot import Bot
    from digestbot.sources.llm import Llm
    from digestbot.web.webhook import Webhook

log = structlog.get_logger()

POSTGRES = "postgresql+asyncpg://user:password@host/name"


class App:
    """Everything that digestbot is made of, open between `async with`.

    *ticks* counts the seconds of Telegram's limits, from anywhere and never back.
    """

    def __init__(
        self, settings: Settings, clock: Clock = system_clock, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._ticks = ticks
        self._open = AsyncExitStack()
        self._http = Http()
        self._rules = _rules(settings)
        categories = read_categories(settings.arxiv.categories or "")
        self.store = Store(settings.database_url)
        self.sources: list[Source] = [HuggingFace(self._http, settings.huggingface.url, _secret(settings))]
        if categories:
            from digestbot.sources.arxiv import Arxiv  # noqa: PLC0415 - with the reader of its feeds

            self.sources.append(Arxiv(self._http, settings.arxiv.url, categories))
        self.limits = Limits(**settings.limits.model_dump())
        self.ingests = [Ingest(source, self.store, clock) for source in self.sources]
        self.render = Renderer(TEXT_LIMIT, BUTTONS_LIMIT, ENTITIES_LIMIT)
        order = tuple(map(SummarySource, settings.summaries.order.split(", ")))
        self.summarizer = Summarizer(self.store, self._rules.synonyms, order)
        self.llm = _llm(settings) if SummarySource.LLM in order else None
        self.writer = self._writer(self.llm) if self.llm else None
        self.library = Library(self.store, self._rules, self.summarizer, clock, self.limits.search)
        self.reasons = Reasons(self.store, self._rules)
        self.trends = Trends(self.store, self._rules, clock)
        self.importer = Importer(self.store, clock)
        self.retention = Retention(**settings.retention.model_dump())
        self.metrics = Metrics()
        self.token = TokenWatch()
        self._leads = False
        self.access = _access(settings)
        self.invitations = Invitations(self.store, clock, self.access.mode)
        self.broadcaster = Broadcaster(self.store, clock)
        alerts = Alerts(**settings.alerts.model_dump())
        self.watch = Watch(self.store, clock, self.writer, partial(_free, settings.data_dir), alerts)
        self._housekeeper = Housekeeper(self.store, clock, self.retention)
        self.membership = Membership(self.store, clock, _defaults(settings), categories, self.limits)
        self.channels = Channels(self.store, clock, _defaults(settings))
        self.tastes = Tastes(self.store, self.membership, clock)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            self._settings.make_data_dir()
            await opening.enter_async_context(self.store)
            await opening.enter_async_context(self._http)
            if self.llm and self.writer:
                await opening.enter_async_context(self.llm)
                opening.push_async_callback(self.writer.close)
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    def _writer(self, llm: "Llm") -> "Writer":
        from digestbot.actions.write import Writer  # noqa: PLC0415 - as Arxiv, only where it is wanted
        from digestbot.sources.fulltext import FullTexts  # noqa: PLC0415

        given = self._settings.summaries
        reads_all = given.input is Input.FULLTEXT
        return Writer(
            self.store,
            self.summarizer,
            self._rules.synonyms,
            self._clock,
            llm,
            budget=self._settings.llm.daily_token_budget,
            ahead=given.ahead,
            share=self._settings.llm.reader_percent / 100,
            full_texts=FullTexts(self._http, given.fulltext_url) if reads_all else None,
        )

    async def newest_list(self, source: Source) -> FetchedDay:
        """Return the last weekday's list as *source* tells it now. Raises SourceError."""
        day = self._clock().date()
        return await source.fetch_day(day - timedelta(days=max(0, day.weekday() - 4)))

    def courier(self, sender: Sender | None) -> Courier:
        given = self._settings.delivery
        told = self.owners(sender) if sender else None
        ways = Ways(given.when_uncertain, given.in_flight, told, self.metrics.settled)
        return Courier(self.store, self._rules, self.summarizer, self.render, sender, self._clock, ways)

    def owners(self, sender: Sender) -> Owners:
        return Owners(self.store, sender, self._settings.owner_ids, self._settings.defaults.language)

    def bot(self) -> "Bot":
        """Return the bot, not started yet. Raises SettingsError where there is no token."""
        desk = Desk(
            self.library,
            self.membership,
            self.reasons,
            self.trends,
            self.channels,
            self.tastes,
            self.render,
            self.retention,
            self.writer,
        )
        office = Office(self._settings.owner_ids, self.watch, self.broadcaster, self.invitations)
        limits = self.limits
        throttle = Throttle(limits.user_per_minute, limits.chat_per_minute, self._ticks)
        door = Door(self.access, throttle, self.invitations)
        rate = self._settings.delivery.per_second
        open_bucket = partial(shared, self._settings.database_url, rate) if self.store.is_shared else None
        limiter = Limiter(rate, open_bucket, self._ticks)
        return build(
            self._settings.telegram_token(),
            self._settings.telegram.api_url,
            desk,
            office,
            door,
            limiter,
            self._called,
        )

    def _called(self, method: str, status: str) -> None:
        if self._settings.log_level == "DEBUG":  # to ask the logger would cost a push some percent
            log.debug("telegram was called", method=method, status=status)
        self.metrics.call(method, status)
        self.token.called(status)

    def sender(self, bot: ExtBot[None]) -> TelegramSender:
        return TelegramSender(bot, paid=self._settings.delivery.paid_broadcast)

    def clockwork(self, courier: Courier, sender: TelegramSender, role: Role) -> Clockwork:
        polls = {
            "huggingface": timedelta(minutes=self._settings.huggingface.poll_minutes),
            "arxiv": timedelta(hours=self._settings.arxiv.poll_hours),
        }
        return Clockwork(
            polls={ingest.source: (self._led(ingest.poll), polls[ingest.source]) for ingest in self.ingests},
            summaries=self._led(self.writer.ahead) if self.writer else None,
            refresh=self._led(self._refresh),
            plan=courier.prepare,
            send=courier.send,
            broadcasts=self._led(partial(self.broadcaster.show_all, sender.show)),
            watch=self._led(partial(self.watch.look, self.owners(sender))),
            housekeeping=self._led(self._housekeeper.clean),
            heartbeat=self._heartbeat,
            lead=self._lead if self.store.is_shared else None,
            only=None if role.delivers else ("heartbeat",),
        )

    def intake(self, bot: "Bot") -> Intake:
        return Intake(bot, self.store, self._clock)

    def webhook(self, intake: Intake) -> "Webhook | None":
        """Return what hears of updates, if they are to come by webhook. Raises SettingsError."""
        url = self._settings.webhook_url()
        if url is None:
            return None
        from digestbot.web.webhook import Webhook, secret_of  # noqa: PLC0415 - as Arxiv

        given = self._settings.telegram
        path = given.webhook_path or urlsplit(url).path or "/"
        secret = given.webhook_secret
        known = secret.get_secret_value() if secret else secret_of(self._settings.telegram_token())
        return Webhook(url, path, known, intake.take)

    @asynccontextmanager
    async def serve(
        self, silence: "Callable[[], float | None] | None", webhook: "Webhook | None"
    ) -> AsyncIterator[None]:
        """Answer HTTP meanwhile, where a port is set. *silence*: of a scheduler, where we have one."""
        given = self._settings.web
        if given.port is None:
            yield
            return
        from digestbot.web.site import Site  # noqa: PLC0415 - as Arxiv

        site = Site(self.store, self._clock, self.metrics, silence, webhook)
        async with site.serve(given.host, given.port) as port:
            log.info("health and metrics", host=given.host, port=port)
            yield

    async def take_place(self) -> None:
        """Be one of those who deliver. Raises SettingsError where there is room for one, and one is there."""
        await self.store.write_nothing()  # else each job would tell of it, and all would seem to run
        if not await self.store.lead() and not self.store.is_shared:
            problem = (
                f"Another digestbot delivers from {self.store.place}; a SQLite file is for one process. "
                f"Stop it, or give both a PostgreSQL: DIGESTBOT_DATABASE__URL={POSTGRES}"
            )
            raise SettingsError(problem)

    def _led(self, job: Job) -> Job:
        """Return a job that is done by who leads only."""

        async def do() -> None:
            if await self.store.lead():
                await job()

        return do

    async def _lead(self) -> bool:
        """Lead, if nobody else does; tell whether that is new."""
        led, self._leads = self._leads, await self.store.lead()
        if self._leads and not led:
            log.info("this process leads")
        return self._leads and not led

    async def _refresh(self) -> None:
        for ingest in self.ingests:
            await ingest.refresh()

    async def _heartbeat(self) -> None:
        heartbeat(self._settings).touch()


def heartbeat(settings: Settings) -> Path:
    """Return the file that a running bot touches every half minute; `digestbot healthy` looks at its age."""
    return settings.data_dir / "heartbeat"


def _free(folder: Path) -> int:
    """Return the megabytes that are left on the disk of a folder."""
    return shutil.disk_usage(folder).free // 2**20


def _access(settings: Settings) -> Access:
    given = settings.access
    allowed = frozenset((*numbers(given.allow), *settings.owner_ids))
    return Access(given.mode, allowed, frozenset(numbers(given.deny)))


def _secret(settings: Settings) -> str | None:
    token = settings.huggingface.token
    return token.get_secret_value() if token else None


def _llm(settings: Settings) -> "Llm | None":
    given = settings.llm
    if given.model is None:
        return None
    from digestbot.sources.llm import Llm  # noqa: PLC0415 - as Arxiv

    key = given.api_key.get_secret_value() if given.api_key else None
    return Llm(given.url, given.model, key, timeout=given.timeout, concurrency=given.concurrency)


def _rules(settings: Settings) -> Rules:
    given = settings.ranking
    relevance = Relevance(
        title=given.title,
        often=given.often,
        keyword=given.keyword,
        only_keyword=given.only_keyword,
        term_rarity=given.rarity,
    )
    weights = Weights(
        votes=given.votes,
        votes_age=given.votes_days,
        freshness=given.freshness,
        fresh_age=given.freshness_days,
    )
    return Rules(load_synonyms(settings.synonyms), relevance, weights)


def _defaults(settings: Settings) -> Defaults:
    given = settings.defaults
    return Defaults(given.language, Schedule(given.time, given.timezone))
