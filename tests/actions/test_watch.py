"""Owners are told of trouble once, and once when it is over, whatever restarts."""

from datetime import timedelta

import pytest

from digestbot.actions.membership import Membership
from digestbot.actions.owners import Owners
from digestbot.actions.watch import Watch
from digestbot.core.incident import Alerts
from digestbot.core.paper import DayState, SourceDay
from digestbot.core.subscriber import Chat, ChatKind, SubscriberState
from digestbot.store import Store
from tests.actions.test_deliver import DEFAULTS, House
from tests.builders import DAY, NOON

OWNERS = (71, 72)


class Tower:
    """Somebody who looks, in a process that can be started anew, and the owners' chats."""

    def __init__(self, store: Store) -> None:
        self.house = House(store)
        self.free = 9000
        self.restart()

    def restart(self) -> None:
        clock = self.house.clock
        self.watch = Watch(self.house.store, clock, None, lambda: self.free, Alerts(late_minutes=15))

    async def look(self) -> None:
        await self.watch.look(Owners(self.house.store, self.house.post, OWNERS, "en"))

    def told(self, owner: int) -> list[str]:
        return [message.html for chat, message in self.house.post.taken if chat == owner]


@pytest.fixture
def tower(store: Store) -> Tower:
    return Tower(store)


async def _day(tower: Tower, state: DayState, failures: int) -> None:
    async with tower.house.store.write() as tables:
        day = SourceDay(source="arxiv", day=DAY, state=state, failures=failures, error="HTTP <500>")
        await tables.days.put(day)


async def test_trouble_is_told_once_and_its_end_once(tower: Tower) -> None:
    """To each owner; a restart in between changes nothing, and a second time is told anew."""
    for _ in range(2):
        await _day(tower, DayState.FAILED, 1)
        await tower.look()
        before = len(tower.told(71))
        await _day(tower, DayState.FAILED, 2)
        await tower.look()
        tower.restart()
        await _day(tower, DayState.FAILED, 3)
        await tower.look()
        await _day(tower, DayState.COMPLETE, 0)
        for _ in range(2):
            await tower.look()
        for owner in OWNERS:
            begun, ended = tower.told(owner)[before:]
            assert "arxiv of 2025-10-14 can't be read (2 tries): HTTP &lt;500&gt;" in begun
            assert "Over:" in ended


async def test_what_could_not_be_told_is_told_later(tower: Tower) -> None:
    """As long as it lasts; what ended before anybody heard of it is not told."""
    tower.free = 10
    tower.house.post.faults = ["refused"] * 4
    for _ in range(2):
        await tower.look()
    assert tower.told(71) == []
    await tower.look()
    assert "10 MB are free" in tower.told(71)[0]
    await _day(tower, DayState.FAILED, 2)
    tower.house.post.faults = ["refused"] * 2
    await tower.look()
    await _day(tower, DayState.COMPLETE, 0)
    for _ in range(2):
        await tower.look()
    assert len(tower.told(71)) == 1


async def test_digests_that_are_late_are_told(tower: Tower) -> None:
    """Planned or not; what waits for its own time is not late."""
    house = tower.house
    await Membership(house.store, house.clock, DEFAULTS).subscribe(Chat(7, ChatKind.PRIVATE))
    await house.lists(1, 1)
    due = NOON + timedelta(days=1)
    for minutes, count in ((0, 0), (14, 0), (15, 1), (90, 1)):
        house.clock.now = due + timedelta(minutes=minutes)
        await tower.look()
        assert len(tower.told(71)) == count
        if minutes == 15:
            await house.courier(house.post).plan()
    await house.tick()
    await tower.look()
    assert ["late" in told for told in tower.told(71)] == [True, True]
    assert "Over:" in tower.told(71)[1]


async def test_who_does_not_lead_tells_nothing(tower: Tower, newest_url: str) -> None:
    """One process of many looks."""
    tower.free = 10
    async with Store(newest_url) as other:
        assert await other.lead()
        await tower.look()
        assert tower.told(71) == []


async def test_an_owner_is_told_in_their_language(tower: Tower) -> None:
    """The one they chose in their chat with the bot."""
    await tower.house.membership.subscribe(Chat(72, ChatKind.PRIVATE, "ko"))
    tower.free = 10
    await tower.look()
    assert tower.told(71) != tower.told(72)
    assert (await tower.watch.overview()).subscribers == {SubscriberState.ACTIVE: 1}
