"""Some days of many readers on a bad Telegram, with processes that are killed; and what came of it."""

import asyncio
import os
import random
import re
import signal
import sys
from asyncio.subprocess import Process
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from digestbot.core.delivery import LEASE
from digestbot.core.paper import Paper
from digestbot.core.subscriber import EVERY_DAY, ChatKind, Schedule, Subscriber
from digestbot.store import Store
from tests.builders import NOON, a_paper, a_subscriber
from tests.chaos.clock import SharedClock
from tests.chaos.telegram import Arrival, BadTelegram

DAY = timedelta(days=1)
TOPICS: tuple[tuple[str, ...], ...] = ((), ("agents",), ("robots",))
TITLES = ("Agents", "Robots", "Agents and Robots")
WANTED = ((0, 1, 2), (0, 2), (1, 2))
"""Which of the TITLES each of the TOPICS brings."""
OUTAGE = 60.0
PART_OF_RATE = 0.9
"""So much of the allowed rate is used: what left evenly bunches up on a busy machine before it is counted."""
GROUP = -1_000_000
"""Chats that move have ids below this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is played."""

    subscribers: int
    days: int
    workers: int
    kills: int
    rate: int
    """Messages a second, of all workers together."""
    speed: float = 10.0
    trouble: float = 0.05
    naps: int = 0
    """So many processes are suspended each day, for longer than their claims are good."""
    gone: float = 0.02
    """The part of the chats that blocked us or move."""


@dataclass
class Report:
    """What came of it."""

    due: int = 0
    once: int = 0
    repeated: int = 0
    unflagged: int = 0
    lost: int = 0
    unconfirmed: int = 0
    """Digests of which a part was never confirmed; they may have arrived."""
    lateness: timedelta = timedelta(0)
    busiest_second: int = 0
    rate: int = 0
    killed: int = 0
    exit_codes: list[int | None] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    missing: list[tuple[Subscriber, int, list[Arrival]]] = field(default_factory=list)
    """Who did not get the whole digest of which day, and what came instead."""
    missed: list[str] = field(default_factory=list)
    """What the ledger says of these."""

    def lines(self) -> list[str]:
        met = ", ".join(f"{count} {what}" for what, count in sorted(self.met.items()))
        return [
            f"trouble met             {met}",
            f"processes killed        {self.killed}",
            f"digests due             {self.due}",
            f"delivered once          {self.once}",
            f"repeated, flagged       {self.repeated}",
            f"repeated, not flagged   {self.unflagged}",
            f"lost                    {self.lost}",
            f"worst lateness          {self.lateness}",
            f"busiest second          {self.busiest_second} of {self.rate} that are allowed",
            *(f"lost: {told}" for told in self.missed),
        ]


async def play(url: str, folder: Path, seed: int, scale: Scale) -> Report:
    """Live through it all on the database at *url*."""
    clock = SharedClock(folder / f"clock-{seed}", scale.speed)
    dice = random.Random(seed)
    telegram = BadTelegram(seed, clock, scale.speed, scale.trouble)
    async with Store(url) as store, telegram.serve() as api:
        await store.upgrade()
        readers = await _settle(store, telegram, dice, scale)
        pace = str(int(scale.rate * PART_OF_RATE))  # which the workers share
        crew = Crew([url, api, str(folder / f"clock-{seed}"), str(scale.speed), pace])
        await crew.hire(scale.workers)
        try:
            for day in range(1, scale.days + 1):
                await _list(store, day)
                clock.move_to(NOON + day * DAY)
                await _live(store, clock, telegram, crew, dice, scale, day)
                await _pass_hours(store, clock, 3)
            telegram.trouble = 0.0
            await _pass_hours(store, clock, 80)
        finally:
            exit_codes = await crew.leave()
    report = _judge(readers, telegram, scale)
    report.killed, report.exit_codes = crew.killed, exit_codes
    async with Store(url) as store:
        report.missed = [await _history(store, telegram, *missing) for missing in report.missing]
    return report


class Crew:
    """The processes that deliver."""

    def __init__(self, told: list[str], module: str = "tests.chaos.worker") -> None:
        self.killed = 0
        self._module = module
        self._told = told
        self._workers: list[Process] = []
        self._turn = asyncio.Lock()

    async def hire(self, count: int) -> None:
        for _ in range(count):
            command = [sys.executable, "-m", self._module, *self._told]
            self._workers.append(await asyncio.create_subprocess_exec(*command, env={**os.environ}))

    async def kill(self, dice: random.Random) -> None:
        """Kill one, and let another one begin; one after the other."""
        async with self._turn:
            await self._kill(dice)

    async def _kill(self, dice: random.Random) -> None:
        victim = self._workers.pop(dice.randrange(len(self._workers)))
        assert victim.returncode is None, "a worker died by itself"
        victim.kill()
        await victim.wait()
        self.killed += 1
        await self.hire(1)

    async def suspend(self, dice: random.Random, seconds: float) -> None:
        """Let one stand still for so long, as where its machine sleeps; nobody is killed meanwhile."""
        async with self._turn:
            sleeper = self._workers[dice.randrange(len(self._workers))]
            sleeper.send_signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(seconds)
            finally:
                sleeper.send_signal(signal.SIGCONT)

    def memory(self) -> float:
        """Return the MB that they hold."""
        files = [Path(f"/proc/{worker.pid}/status") for worker in self._workers]
        held = [re.search(r"VmRSS:\s+(\d+)", file.read_text(encoding="ascii")) for file in files]
        return sum(int(found[1]) / 1024 for found in held if found)

    async def leave(self) -> list[int | None]:
        """Tell all to stop, and return their exit codes."""
        for worker in self._workers:
            if worker.returncode is None:
                worker.send_signal(signal.SIGTERM)
        return [await asyncio.wait_for(worker.wait(), 15) for worker in self._workers]


async def _settle(store: Store, telegram: BadTelegram, dice: random.Random, scale: Scale) -> list[Subscriber]:
    """Let readers subscribe, some of whom block us or move with the first digest; return them all."""
    schedule = Schedule(NOON.time(), "UTC", EVERY_DAY)
    readers = []
    async with store.write() as tables:
        for number in range(1, scale.subscribers + 1):
            chat, kind = number, ChatKind.PRIVATE
            fate = dice.random() / scale.gone
            if fate < 0.5:
                telegram.blocked.add(chat)
            elif fate < 1:
                chat, kind = GROUP - number, ChatKind.GROUP
                telegram.moving[chat] = 2 * GROUP - number
            language = "ko" if number % 5 == 0 else "en"
            reader = a_subscriber(
                chat, kind=kind, schedule=schedule, language=language, next_due_at=NOON + DAY
            )
            added = await tables.subscribers.add(reader, NOON)
            topics = TOPICS[number % len(TOPICS)]
            await tables.subscribers.add_topics(added.id, [(topic, topic) for topic in topics])
            readers.append(added)
    return readers


def _papers(day: int) -> list[Paper]:
    on = (NOON + day * DAY).date()
    return [a_paper(100 * day + number, title, listed_on=on) for number, title in enumerate(TITLES)]


async def _list(store: Store, day: int) -> None:
    async with store.write() as tables:
        await tables.papers.save(_papers(day), NOON + day * DAY)


async def _live(
    store: Store,
    clock: SharedClock,
    telegram: BadTelegram,
    crew: Crew,
    dice: random.Random,
    scale: Scale,
    day: int,
) -> None:
    """Wait until the day's digests are out, while processes are killed and Telegram fails for a minute."""
    lasts = scale.subscribers / scale.rate
    kills = scale.kills // scale.days + (day <= scale.kills % scale.days)
    async with asyncio.TaskGroup() as events:
        if day == 1 + scale.days // 2:
            events.create_task(_outage(telegram, dice.random() * lasts, OUTAGE / scale.speed))
        for at in sorted(dice.random() * lasts for _ in range(kills)):
            events.create_task(_kill(crew, dice, at))
        for at in sorted(dice.random() * lasts for _ in range(scale.naps)):
            events.create_task(_suspend(crew, dice, at, 1.3 * LEASE.total_seconds() / scale.speed))
    await until_done(store, clock)


async def _outage(telegram: BadTelegram, after: float, seconds: float) -> None:
    await asyncio.sleep(after)
    await telegram.be_out(seconds)


async def _kill(crew: Crew, dice: random.Random, after: float) -> None:
    await asyncio.sleep(after)
    await crew.kill(dice)


async def _suspend(crew: Crew, dice: random.Random, after: float, seconds: float) -> None:
    await asyncio.sleep(after)
    await crew.suspend(dice, seconds)


async def until_done(store: Store, clock: SharedClock) -> None:
    async with asyncio.timeout(180):
        while await _waits(store, clock):  # noqa: ASYNC110 - it is other processes' doing
            await asyncio.sleep(0.3)


async def _waits(store: Store, clock: SharedClock) -> bool:
    """Tell whether anybody is due, or waits for what comes within ten minutes."""
    async with store.read() as tables:
        due = await tables.subscribers.due(clock(), 1)
        return bool(due) or await tables.deliveries.waiting(clock() + timedelta(minutes=10)) > 0


async def _pass_hours(store: Store, clock: SharedClock, most: int) -> None:
    """Let hours pass, until nothing waits."""
    for _ in range(most):
        async with store.read() as tables:
            if not await tables.deliveries.unfinished():
                return
        clock.move_to(clock() + timedelta(hours=1))
        await asyncio.sleep(1.0)
        await until_done(store, clock)


def _judge(readers: list[Subscriber], telegram: BadTelegram, scale: Scale) -> Report:
    """Hold what arrived against what was due."""
    report = Report(rate=scale.rate, busiest_second=telegram.busiest_second(), met=dict(telegram.met))
    reached: defaultdict[int, list[Arrival]] = defaultdict(list)
    for arrival in telegram.arrivals:
        reached[arrival.reader].append(arrival)
    for number, reader in enumerate(readers, 1):
        if reader.chat_id in telegram.blocked:
            assert not reached[reader.chat_id]
            continue
        arrivals = reached[telegram.moving.get(reader.chat_id, reader.chat_id)]
        for day in range(1, scale.days + 1):
            papers = _papers(day)
            wanted = {papers[place].id for place in WANTED[number % len(TOPICS)]}
            copies = [one for one in arrivals if wanted & {*one.papers}]
            if not _count(report, day, wanted, copies):
                report.missing.append((reader, day, copies))
    return report


async def _history(
    store: Store, telegram: BadTelegram, reader: Subscriber, day: int, came: list[Arrival]
) -> str:
    """Return what Telegram and the ledger know of a reader's digest that did not come."""
    chat = telegram.moving.get(reader.chat_id, reader.chat_id)
    async with store.read() as tables:
        delivery = await tables.deliveries.at(reader.id, NOON + day * DAY)
    return f"chat {chat}, day {day}, came {came}, asked {telegram.heard[chat]}, ledger {delivery}"


def _count(report: Report, day: int, wanted: set[str], copies: list[Arrival]) -> bool:
    """Count one digest; tell whether it arrived."""
    report.due += 1
    whole = [copy for copy in copies if {*copy.papers} == wanted]
    report.lost += not whole
    report.once += len(copies) == len(whole) == 1
    report.repeated += len(copies) > 1
    report.unflagged += sum(not copy.flagged for copy in copies[1:])
    if whole:
        report.lateness = max(report.lateness, whole[0].at - (NOON + day * DAY))
    return bool(whole)
