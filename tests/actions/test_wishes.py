"""What readers choose decides what they are told, and how."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digestbot.core.subscriber import SubscriberState
from digestbot.store import Store
from tests.actions.test_deliver import ANN, House
from tests.builders import DAY, NOON, a_paper

A_DAY = timedelta(days=1)


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


async def test_papers_with_too_few_votes_are_left_out(house: House) -> None:
    """With topics and without them, a digest holds only what has the votes that are wanted."""
    for topics in ((), ("agents",)):
        chat = replace(ANN, id=ANN.id + len(topics))
        await house.membership.subscribe(chat)
        if topics:
            await house.membership.topics.add(chat, topics)
        await house.membership.wish(chat, minimum_votes=5)
    async with house.store.write() as tables:
        await tables.papers.save([a_paper(n, "Agents", upvotes=n) for n in (4, 5, 6)], house.clock())
    await house.tick(NOON + A_DAY)
    assert house.post.papers() == ["2510.00006", "2510.00005"] * 2


async def test_sound_and_pictures_are_each_readers_own(house: House) -> None:
    """Two readers of one digest: one hears it and sees its picture, the other neither."""
    quiet = replace(ANN, id=8)
    for chat in (ANN, quiet):
        await house.membership.subscribe(chat)
    await house.membership.wish(quiet, silent=True, pictures=False)
    async with house.store.write() as tables:
        await tables.papers.save([a_paper(thumbnail="https://example.org/a.png")], house.clock())
    await house.tick(NOON + A_DAY)
    told = dict(house.post.taken)
    assert (told[ANN.id].silent, told[ANN.id].preview) == (False, "https://example.org/a.png")
    assert (told[quiet.id].silent, told[quiet.id].preview) == (True, None)


async def test_a_day_without_papers_is_told_to_who_wants_it(house: House) -> None:
    """One line, without a sound, and only once; others hear nothing."""
    await house.membership.subscribe(replace(ANN, id=8))
    await house.membership.subscribe(ANN)
    await house.membership.wish(ANN, tells_nothing=True)
    await house.tick(NOON + A_DAY)
    await house.tick(NOON + A_DAY + timedelta(minutes=5))
    ((chat, message),) = house.post.taken
    assert (chat, message.silent) == (ANN.id, True)
    assert "No new papers are listed today" in message.html
    await house.membership.topics.add(ANN, ["video"])
    await house.lists(1, 2, DAY + 2 * A_DAY)
    assert [message.html async for _, message in house.courier(None).preview()] == []
    await house.tick(NOON + 2 * A_DAY)
    assert "2 new ones were looked at" in [html.html for to, html in house.post.taken if to == ANN.id][-1]


async def test_a_pause_ends_by_itself_with_one_recap(house: House) -> None:
    """Three days are kept back; the first digest afterwards has all of them, more than of one day."""
    await house.membership.subscribe(ANN)
    await house.membership.set_maximum(ANN, 2)
    await house.membership.pause(ANN, DAY + 4 * A_DAY)
    for day in range(1, 4):
        await house.lists(day * 10, 2, DAY + day * A_DAY)
        await house.tick(NOON + day * A_DAY)
    assert house.post.taken == []
    await house.tick(NOON + 4 * A_DAY)
    ((_, recap),) = house.post.taken
    assert "Your recap, Wed, Oct 15, 2025 to Sat, Oct 18, 2025" in recap.html
    assert len(house.post.papers()) == 4
    reader = await house.membership.reader(ANN)
    assert (reader.state, reader.paused_until, reader.missed_since) == (SubscriberState.ACTIVE, None, None)
    await house.lists(90, 1, DAY + 5 * A_DAY)
    await house.tick(NOON + 5 * A_DAY)
    assert "Your papers" in house.post.taken[-1][1].html


async def test_a_pause_that_kept_nothing_back_makes_no_recap(house: House) -> None:
    """Who goes on before the next digest gets that one as it would have been."""
    await house.membership.subscribe(ANN)
    await house.membership.pause(ANN, DAY + 5 * A_DAY)
    await house.membership.resume(ANN)
    await house.lists(1, 1)
    await house.tick(NOON + A_DAY)
    assert "Your papers" in house.post.taken[0][1].html


async def test_an_early_end_brings_the_recap_too(house: House) -> None:
    """Two days are kept back; then the reader goes on, long before the pause would have ended."""
    await house.membership.subscribe(ANN)
    await house.membership.pause(ANN, date(2025, 12, 1))
    for day in (1, 2):
        await house.lists(day, 1, DAY + day * A_DAY)
        await house.tick(NOON + day * A_DAY)
    await house.membership.resume(ANN)
    await house.tick(NOON + 3 * A_DAY)
    ((_, recap),) = house.post.taken
    assert "Your recap" in recap.html
    assert sorted(house.post.papers()) == ["2510.00001", "2510.00002"]


async def test_another_hour_does_not_end_a_pause(house: House) -> None:
    """The end stays where it was, at the new hour; who gets no digests can't pause them."""
    await house.membership.subscribe(ANN)
    await house.membership.pause(ANN, DAY + 5 * A_DAY)
    reader = await house.membership.set_time(ANN, NOON.time().replace(hour=7))
    assert reader.next_due_at == NOON.replace(hour=7) + 5 * A_DAY
    await house.membership.unsubscribe(ANN)
    reader = await house.membership.pause(ANN, DAY + 5 * A_DAY)
    assert (reader.state, reader.next_due_at) == (SubscriberState.UNSUBSCRIBED, None)
