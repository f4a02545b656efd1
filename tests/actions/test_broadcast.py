"""What an owner tells everybody: the ledger's promises hold for it too."""

import asyncio
from datetime import timedelta

import pytest

from digestbot.actions.broadcast import Broadcaster
from digestbot.core.broadcast import LONGEST, BroadcastState, Progress, Shown
from digestbot.core.delivery import COPIES_AFTER, State
from digestbot.core.subscriber import Chat, ChatKind
from digestbot.errors import UserError
from digestbot.store import Store
from tests.actions.test_deliver import FLAG, House
from tests.builders import NOON

READERS = [Chat(number, ChatKind.PRIVATE) for number in (11, 12, 13)]
SHOWN = Shown(99, 5, "en")
TEXT = "We move to a new server & will be back at 18:00."


@pytest.fixture
async def house(store: Store) -> House:
    """Three who get digests, one who paused."""
    house = House(store)
    for chat in (*READERS, Chat(14, ChatKind.PRIVATE)):
        await house.membership.subscribe(chat)
    await house.membership.pause(Chat(14, ChatKind.PRIVATE))
    return house


@pytest.fixture
def broadcaster(house: House) -> Broadcaster:
    return Broadcaster(house.store, house.clock)


async def test_everybody_is_told_once(house: House, broadcaster: Broadcaster) -> None:
    """Each active subscriber; a second press of the button is refused."""
    number, count = await broadcaster.draft(TEXT)
    assert count == 3
    await house.tick()
    assert house.post.taken == []
    progress = await broadcaster.send(number, SHOWN)
    assert (progress.total, progress.waiting, progress.can_be_stopped) == (3, 3, True)
    with pytest.raises(UserError, match="old-button"):
        await broadcaster.send(number, SHOWN)
    for _ in range(2):
        await house.tick()
    assert sorted(chat for chat, _ in house.post.taken) == [11, 12, 13]
    assert all("new server &amp; will" in message.html for _, message in house.post.taken)


async def test_doubts_and_deaths_repeat_it_flagged_and_lose_none(
    house: House, broadcaster: Broadcaster
) -> None:
    """One is not confirmed, one is refused, one dies with its process: all come, copies say so."""
    number, _ = await broadcaster.draft(TEXT)
    await broadcaster.send(number, SHOWN)
    house.post.faults = ["doubt", "refused"]
    await house.tick()
    house.post.faults = ["crash after"]
    await house.tick(house.clock.now + COPIES_AFTER[0])
    house.post.faults = []
    for minutes in range(3, 90, 3):
        await house.tick(NOON + timedelta(minutes=minutes))
    told: dict[int, list[bool]] = {}
    for chat, message in house.post.taken:
        told.setdefault(chat, []).append(FLAG in message.html)
    assert sorted(told) == [11, 12, 13]
    assert all(flags == [False, *[True] * (len(flags) - 1)] for flags in told.values())
    assert (await house.states()) == {State.SENT: 3}


async def test_it_is_stopped(house: House, broadcaster: Broadcaster) -> None:
    """Who has it has it, nobody else gets it, also not later."""
    number, _ = await broadcaster.draft(TEXT)
    await broadcaster.send(number, SHOWN)
    house.post.faults = ["none", "refused", "refused"]
    await house.tick()
    stopped = await broadcaster.stop(number)
    assert (stopped.state, stopped.sent, stopped.waiting, stopped.lost) == (BroadcastState.STOPPED, 1, 0, 2)
    with pytest.raises(UserError, match="old-button"):
        await broadcaster.stop(number)
    await house.tick(NOON + timedelta(hours=1))
    assert len(house.post.taken) == 1


async def test_what_is_in_flight_when_it_is_stopped_is_not_tried_again(
    house: House, broadcaster: Broadcaster
) -> None:
    """Who has it by then counts as who has it."""
    number, _ = await broadcaster.draft(TEXT)
    await broadcaster.send(number, SHOWN)
    house.post.faults = ["none", "refused", "lost"]
    house.post.latency = 0.2
    ticking = asyncio.create_task(house.tick())
    await house.post.begun.wait()
    await broadcaster.stop(number)
    await ticking
    for hours in range(1, 9):
        await house.tick(NOON + timedelta(hours=hours))
    assert len(house.post.taken) == 1
    assert await house.states() == {State.SENT: 1, State.CANCELLED: 2}


async def test_who_is_forgotten_while_it_is_planned_is_left_out(newest_url: str, house: House) -> None:
    """The owner is not told of an error, and all the others get it."""
    async with Store(newest_url) as other:
        if not other.is_shared:
            pytest.skip("a file has one writer at a time")
        broadcaster = Broadcaster(other, house.clock)
        number, _ = await broadcaster.draft(TEXT)
        async with house.store.write() as tables:
            await tables.personal.forget(READERS[0].id)
            sending = asyncio.create_task(broadcaster.send(number, SHOWN))
            await asyncio.wait([sending], timeout=0.5)
        assert (await sending).waiting == 2
    await house.tick()
    assert sorted(chat for chat, _ in house.post.taken) == [12, 13]


async def test_a_digest_that_was_due_before_comes_first(house: House, broadcaster: Broadcaster) -> None:
    """And the digest after it is as it would have been."""
    await house.lists(1, 1)
    due = NOON + timedelta(days=1)
    house.clock.now = due
    number, _ = await broadcaster.draft(TEXT)
    await house.courier(house.post).plan()
    await broadcaster.send(number, SHOWN)
    await house.tick()
    for chat in READERS:
        first, second = (message.html for told, message in house.post.taken if told == chat.id)
        assert ("2510.00001" in first, "new server" in second) == (True, True)
    async with house.store.read() as tables:
        reader = await tables.subscribers.in_chat(11)
        assert reader is not None
        last = await tables.deliveries.latest(reader.id)
    assert last is not None
    assert [pick.paper_id for pick in last.digest.picks] == ["2510.00001"]


async def test_its_end_is_shown_once(house: House, broadcaster: Broadcaster) -> None:
    """As long as something waits it is shown; what could not be shown is shown again."""
    seen: list[tuple[int, Progress]] = []
    number, _ = await broadcaster.draft(TEXT)
    await broadcaster.send(number, SHOWN)
    works = True

    async def show(shown: Shown, progress: Progress) -> bool:
        seen.append((shown.message_id, progress))
        return works

    await broadcaster.show_all(show)
    await house.tick()
    works = False
    await broadcaster.show_all(show)
    works = True
    for _ in range(3):
        await broadcaster.show_all(show)
    assert [(shown, progress.sent, progress.waiting) for shown, progress in seen] == [
        (5, 0, 3), (5, 3, 0), (5, 3, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST + 1)])
async def test_what_cant_be_told_is_refused(broadcaster: Broadcaster, text: str) -> None:
    """Nothing, or more than fits into a message."""
    with pytest.raises(UserError, match="broadcast"):
        await broadcaster.draft(text)


async def test_a_draft_is_dropped_or_forgotten(house: House, broadcaster: Broadcaster) -> None:
    """By its button at once, by itself after a day."""
    number, _ = await broadcaster.draft(TEXT)
    await broadcaster.drop(number)
    old, _ = await broadcaster.draft(TEXT)
    house.clock.now += timedelta(days=2)
    await broadcaster.draft(TEXT)
    for gone in (number, old, 999):
        with pytest.raises(UserError, match="old-button"):
            await broadcaster.send(gone, SHOWN)
    await house.tick()
    assert house.post.taken == []
