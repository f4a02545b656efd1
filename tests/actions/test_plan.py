"""Planning for many at once, held against the plain way: each reader alone, by the rules as they are told."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from digestbot.actions import plan
from digestbot.actions.plan import Planner
from digestbot.core.categories import is_for
from digestbot.core.digest import (
    BARRED,
    Digest,
    Pick,
    asks,
    bar,
    by_votes_alone,
    compose,
    most_in_recap,
    room,
    select,
)
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, Rules
from digestbot.core.rank import explain, weight_of_votes
from digestbot.core.rising import is_in_time, is_still_wanted, rising
from digestbot.core.subscriber import EVERY_DAY, Schedule, Subscriber, SubscriberState, missed, next_due
from digestbot.core.taste import Learned, Taste, Tasting, told_words
from digestbot.core.threads import Route, grouped
from digestbot.store import Store, Tables
from digestbot.store.schema import deliveries, digests
from tests.builders import DAY, NOON, Clock, a_paper, a_subscriber, votes_to_gain

ONE = timedelta(days=1)
WORDS = ("agents", "video", "robots", "maps", "diffusion", "graphs")
ASKED = (*WORDS, "agents OR maps", "video robots", "votes>=9", "crows", "-maps", "-crows", "-diffusion")
CATEGORIES = ("cs.CL", "cs.CV")
ZONES = ("UTC", "Asia/Seoul", "America/Los_Angeles")
LEARNED = told_words(a_paper(title=" ".join(WORDS)))
READERS = 100
RULES = Rules()


@dataclass(frozen=True)
class Reader:
    """A reader, and what the ledger and the tables beside tell of them."""

    subscriber: Subscriber
    taste: Taste = ()
    told: tuple[tuple[datetime, Digest], ...] = ()


def somebody(number: int, luck: Random) -> Subscriber:
    """Return a reader who may have set anything; who has the first number waits longest."""
    topics = tuple(dict.fromkeys(luck.choices(ASKED, k=luck.choice((0, 1, 1, 2, 3, 6)))))
    ago = timedelta(hours=luck.randint(0, 9) if number else 10)
    schedule = Schedule(
        time(luck.randint(0, 23), luck.choice((0, 30))), luck.choice(ZONES), luck.choice((EVERY_DAY, (1, 3)))
    )
    return a_subscriber(
        number,
        schedule=schedule,
        maximum=luck.choice((1, 3, 5, 10)),
        since=luck.choice((date.min, DAY)),
        next_due_at=NOON - ago,
        topics=topics,
        categories=luck.choice(((), CATEGORIES[:1], CATEGORIES)),
        minimum_votes=luck.choice((0, 0, 0, 3)),
        tells_nothing=luck.random() < 0.3,
        missed_since=luck.choice((None, None, DAY - ONE, DAY)),
        routes=(Route(topics[0], 4),) if topics and luck.random() < 0.2 else (),
    )


def listed(day: date, luck: Random) -> list[Paper]:
    """Return a day's papers of both sources."""
    return [
        a_paper(
            day.day * 100 + number,
            " ".join(luck.sample(WORDS, k=luck.randint(1, 3))).title(),
            abstract=" ".join(luck.choices((*WORDS, "some", "thing"), k=luck.randint(1, 60))),
            upvotes=luck.choice((-2, 0, 0, 1, 4, 20)) if here else 0,
            listed_on=day - luck.choice((0, 0, 1)) * ONE,
            categories=(luck.choice(CATEGORIES),),
            on_hugging_face=here,
        )
        for number in range(40)
        for here in (luck.random() < 0.7,)
    ]


def changed(paper: Paper, luck: Random) -> Paper:
    """Return *paper* a day later: it has more votes, or is on the other list too, or neither."""
    if not paper.on_hugging_face:
        return replace(paper, on_hugging_face=luck.random() < 0.3)
    return replace(paper, upvotes=paper.upvotes + luck.choice((0, 0, 0, 2, 9, 90)))


def with_bars(picks: list[Pick], shown: int, postings: Postings, topics: Sequence[str]) -> list[Pick]:
    """Return *picks* of which the best that are not *shown* know above which votes they rise."""
    if not picks[:shown]:
        return picks
    weights = postings.rules.weights
    papers = {paper.id: paper for paper in postings.papers}
    today = max(papers[pick.paper_id].listed_on for pick in picks)

    def worth(pick: Pick) -> float:
        matches = postings.matches(pick.paper_id, topics)
        return sum(explain(papers[pick.paper_id], matches, today, weights).values())

    least = worth(picks[:shown][-1])
    barred = []
    for pick in picks[shown : shown + BARRED]:
        paper = papers[pick.paper_id]
        weight = weight_of_votes(paper, today, weights)
        needed = votes_to_gain(paper.upvotes, least - worth(pick), weight)
        barred.append(pick._replace(bar=bar(paper.upvotes, needed)))
    return [*picks[:shown], *barred, *picks[shown + BARRED :]]


def told(
    reader: Reader, arrivals: Mapping[str, int], postings: Postings, risen: Mapping[str, Paper]
) -> Digest | None:
    """Return what *reader* alone is told by the papers of *postings*, and by those that were *risen*."""
    one = reader.subscriber
    assert one.next_due_at is not None
    does_ask = asks(one.topics)
    new = postings.where(
        lambda paper: (
            arrivals[paper.id] > one.cursor
            and paper.listed_on >= one.since
            and is_for(paper, one.categories if does_ask else ())
        )
    )
    least = one.minimum_votes
    liked = new & postings.where(lambda paper: not least or paper.upvotes >= least)
    unmuted = postings.unmuted(one.topics)
    wanted = liked & (postings.brought(one.topics) if does_ask else unmuted)
    nothing = Digest((), (), new.bit_count()) if one.tells_nothing else None
    up = risen_for(reader, arrivals, risen)
    if not wanted:
        return Digest(tuple(grouped(up, one.routes)), (), 0) if least and up else nothing
    since = missed(one.schedule, one.next_due_at, one.missed_since)
    maximum = most_in_recap(one.maximum) if since else one.maximum
    shown, _ = room(maximum, up)
    if does_ask:
        picks = with_bars(select(postings, one.topics, wanted), shown, postings, one.topics)
    else:
        picks = by_votes_alone([*postings.of(wanted)], shown)
    before = {pick.paper_id for _, digest in reader.told for pick in digest.picks}
    twice = postings.where(lambda paper: paper.on_hugging_face and bool(paper.categories))
    if wanted & twice:
        picks = [pick for pick in picks if pick.paper_id not in before]
    digest = compose(picks, new.bit_count(), maximum, up)
    if digest is None:
        return nothing
    served = digest.picks
    if reader.taste:
        weights = [(learned.word, learned.weight) for learned in reader.taste]
        beyond = liked & unmuted & ~wanted & ~twice
        served = Tasting(postings.papers).served(served, weights, beyond)
    return replace(digest, picks=grouped(served, one.routes), since=since)


def risen_for(reader: Reader, arrivals: Mapping[str, int], risen: Mapping[str, Paper]) -> tuple[Pick, ...]:
    """Return what digests of the last days had left out and is shown now."""
    one = reader.subscriber
    assert one.next_due_at is not None
    today = one.schedule.day_of(one.next_due_at)
    muted = Postings(risen.values(), RULES, one.topics)
    left_out = [
        pick
        for slot_at, digest in reader.told
        if is_in_time(one.schedule.day_of(slot_at), today)
        for pick in digest.left_out
    ]
    wanted = [
        pick
        for pick in left_out + later_liked(reader, risen)
        if pick.paper_id in risen
        and is_still_wanted(pick, one.topics)
        and arrivals.get(pick.paper_id, 0) <= one.cursor
        and not any(match.mutes for match in muted.matches(pick.paper_id, one.topics))
    ]
    shown = {pick.paper_id for _, digest in reader.told for pick in digest.picks}
    return rising(wanted, {id_: paper.upvotes for id_, paper in risen.items()}, shown)[: one.maximum]


def later_liked(reader: Reader, risen: Mapping[str, Paper]) -> list[Pick]:
    """Return what no digest had, and now has the votes that *reader* wants."""
    one = reader.subscriber
    assert one.next_due_at is not None
    first = max(one.since, one.schedule.day_of(one.next_due_at) - 3 * ONE)
    known = {pick.paper_id for _, digest in reader.told for pick in (*digest.picks, *digest.left_out)}
    return [
        pick._replace(bar=one.minimum_votes - 1)
        for pick in select(Postings(risen.values(), RULES, one.topics), one.topics)
        for paper in (risen[pick.paper_id],)
        if paper.upvotes >= one.minimum_votes > 0
        and paper.listed_on >= first
        and is_for(paper, one.categories if asks(one.topics) else ())
        and pick.paper_id not in known
    ]


def moved_on(reader: Reader, digest: Digest | None, upto: int, now: datetime) -> Reader:
    """Return *reader* after *digest* was planned."""
    one = reader.subscriber
    assert one.next_due_at is not None
    last = one.last_slot_at if digest is None else one.next_due_at
    after = replace(
        one,
        state=SubscriberState.ACTIVE,
        cursor=upto,
        next_due_at=next_due(one.schedule, now, last),
        last_slot_at=last,
        paused_until=None,
        missed_since=None,
    )
    more = ((one.next_due_at, digest),) if digest else ()
    return replace(reader, subscriber=after, told=(*reader.told, *more))


async def subscribed(store: Store, luck: Random) -> dict[int, Reader]:
    """Let readers subscribe, and return them by their ids."""
    readers = {}
    async with store.write() as tables:
        for number in range(READERS):
            wish = somebody(number, luck)
            one = replace(wish, id=(await tables.subscribers.add(wish, NOON)).id)
            await tables.subscribers.add_topics(one.id, [(topic, topic) for topic in one.topics])
            taste: Taste = ()
            if luck.random() < 0.3:
                taste = tuple(Learned(key, word, luck.uniform(-1, 1), 1) for key, word in LEARNED.items())
                await tables.tastes.teach(one.id, taste)
            readers[one.id] = Reader(one, taste)
    return readers


async def ledger(store: Store) -> dict[tuple[int, datetime], Digest]:
    """Return all digests that were planned, by who is told them and when they were due."""
    async with store._engine.connect() as connection:
        columns = deliveries.c.subscriber_id, deliveries.c.slot_at, deliveries.c.digest_id
        rows = (await connection.execute(sa.select(*columns))).all()
    async with store.read() as tables:
        digests = await tables.deliveries.digests({row.digest_id for row in rows})
    return {(row.subscriber_id, row.slot_at): digests[row.digest_id] for row in rows}


async def shared(store: Store) -> set[int]:
    """Return the digests of which the ledger says that many are told them."""
    async with store._engine.connect() as connection:
        return {*await connection.scalars(sa.select(digests.c.id).where(digests.c.shared))}


async def told_to_many(store: Store) -> set[int]:
    """Return the digests that many are told."""
    many = sa.select(deliveries.c.digest_id).group_by(deliveries.c.digest_id).having(sa.func.count() > 1)
    async with store._engine.connect() as connection:
        return {*await connection.scalars(many)}


class Forgetful(Store):
    """A store that forgets the first reader as soon as one is planned."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tables]:
        async with super().write() as tables:
            yield tables
        async with super().write() as tables:
            if await tables.deliveries.unfinished() == 1:
                await tables.personal.forget(0)


async def test_who_says_stop_meanwhile_takes_no_digest_from_others(
    store: Store, newest_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next ones would have shared it: it is composed anew."""
    monkeypatch.setattr(plan, "CHUNK", 1)
    async with store.write() as tables:
        await tables.papers.save([a_paper(1)], NOON - timedelta(hours=1))
        for chat in range(3):
            await tables.subscribers.add(a_subscriber(chat, next_due_at=NOON), NOON)
    async with Forgetful(newest_url) as forgetful:
        assert await Planner(forgetful, RULES, Clock(NOON)).plan() == 3
    assert [digest.picks[0].paper_id for digest in (await ledger(store)).values()] == [a_paper(1).id] * 2
    assert await shared(store) == await told_to_many(store) != set()


async def test_a_topic_of_another_version_costs_only_itself(store: Store) -> None:
    """Its reader has the others, everybody else has theirs, also where something rises."""
    clock, risen, new = Clock(), a_paper(1, "Agents", upvotes=90), a_paper(2, "Maps", upvotes=20)
    async with store.write() as tables:
        await tables.papers.save([replace(risen, upvotes=1)], NOON - ONE)
        for chat, topics in enumerate((["(agents"], ["(agents", "maps"], ["agents"])):
            reader = await tables.subscribers.add(
                a_subscriber(chat, next_due_at=NOON, minimum_votes=10), NOON
            )
            await tables.subscribers.add_topics(reader.id, [(topic, topic) for topic in topics])
    assert await Planner(store, RULES, clock).plan() == 0
    async with store.write() as tables:
        await tables.papers.save([risen, new], NOON + ONE)
    clock.now += ONE
    with capture_logs() as logs:
        assert await Planner(store, RULES, clock).plan() == 2
    told = {digest.picks[0].paper_id for digest in (await ledger(store)).values()}
    assert told == {risen.id, new.id}
    assert [line["count"] for line in logs if line["log_level"] == "warning"] == [1]


@pytest.mark.parametrize("chunk", [7, 2000])
async def test_many_are_told_what_each_alone_would_be(
    store: Store, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three days of anybody's wishes: the same digests in the ledger, the same times, the same cursors."""
    monkeypatch.setattr(plan, "CHUNK", chunk)
    luck, clock = Random(11), Clock()
    readers = await subscribed(store, luck)
    planner = Planner(store, RULES, clock)
    papers: list[Paper] = []
    for day in range(3):
        clock.now = NOON + day * ONE
        papers = [changed(paper, luck) for paper in papers] + listed(DAY + day * ONE, luck)
        async with store.write() as tables:
            await tables.papers.save(papers, clock.now - timedelta(hours=1))
        due = {id_: one for id_, one in readers.items() if one.subscriber.next_due_at <= clock.now}  # type: ignore[operator]
        async with store.read() as tables:
            upto = await tables.papers.last_arrival()
            after = min(reader.subscriber.cursor for reader in due.values())
            arrived = await tables.papers.arrived(after, upto)
            risen = await tables.papers.risen(clock.now - 4 * ONE)
        postings = Postings([paper for _, paper in arrived], RULES, ASKED)
        arrivals = {paper.id: arrival for arrival, paper in arrived}
        digests = {id_: told(reader, arrivals, postings, risen) for id_, reader in due.items()}
        planned = await planner.plan()
        assert planned == sum(digest is not None for digest in digests.values())
        readers |= {id_: moved_on(due[id_], digest, upto, clock.now) for id_, digest in digests.items()}
        assert await ledger(store) == {
            (id_, slot_at): digest for id_, reader in readers.items() for slot_at, digest in reader.told
        }
        assert await shared(store) == await told_to_many(store) != set()
        async with store.read() as tables:
            for id_, reader in readers.items():
                known = await tables.subscribers.get(id_)
                assert known is not None
                assert known == reader.subscriber
    assert await planner.plan() == 0
