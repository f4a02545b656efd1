"""Second chances on both databases: whatever rises, no paper comes twice, nor two more than may."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from digestbot.core.digest import How, Pick
from digestbot.core.paper import Paper
from digestbot.core.rising import DAYS, MOST
from digestbot.store import Store
from tests.actions.test_deliver import ANN, House
from tests.builders import DAY, NOON, a_paper

ONE = timedelta(days=1)


@pytest.mark.parametrize("topics", [["agents"], []])
async def test_whatever_rises_comes_once(store: Store, topics: list[str]) -> None:
    """Ten days of papers whose votes grow as they like, for a reader who wants four a day."""
    house, luck = House(store), Random(7)
    await house.membership.subscribe(ANN)
    await house.membership.set_maximum(ANN, 4)
    if topics:
        await house.membership.topics.add(ANN, topics)
    some: list[Paper] = []
    for day in range(10):
        house.clock.now = NOON + day * ONE - timedelta(hours=2)
        new = [a_paper(day * 10 + n, "Agents", upvotes=n, listed_on=DAY + day * ONE) for n in range(7)]
        some = [replace(paper, upvotes=paper.upvotes + luck.choice((0, 0, 0, 9, 90))) for paper in some] + new
        async with store.write() as tables:
            await tables.papers.save(some, house.clock())
        await house.tick(NOON + day * ONE)
    papers = house.post.papers()
    assert len(papers) == len(set(papers))
    risen = await _risen(store)
    assert sum(map(len, risen)) > DAYS
    assert max(map(len, risen)) == MOST


async def test_what_a_reader_was_due_lately_is_told(store: Store) -> None:
    """With whether something was left out; a bar and how a paper came are kept."""
    house = House(store)
    await house.membership.subscribe(ANN)
    await house.membership.set_maximum(ANN, 1)
    await house.lists(1, 2)
    await house.tick(NOON + ONE)
    async with store.read() as tables:
        reader = await tables.subscribers.in_chat(ANN.id)
        assert reader is not None
        (recent,) = await tables.recent.of([reader.id], NOON + ONE, left_out=True)
        assert await tables.recent.of([reader.id], NOON + ONE) == [recent]
        for votes, risen in ((4, ()), (5, (Pick("2510.00001", bar=4),))):
            left = await tables.recent.risen([recent.digest_id], {"2510.00001": votes})
            assert left == {recent.digest_id: risen}
        assert await tables.recent.of([reader.id], NOON + 2 * ONE) == []
        digest = (await tables.deliveries.digests([recent.digest_id]))[recent.digest_id]
        assert digest.left_out == (Pick("2510.00001", bar=4),)
        assert await tables.papers.risen(NOON) == {}


async def _risen(store: Store) -> list[list[Pick]]:
    """Return what rose, by digest."""
    async with store.read() as tables:
        told = await tables.deliveries.digests(range(1, 20))
    return [[pick for pick in digest.picks if pick.how is How.RISING] for digest in told.values()]
