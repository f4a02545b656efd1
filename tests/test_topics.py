"""`digestbot topics rank`, and the settings that weigh."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digestbot.app import App
from digestbot.core.summary import Style
from digestbot.settings import only
from tests.builders import DAY, a_paper


def entry(number: int, title: str, upvotes: int, keywords: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a raw entry of Hugging Face's daily papers."""
    published = "2025-10-13T00:00:00.000Z"
    paper = {
        "id": f"2510.{number:05}",
        "title": title,
        "summary": f"About {title}.",
        "authors": [],
        "publishedAt": published,
        "upvotes": upvotes,
        "ai_keywords": list(keywords),
    }
    return {"paper": paper, "publishedAt": published, "title": title}


def rank(folder: Path, topics: list[str], *options: str) -> tuple[dict[str, list[str]], str]:
    """Return what the command prints for two files of papers, and what it complains of."""
    first, second = folder / "2025-10-14.json.gz", folder / "2025-10-15.json"
    first.write_bytes(
        gzip.compress(
            json.dumps(
                [entry(1, "Agents", 1), entry(2, "Many Agents and Agents", 90), {"paper": None}]
            ).encode()
        )
    )
    second.write_text(
        json.dumps([entry(3, "Robots", 5, ("agents",)), entry(1, "Agents", 4)]), encoding="utf-8"
    )
    asked = folder / "topics.jsonl"
    asked.write_text("\n".join(map(json.dumps, topics)) + "\n\n", encoding="utf-8")
    command = ["topics", "rank", "--papers", str(first), str(second), "--topics", str(asked), *options]
    ran = subprocess.run(
        [sys.executable, "-m", "digestbot", *command], capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line["topic"] for line in lines] == topics
    return {line["topic"]: line["ranking"] for line in lines}, ran.stderr


def test_files_are_ranked_for_each_topic(tmp_path: Path) -> None:
    """A line each, in the order of the topics; over all files, each paper once."""
    told, complaints = rank(tmp_path, ["agents", "robots", "nothing here", "(broken"])
    assert set(told["agents"]) == {"2510.00001", "2510.00002", "2510.00003"}
    assert told["robots"] == ["2510.00003"]
    assert told["nothing here"] == told["(broken"] == []
    assert "'(broken' is no topic" in complaints
    assert "skipped an entry of 2025-10-14" in complaints


def test_keywords_can_be_hidden_and_votes_count_only_when_asked(tmp_path: Path) -> None:
    """As a judge of the matcher needs it."""
    told, _ = rank(tmp_path, ["agents"], "--hide-keywords")
    assert set(told["agents"]) == {"2510.00001", "2510.00002"}
    voted, _ = rank(tmp_path, ["agents"], "--hide-keywords", "--votes")
    assert voted["agents"] == ["2510.00002", "2510.00001"]


async def order_by(tmp_path: Path, **weights: float) -> list[str]:
    """Return the order of two papers by a bot with these weights."""
    async with App(
        only(data_dir=tmp_path, ranking=weights), lambda: datetime(2025, 10, 15, tzinfo=UTC)
    ) as app:
        await app.store.upgrade()
        async with app.store.write() as tables:
            papers = [
                a_paper(1, "Agents", abstract="Agents are agents. We study agents.", upvotes=0),
                a_paper(2, "On it", abstract="An agents-like thing, said in passing.", upvotes=50),
            ]
            await tables.papers.save(papers, datetime(2025, 10, 14, tzinfo=UTC))
        listing = await app.library.on_topics(DAY, ["agents"], "en", Style.BULLETS)
    return [card.paper.id for card in listing.cards]


async def test_the_weights_of_the_ranking_are_settings(tmp_path: Path) -> None:
    """Votes that weigh nothing move nothing; votes that weigh much decide."""
    assert await order_by(tmp_path / "one", votes=0.0) == ["2510.00001", "2510.00002"]
    assert await order_by(tmp_path / "two", votes=9.0) == ["2510.00002", "2510.00001"]


@pytest.mark.parametrize(
    ("papers", "topics", "told"),
    [
        (b"[]", b'"agents"\nagents\n', "topics.txt, line 2 can't be read: Expecting value"),
        (b"[]", b"7\n", "topics.txt, line 1 can't be read: 7"),
        (b"no list", b'"agents"\n', "papers.json can't be read: Expecting value"),
        (b"\xff", b'"agents"\n', "papers.json can't be read: "),
    ],
)
def test_a_file_that_can_not_be_read_is_told_in_a_line(
    tmp_path: Path, papers: bytes, topics: bytes, told: str
) -> None:
    """Exit code 2, the file, what is wrong with it, and how it should look."""
    (tmp_path / "papers.json").write_bytes(papers)
    (tmp_path / "topics.txt").write_bytes(topics)
    command = ["topics", "rank", "--papers", "papers.json", "--topics", "topics.txt"]
    ran = subprocess.run(
        [sys.executable, "-m", "digestbot", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert told in ran.stderr
    assert ran.stderr.count("\n") == 1
