"""A running bot between a Telegram and a Hugging Face of our own, and a clock that moves when told."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digestbot.demo import Stage, open_stage
from digestbot.playground.hub import entry
from digestbot.playground.people import Person

TUESDAY = date(2025, 10, 14)
NOON = datetime(2025, 10, 14, 12, 0, tzinfo=UTC)


def papers(day: date, *titles: str, first: int = 0, **more: object) -> list[dict[str, object]]:
    """Return raw entries with these titles, each with fewer votes than the one before."""
    return [
        entry(
            id=f"{day:%y%m}.{day.day * 100 + first + number:05}",
            title=title,
            abstract=f"This paper is about {title}. It shows what can be shown. It ends well.",
            upvotes=50 - number,
            day=day,
            **more,  # type: ignore[arg-type]
        )
        for number, title in enumerate(titles)
    ]


@pytest.fixture
def home(tmp_path: Path, newest_sqlite: Path) -> Path:
    """Give a data folder as a bot finds it that has run before: with the newest schema."""
    shutil.copy(newest_sqlite, tmp_path / "digestbot.db")
    return tmp_path


@pytest.fixture
async def stage(home: Path) -> AsyncIterator[Stage]:
    """A bot on Tuesday noon, UTC, with five papers on the list."""
    async with open_stage(home, NOON) as stage:
        stage.hub.days[TUESDAY] = papers(
            TUESDAY,
            "Diffusion Models at Night",
            "Agents that Plan",
            "Mixture-of-Experts for Storage",
            "A <b>Bold</b> & Risky_Title with $x^2$",
            "Video Diffusion Models and Agents",
        )
        await stage.at(NOON)
        yield stage


@pytest.fixture
def ann(stage: Stage) -> Person:
    return stage.telegram.user("Ann", "en")


@pytest.fixture
def minjun(stage: Stage) -> Person:
    return stage.telegram.user("민준", "ko")


async def ask(person: Person, text: str) -> str:
    """Return the text of the bot's answer."""
    await person.says(text)
    return (await person.private.hears()).text


def digests(person: Person) -> list[str]:
    """Return the digests that a person was sent, oldest first."""
    heads = ("Your papers", "Your recap", "논문 소식", "論文ダイジェスト", "论文推送", "Possible repeat")
    return [
        message.text
        for message in person.private.messages
        if message.from_bot and message.text.startswith(heads)
    ]


def refused(stage: Stage) -> list[str]:
    """Return the calls that broke a rule of Telegram's."""
    return [f"{call.method}: {call.description}" for call in stage.telegram.calls if call.status >= 400]
