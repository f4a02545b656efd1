"""Updates of one chat come in turn, and a thousand of them cost other chats next to nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from telegram import Chat, Message, Update, User
from telegram.constants import ChatType

from digestbot.bot.order import CROWD, FEW, ByChat
from tests.bot.conftest import in_no_time
from tests.builders import NOON


class Play:
    """Updates that each take so many seconds, and when they began."""

    def __init__(self, drops: Callable[[Update], bool] = lambda _: False) -> None:
        self.people: dict[int, list[float]] = {}
        self._order = ByChat(drops)
        self.hurry = self._order.hurry
        self.began: dict[int, list[float]] = {}
        self.busy = self.most_busy = 0

    async def update(self, chat: int, seconds: float, person: int | None = None) -> None:
        kind = ChatType.PRIVATE if person is None else ChatType.GROUP
        said = Message(1, NOON, Chat(chat, kind), from_user=User(person or chat, "Ann", is_bot=False))
        await self._order.process_update(Update(1, message=said), self._handle(chat, seconds, person))

    async def _handle(self, chat: int, seconds: float, person: int | None) -> None:
        self.began.setdefault(chat, []).append(asyncio.get_running_loop().time())
        if person is not None:
            self.people.setdefault(person, []).append(asyncio.get_running_loop().time())
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        await asyncio.sleep(seconds)
        self.busy -= 1


def test_who_sends_many_has_a_twentieth_of_the_time() -> None:
    """Twenty at once, a second each: one every twenty seconds, but for the last few. Others begin at once."""
    play = Play()

    async def many() -> None:
        flood = [play.update(1, 1.0) for _ in range(20)]
        others = [play.update(chat, 1.0) for chat in range(2, 300)]
        await asyncio.gather(*flood, *others)

    in_no_time(many())
    rested = [20.0 * number for number in range(20 - FEW)]
    assert play.began[1] == pytest.approx(rested + [rested[-1] + number for number in range(1, FEW + 1)])
    first_wave = [began for chat, (began, *_) in play.began.items() if chat != 1]
    assert sum(began < 0.5 for began in first_wave) == 255, "all but the flood's one that is at work"
    assert max(first_wave) < 1.5
    assert play.most_busy == 256


def test_who_waits_for_an_answer_is_never_kept_waiting() -> None:
    """Ask, be answered, ask again, or tap some buttons in a row: no pause. A very long one ends by itself."""
    play = Play()

    async def talk() -> None:
        for _ in range(5):
            await play.update(1, 1.0)
        await asyncio.gather(*(play.update(2, 1.0) for _ in range(1 + FEW)))
        await asyncio.gather(*(play.update(3, 60.0) for _ in range(2 + FEW)))

    in_no_time(talk())
    assert play.began[1] == pytest.approx([0, 1, 2, 3, 4])
    assert play.began[2] == pytest.approx([5, 6, 7, 8, 9, 10])
    assert play.began[3][:3] == pytest.approx([11, 11 + 60 + 30, 11 + 60 + 30 + 60])


def test_nobody_rests_when_the_bot_leaves() -> None:
    """What waits is answered at once, one after the other."""
    play = Play()

    async def flood() -> Any:
        asyncio.get_running_loop().call_later(5, play.hurry)
        await asyncio.gather(*(play.update(1, 1.0) for _ in range(20)))

    in_no_time(flood())
    assert play.began[1] == pytest.approx([0.0, *(5.0 + number for number in range(19))])


def test_members_of_a_group_do_not_slow_each_other() -> None:
    """Sixty tap: in turn, a third of the time while they are a crowd. Who taps forty times holds up none."""
    play = Play()

    async def group() -> None:
        await asyncio.gather(*(play.update(-1, 0.1, person) for person in range(1, 61)))
        flood = [play.update(-2, 0.1, 100) for _ in range(40)]
        others = [play.update(-2, 0.1, person) for person in range(101, 111)]
        await asyncio.gather(*flood, *others)

    in_no_time(group())
    resting = 60 - CROWD - 1
    crowd = [0.3 * number for number in range(resting)]
    assert play.began[-1] == pytest.approx(
        crowd + [0.3 * resting + 0.1 * number for number in range(CROWD + 1)]
    )
    begin = play.began[-2][0]
    assert [play.people[person][0] - begin for person in range(100, 111)] == pytest.approx(
        [0.1 * number for number in range(11)]
    )
    assert play.people[100][1] - begin == pytest.approx(2.0), "after nineteen tenths of rest"


def test_what_is_dropped_takes_no_turn() -> None:
    """A thousand that nobody answers are over at once."""
    play = Play(lambda update: bool(update.effective_chat and update.effective_chat.id == 1))

    async def flood() -> Any:
        await asyncio.gather(*(play.update(1, 1.0) for _ in range(1000)), play.update(2, 1.0))
        return asyncio.get_running_loop().time()

    assert in_no_time(flood()) == pytest.approx(1.0)
    assert [*play.began] == [2]
