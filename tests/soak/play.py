"""Ten days of a bot that is killed every six hours while Telegram and its source fail; what came of it."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path

from digestbot.core.subscriber import EVERY_DAY, Schedule
from digestbot.playground.hub import HuggingFaceServer, entry
from digestbot.playground.outside import status
from digestbot.store import Store
from tests.builders import NOON, a_subscriber
from tests.chaos.clock import SharedClock
from tests.chaos.play import DAY, TOPICS, WANTED, Crew, until_done
from tests.chaos.telegram import BadTelegram

QUARTER = timedelta(hours=6)
HOURS = (0, 6, 12, 18)
"""A fourth of the readers each."""
TITLES = ("Agents", "Robots", "Agents and Robots")
MOST_TROUBLE = 0.1
"""The part of Telegram's calls that fails, at most."""
OUTAGES = 0.3
"""The part of the quarters in which the source is away."""
GROWTH = 1.1
"""So much more than on the second day the process may hold on the last one."""
MIDNIGHT = NOON.replace(hour=0)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is played."""

    subscribers: int
    days: int
    rate: int
    speed: float = 60.0


@dataclass
class Report:
    """What came of it."""

    papers: int = 0
    """Each as often as a reader is to have it."""
    lost: int = 0
    repeated: int = 0
    unflagged: int = 0
    killed: int = 0
    outages: int = 0
    busiest_second: int = 0
    rate: int = 0
    memory: list[float] = field(default_factory=list)
    """In MB, at the end of each day."""
    exit_codes: list[int | None] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)

    def is_well(self) -> bool:
        """Tell whether nothing was lost, came twice without a word, grew, or was left over."""
        return (
            self.lost == self.unflagged == 0
            and self.memory[-1] <= GROWTH * self.memory[1]
            and set(self.exit_codes) == {0}
        )

    def lines(self) -> list[str]:
        met = ", ".join(f"{count} {what}" for what, count in sorted(self.met.items()))
        return [
            f"trouble met             {met}",
            f"source away             {self.outages} times",
            f"processes killed        {self.killed}",
            f"papers due to readers   {self.papers}",
            f"repeated, flagged       {self.repeated}",
            f"repeated, not flagged   {self.unflagged}",
            f"lost                    {self.lost}",
            f"busiest second          {self.busiest_second} of {self.rate}",
            f"memory by day           {', '.join(f'{size:.0f}' for size in self.memory)} MB",
            f"exit codes              {self.exit_codes} (3: a task was left)",
        ]


async def play(folder: Path, seed: int, scale: Scale) -> Report:
    """Live through it all on a SQLite database."""
    clock, dice = SharedClock(folder / "clock", scale.speed), random.Random(seed)
    telegram = BadTelegram(seed, clock, scale.speed, 0.0)
    url = f"sqlite+aiosqlite:///{folder / 'soak.db'}"
    report = Report(rate=scale.rate)
    async with Store(url) as store, telegram.serve() as api, HuggingFaceServer() as hub:
        await store.upgrade()
        await _settle(store, scale)
        told = [url, api, str(folder / "clock"), str(scale.speed), str(scale.rate), hub.url]
        crew = Crew(told, "tests.soak.worker")
        await crew.hire(1)
        try:
            for day in range(1, scale.days + 1):
                for hour in HOURS:
                    _throw(dice, telegram, hub, report)
                    await _live(store, clock, hub, day, hour)
                    if hour == HOURS[-1]:
                        report.memory.append(crew.memory())
                    await crew.kill(dice)
            telegram.trouble = 0.0
            hub.heal()
            for hour in HOURS:  # a quiet day brings what is still on its way
                await _live(store, clock, hub, scale.days + 1, hour)
        finally:
            report.exit_codes = await crew.leave()
        report.killed = crew.killed
    _judge(report, telegram, scale)
    return report


def _throw(dice: random.Random, telegram: BadTelegram, hub: HuggingFaceServer, report: Report) -> None:
    """Let chance say what fails in the next six hours."""
    telegram.trouble = dice.choice((0.0, dice.random() * MOST_TROUBLE))
    hub.heal()
    if dice.random() < OUTAGES:
        report.outages += 1
        hub.fail(status(503))


async def _settle(store: Store, scale: Scale) -> None:
    async with store.write() as tables:
        for number in range(1, scale.subscribers + 1):
            hour = HOURS[number // len(TOPICS) % len(HOURS)]
            due = MIDNIGHT + DAY + timedelta(hours=hour)
            schedule = Schedule(time(hour), "UTC", EVERY_DAY)
            reader = await tables.subscribers.add(
                a_subscriber(number, schedule=schedule, next_due_at=due, maximum=50), NOON
            )
            topics = TOPICS[number % len(TOPICS)]
            await tables.subscribers.add_topics(reader.id, [(topic, topic) for topic in topics])


async def _live(store: Store, clock: SharedClock, hub: HuggingFaceServer, day: int, hour: int) -> None:
    """Let it be that hour, with the day's list in the morning, until all that is due then is out."""
    on = (NOON + day * DAY).date()
    if hour == HOURS[1] and on.weekday() < 5:
        hub.days[on] = [
            entry(id=_id(day, number), title=title, abstract="It is about lamps.", day=on)
            for number, title in enumerate(TITLES)
        ]
    clock.move_to(MIDNIGHT + day * DAY + timedelta(hours=hour))
    await asyncio.sleep(1.0)  # the process hears of it
    await until_done(store, clock)


def _id(day: int, number: int) -> str:
    return f"2510.{100 * day + number:05}"


def _judge(report: Report, telegram: BadTelegram, scale: Scale) -> None:
    """Hold what arrived against what was listed."""
    came: Counter[tuple[int, str]] = Counter()
    for arrival in telegram.arrivals:
        for paper in arrival.papers:
            is_again = (arrival.reader, paper) in came
            report.repeated += is_again and arrival.flagged
            report.unflagged += is_again and not arrival.flagged
            came[arrival.reader, paper] += 1
    for number in range(1, scale.subscribers + 1):
        for day in _listed(scale):
            wanted = {_id(day, place) for place in WANTED[number % len(TOPICS)]}
            report.papers += len(wanted)
            report.lost += sum((number, paper) not in came for paper in wanted)
    report.busiest_second, report.met = telegram.busiest_second(), dict(telegram.met)


def _listed(scale: Scale) -> list[int]:
    days = range(1, scale.days + 1)
    return [day for day in days if date.weekday((NOON + day * DAY).date()) < 5]
