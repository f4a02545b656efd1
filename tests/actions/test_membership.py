"""What a reader changes, and from when on papers count."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from digestbot.actions.membership import Membership
from digestbot.core.limits import Limits
from digestbot.core.narrow import Way
from digestbot.core.subscriber import Chat, ChatKind, Defaults, Schedule, SubscriberState
from digestbot.core.threads import Route
from digestbot.errors import UserError
from digestbot.store import Store
from tests.builders import DAY, NOON, Clock, a_paper

ANN = Chat(7, ChatKind.PRIVATE)
MINJUN = Chat(8, ChatKind.PRIVATE, "ko")
DEFAULTS = Defaults("en", Schedule(time(8), "Europe/Berlin"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def membership(store: Store, clock: Clock) -> Membership:
    return Membership(store, clock, DEFAULTS)


async def test_a_newcomer_gets_the_newest_list_and_what_follows(store: Store, membership: Membership) -> None:
    """Not the archive; in their language, at the operator's hour."""
    async with store.write() as tables:
        old = a_paper(1, listed_on=DAY - timedelta(days=1))
        await tables.papers.save([old, a_paper(2), a_paper(3)], NOON)
    reader, is_new = await membership.subscribe(MINJUN)
    assert is_new
    assert (reader.language, reader.since, reader.cursor) == ("ko", DAY, 1)
    assert reader.next_due_at == datetime(2025, 10, 15, 6, tzinfo=UTC)
    assert (await membership.subscribe(MINJUN))[1] is False


async def test_a_pause_keeps_the_place(membership: Membership, clock: Clock) -> None:
    """Nothing is due meanwhile, and the cursor waits."""
    before, _ = await membership.subscribe(ANN)
    paused = await membership.pause(ANN)
    assert (paused.state, paused.next_due_at) == (SubscriberState.PAUSED, None)
    clock.now += timedelta(days=9)
    resumed = await membership.resume(ANN)
    assert (resumed.cursor, resumed.since) == (before.cursor, before.since)
    assert resumed.next_due_at == datetime(2025, 10, 24, 6, tzinfo=UTC)


async def test_who_comes_back_starts_from_the_newest(
    store: Store, membership: Membership, clock: Clock
) -> None:
    """After an unsubscription what was listed meanwhile is not sent; settings and topics are as before."""
    await membership.topics.add(ANN, ["agents"])
    await membership.set_maximum(ANN, 3)
    await membership.unsubscribe(ANN)
    clock.now += timedelta(days=9)
    later = DAY + timedelta(days=9)
    async with store.write() as tables:
        await tables.papers.save([a_paper(1), a_paper(2, listed_on=later)], clock())
    reader, is_new = await membership.subscribe(ANN)
    assert not is_new
    assert (reader.since, reader.cursor, reader.maximum, reader.topics) == (later, 1, 3, ("agents",))


async def test_topics_are_all_added_or_none(membership: Membership) -> None:
    """One that can't be used leaves the others out too; the same one in other words is no second one."""
    added = await membership.topics.add(ANN, ["Diffusion Models", "agents", "diffusion model"])
    assert added.changed == ("Diffusion Models", "agents")
    with pytest.raises(UserError, match="query-"):
        await membership.topics.add(ANN, ["robots", "!!!"])
    with pytest.raises(UserError, match="topic-too-long"):
        await membership.topics.add(ANN, ["robots", "x" * 101])
    with pytest.raises(UserError, match="too-many-topics"):
        await membership.topics.add(ANN, [f"robot {number}" for number in range(Limits().topics)])
    assert (await membership.reader(ANN)).topics == ("Diffusion Models", "agents")
    again = await membership.topics.add(ANN, ["Agent"])
    assert (again.changed, again.unchanged) == ((), ("Agent",))


async def test_topics_are_removed_in_any_spelling(membership: Membership) -> None:
    """And one that is not there is told."""
    await membership.topics.add(ANN, ["Diffusion Models", "agents"])
    removed = await membership.topics.remove(ANN, ["diffusion model", "robots"])
    assert (removed.changed, removed.unchanged) == (("Diffusion Models",), ("robots",))
    assert (await membership.reader(ANN)).topics == ("agents",)


async def test_settings_move_the_next_digest(membership: Membership) -> None:
    """An hour, a zone, a day: what is due next follows."""
    await membership.subscribe(ANN)
    assert (await membership.set_time(ANN, time(9, 30))).next_due_at == datetime(
        2025, 10, 15, 7, 30, tzinfo=UTC
    )
    assert (await membership.set_zone(ANN, "Asia/Seoul")).next_due_at == datetime(
        2025, 10, 15, 0, 30, tzinfo=UTC
    )
    assert (await membership.set_weekdays(ANN, (4,))).next_due_at == datetime(2025, 10, 17, 0, 30, tzinfo=UTC)
    assert (await membership.wish(ANN, language="ko")).language == "ko"
    with pytest.raises(UserError, match="usage-max"):
        await membership.set_maximum(ANN, 51)


async def test_a_group_that_moves_takes_everything_along(membership: Membership) -> None:
    """Told twice or not."""
    await membership.topics.add(Chat(-5, ChatKind.GROUP), ["agents"])
    for _ in range(2):
        await membership.moved(-5, -1005)
    assert (await membership.reader(Chat(-1005, ChatKind.SUPERGROUP))).topics == ("agents",)
    assert (await membership.reader(Chat(-5, ChatKind.GROUP))).id == 0


async def test_forgetting_leaves_nothing(store: Store, membership: Membership) -> None:
    """Neither settings nor topics; a stranger again."""
    await membership.topics.add(ANN, ["agents"])
    await membership.forget(ANN)
    await membership.forget(ANN)
    reader = await membership.reader(ANN)
    assert (reader.id, reader.topics) == (0, ())
    async with store.read() as tables:
        assert await tables.subscribers.count() == {}


async def test_changes_at_once_are_all_kept(membership: Membership) -> None:
    """Ten presses of different buttons at the same moment: none undoes another."""
    await membership.subscribe(ANN)
    await asyncio.gather(
        membership.set_time(ANN, time(9)),
        membership.set_zone(ANN, "Asia/Seoul"),
        membership.set_maximum(ANN, 3),
        membership.wish(ANN, language="ko"),
        *(membership.topics.add(ANN, [f"robot {number}"]) for number in range(6)),
    )
    reader = await membership.reader(ANN)
    assert (reader.schedule.at, reader.schedule.zone) == (time(9), "Asia/Seoul")
    assert (reader.maximum, reader.language, len(reader.topics)) == (3, "ko", 6)


async def test_choices_at_once_are_all_kept(newest_url: str, clock: Clock) -> None:
    """Two processes, each with its own connections: no choice undoes another, a topic is not added twice."""
    async with Store(newest_url) as one, Store(newest_url) as other:
        first, second = (
            Membership(store, clock, DEFAULTS, offered=("cs.CL", "cs.CV")) for store in (one, other)
        )
        await first.subscribe(ANN)
        await asyncio.gather(first.toggle_category(ANN, "cs.CL"), second.toggle_category(ANN, "cs.CV"))
        assert sorted((await first.reader(ANN)).categories) == ["cs.CL", "cs.CV"]
        await asyncio.gather(*(one.topics.toggle(ANN, "agents") for one in (first, second, first)))
        assert (await first.reader(ANN)).topics == ("agents",)
        removed = await asyncio.gather(
            first.topics.remove(ANN, ["agents"]), second.topics.remove(ANN, ["agents"])
        )
        assert sorted(done.changed for done in removed) == [(), ("agents",)]


async def test_strangers_who_come_twice_at_once_are_one(newest_url: str, clock: Clock) -> None:
    """Whichever process is first: both changes are kept, of one reader."""
    async with Store(newest_url) as one, Store(newest_url) as other:
        first, second = (Membership(store, clock, DEFAULTS) for store in (one, other))
        for number in range(10):
            chat = Chat(100 + number, ChatKind.PRIVATE)
            await asyncio.gather(first.reader(chat), second.reader(chat))  # both are connected
            await asyncio.gather(first.subscribe(chat), second.set_maximum(chat, 3))
            reader = await first.reader(chat)
            assert (reader.state, reader.maximum) == (SubscriberState.ACTIVE, 3)


CHANGES: dict[str, Callable[[Membership], Awaitable[object]]] = {
    "hour": lambda membership: membership.set_time(ANN, time(9)),
    "zone": lambda membership: membership.set_zone(ANN, "Asia/Seoul"),
    "days": lambda membership: membership.set_weekdays(ANN, (1,)),
    "maximum": lambda membership: membership.set_maximum(ANN, 3),
    "language": lambda membership: membership.wish(ANN, language="ko"),
    "summaries": lambda membership: membership.set_summary_language(ANN, "ja"),
    "categories": lambda membership: membership.set_categories(ANN, lambda _: ()),
    "pause": lambda membership: membership.pause(ANN),
    "mute": lambda membership: membership.topics.add(ANN, ["-survey"]),
    "unsubscribe": lambda membership: membership.unsubscribe(ANN),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_setting_subscribes_nobody(membership: Membership, change: str) -> None:
    """Neither a stranger's nor that of who left; it is kept; a topic begins digests, unless they said no."""
    await membership.subscribe(ANN)
    await membership.forget(ANN)
    await CHANGES[change](membership)
    reader = await membership.reader(ANN)
    assert reader.id
    assert (reader.state, reader.next_due_at) == (SubscriberState.UNSUBSCRIBED, None)
    added = (await membership.topics.add(ANN, ["agents"])).reader
    assert (added.state is SubscriberState.ACTIVE) == (change != "unsubscribe")
    before = replace(reader, topics=added.topics)
    assert replace(added, state=before.state, since=before.since, next_due_at=None) == before


async def test_a_strangers_no_counts(membership: Membership) -> None:
    """Neither a setting nor a topic nor an hour undoes it; /start does."""
    await membership.unsubscribe(ANN)
    await membership.set_maximum(ANN, 5)
    await membership.set_hour(ANN, time(7), "Asia/Seoul")
    reader = (await membership.topics.add(ANN, ["agents"])).reader
    assert (reader.state, reader.next_due_at) == (SubscriberState.UNSUBSCRIBED, None)
    reader, _ = await membership.subscribe(ANN)
    assert (reader.maximum, reader.topics) == (5, ("agents",))
    assert reader.next_due_at == datetime(2025, 10, 15, 5, tzinfo=UTC)


async def test_an_hour_begins_digests(membership: Membership) -> None:
    """Who taps one in an old welcome, too, whatever they set before."""
    await membership.wish(ANN, language="ko")
    reader = await membership.set_hour(ANN, time(7), "Asia/Seoul")
    assert (reader.state, reader.language, reader.since) == (SubscriberState.ACTIVE, "ko", DAY)


async def test_a_narrower_topic_goes_where_the_broad_one_went(membership: Membership) -> None:
    """Its papers come to the same thread; a route of its own that it had before is kept."""
    lab = Chat(-1005, ChatKind.SUPERGROUP)
    ids = (await membership.topics.add(lab, ["agents", "robots", "title:(robots)"])).ids
    await membership.route(lab, "agents", 4)
    await membership.route(lab, "robots", 5)
    await membership.route(lab, "title:(robots)", 6)
    narrowed = await membership.topics.narrow(lab, ids[0], Way.TITLE)
    assert narrowed.changed == ("title:(agents)",)
    await membership.topics.narrow(lab, ids[1], Way.TITLE)
    reader = await membership.reader(lab)
    assert set(reader.topics) == {"title:(agents)", "title:(robots)"}
    assert set(reader.routes) == {Route("title:(agents)", 4), Route("title:(robots)", 6)}
    with pytest.raises(UserError, match="old-button"):
        await membership.topics.narrow(lab, ids[0], Way.TITLE)
