"""Digests on their way: through refusals, doubts, crashes and pauses, each paper arrives once."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot.actions import ledger, plan, rounds
from digestbot.actions.deliver import Courier
from digestbot.actions.membership import Membership
from digestbot.actions.messenger import Answer, MayGo, Sender, always
from digestbot.actions.owners import Owners
from digestbot.actions.rounds import Ways
from digestbot.core.delivery import LEASE, Outcome, State, WhenUncertain
from digestbot.core.digest import Listing
from digestbot.core.postings import Rules
from digestbot.core.subscriber import EVERY_DAY, Chat, ChatKind, Defaults, Schedule, SubscriberState
from digestbot.render import Renderer
from digestbot.render.message import Message, Part
from digestbot.store import Store
from tests.builders import DAY, NOON, Clock, a_paper, a_subscriber, a_summarizer

FLAG = "Possible repeat"
RENDER = Renderer(4096, 100, 100)
DEFAULTS = Defaults("en", Schedule(NOON.time(), "UTC", EVERY_DAY))
ANN = Chat(7, ChatKind.PRIVATE)
OWNER = 99


class Crash(BaseException):
    """The process dies at an await."""


class Post:
    """A messenger that does what it is told with the next messages, and else takes them."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, Message]] = []
        self.threads: list[int | None] = []
        """Where each message that was taken went to."""
        self.closed: set[int] = set()
        self.faults: list[str] = []
        self.latency = 0.0
        self.begun = asyncio.Event()
        self.tries = self.packed = self.at_once = self.most_at_once = 0

    def pack(self, message: Message) -> Message:
        self.packed += 1
        return message

    async def send(
        self, chat_id: int, message: Message, thread_id: int | None = None, may_go: MayGo = always
    ) -> Answer:
        await self.turn()
        if not may_go():
            return Answer(Outcome.NOT_SENT, wait=timedelta(0))
        self.tries += 1
        if thread_id is not None and thread_id in self.closed:
            return Answer(Outcome.NOT_SENT, wait=timedelta(0), lost_thread=thread_id)
        self.begun.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            before = len(self.taken)
            try:
                answer = self._answer(chat_id, message)
            finally:
                self.threads += [thread_id] * (len(self.taken) - before)
            await asyncio.sleep(self.latency)
        finally:
            self.at_once -= 1
        return answer

    async def turn(self) -> None:
        """Let the message go at once."""

    def _answer(self, chat_id: int, message: Message) -> Answer:
        fault = self.faults.pop(0) if self.faults and chat_id != OWNER else "none"
        if fault == "crash before":
            raise Crash
        if fault in ("none", "doubt", "crash after"):
            self.taken.append((chat_id, message))
        if fault == "crash after":
            raise Crash
        return {
            "refused": Answer(Outcome.NOT_SENT),
            "flood": Answer(Outcome.NOT_SENT, wait=timedelta(hours=1)),
            "doubt": Answer(Outcome.UNCERTAIN),
            "lost": Answer(Outcome.UNCERTAIN),
            "flood of all": Answer(Outcome.NOT_SENT, wait=timedelta(hours=5), everyone=True),
            "error": Answer(Outcome.ERROR),
            "no chat": Answer(Outcome.NO_CHAT),
            "moved": Answer(Outcome.NOT_SENT, wait=timedelta(0), moved_to=-1007),
            "blocked": Answer(Outcome.BLOCKED),
            "bug": Answer(Outcome.REJECTED),
        }.get(fault, Answer(Outcome.SENT))

    def papers(self) -> list[str]:
        """Return the papers of all messages, in order; those of a flagged message end in `?`."""
        return [
            paper + "?" * (FLAG in message.html)
            for _, message in self.taken
            for paper in re.findall(r"arxiv\.org/abs/([\d.]+)", message.html)
        ]


class House:
    """A store, a clock, a messenger, and whoever brings digests."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.post = Post()
        self.membership = Membership(store, self.clock, DEFAULTS)
        self.ways = Ways()
        self.render = RENDER

    async def tick(self, at: datetime | None = None) -> None:
        """Do what is due, in a process of its own that may die of it."""
        self.clock.now = at or self.clock.now
        try:
            await self.courier(self.post).tick()
        except BaseExceptionGroup as group:
            if group.split(Crash)[1]:
                raise

    def courier(self, sender: Sender | None) -> Courier:
        summarizer = a_summarizer(self.store)
        return Courier(self.store, Rules(), summarizer, self.render, sender, self.clock, self.ways)

    async def states(self) -> dict[State, int]:
        async with self.store.read() as tables:
            return await tables.deliveries.states()

    async def lists(self, first: int, count: int, day: date = DAY, title: str = "Agents") -> None:
        async with self.store.write() as tables:
            papers = [a_paper(first + more, title, listed_on=day) for more in range(count)]
            await tables.papers.save(papers, self.clock())


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


async def test_a_digest_arrives_once(house: House) -> None:
    """At its time, not before, and not again."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 2)
    await house.tick(NOON + timedelta(hours=23, minutes=59))
    assert house.post.papers() == []
    for minutes in range(3):
        await house.tick(NOON + timedelta(days=1, minutes=minutes))
    assert sorted(house.post.papers()) == ["2510.00001", "2510.00002"]


async def test_a_missed_tick_is_made_up(house: House) -> None:
    """After two days without a process: one digest, of both days."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    await house.lists(2, 1, DAY + timedelta(days=1))
    await house.tick(NOON + timedelta(days=2, hours=5))
    assert len(house.post.taken) == 1
    assert len(house.post.papers()) == 2


async def test_many_are_planned_in_chunks_each_with_what_is_new_and_mine(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Topics of a later chunk are looked for too; a younger cursor brings no older papers."""
    monkeypatch.setattr(plan, "CHUNK", 2)
    chats = [Chat(number, ChatKind.PRIVATE) for number in range(7)]
    for chat in chats[:6]:
        await house.membership.subscribe(chat)
        await house.membership.topics.add(chat, ["agents" if chat.id % 2 else "robots"])
    await house.lists(1, 1, title="Robots")
    await house.lists(2, 1, title="Agents")
    await house.membership.subscribe(chats[6])
    async with house.store.write() as tables:
        (late,) = [
            reader for reader in await tables.subscribers.due(NOON + timedelta(9)) if reader.chat_id == 6
        ]
        await tables.subscribers.save(replace(late, cursor=await tables.papers.last_arrival()))
    await house.lists(3, 1, DAY + timedelta(days=1), title="Crows")
    await house.tick(NOON + timedelta(days=1))
    brought = {chat: re.findall(r"arxiv\.org/abs/([\d.]+)", told.html) for chat, told in house.post.taken}
    robots, agents = ["2510.00001"], ["2510.00002"]
    assert brought == {0: robots, 1: agents, 2: robots, 3: agents, 4: robots, 5: agents, 6: ["2510.00003"]}


async def test_a_flood_wait_is_obeyed(house: House) -> None:
    """An hour is an hour, and nothing is lost."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = ["flood"]
    due = NOON + timedelta(days=1)
    for minutes in (0, 30, 59):
        await house.tick(due + timedelta(minutes=minutes))
    assert house.post.papers() == []
    await house.tick(due + timedelta(minutes=60))
    assert house.post.papers() == ["2510.00001"]


async def test_a_doubt_is_repeated_and_says_so(house: House) -> None:
    """Also where the first copy did arrive; two more only after hours without any answer, and that is all."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = ["doubt"] * 9
    due = NOON + timedelta(days=1)
    for minutes in range(10):
        await house.tick(due + timedelta(minutes=minutes))
    assert house.post.papers() == ["2510.00001", "2510.00001?"]
    for hours in range(1, 20):
        await house.tick(due + timedelta(hours=hours))
    assert house.post.papers() == ["2510.00001", *["2510.00001?"] * 3]
    assert await house.states() == {State.UNCERTAIN: 1}


@pytest.mark.parametrize("fault", ["doubt", "crash after"])
async def test_a_doubt_is_skipped_where_that_is_wished(house: House, fault: str) -> None:
    """Nothing twice; and what comes after it goes out."""
    house.ways = Ways(WhenUncertain.SKIP)
    await house.membership.subscribe(ANN)
    await house.membership.set_maximum(ANN, 50)
    await house.lists(1, 40, title="T" * 250)
    house.post.faults = [fault]
    for minutes in range(10):
        await house.tick(NOON + timedelta(days=1, minutes=minutes))
    papers = house.post.papers()
    assert len(house.post.taken) > 2
    assert len(set(papers)) == len(papers) == 40
    assert await house.states() == {State.UNCERTAIN: 1}


@pytest.mark.parametrize(
    ("crash", "papers"),
    [("crash before", ["2510.00001?"]), ("crash after", ["2510.00001", "2510.00001?"])],
)
async def test_a_crash_in_flight_repeats_at_most_that_message(
    house: House, crash: str, papers: list[str]
) -> None:
    """Nobody knows whether it went out: it goes out flagged, once the dead sender's time is over."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = [crash]
    due = NOON + timedelta(days=1)
    await house.tick(due)
    await house.tick(due + LEASE - timedelta(seconds=1))
    assert house.post.papers() == papers[:-1]
    await house.tick(due + LEASE)
    assert house.post.papers() == papers


async def test_parts_that_were_sent_are_not_sent_again(house: House) -> None:
    """Of a digest in several messages, a refusal of the second repeats only that."""
    await house.membership.subscribe(ANN)
    await house.membership.set_maximum(ANN, 50)
    async with house.store.write() as tables:
        papers = [a_paper(number, "T" * 250) for number in range(1, 41)]
        await tables.papers.save(papers, NOON)
    house.post.faults = ["none", "refused"]
    for minutes in range(5):
        await house.tick(NOON + timedelta(days=1, minutes=minutes))
    assert len(house.post.taken) > 2
    assert sorted(house.post.papers()) == sorted(paper.id for paper in papers)


async def test_who_blocks_us_is_left_alone(house: House) -> None:
    """No further message, until they come back."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = ["blocked"]
    await house.tick(NOON + timedelta(days=1))
    assert (await house.membership.reader(ANN)).state is SubscriberState.BLOCKED
    await house.lists(2, 1)
    await house.tick(NOON + timedelta(days=3))
    assert house.post.taken == []
    await house.membership.unblocked(ANN)
    await house.lists(3, 1, DAY + timedelta(days=3))
    await house.tick(NOON + timedelta(days=4))
    assert "2510.00003" in house.post.papers()


async def test_ones_trouble_costs_the_others_nothing(house: House) -> None:
    """A message that Telegram rejects in any form is given up; the next reader's goes out."""
    await house.membership.subscribe(ANN)
    await house.membership.subscribe(Chat(8, ChatKind.PRIVATE))
    await house.lists(1, 1)
    house.ways = Ways(in_flight=1)
    house.post.faults = ["bug", "bug"]
    await house.tick(NOON + timedelta(days=1))
    assert [chat for chat, _ in house.post.taken] == [8]
    assert await house.states() == {State.FAILED: 1, State.SENT: 1}


async def test_what_telegram_does_not_understand_goes_out_in_plain_words(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without markup and buttons, at once; the log names the message by its hash and does not tell it."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1, title="A & B")
    house.post.faults = ["bug"]
    await house.tick(NOON + timedelta(days=1))
    ((_, message),) = house.post.taken
    assert "A &amp; B" in message.html
    assert "<" not in message.html
    assert message.buttons == ()
    (line,) = [line for line in "".join(capsys.readouterr()).splitlines() if "rejects" in line]
    assert re.search(r"payload=[0-9a-f]{16}", line)
    assert "A & B" not in line


async def test_a_digest_that_can_not_be_put_into_words_costs_the_others_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of ours with one of them: it waits, is tried again, and the others go out."""
    for chat in (7, 8):
        await house.membership.subscribe(Chat(chat, ChatKind.PRIVATE))
        await house.membership.topics.add(Chat(chat, ChatKind.PRIVATE), ["agents" if chat == 7 else "robots"])
    await house.lists(1, 1, title="Agents")
    await house.lists(2, 1, title="Robots")

    class Broken(Renderer):
        def digest(self, listing: Listing, *given: Any, **more: Any) -> Part:
            if "Agents" in listing.cards[0].paper.title:
                raise ZeroDivisionError
            return super().digest(listing, *given, **more)

    house.render = Broken(4096, 100, 100)
    await house.tick(NOON + timedelta(days=1))
    assert [chat for chat, _ in house.post.taken] == [8]
    house.render = RENDER
    await house.tick(NOON + timedelta(days=1, minutes=1))
    assert [chat for chat, _ in house.post.taken] == [8, 7]


async def test_a_dead_line_is_waited_for_as_long_as_it_takes(house: House) -> None:
    """Nothing was sent, so nothing is in doubt: after days it arrives, unflagged."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = ["refused"] * 200
    for hours in range(24, 24 + 72):
        await house.tick(NOON + timedelta(hours=hours))
    house.post.faults = []
    await house.tick(NOON + timedelta(days=5))
    assert house.post.papers() == ["2510.00001"]


@pytest.mark.parametrize("first", ["error", "no chat"])
async def test_what_telegram_says_first_after_days_of_a_dead_line_gives_nothing_up(
    house: House, first: str
) -> None:
    """It has the whole day, or two, that it always has."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = ["refused"] * 999
    for days in range(1, 5):
        await house.tick(NOON + timedelta(days=days))
    house.post.faults = [first]
    for hours in range(2):
        await house.tick(NOON + timedelta(days=5, hours=hours))
    assert house.post.papers() == ["2510.00001"]


async def test_errors_are_tried_again_for_a_day_then_told(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bounded: Telegram that fails for longer costs the digest, and the owner can see which."""
    house.ways = Ways(owners=Owners(house.store, house.post, [OWNER], "en"))
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = ["error"] * 200
    await house.membership.set_weekdays(ANN, (2,))
    due = NOON + timedelta(days=1)
    for quarters in range(4 * 24):
        await house.tick(due + timedelta(minutes=15 * quarters))
    assert await house.states() == {State.FAILED: 1}
    assert await house.courier(None).waiting() == 1
    assert "given up" not in "".join(capsys.readouterr())
    for hours in (24, 25, 26):
        await house.tick(due + timedelta(hours=hours))
    assert await house.courier(None).waiting() == 0
    (told,) = [message.html for chat, message in house.post.taken if chat == OWNER]
    assert "1 digest could not be brought" in told
    assert f"for chat {ANN.id}" in told
    assert "a digest was given up" in "".join(capsys.readouterr())


async def test_a_chat_that_is_not_found_has_two_days_to_turn_up(house: House) -> None:
    """Then it is left alone as if it had blocked us."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = ["no chat"] * 200
    due = NOON + timedelta(days=1)
    for hours in range(48):
        await house.tick(due + timedelta(hours=hours))
    assert (await house.membership.reader(ANN)).state is SubscriberState.ACTIVE
    await house.tick(due + timedelta(hours=49))
    assert (await house.membership.reader(ANN)).state is SubscriberState.BLOCKED
    assert await house.courier(None).waiting() == 0


async def test_a_chat_that_moved_is_followed(house: House) -> None:
    """The message goes to the new id in the same tick, and so do all later ones."""
    await house.membership.subscribe(Chat(-7, ChatKind.GROUP))
    await house.lists(1, 1)
    house.post.faults = ["moved"]
    await house.tick(NOON + timedelta(days=1))
    assert [chat for chat, _ in house.post.taken] == [-1007]
    assert (await house.membership.reader(Chat(-1007, ChatKind.SUPERGROUP))).id


async def test_a_chat_that_moved_to_where_we_are_gets_one_digest(house: House) -> None:
    """The new chat had subscribed by itself: the old subscription ends."""
    await house.membership.subscribe(Chat(-7, ChatKind.GROUP))
    await house.membership.subscribe(Chat(-1007, ChatKind.SUPERGROUP))
    await house.lists(1, 1)
    house.ways = Ways(in_flight=1)
    house.post.faults = ["moved"]
    await house.tick(NOON + timedelta(days=1))
    assert [chat for chat, _ in house.post.taken] == [-1007]
    assert (await house.membership.reader(Chat(-7, ChatKind.GROUP))).state is SubscriberState.BLOCKED


async def test_a_chat_that_moves_while_its_digest_is_on_its_way_keeps_it(house: House) -> None:
    """Telegram's update about it is handled before the answer to the digest is."""
    await house.membership.subscribe(Chat(-7, ChatKind.GROUP))
    await house.lists(1, 1)
    house.post.faults = ["moved"]
    house.post.latency = 0.2
    house.clock.now = NOON + timedelta(days=1)
    ticking = asyncio.create_task(house.tick())
    await house.post.begun.wait()
    await house.membership.moved(-7, -1007)
    await ticking
    assert [chat for chat, _ in house.post.taken] == [-1007]
    assert (await house.membership.reader(Chat(-1007, ChatKind.SUPERGROUP))).state is SubscriberState.ACTIVE


async def test_a_flood_wait_for_all_silences_us(house: House) -> None:
    """Hours of it: nothing is tried meanwhile, then all arrive, in the order of their due times."""
    for chat in range(1, 6):
        await house.membership.subscribe(Chat(chat, ChatKind.PRIVATE))
    await house.lists(1, 1)
    house.ways = Ways(in_flight=1)
    house.post.faults = ["flood of all"]
    due = NOON + timedelta(days=1)
    courier = house.courier(house.post)
    for hours in (0, 1, 4):
        house.clock.now = due + timedelta(hours=hours)
        await courier.tick()
    assert house.post.tries == 1
    house.clock.now = due + timedelta(hours=5)
    await courier.tick()
    assert [chat for chat, _ in house.post.taken] == [2, 3, 4, 5, 1]


async def test_many_are_in_flight_at_once_but_not_more_than_may(house: House) -> None:
    """Each who waits for Telegram's answer lets the others go."""
    for chat in range(1, 31):
        await house.membership.subscribe(Chat(chat, ChatKind.PRIVATE))
    await house.lists(1, 1)
    house.ways = Ways(in_flight=8)
    house.post.latency = 0.01
    await house.tick(NOON + timedelta(days=1))
    assert len(house.post.taken) == 30
    assert house.post.most_at_once == 8


async def test_where_messages_go_slowly_few_are_claimed(house: House) -> None:
    """All that a killed process held comes again as a possible repeat."""
    await house.lists(1, 1)
    async with house.store.write() as tables:
        for chat in range(1, 301):
            await tables.subscribers.add(a_subscriber(chat, next_due_at=NOON), NOON)
    arrived = asyncio.Event()

    def count(_results: object, _now: datetime) -> None:
        if len(house.post.taken) > 60:
            arrived.set()

    house.ways = Ways(in_flight=8, count=count)
    house.post.latency = 0.1  # eighty a second
    ticking = asyncio.create_task(house.courier(house.post).tick())
    await asyncio.wait_for(arrived.wait(), 60)
    ticking.cancel()
    await asyncio.wait([ticking])
    assert 0 < (await house.states())[State.SENDING] <= 60


async def test_what_can_not_become_more_is_written_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results wait for others only as long as as many are still to come, also the last ones of a round."""
    monkeypatch.setattr(ledger, "EVERY", 600)
    await house.lists(1, 1)
    async with house.store.write() as tables:
        for chat in range(1, 101):
            await tables.subscribers.add(a_subscriber(chat, next_due_at=NOON), NOON)
    house.post.latency = 0.001
    async with asyncio.timeout(60):
        await house.tick()
    assert await house.states() == {State.SENT: 100}


async def test_readers_who_are_told_the_same_share_one_message(house: House) -> None:
    """It is put into words and packed once for each language, however many read it."""
    for chat in range(1, 21):
        await house.membership.subscribe(Chat(chat, ChatKind.PRIVATE, "ko" if chat > 15 else "en"))
    await house.lists(1, 2)
    await house.tick(NOON + timedelta(days=1))
    assert len(house.post.taken) == 20
    assert house.post.packed == 2


async def test_when_told_to_stop_what_is_in_flight_ends_and_the_rest_waits(house: House) -> None:
    """What is sent is written down, what was claimed in vain is free for others at once."""
    for chat in range(1, 31):
        await house.membership.subscribe(Chat(chat, ChatKind.PRIVATE))
    await house.lists(1, 1)
    house.ways = Ways(in_flight=4)
    house.post.latency = 0.05
    house.clock.now = NOON + timedelta(days=1)
    courier = house.courier(house.post)
    ticking = asyncio.create_task(courier.tick())
    await house.post.begun.wait()
    courier.stop()
    await ticking
    taken = len(house.post.taken)
    assert 0 < taken <= 8
    assert await house.states() == {State.SENT: taken, State.PLANNED: 30 - taken}
    house.post.latency = 0
    await house.tick()
    assert sorted(chat for chat, _ in house.post.taken) == [*range(1, 31)]


async def test_who_does_not_end_when_told_to_stop_is_in_doubt(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message without an answer is waited for so long, not longer; it goes out again, flagged."""
    monkeypatch.setattr(rounds, "STOP_WITHIN", timedelta(seconds=0.1))
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.latency = 60
    house.clock.now = NOON + timedelta(days=1)
    courier = house.courier(house.post)
    ticking = asyncio.create_task(courier.tick())
    await house.post.begun.wait()
    courier.stop()
    await asyncio.wait_for(ticking, 5)
    house.post.latency = 0
    await house.tick(house.clock() + LEASE)
    assert house.post.papers() == ["2510.00001", "2510.00001?"]


@pytest.mark.parametrize("leave", [Membership.unsubscribe, Membership.forget, Membership.blocked])
@pytest.mark.parametrize("answer", ["none", "refused", "flood", "lost", "error"])
async def test_who_leaves_while_a_digest_is_on_its_way_gets_no_more_of_it(
    house: House, leave: Callable[[Membership, Chat], Awaitable[object]], answer: str
) -> None:
    """The message that is in flight is the last one: no next one, and none that is tried again."""
    await house.membership.subscribe(ANN)
    await house.membership.set_maximum(ANN, 50)
    await house.lists(1, 40, title="T" * 250)
    house.post.faults = [answer]
    house.post.latency = 0.2
    house.clock.now = NOON + timedelta(days=1)
    ticking = asyncio.create_task(house.tick())
    await house.post.begun.wait()
    await leave(house.membership, ANN)
    await ticking
    for hours in range(25, 50):
        await house.tick(NOON + timedelta(hours=hours))
    assert house.post.tries == 1
    assert await house.courier(None).waiting() == 0


async def test_who_blocks_us_just_when_telegram_says_so_is_no_trouble(house: House) -> None:
    """Telegram's update and its answer are written at once, each wants the reader and what is theirs."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = ["blocked"]
    house.clock.now = NOON + timedelta(days=1)
    async with house.store.write() as tables:
        reader = await tables.subscribers.in_chat(ANN.id)
    assert reader is not None
    house.post.latency = 0.1
    ticking = asyncio.create_task(house.tick())
    await house.post.begun.wait()
    async with house.store.write() as tables:
        await tables.subscribers.hold([reader.id])
        await asyncio.sleep(0.5)  # the answer is there, and is to be written
        await tables.deliveries.cancel(reader.id, NOON)
    await ticking
    assert (await house.membership.reader(ANN)).state is SubscriberState.BLOCKED
    assert await house.courier(None).waiting() == 0


@pytest.mark.parametrize("latency", [0.0, 0.1])
async def test_who_was_taken_for_dead_sends_no_more_of_what_others_have_now(
    house: House, latency: float
) -> None:
    """Its machine slept between two messages of a digest: another process sends the rest, once.

    Also where it wakes up while that one sends, and believes to be as far.
    """
    await house.membership.subscribe(ANN)
    await house.membership.set_maximum(ANN, 50)
    await house.lists(1, 40, title="T" * 250)
    house.post.latency = 0.3
    house.clock.now = NOON + timedelta(days=1)
    sleeper = asyncio.create_task(house.courier(house.post).tick())
    await house.post.begun.wait()
    house.post.latency = latency
    await house.tick(house.clock() + LEASE)
    await sleeper
    await house.tick()
    unflagged = [paper for paper in house.post.papers() if not paper.endswith("?")]
    assert len(set(unflagged)) == len(unflagged)
    assert {paper.rstrip("?") for paper in house.post.papers()} == {f"2510.{n:05}" for n in range(1, 41)}


@pytest.mark.parametrize(("fault", "times"), [("none", 2), ("refused", 1), ("crash before", 1)])
async def test_a_clock_that_was_wrong_for_a_moment_silences_nobody(
    house: House, fault: str, times: int
) -> None:
    """A year ahead, and back: who is due, what is to be tried again, and what is in flight go on at once."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.post.faults = [fault]
    for days in range(times):
        with suppress(Crash):
            await house.tick(NOON + timedelta(days=365 + days))
        await house.lists(2, 1, DAY + timedelta(days=1))
    for minutes in range(10):
        await house.tick(NOON + timedelta(days=1, minutes=minutes))
    assert {paper.rstrip("?") for paper in house.post.papers()} >= {"2510.00001"}
    await house.lists(3, 1, DAY + timedelta(days=2))
    await house.tick(NOON + timedelta(days=2))
    assert house.post.papers()[-1] == "2510.00003"
    assert await house.courier(None).waiting() == 0


class Queue(Post):
    """A messenger whose messages wait for their turn."""

    def __init__(self) -> None:
        super().__init__()
        self.waits, self.goes = asyncio.Event(), asyncio.Event()

    async def turn(self) -> None:
        self.waits.set()
        await self.goes.wait()


@pytest.mark.parametrize("why", ["sleep", "stop"])
async def test_whose_turn_comes_too_late_is_not_sent(house: House, why: str) -> None:
    """The machine slept meanwhile, and others have it by now; or we are to stop, and begin nothing."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 1)
    house.clock.now = NOON + timedelta(days=1)
    queue = Queue()
    sleeper = house.courier(queue)
    ticking = asyncio.create_task(sleeper.tick())
    await queue.waits.wait()
    if why == "sleep":
        await house.tick(house.clock() + LEASE)
        assert house.post.papers() == ["2510.00001?"]
    else:
        sleeper.stop()
    queue.goes.set()
    await ticking
    assert queue.papers() == []
    await house.tick()
    assert len(house.post.papers()) == 1


async def test_who_slept_and_has_taken_back_what_it_had_itself_goes_on(house: House) -> None:
    """Nothing is lost, and what is not begun is not even in doubt."""
    for chat in range(1, 61):
        await house.membership.subscribe(Chat(chat, ChatKind.PRIVATE))
    await house.lists(1, 1)
    house.ways = Ways(in_flight=1)
    house.post.latency = 0.01
    house.clock.now = NOON + timedelta(days=1)
    courier = house.courier(house.post)
    ticking = asyncio.create_task(courier.tick())
    await house.post.begun.wait()
    house.clock.now += LEASE
    await courier.recover()
    await ticking
    await house.tick()
    assert {chat for chat, _ in house.post.taken} == {*range(1, 61)}
    assert len(house.post.taken) <= 61


async def test_any_number_of_processes_send_together(house: House) -> None:
    """Three couriers at once: each digest goes out once."""
    for chat in range(1, 61):
        await house.membership.subscribe(Chat(chat, ChatKind.PRIVATE))
    await house.lists(1, 1)
    house.post.latency = 0.002
    house.ways = Ways(in_flight=4)
    house.clock.now = NOON + timedelta(days=1)
    couriers = [house.courier(house.post) for _ in range(3)]
    await couriers[0].prepare()
    await asyncio.gather(*(courier.send() for courier in couriers))
    assert sorted(chat for chat, _ in house.post.taken) == [*range(1, 61)]


async def test_preview_changes_nothing(house: House) -> None:
    """It tells what would be sent, as often as it is asked."""
    await house.membership.subscribe(ANN)
    await house.lists(1, 2)
    house.clock.now = NOON + timedelta(days=1)
    courier = house.courier(None)
    first = [message async for _, message in courier.preview()]
    assert [message async for _, message in courier.preview()] == first
    assert len(first) == 1
    assert await courier.waiting() == 0


async def test_a_thousand_are_planned_in_chunks(house: House) -> None:
    """More than fit in one transaction: each gets one, in the order of their due times."""
    await house.lists(1, 1)
    async with house.store.write() as tables:
        for chat in range(1, 1101):
            due = NOON - timedelta(minutes=chat)
            await tables.subscribers.add(a_subscriber(chat, next_due_at=due), NOON)
    courier = house.courier(house.post)
    assert await courier.plan() == 1100
    assert await courier.plan() == 0
    assert await courier.waiting() == 1100


# Any life of a subscriber

steps = st.lists(
    st.one_of(
        st.tuples(st.just("list"), st.integers(1, 2)),
        st.tuples(st.just("wait"), st.sampled_from([1, 5, 24, 30, 70])),
        st.tuples(st.just("pause"), st.none()),
        st.tuples(st.just("resume"), st.none()),
        st.tuples(
            st.just("fault"), st.sampled_from(["refused", "flood", "doubt", "crash before", "crash after"])
        ),
        st.tuples(st.just("topics"), st.none()),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=25)
@given(steps)
def test_no_paper_is_lost_and_none_comes_twice_unflagged(
    newest_sqlite: Path, life: list[tuple[str, object]]
) -> None:
    """Over any sequence of lists, days, outages, crashes and pauses."""

    async def live(file: Path) -> tuple[list[str], list[str]]:
        async with Store(f"sqlite+aiosqlite:///{file}") as store:
            house = House(store)
            wanted = await _live(house, life)
            return wanted, house.post.papers()

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "life.db"
        shutil.copy(newest_sqlite, file)
        wanted, papers = asyncio.run(live(file))
    firsts = [paper for paper in papers if not paper.endswith("?")]
    assert len(firsts) == len(set(firsts))
    assert {paper.rstrip("?") for paper in papers} == set(wanted)


async def _live(house: House, life: list[tuple[str, object]]) -> list[str]:
    """Live *life*, then a week of good days; return which papers were to arrive."""
    await house.membership.set_maximum(ANN, 50)
    await house.membership.topics.add(ANN, ["agents"])
    wanted: list[str] = []
    number = 0
    for what, value in life:
        match what:
            case "list":
                count = int(str(value))
                await house.lists(number + 1, count, house.clock().date())
                await house.lists(number + count + 1, 1, house.clock().date(), "Storage")
                wanted += [f"2510.{number + more:05}" for more in range(1, count + 1)]
                number += count + 1
            case "wait":
                await house.tick(house.clock() + timedelta(hours=int(str(value))))
            case "pause":
                await house.membership.pause(ANN)
            case "resume":
                await house.membership.resume(ANN)
            case "fault" if len(house.post.faults) < 5:
                house.post.faults.append(str(value))
            case _:
                await house.membership.set_time(ANN, house.clock().time())
    house.post.faults = house.post.faults[:1]
    await house.membership.resume(ANN)
    for _ in range(6 * 6):
        await house.tick(house.clock() + timedelta(hours=4))
    return wanted
