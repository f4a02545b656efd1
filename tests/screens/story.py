"""A reader's way through the main screens, in each of some languages, on the bundled sample."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from digestbot.demo import Stage, open_stage
from digestbot.playground.chats import Chat
from digestbot.playground.messages import Message
from digestbot.playground.people import Person
from digestbot.playground.transcript import transcript
from digestbot.theatre import SAMPLE, read_days

MORNING = datetime(2025, 10, 14, 10, 0, tzinfo=UTC)
EVENING = datetime(2025, 10, 15, 6, 30, tzinfo=UTC)
NEXT_DAY = datetime(2025, 10, 16, 12, 0, tzinfo=UTC)
PAPER = "2510.12586"
ZONES = {"en": "Europe/Berlin", "ko": "Asia/Seoul"}
WORDS = {"en": "diffusion models, agents", "ko": "확산 모델, 에이전트"}
CITIES = {"en": "Berlin", "ko": "서울"}
NAMES = {"en": "Ann", "ko": "민준"}


class Visitor:
    """Writes and taps, and keeps what is on the screen then."""

    def __init__(self, stage: Stage, language: str) -> None:
        self.stage = stage
        self.language = language
        self.person: Person = stage.telegram.user(NAMES[language], language)
        self.chat: Chat = self.person.private
        self.screens: list[tuple[str, str]] = []
        self._zone = ZoneInfo(ZONES[language])

    async def says(self, title: str, text: str, thread: int | None = None) -> None:
        """Write *text*, in a *thread* of a forum, and keep it with the answer."""
        said = await self.person.says(text, in_=self.chat, thread=thread)
        await self._keep(title, said)

    async def taps(self, title: str, *places: tuple[int, int]) -> None:
        """Tap the buttons at these rows and columns, each under what the one before brought."""
        for row, column in places:
            await self._settled()
            message = next(one for one in reversed(self.chat.messages) if one.buttons)
            await self.person.taps(message.buttons[row][column].text, on=message)
        await self._keep(title)

    async def waits(self, title: str, until: datetime) -> None:
        """Let the clock go on, and keep what came."""
        await self.stage.at(until)
        await self._keep(title)

    async def hears(self, title: str) -> None:
        """Keep what came without a question."""
        await self._keep(title)

    async def _keep(self, title: str, *said: Message) -> None:
        await self._settled()
        heard = [*self.chat.unheard]
        self.chat._unheard.clear()
        last = {message.id: message for message in heard}  # of what was edited, how it is now
        lines = transcript([*said, *last.values()], self._zone).splitlines()
        self.screens.append((title, "\n".join(lines).strip()))

    async def _settled(self) -> None:
        await self.stage.settled()


@asynccontextmanager
async def a_stage(folder: Path) -> AsyncIterator[Stage]:
    """The bot on the sample's first day, with what was listed before."""
    async with open_stage(folder, MORNING) as stage:
        days = read_days(SAMPLE)
        stage.hub.days.update(days)
        for day in sorted(day for day in days if day <= MORNING.date()):
            for ingest in stage.app.ingests:
                await ingest.day(day)
        yield stage


async def tell(stage: Stage, language: str) -> list[tuple[str, str]]:
    """Return the title and the transcript of each screen."""
    visitor = Visitor(stage, language)
    await _comes(visitor)
    await _reads(visitor)
    await _sets(visitor)
    await _in_a_group(visitor)
    return visitor.screens


async def _comes(visitor: Visitor) -> None:
    await visitor.says("Welcome", "/start")
    await visitor.taps("Choose topics", (0, 0))
    await visitor.taps("An hour", (0, 0), (-1, -1))
    await visitor.taps("The first digest", (0, 0))
    await visitor.says("Add a topic", f"/add {WORDS[visitor.language]}")
    await visitor.says("Topics", "/topics")
    await visitor.says("Share them", "/share")
    await visitor.says("Where I live", f"/timezone {CITIES[visitor.language]}")


async def _reads(visitor: Visitor) -> None:
    await visitor.waits("The daily digest", EVENING)
    await visitor.taps("A paper", (0, 0))
    await visitor.says("Most votes", "/top 3 week")
    await visitor.says("A summary", f"/summary {PAPER}")
    await visitor.says("Search", "/search pixel space")
    await visitor.says("Papers like one", f"/similar {PAPER}")
    await visitor.says("Why it came", f"/why {PAPER}")
    await visitor.says("The week", "/week")
    await visitor.says("Trends", "/trends")
    await visitor.says("What was learned", "/profile")
    await visitor.says("Saved papers", "/saved")


async def _sets(visitor: Visitor) -> None:
    await visitor.says("Settings", "/settings")
    await visitor.taps("Votes", (3, 0))
    await visitor.says("A pause", "/pause until monday")
    await visitor.says("Go on", "/resume")
    await visitor.says("Privacy", "/privacy")
    await visitor.says("Help", "/help")
    await visitor.says("A mistake", "/time 25:99")


async def _in_a_group(visitor: Visitor) -> None:
    visitor.chat = visitor.stage.telegram.group("Reading group", admins=[visitor.person], forum=True)
    bot = visitor.stage.running.bot.bot.username
    await visitor.says("In a group", f"/start@{bot}")
    await visitor.says("A group's language", f"/language@{bot} {visitor.language}")
    await visitor.waits("A group's digest", NEXT_DAY)
    topic = WORDS[visitor.language].split(",", maxsplit=1)[0]
    await visitor.says("A group's topic", f"/add@{bot} {topic}")
    thread = visitor.chat.add_topic("Diffusion")
    await visitor.says("A thread for a topic", f"/route@{bot} {topic} here", thread)
    await visitor.says("A group's settings", f"/settings@{bot}", thread)
    await visitor.taps("A group's own options", (4, 0))
    await visitor.taps("A route taken back", (0, 0))
    visitor.chat = visitor.person.private
    visitor.chat._unheard.clear()
    channel = visitor.stage.telegram.channel("Paper news", admins=[visitor.person], with_bot=False)
    await visitor.says("No channels", "/channels")
    channel.add_bot(by=visitor.person)
    await visitor.hears("A channel")
    await visitor.says("Channels", "/channels")
    await visitor.taps("A channel's settings", (0, 0))
    await visitor.taps("A channel's topics", (0, 0))
