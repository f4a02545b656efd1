"""When the next message may go: overall, to a private chat, to a group or channel. All that we say counts.

The numbers are Telegram's, https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
Every window holds from any moment on, not only from the first: a token bucket as large as the rate lets
twice as much through in its first second. So the overall pace is a bucket of pyrate-limiter's with a log,
and before it one with a state, which keeps messages apart. Many machines share one bucket in their
database, which counts each tenth of a second too, for the same end. The buckets keep no order of those who
wait, and one for each of a million chats is too much, so who is next, and each chat's last few times, are
kept here. aiolimiter was measured too: it has neither a clock of the caller's nor shared buckets, and takes
half of a core at 1,000 a second on uvloop.
"""

import asyncio
import math
import time
from bisect import insort
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from pyrate_limiter import AbstractBucket, InMemoryBucket, PostgresBucket, Rate, RateItem, StateBucket
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

if TYPE_CHECKING:
    from psycopg import Connection

log = structlog.get_logger()

FREE_RATE = 30
"""Messages a second to all chats that Telegram takes without being paid."""
PATIENCE = 5.0
"""Seconds that a message waits for its chat here; one that has to wait longer is given back."""
REPLY_PATIENCE = 30.0
"""The same of an answer, which nobody would send later."""
FLOODED_CHATS = 3
"""So many chats in a row told to wait, each without a reason of its own, mean all."""
_QUIET = 10
"""A chat with no more messages than these in the last minute is not told to wait for its own sake."""
_MARGIN = 14
"""Milliseconds by which our seconds are longer: the way to Telegram does not always take as long."""
_LATE = 0.004
"""Seconds after which a turn that was not used is given anew; with what follows, less than the margin."""
_SHARED_MARGIN, _SHARED_LATE = 60, 0.05
"""The same two where a turn is asked for in a database."""
_STEP = 100
"""Milliseconds of which a shared bucket counts the messages too, to keep them apart. In one burst each
second, the end of one that is delayed and the beginning of the next can fall into one second."""
_LENT = 2
"""Seconds that a process may hold the shared bucket without a word."""
_SHARED_WAIT = 0.01
"""Seconds until a shared bucket is asked again that does not tell."""
_AT_ONCE = 100
"""A part in so many of the rate may go at the same moment."""
_HASTE = 1.02
"""So much faster than the rate they follow each other, to catch up with what a busy moment cost. More would
leave a pause at the end of each second, in which answers wait too."""
_NOT_SAID = {"sendChatAction", "sendChatJoinRequestWebApp"}

ChatId = int | str


class FloodError(Exception):
    """A message may not go for so long that it is not kept waiting."""

    def __init__(self, wait: float, *, everyone: bool) -> None:
        super().__init__(f"not before {wait:.0f} s are over")
        self.wait = timedelta(seconds=wait)
        self.everyone = everyone


class Pace(NamedTuple):
    """So many messages in any window of so many seconds."""

    most: int
    seconds: float

    def wait(self, times: list[float], now: float) -> float:
        """Return the seconds until one more fits; *times* are sorted, inf is what is about to go."""
        if len(times) < self.most:
            return 0.0
        return min(times[-self.most], now) + self.seconds - now


REPLY = Pace(60, 60)
"""To a person who asks we answer at once: one a second on the whole, in bursts as long as people tap."""
PRIVATE = Pace(3, 3)
GROUP = Pace(20, 60)
"""Also of channels."""
_PRIVATE = (REPLY, PRIVATE)
_GROUP = (GROUP,)


@dataclass(slots=True)
class _Chat:
    paces: tuple[Pace, ...]
    """The last is the one of pushes."""
    times: list[float] = field(default_factory=list)
    shut_until: float = 0.0

    def wait(self, now: float, *, is_reply: bool) -> float:
        if not self.times and not self.shut_until:
            return 0.0
        paces = self.paces[:1] if is_reply else self.paces
        return max(self.shut_until - now, *(pace.wait(self.times, now) for pace in paces), 0.0)

    def count(self, now: float) -> None:
        insort(self.times, now)
        del self.times[: -self.paces[0].most]

    def is_idle(self, now: float) -> bool:
        """Tell whether nothing has to be known of the chat any more."""
        last = self.times[-1] if self.times else -math.inf
        return last <= now - self.paces[0].seconds and self.shut_until <= now


class Limiter(BaseRateLimiter[None]):
    """Gives turns. Answers go before what nobody waits for; among equals, who came first.

    *rate* is the most in any second. Where *open_bucket* opens one that other processes use
    too, see `shared`, all of them have these turns together. *clock* counts seconds from
    anywhere, and never back.
    """

    def __init__(
        self,
        rate: int = FREE_RATE,
        open_bucket: Callable[[], AbstractBucket] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._even = _evenly(rate)
        self._bucket: AbstractBucket = InMemoryBucket(rates(rate))
        self._open_bucket = open_bucket
        """Opens the bucket that is used instead, at the first turn; None once that is done."""
        self._is_shared = open_bucket is not None
        self._lump = max(1, rate // 50) if self._is_shared else 1
        self._clock = clock
        self._chats: OrderedDict[ChatId, _Chat] = OrderedDict()
        """Those of the last minute, those that are to be left alone, and some that are not forgotten yet.
        In a dict the first is looked for behind the gaps of all that were taken before it."""
        self._queue: list[tuple[bool, int, asyncio.Future[float]]] = []
        self._numbers = count()
        self._serving: asyncio.Task[None] | None = None
        self._shut_until = 0.0
        self._flooded: set[ChatId] = set()
        """Who was told to wait since the last message was taken."""

    @property
    def chats(self) -> int:
        """How many chats are remembered."""
        return len(self._chats)

    async def initialize(self) -> None:
        """Nothing is held open."""

    async def shutdown(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            with suppress(asyncio.CancelledError):
                await self._serving
            self._serving = None
        await asyncio.to_thread(self._bucket.close)

    async def turn(self, chat_id: ChatId, *, is_reply: bool = False) -> None:
        """Wait until a message may go to the chat, and count it. Raises FloodError where that takes long."""
        patience = REPLY_PATIENCE if is_reply else PATIENCE
        now = self._clock()
        chat = self._chat(chat_id, now)
        while (wait := chat.wait(now, is_reply=is_reply)) > 0:
            if wait > patience:
                raise FloodError(wait, everyone=False)
            await asyncio.sleep(wait)
            now = self._clock()
            chat = self._chat(chat_id, now)  # it may have been forgotten meanwhile
        if self._shut_until - now > patience:
            raise FloodError(self._shut_until - now, everyone=True)
        if not self._is_free(now) or self._take_one(now) > 0:
            chat.times.append(math.inf)
            try:
                now = await self._overall(is_reply=is_reply)
            finally:
                chat.times.remove(math.inf)
        chat.count(now)

    def told_to_wait(self, chat_id: ChatId, seconds: float) -> bool:
        """Let nothing go to the chat for so long, or to all; tell whether it is all."""
        now = self._clock()
        chat = self._chat(chat_id, now)
        recent = sum(one > now - GROUP.seconds for one in chat.times)
        if recent <= _QUIET:
            self._flooded.add(chat_id)
        if len(self._flooded) < FLOODED_CHATS:
            chat.shut_until = max(chat.shut_until, now + seconds)
            return False
        self._shut_until = max(self._shut_until, now + seconds)
        return True

    def taken(self) -> None:
        """Know that Telegram took a message: whoever was told to wait was told for its own sake."""
        self._flooded.clear()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        """Make one of python-telegram-bot's calls when its turn comes; once more where Telegram says so."""
        chat_id = data.get("chat_id")
        if chat_id is None or not is_said(endpoint):
            return await callback(*args, **kwargs)
        try:
            return await self._reply(chat_id, callback, args, kwargs)
        except RetryAfter:
            pass
        return await self._reply(chat_id, callback, args, kwargs)

    async def _reply(
        self,
        chat_id: ChatId,
        call: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
    ) -> Any:
        try:
            await self.turn(chat_id, is_reply=True)
        except FloodError as flood:
            raise RetryAfter(flood.wait) from None
        try:
            result = await call(*args, **kwargs)
        except RetryAfter as error:
            self.told_to_wait(chat_id, seconds(error))
            raise
        self.taken()
        return result

    def _chat(self, chat_id: ChatId, now: float) -> _Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            self._forget(now)
            is_private = isinstance(chat_id, int) and chat_id > 0
            chat = self._chats[chat_id] = _Chat(_PRIVATE if is_private else _GROUP)
        return chat

    def _forget(self, now: float) -> None:
        """Look at two chats for each new one, round and round, and forget them where they are idle."""
        for _ in range(min(2, len(self._chats))):
            chat_id, chat = self._chats.popitem(last=False)
            if not chat.is_idle(now):
                self._chats[chat_id] = chat

    def _is_free(self, now: float) -> bool:
        """Tell whether nobody waits, so that no order has to be kept."""
        return not self._queue and not self._is_shared and self._shut_until <= now

    async def _overall(self, *, is_reply: bool) -> float:
        """Wait for one of everybody's turns, and return when it is used, which is at once."""
        loop, number = asyncio.get_running_loop(), next(self._numbers)
        while True:
            granted: asyncio.Future[float] = loop.create_future()
            heappush(self._queue, (not is_reply, number, granted))
            if self._serving is None or self._serving.done():
                self._serving = asyncio.create_task(self._serve(), name="limiter")
            given = await granted
            now = self._clock()
            if now - given <= (_SHARED_LATE if self._is_shared else _LATE):
                return now
            # Something kept us busy, or the process did not run: that turn is over.

    async def _serve(self) -> None:
        """Give turns as long as somebody waits."""
        while self._queue:
            wait = self._shut_until - self._clock()
            if wait > 0:
                self._give_back(wait)
                await asyncio.sleep(wait if self._queue else 0)
                continue
            wait = await self._let_through()
            await asyncio.sleep(wait)

    def _give_back(self, wait: float) -> None:
        """Let go those for whom it takes too long."""
        for waiter in [*self._queue]:
            is_push, _, granted = waiter
            if wait > (PATIENCE if is_push else REPLY_PATIENCE):
                self._queue.remove(waiter)
                if not granted.done():
                    granted.set_exception(FloodError(wait, everyone=True))

    async def _let_through(self) -> float:
        """Let as many through as may go now; return the seconds until the next may."""
        while self._queue:
            if self._queue[0][-1].done():  # who waited was cancelled
                heappop(self._queue)
                continue
            asked_at = self._clock()
            number, wait = await self._take(min(len(self._queue), self._lump))
            for _ in range(min(number, len(self._queue))):
                granted = heappop(self._queue)[-1]
                if not granted.done():
                    granted.set_result(asked_at)
            if not number:
                return wait
        return 0.0

    async def _take(self, number: int) -> tuple[int, float]:
        """Take *number* turns, or none; return how many, and the seconds until there are some."""
        if not self._is_shared:
            wait = self._take_one(self._clock())
            return int(not wait), wait
        try:
            wait = await asyncio.to_thread(self._take_shared, number)
        except Exception as error:  # whatever a database and its driver raise: nobody goes before it is back
            log.warning("the shared pace is out of reach", reason=type(error).__name__)
            wait = 1.0
        return 0 if wait else number, wait

    def _take_shared(self, number: int) -> float:
        if self._open_bucket is not None:
            self._bucket = self._open_bucket()
            self._open_bucket = None
        return _take(self._bucket, number)

    def _take_one(self, now: float) -> float:
        """Take a turn, or return the seconds until there is one."""
        moment = int(now * 1000)
        return _take(self._even, 1, moment) or _take(self._bucket, 1, moment)


def _take(bucket: AbstractBucket, number: int, now: int | None = None) -> float:
    """Take *number* turns, or return the seconds until there are some; the bucket may have its own *now*."""
    if now is None:
        now = int(bucket.now())  # type: ignore[no-untyped-call]
    item = RateItem("said", now, weight=number)
    if bucket.put(item):
        return 0.0
    bucket.leak(now)
    wait = bucket.waiting(item)
    return max(wait, 1) / 1000 if isinstance(wait, int) else _SHARED_WAIT


def rates(rate: int, margin: int = _MARGIN) -> list[Rate]:
    """Return the rates of a bucket with a log that lets *rate* messages through in any second.

    pyrate-limiter counts in whole milliseconds, both ends of a window included.
    """
    return [Rate(rate, 1000 + margin)]


def shared_rates(rate: int) -> list[Rate]:
    """Return the rates of a bucket that many use: the same, and a part of it in each step."""
    step = math.ceil(rate * _HASTE * _STEP / 1000)
    return [*([Rate(step, _STEP)] if step < rate else []), *rates(rate, _SHARED_MARGIN)]


def shared(url: str, rate: int) -> AbstractBucket:
    """Open a bucket in the PostgreSQL at *url*, `postgresql+asyncpg://…`; all who use it have one rate.

    Its clock is the server's. A limiter that is shut down closes it.
    """
    from psycopg_pool import ConnectionPool  # noqa: PLC0415 - only where many processes deliver

    place = url.replace("+asyncpg", "", 1)
    pool = ConnectionPool(place, min_size=1, max_size=2, timeout=5, open=True, configure=_lend)
    try:
        return PostgresBucket(pool, "telegram", shared_rates(rate))
    except BaseException:
        pool.close()
        raise


def _lend(connection: "Connection") -> None:
    """Have the server take the bucket back from a process that stands still with it: all others wait."""
    connection.execute(f"SET idle_in_transaction_session_timeout = '{_LENT}s'")
    connection.commit()


def _evenly(rate: int) -> StateBucket:
    """Return a bucket with a state, which keeps messages apart instead of in one burst each second."""
    return StateBucket([Rate(math.ceil(rate * _HASTE), 1000, burst=max(1, rate // _AT_ONCE))])


def is_said(endpoint: str) -> bool:
    """Tell whether a call says something in a chat, and counts."""
    return endpoint.startswith(("send", "copy", "forward", "edit")) and endpoint not in _NOT_SAID


def seconds(error: RetryAfter) -> float:
    """Return how long Telegram wishes us to wait."""
    told = error.retry_after
    return told.total_seconds() if isinstance(told, timedelta) else float(told)
