"""Digests that others kept: read in each shape, written again as they were, and of use in the chat."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from digestbot.actions.archives import Importer, archives_in
from digestbot.actions.library import Library
from digestbot.core.digest import View, ViewKind
from digestbot.core.postings import Rules
from digestbot.core.summary import Style, SummarySource
from digestbot.render.document import Format, write
from digestbot.store import Store
from tests.actions.test_deliver import ANN, House
from tests.builders import NOON, Clock, a_paper, a_subscriber, a_summarizer

OLDEST = """\
## Daily Papers (2023-11-20)

### [A & B: Learning_to *Draw*](https://arxiv.org/abs/2311.00001)

- 그림을 그린다.
- 다음 네 가지가 있다.
  - (1) 하나
  - (2) 둘
### [Second](https://arxiv.org/abs/2311.00002)

- 둘째 논문이다.
"""
VIDEOS = """\
## Daily Papers (2023-12-05)

### [Moving](https://arxiv.org/abs/2312.00001)

[Watch Video]https://cdn.example.org/a.mp4
<div><video controls src="https://cdn.example.org/a.mp4" muted="false"></video></div>

Authors: Ann Author, Bo Writer

- 움직인다.

### [Still](https://arxiv.org/abs/2312.00002)

![](https://cdn.example.org/b.png)

Authors: Cy

- 'Still'은 멈춰 있다.

"""
VOTES = """\
## Daily Papers (2024-04-10)

### [Most](https://arxiv.org/abs/2404.00001)

![](https://cdn.example.org/1.png)

Vote: 60

Authors: Ann Author, Bo Writer

- 가장 많은 표를 받았다.
- 코드는 [여기](https://example.org/x_y)에 있다.

### [Fewer](https://arxiv.org/abs/2404.00003)

[Watch Video](https://cdn.example.org/3.mp4)
<div><video controls src="https://cdn.example.org/3.mp4" muted="false"></video></div>

Vote: 4

Authors: Cy

- 적은 표를 받았다.

### [As Few](https://arxiv.org/abs/2404.00002)

![](https://cdn.example.org/2.png)

Vote: 4

Authors: Dee

- 역시 적다.

"""
LOOSE = """\
## Daily Papers (2024-06-12)

### [Tokens](https://arxiv.org/abs/2406.00001)

![](https://cdn.example.org/1.png)

Vote: 0

Authors: Ann Author

- **What's New**: 새롭다.

- **Technical Details**: `model_x`를 쓴다.

"""
LABELS = """\
## Daily Papers (2025-01-15)

### [Lightning](https://arxiv.org/abs/2501.00001)

![](https://cdn.example.org/1.png)

Vote: 193

Authors: Ann Author

- ***What's New***: 새롭다.
- ***Technical Details***: 2*3=6이다.
- ***Performance Highlights***: 빠르다.

"""
SHAPES = [OLDEST, VIDEOS, VOTES, LOOSE, LABELS]


class Desk:
    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.importer = Importer(store, Clock())
        self.library = Library(store, Rules(), a_summarizer(store), Clock())

    async def imports(self, text: str, name: str = "day.md") -> tuple[int, int, tuple[str, ...]]:
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        done = await self.importer.file(file, "ko")
        return done.papers, done.new, done.problems

    async def written(self, day: str, *topics: str) -> str:
        listing = await self.library.on_topics(date.fromisoformat(day), topics, "ko", Style.BULLETS)
        return write(listing, Format.MARKDOWN, "ko")


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


@pytest.mark.parametrize("text", SHAPES, ids=["oldest", "videos", "votes", "loose", "labels"])
async def test_a_day_is_written_as_it_was(desk: Desk, text: str) -> None:
    """Letter by letter, also after it was read again, and after all others were."""
    papers, new, problems = await desk.imports(text)
    assert (papers, problems) == (new, ())
    for other in SHAPES:
        await desk.imports(other)
    assert await desk.imports(text) == (papers, 0, ())
    assert await desk.written(text[17:27]) == text


@pytest.mark.parametrize(
    "text",
    [
        VOTES.replace("Authors: Cy", "Authors: "),
        VOTES.replace("Authors: Cy\n\n", ""),
        VOTES.replace("https://cdn.example.org/1.png", ""),
        VOTES.replace("[Most]", "[The [Most] of it: $x^2$ <b>]"),
        VOTES.replace("- 역시 적다.\n\n", ""),
        VOTES.replace("- 역시 적다.", "- 역시 적다.  \n\n  - 더 적다.\n\n\n- 끝"),
        VOTES.rstrip("\n"),
        VOTES[: VOTES.index(")", VOTES.rindex("###")) + 1],
    ],
    ids=["nobody", "no authors", "no picture", "title", "no bullets", "spaces", "cut", "heading"],
)
async def test_a_day_with_a_flaw_is_written_as_it_was_too(desk: Desk, text: str) -> None:
    assert await desk.imports(f"\ufeff{text}") == (3, 3, ())
    assert await desk.written("2024-04-10") == text


async def test_a_file_that_is_no_text_is_told(desk: Desk) -> None:
    (desk.folder / "day.md").write_bytes(b"\xff\xfe## Daily")
    done = await desk.importer.file(desk.folder / "day.md", "ko")
    assert done.papers == 0
    assert "day.md" in done.problems[0]


@pytest.mark.parametrize("newest_first", [False, True])
async def test_a_paper_of_two_days_is_in_both(desk: Desk, *, newest_first: bool) -> None:
    """Each file is written with the votes of its day; the paper itself has the newer ones."""
    later = VOTES.replace("2024-04-10", "2024-04-16").replace("Vote: 60", "Vote: 77")
    for text in (later, VOTES) if newest_first else (VOTES, later):
        await desk.imports(text)
    async with desk.store.read() as tables:
        paper = await tables.papers.get("2404.00001")
    assert paper is not None
    assert (paper.upvotes, paper.listed_on) == (77, date(2024, 4, 16))
    assert await desk.written("2024-04-10") == VOTES
    assert await desk.written("2024-04-16") == later


async def test_what_can_not_be_read_is_told_by_line(desk: Desk) -> None:
    """And the rest is kept."""
    bad = VOTES.replace("Vote: 60", "Vote: many").replace("abs/2404.00003", "abs/none")
    papers, new, problems = await desk.imports(bad)
    assert (papers, new) == (1, 1)
    assert [problem.split(": ", 1)[0].rpartition(":")[2] for problem in problems] == ["3", "14"]
    assert (await desk.imports("# Something else\n"))[2][0].endswith('(2024-04-10)"')
    assert (await desk.imports(VOTES + "### no link\n"))[2][0].endswith(
        "its heading is not ### [title](link)"
    )


async def test_what_is_newer_or_fuller_stays(desk: Desk) -> None:
    """Votes and texts of the feed are not overwritten; what it lacks is filled in."""
    day = date(2024, 4, 10)
    known = a_paper(id="2404.00001", title="Most, Really", upvotes=99, abstract="It is best.", listed_on=day)
    async with desk.store.write() as tables:
        await tables.papers.save([known], NOON)
    assert await desk.imports(VOTES) == (3, 2, ())
    async with desk.store.read() as tables:
        kept = await tables.papers.get("2404.00001")
    assert kept == replace(
        known, authors=("Ann Author", "Bo Writer"), thumbnail="https://cdn.example.org/1.png"
    )
    written = await desk.written("2024-04-10")
    assert "Vote: 99" in written
    assert "- 가장 많은 표를 받았다." in written
    assert (await desk.written("2024-04-10", "best")).count("###") == 1


async def test_its_summaries_serve_readers(desk: Desk) -> None:
    """In Korean to who reads Korean; to others where there is nothing else. Without markup."""
    await desk.imports(VOTES)
    day, reader = date(2024, 4, 10), a_subscriber(language="ko")
    card = await desk.library.paper("2404.00001", reader)
    assert card.summary is not None
    assert card.summary.source is SummarySource.ARCHIVE
    told = [bullet.text for bullet in card.summary.bullets]
    assert told == ["가장 많은 표를 받았다.", "코드는 여기에 있다."]
    listing = await desk.library.day(day, reader)
    assert [card.summary and card.summary.source for card in listing.cards] == [SummarySource.ARCHIVE] * 3
    top = await desk.library.look(View(ViewKind.TOP_MONTH, "3"), reader)
    assert [card.paper.upvotes for card in top.cards] == [60, 4, 4]
    assert top.cards[0].summary == card.summary
    async with desk.store.write() as tables:
        await tables.papers.save([a_paper(id="2404.00001", abstract="It is best.", listed_on=day)], NOON)
    english = await desk.library.paper("2404.00001", a_subscriber(language="en"))
    assert english.summary is not None
    assert english.summary.source is SummarySource.EXTRACT


async def test_what_a_database_or_telegram_would_refuse_costs_one_paper(desk: Desk) -> None:
    """NUL, and votes beyond any count; a picture that is no link is left out of the paper alone."""
    bad = VOTES.replace("60", "6" * 30).replace("적은", "적\0은").replace("https://cdn.example.org/2", "c:/2")
    papers, new, problems = await desk.imports(bad)
    assert (papers, new, len(problems)) == (1, 1, 2)
    async with desk.store.read() as tables:
        (paper,) = (await tables.papers.get_many(["2404.00002"])).values()
    assert paper.thumbnail is None


async def test_an_archive_floods_nobody(store: Store, desk: Desk) -> None:
    """Its papers are from before the reader was there: none is pushed, a new one is."""
    house = House(store)
    await house.membership.subscribe(ANN)
    await desk.imports(VOTES)
    await house.lists(1, 1)
    await house.tick(NOON + timedelta(days=1))
    assert house.post.papers() == ["2510.00001"]


def test_folders_give_their_markdown_files(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "c.txt", "deeper/d.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = archives_in([tmp_path, tmp_path / "c.txt"])
    assert [file.name for file in found] == ["a.md", "b.md", "d.md", "c.txt"]
