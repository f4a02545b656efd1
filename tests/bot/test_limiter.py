"""The pace of all that we say: any second, each chat, who goes first, and Telegram's own wishes."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import Any

import pytest
from psycopg.errors import IdleInTransactionSessionTimeout
from pyrate_limiter import InMemoryBucket, PostgresBucket, RateItem
from telegram.error import BadRequest, RetryAfter

from digestbot.bot import limiter as limiting
from digestbot.bot.limiter import FloodError, Limiter, is_said, rates, shared, shared_rates
from digestbot.store import Store
from tests.bot.conftest import MovedLoop, in_no_time


def a_limiter(rate: int = 30) -> Limiter:
    return Limiter(rate, clock=asyncio.get_running_loop().time)


def most_in(seconds: float, times: Sequence[float]) -> int:
    """Return how many of *times*, sorted, are in the fullest window that starts with one of them."""
    first = most = 0
    for last, time in enumerate(times):
        while time - times[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


async def say(limiter: Limiter, chats: Sequence[int], **how: bool) -> list[float]:
    """Send a message to each of *chats* at once, and return when they went."""
    now = asyncio.get_running_loop().time
    times = []

    async def one(chat: int) -> None:
        await limiter.turn(chat, **how)
        times.append(now())

    await asyncio.gather(*map(one, chats))
    return times


@pytest.mark.parametrize("rate", [1, 2, 7, 30, 99, 500, 1000])
def test_no_second_sees_more_than_the_rate(rate: int) -> None:
    """From any moment on, also in the first second, and yet nearly all of the rate is used."""

    async def play() -> list[float]:
        return await say(a_limiter(rate), range(1, 3 * rate + 5))

    times = in_no_time(play())
    assert most_in(1.0, times) <= rate
    assert len(times) / (times[-1] - times[0] + 1 / rate) >= 0.96 * rate


@pytest.mark.parametrize("seed", range(5))
def test_no_second_sees_more_than_the_rate_however_they_come(seed: int) -> None:
    """Bursts, pauses, answers and pushes mixed."""
    random_ = random.Random(seed)

    async def play() -> list[float]:
        limiter, now = a_limiter(20), asyncio.get_running_loop().time
        times: list[float] = []

        async def one(chat: int) -> None:
            await limiter.turn(chat, is_reply=random_.random() < 0.3)
            times.append(now())

        async with asyncio.TaskGroup() as all_:
            for burst in range(12):
                for number in range(random_.randrange(40)):
                    all_.create_task(one(1 + burst * 100 + number))
                await asyncio.sleep(random_.random() * 3)
        return times

    times = in_no_time(play())
    assert len(times) > 60
    assert most_in(1.0, times) <= 20


@pytest.mark.parametrize("seed", range(5))
def test_no_second_sees_more_than_the_rate_however_busy_the_process_is(seed: int) -> None:
    """A turn that could not be used when it was given is not used later, on top of others."""
    random_ = random.Random(seed)

    async def play() -> list[float]:
        loop, limiter, is_over = asyncio.get_running_loop(), a_limiter(100), False
        assert isinstance(loop, MovedLoop)

        def be_busy() -> None:  # between any two steps of whoever else there is
            loop.now += random_.choice([0.0005] * 50 + [0.1])
            if not is_over:
                loop.call_soon(be_busy)

        be_busy()
        times: list[float] = []

        async def one(chat: int) -> None:
            await limiter.turn(chat)
            times.append(loop.time())

        await asyncio.gather(*map(one, range(1, 401)))
        is_over = True
        return times

    assert most_in(1.0, in_no_time(play())) <= 100


@pytest.mark.parametrize(
    ("chat", "is_reply", "count", "most", "seconds"),
    [(7, False, 12, 3, 3), (7, True, 130, 60, 60), (-7, False, 20, 20, 60), ("@channel", True, 21, 20, 60)],
)
def test_the_pace_of_one_chat(chat: Any, is_reply: bool, count: int, most: int, seconds: float) -> None:
    """A person is told three things at once, then one a second; a group and a channel twenty in a minute."""

    async def play() -> list[float]:
        limiter, now = a_limiter(1000), asyncio.get_running_loop().time
        times: list[float] = []
        while len(times) < count:
            try:
                await limiter.turn(chat, is_reply=is_reply)
            except FloodError as flood:
                await asyncio.sleep(flood.wait.total_seconds())
            else:
                times.append(now())
        return times

    assert most_in(seconds, in_no_time(play())) == most


def test_what_its_chat_keeps_waiting_for_long_is_given_back() -> None:
    """A group that had its twenty does not hold a place of those who can go."""

    async def play() -> FloodError:
        limiter = a_limiter()
        await say(limiter, [-7] * 20)
        with pytest.raises(FloodError) as flood:
            await limiter.turn(-7)
        return flood.value

    flood = in_no_time(play())
    assert timedelta(seconds=55) < flood.wait <= timedelta(seconds=60)
    assert not flood.everyone


def test_answers_go_first_and_among_equals_who_came_first() -> None:
    """Thirty pushes wait; a person asks, and is answered next."""

    async def play() -> list[int]:
        limiter = a_limiter(5)
        order: list[int] = []

        async def one(chat: int, *, is_reply: bool = False) -> None:
            await limiter.turn(chat, is_reply=is_reply)
            order.append(chat)

        async with asyncio.TaskGroup() as all_:
            for chat in range(1, 31):
                all_.create_task(one(chat))
            await asyncio.sleep(1.1)
            told = len(order)
            await one(99, is_reply=True)
            assert order.index(99) <= told + 1
        return order

    order = in_no_time(play())
    assert [chat for chat in order if chat != 99] == [*range(1, 31)]


def test_who_leaves_the_queue_holds_nobody_up() -> None:
    """A cancelled message takes nobody's turn and is not counted."""

    async def play() -> list[float]:
        limiter = a_limiter(10)
        leaving = [asyncio.create_task(limiter.turn(chat)) for chat in range(1, 51)]
        await asyncio.sleep(0.05)
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        return await say(limiter, [100])

    assert in_no_time(play())[0] < 0.5


def test_a_chat_that_is_told_to_wait_is_left_alone() -> None:
    """For as long as Telegram said, also for hours; others go on."""

    async def play() -> None:
        limiter = a_limiter()
        assert not limiter.told_to_wait(7, 7200)
        await limiter.turn(8)
        for is_reply in (False, True):
            with pytest.raises(FloodError) as flood:
                await limiter.turn(7, is_reply=is_reply)
            assert flood.value.wait == timedelta(seconds=7200)
        await asyncio.sleep(7200)
        await limiter.turn(7)

    in_no_time(play())


def test_several_chats_in_a_row_that_are_told_to_wait_mean_all() -> None:
    """Nobody is told anything before it is over; what waited in between goes then, in its order."""

    async def play() -> None:
        limiter, now = a_limiter(), asyncio.get_running_loop().time
        assert [limiter.told_to_wait(chat, 4) for chat in (1, 2, 3)] == [False, False, True]
        assert min(await say(limiter, range(10, 20))) == 4
        limiter.told_to_wait(4, 3600)
        with pytest.raises(FloodError) as flood:
            await limiter.turn(5)
        assert flood.value.everyone
        assert flood.value.wait == timedelta(seconds=3600)
        await asyncio.sleep(3600)
        await limiter.turn(5)
        assert now() >= 3604

    in_no_time(play())


def test_what_waits_already_is_given_back_when_all_have_to_wait_long() -> None:
    """It does not stay in the queue for an hour, holding what is in flight."""

    async def play() -> list[BaseException | None]:
        limiter = a_limiter(1)
        waiting = [asyncio.create_task(limiter.turn(chat)) for chat in range(10, 14)]
        await asyncio.sleep(0)
        for chat in (1, 2, 3):
            limiter.told_to_wait(chat, 3600)
        return await asyncio.gather(*waiting, return_exceptions=True)

    told = in_no_time(play())
    assert [type(error) for error in told] == [type(None), FloodError, FloodError, FloodError]


def test_a_message_that_was_taken_in_between_means_each_for_itself() -> None:
    """Chats that are told to wait now and then don't stop the others."""

    async def play() -> list[bool]:
        limiter = a_limiter()
        told = []
        for chat in range(1, 10):
            told.append(limiter.told_to_wait(chat, 60))
            limiter.taken()
        return told

    assert not any(in_no_time(play()))


def test_a_busy_group_that_is_told_to_wait_is_its_own_case() -> None:
    """It had many messages: the limit is the group's, and says nothing of others."""

    async def play() -> list[bool]:
        limiter = a_limiter()
        for group in (-1, -2, -3, -4):
            await say(limiter, [group] * 12)
        return [limiter.told_to_wait(group, 40) for group in (-1, -2, -3, -4)]

    assert not any(in_no_time(play()))


def test_chats_are_forgotten() -> None:
    """What is remembered is a matter of the last minute, not of how many chats there are."""

    async def play() -> int:
        limiter = a_limiter(50)
        for first in range(1, 10_000, 1000):
            await say(limiter, range(first, first + 1000))
        return limiter.chats

    assert in_no_time(play()) <= 2 * 50 * 60


class Call:
    """A call of python-telegram-bot's that fails as told, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = [*errors]
        self.at: list[float] = []

    async def __call__(self) -> str:
        self.at.append(asyncio.get_running_loop().time())
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    def by(self, limiter: Limiter, endpoint: str = "sendMessage", **data: Any) -> Any:
        return limiter.process_request(self, (), {}, endpoint, data, None)


def test_an_answer_waits_for_a_short_flood_to_be_over() -> None:
    """It is made once more, when Telegram said."""

    async def play() -> list[float]:
        call = Call(RetryAfter(timedelta(seconds=5)))
        assert await call.by(a_limiter(), chat_id=7) == "done"
        return call.at

    assert in_no_time(play()) == [0, 5]


def test_an_answer_does_not_wait_for_hours() -> None:
    """The handler is told, and who asks meanwhile too, without a call."""

    async def play() -> list[float]:
        limiter, call = a_limiter(), Call(RetryAfter(timedelta(hours=1)))
        for _ in range(2):
            with pytest.raises(RetryAfter):
                await call.by(limiter, chat_id=7)
        return call.at

    assert in_no_time(play()) == [0]


def test_other_errors_are_the_callers() -> None:
    """Nothing is tried again but what Telegram said to."""

    async def play() -> list[float]:
        call = Call(BadRequest("chat not found"))
        with pytest.raises(BadRequest):
            await call.by(a_limiter(), chat_id=7)
        return call.at

    assert in_no_time(play()) == [0]


@pytest.mark.parametrize(
    ("endpoint", "counts"),
    [
        ("sendMessage", True),
        ("editMessageText", True),
        ("copyMessage", True),
        ("forwardMessage", True),
        ("sendChatAction", False),
        ("getUpdates", False),
        ("getMe", False),
        ("answerCallbackQuery", False),
        ("getChatMember", False),
        ("setMyCommands", False),
    ],
)
def test_only_what_says_something_counts(endpoint: str, counts: bool) -> None:
    """Questions of ours and the answer to a press are not held up."""

    async def play() -> float:
        limiter = a_limiter(1)
        await say(limiter, [1])
        call = Call()
        await call.by(limiter, endpoint, chat_id=7)
        return call.at[0]

    assert is_said(endpoint) == counts
    assert (in_no_time(play()) > 0) == counts


async def test_two_that_share_a_bucket_have_one_rate() -> None:
    """Each in a loop of its own turn, they stay below the rate together."""
    bucket = InMemoryBucket(rates(20))
    times = await asyncio.gather(*(say(Limiter(20, lambda: bucket), range(1, 16)) for _ in range(2)))
    assert most_in(1.0, sorted(chain(*times))) <= 20


@pytest.mark.parametrize(("rate", "at_once"), [(1, 1), (3, 1), (30, 4), (300, 31), (1000, 102)])
def test_what_many_share_does_not_go_in_one_burst_a_second(rate: int, at_once: int) -> None:
    """Of a shared rate a tenth goes in a tenth of a second: a delayed end of a burst meets no next one."""
    bucket = InMemoryBucket(shared_rates(rate))
    taken: list[float] = []
    for at in range(3000):
        while bucket.put(RateItem("said", at)):
            taken.append(at)
    assert most_in(100, taken) == at_once
    assert most_in(1000, taken) == rate
    assert len(taken) > 2 * rate


async def test_many_processes_share_a_rate_by_their_postgres(new_postgres: Callable[[], str]) -> None:
    """Three limiters on one database, each with connections of its own, stay below the rate together."""
    url = new_postgres()
    limiters = [Limiter(30, partial(shared, url, 30)) for _ in range(3)]
    times = await asyncio.gather(*(say(limiter, range(1, 26)) for limiter in limiters))
    for limiter in limiters:
        await limiter.shutdown()
    assert most_in(1.0, sorted(chain(*times))) <= 30


async def test_a_process_that_stands_still_with_the_shared_bucket_does_not_keep_it(
    new_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Suspended, or on a machine that lost its network, while it counts: the others go on."""
    monkeypatch.setattr(limiting, "_LENT", 0.5)
    url = new_postgres()
    others, standing = Limiter(30, partial(shared, url, 30)), await asyncio.to_thread(shared, url, 30)
    assert isinstance(standing, PostgresBucket)
    with pytest.raises(IdleInTransactionSessionTimeout), standing._get_conn() as connection:
        connection.execute(standing._q_lock)
        async with asyncio.timeout(10):
            await others.turn(7)
        connection.execute("SELECT 1")
    await others.shutdown()
    await asyncio.to_thread(standing.close)


async def test_both_libraries_understand_how_safe_a_connection_is_to_be(
    new_postgres: Callable[[], str],
) -> None:
    """They have two names for the same parameter; the setting has one."""
    url = f"{new_postgres()}&sslmode=prefer"
    async with Store(url) as store:
        assert await store.revision() is None
    await asyncio.to_thread(shared(url, 30).close)


async def test_nobody_goes_while_the_shared_bucket_is_out_of_reach() -> None:
    """A database that is away is asked again, and nothing is lost."""

    class Away(InMemoryBucket):
        is_back = False

        def put(self, item: Any) -> bool:
            if not self.is_back:
                raise ConnectionError("away")
            return super().put(item)

    bucket = Away(rates(20))
    limiter = Limiter(20, lambda: bucket)
    waiting = asyncio.create_task(limiter.turn(7))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    bucket.is_back = True
    await asyncio.wait_for(waiting, 5)
    await limiter.shutdown()


async def test_a_database_that_is_not_there_when_it_starts_lets_nobody_go() -> None:
    """The bot starts all the same, and who waits can leave."""
    limiter = Limiter(20, partial(shared, "postgresql+asyncpg://u:pw@127.0.0.1:1/x", 20))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(limiter.turn(7), 0.2)
    await limiter.shutdown()
