"""A bot that runs: in which order an app's parts start to work, and stop."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import stamina
import structlog
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from digestbot.app import POSTGRES, App
from digestbot.bot import UPDATES, hurry, introduce, polling_failed
from digestbot.bot.limiter import seconds
from digestbot.core.roles import Role
from digestbot.errors import OutageError, SettingsError

if TYPE_CHECKING:
    from digestbot.bot import Bot

log = structlog.get_logger()

T = TypeVar("T")

YOUNG = 10_000
"""New objects after which those that nobody holds are looked for. A push makes many and keeps none: looking
after each 700, as Python does, takes a tenth of its time."""
SWITCH = 0.00005
"""Seconds that a thread which computes keeps others waiting. Each /today changes between threads some thirty
times: Python's own 0.005 add up to a late answer, 0.0005 still to 0.1 s; less than this gains no more."""


POLLING_ENDS = 5.0
"""Seconds that asking for updates has to end."""
_STRANGER = "DIGESTBOT_TELEGRAM__TOKEN is not known to Telegram; @BotFather shows the right one."


async def run(app: App, stop: asyncio.Event, role: Role = Role.ALL) -> None:
    """Be the bot until *stop* is set: answer, poll, deliver, as far as that is our *role*."""
    if role is not Role.ALL and not app.store.is_shared:
        problem = (
            f"--role {role} is for many processes on one PostgreSQL; {app.store.place} is for one. "
            f"Leave --role out, or set DIGESTBOT_DATABASE__URL={POSTGRES}"
        )
        raise SettingsError(problem)
    sys.setswitchinterval(SWITCH)
    await app.store.upgrade()
    if role.delivers:
        await app.take_place()
    async with AsyncExitStack() as entered:
        running = await _unless(stop, entered.enter_async_context(Running(app, role)))
        if running is None:
            log.info("digestbot stops")
            return
        silence = running.clockwork.silence if role.delivers else None
        async with app.serve(silence, running.webhook):
            await running.invite()
            gc.collect()
            gc.set_threshold(YOUNG)
            gc.freeze()  # what was imported stays: looking through it again costs 0.1 s of silence each time
            log.info("digestbot runs", role=str(role), bot=running.bot.bot.username, database=app.store.place)
            is_lost = await _unless(stop, app.token.lost(running.bot.bot))
            log.info("digestbot stops")
    if is_lost:
        problem = (
            "Telegram does not know DIGESTBOT_TELEGRAM__TOKEN any more; @BotFather shows the right one. "
            "What is due goes out once it is set."
        )
        raise OutageError(problem)


async def _unless(stop: asyncio.Event, doing: Coroutine[Any, Any, T]) -> T | None:
    """Return what comes of *doing* something; None where *stop* was set before."""
    does, stops = asyncio.create_task(doing), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((does, stops), return_when=asyncio.FIRST_COMPLETED)
        return does.result() if does.done() else None
    finally:
        does.cancel()
        stops.cancel()
        await asyncio.gather(does, stops, return_exceptions=True)


class Running:
    """A bot that answers and a clockwork that ticks, between `async with`."""

    def __init__(self, app: App, role: Role = Role.ALL) -> None:
        self.role = role
        self.bot = app.bot()
        self._intake = app.intake(self.bot)
        self.webhook = app.webhook(self._intake) if role.answers else None
        self.writer = app.writer
        self._shut_out = partial(app.membership.shut_out, app.access)
        sender = app.sender(self.bot.bot)
        self.courier = app.courier(sender)
        self.clockwork = app.clockwork(self.courier, sender, role)
        self.introduced: asyncio.Task[None] | None = None
        """Done once Telegram's menus are ours; nobody has to wait for them."""

    async def __aenter__(self) -> Self:
        await self._shut_out()
        await self._meet_telegram()
        if self.role.answers:
            await self.bot.start()
            self.introduced = self.bot.create_task(_at_last(partial(introduce, self.bot)))
        if self.webhook is not None:
            self._intake.start()
        elif self.role.answers and self.bot.updater is not None:
            await self.bot.updater.start_polling(
                allowed_updates=UPDATES, bootstrap_retries=-1, error_callback=polling_failed
            )
        self.clockwork.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.introduced:
            self.introduced.cancel()
        self.courier.stop()
        hurry(self.bot)
        if self.writer:
            await self.writer.close()  # who waits for it is told that nothing comes
        await self.clockwork.stop()
        if self.bot.updater is not None and self.bot.updater.running:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLLING_ENDS):  # it may sleep until it asks again
                    await self.bot.updater.stop()
        if self.bot.running:
            await self.bot.stop()
        await self._intake.stop()
        await self.bot.shutdown()

    async def invite(self) -> None:
        """Have Telegram post updates to our webhook, if we have one. Raises SettingsError if it won't."""
        hook = self.webhook
        if hook is None:
            return
        try:
            await self.bot.bot.set_webhook(hook.url, secret_token=hook.secret, allowed_updates=UPDATES)
        except BadRequest as error:
            problem = f"Telegram does not take DIGESTBOT_TELEGRAM__WEBHOOK_URL={hook.url}: {error}"
            raise SettingsError(problem) from None

    async def _meet_telegram(self) -> None:
        """Wait until Telegram knows us. Raises SettingsError where it does not know the token."""
        try:
            await _at_last(self.bot.initialize)
        except BaseException as error:
            await self.bot.bot.shutdown()
            if not isinstance(error, InvalidToken):
                raise
            raise SettingsError(_STRANGER) from None


@asynccontextmanager
async def met(bot: "Bot") -> "AsyncIterator[ExtBot[None]]":
    """Hold a bot that only sends. Raises SettingsError or OutageError where Telegram does not take it."""
    async with AsyncExitStack() as opened:
        try:
            await opened.enter_async_context(bot.bot)
        except InvalidToken:
            raise SettingsError(_STRANGER) from None
        except TelegramError as error:
            problem = f"Telegram does not answer: {error}; see DIGESTBOT_TELEGRAM__API_URL, or try later."
            raise OutageError(problem) from None
        yield bot.bot


async def _at_last(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask Telegram something, again and again until it can be reached and answers."""
    async for attempt in stamina.retry_context(on=_again, attempts=None, timeout=None, wait_max=60.0):
        with attempt:
            await ask()


def _again(error: Exception) -> bool | float:
    """Return whether to ask again, or after how many seconds; stamina's back-off hook."""
    if not isinstance(error, NetworkError | RetryAfter):
        return False
    log.warning("telegram does not answer yet", error=type(error).__name__, reason=str(error))
    return max(seconds(error), 1.0) if isinstance(error, RetryAfter) else True
