"""Papers in the database: what arXiv tells of them, and rows from before it was asked."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

from digestbot.core.paper import Paper
from digestbot.store import Store

NOW = datetime(2025, 10, 14, 12, 0, tzinfo=UTC)
ARXIV = Paper(
    id="2510.12586",
    title="Pixels",
    abstract="We draw.",
    listed_on=date(2025, 10, 13),
    categories=("cs.CV", "cs.LG"),
    on_hugging_face=False,
)
_OLD_ROW = """
    INSERT INTO papers (id, arrival, first_seen_at, listed_on, title, abstract, authors, upvotes, comments,
                        ai_keywords, media)
    VALUES ('2510.00001', 1, '2025-10-14 12:00:00', '2025-10-14', 'Old', 'It is old.', '[]', 3, 0, '[]', '[]')
"""


async def test_an_arxiv_paper_is_stored_whole(tmp_path: Path) -> None:
    """Its categories keep their order; once Hugging Face lists it, it is marked as such."""
    async with Store(f"sqlite+aiosqlite:///{tmp_path}/papers.db") as store:
        await store.upgrade()
        async with store.write() as tables:
            assert await tables.papers.save([ARXIV], NOW) == 1
            assert await tables.papers.get("2510.12586") == ARXIV
            listed = Paper(id="2510.12586", title="Pixels", abstract="", listed_on=date(2025, 10, 15))
            await tables.papers.save([listed], NOW)
            both = await tables.papers.get("2510.12586")
    assert both is not None
    assert (both.on_hugging_face, both.categories, both.listed_on) == (
        True,
        ("cs.CV", "cs.LG"),
        date(2025, 10, 15),
    )


async def test_a_paper_from_before_came_from_hugging_face(tmp_path: Path) -> None:
    """A row of the first schema is on Hugging Face and without categories, and has kept the rest."""
    file = tmp_path / "papers.db"
    async with Store(f"sqlite+aiosqlite:///{file}") as store:
        await store.upgrade("0001")
        with sqlite3.connect(file) as old:
            old.execute(_OLD_ROW)
        old.close()
        await store.upgrade()
        async with store.read() as tables:
            assert await tables.papers.arrived(0, 9) == [
                (
                    1,
                    Paper(
                        id="2510.00001",
                        title="Old",
                        abstract="It is old.",
                        upvotes=3,
                        listed_on=date(2025, 10, 14),
                        categories=(),
                        on_hugging_face=True,
                    ),
                )
            ]
