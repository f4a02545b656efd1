"""A forum's digest in parts, one to a thread: the ledger's promise holds for each of them."""

from datetime import timedelta

import pytest

from digestbot.core.delivery import LEASE, State
from digestbot.core.subscriber import Chat, ChatKind
from digestbot.store import Store
from tests.actions.test_deliver import FLAG, House
from tests.builders import NOON

LAB = Chat(-1001, ChatKind.SUPERGROUP)
DUE = NOON + timedelta(days=1)
PAPERS = {"2510.00001", "2510.00002", "2510.00003", "2510.00004", "2510.00005"}


@pytest.fixture
async def forum(store: Store) -> House:
    """A forum whose agents go to thread 4 and robots to thread 5; one paper is about neither."""
    house = House(store)
    await house.membership.subscribe(LAB)
    await house.membership.topics.add(LAB, ["agents", "robots", "crows"])
    await house.membership.route(LAB, "Agents", 4)
    await house.membership.route(LAB, "robots", 5)
    for first, title in enumerate(("Agents", "Robots", "Crows", "Agents", "Robots"), 1):
        await house.lists(first, 1, title=title)
    return house


async def test_each_thread_gets_its_part(forum: House) -> None:
    """One message to a thread, each paper in one of them."""
    await forum.tick(DUE)
    assert sorted(forum.post.papers()) == sorted(PAPERS)
    assert sorted(forum.post.threads, key=str) == [4, 5, None]
    told = {
        thread: message.html
        for thread, (_, message) in zip(forum.post.threads, forum.post.taken, strict=True)
    }
    assert "Agents" in told[4]
    assert "Robots" in told[5]
    assert "Crows" in told[None]
    assert await forum.states() == {State.SENT: 1}


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("crash", ["crash before", "crash after", "doubt", "refused"])
async def test_a_crash_between_parts_loses_nothing_and_repeats_nothing_unflagged(
    forum: House, crash: str, part: int
) -> None:
    """Whichever part is in flight: what was sent is not sent again, what is in doubt says so."""
    forum.post.faults = ["none"] * part + [crash]
    for minutes in (0, 1, 2, 3, 5, 8):
        await forum.tick(DUE + timedelta(minutes=minutes))
    await forum.tick(DUE + 3 * LEASE)
    seen: set[str] = set()
    for paper in forum.post.papers():
        assert paper.endswith("?") or paper not in seen
        seen.add(paper.rstrip("?"))
    assert seen == PAPERS
    again = len(forum.post.taken) - 3
    assert again == (crash in ("crash after", "doubt"))


async def test_a_thread_that_is_gone_costs_no_paper(forum: House) -> None:
    """Its papers come where all others come, at once; the forum is told once, the route is dropped."""
    forum.post.closed = {4, 5}
    await forum.tick(DUE)
    assert sorted(forum.post.papers()) == sorted(PAPERS)
    assert set(forum.post.threads) == {None}
    assert FLAG not in "".join(message.html for _, message in forum.post.taken)
    notices = [message.html for _, message in forum.post.taken if "is closed or gone" in message.html]
    assert len(notices) == 2
    assert "agents" in notices[0] + notices[1]
    assert (await forum.membership.reader(LAB)).routes == ()
    await forum.lists(6, 1, title="Agents")
    await forum.tick(DUE + timedelta(days=1))
    assert len([1 for _, message in forum.post.taken if "is closed or gone" in message.html]) == 2


async def test_routes_that_change_on_the_way_cost_no_paper(forum: House) -> None:
    """A part that waits goes where the route leads now."""
    forum.post.faults = ["none", "refused"]
    await forum.tick(DUE)
    await forum.membership.route(LAB, "agents", 5)
    await forum.membership.route(LAB, "robots", None)
    await forum.tick(DUE + timedelta(minutes=5))
    assert sorted(forum.post.papers()) == sorted(PAPERS)
