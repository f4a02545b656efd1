"""Ranks papers for topics, from files: what `digestbot topics rank` prints."""

import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from digestbot.core.digest import select
from digestbot.core.paper import Paper, add
from digestbot.core.postings import Postings, Rules
from digestbot.core.query import parse
from digestbot.core.rank import NO_VOTES, Weights
from digestbot.errors import QueryError, UserError
from digestbot.sources.huggingface import to_paper
from digestbot.vocabulary import load_synonyms

_LINE = '"diffusion -survey"'


def rank(papers: Iterable[Paper], topics: Iterable[str], rules: Rules) -> Iterator[tuple[str, list[str]]]:
    """Yield each of *topics* with the ids of the papers that it brings, best first, as the bot does.

    A topic that can't be parsed brings none, and is told on the standard error.
    """
    postings = Postings(papers, rules)
    wanted = [*topics]
    known = {topic for topic in wanted if _is_topic(topic)}
    postings.look_for(known)
    for topic in wanted:
        yield topic, [pick.paper_id for pick in select(postings, (topic,))] if topic in known else []


def read_papers(paths: Iterable[Path], *, hide_keywords: bool) -> list[Paper]:
    """Return the papers in raw `daily_papers` answers, `.json` or `.json.gz`; what is no paper is skipped."""
    papers: dict[str, Paper] = {}
    for path in paths:
        for paper in _papers(_json(path), _day(path)):
            shown = replace(paper, ai_keywords=()) if hide_keywords else paper
            add(papers, shown)
    return list(papers.values())


def _is_topic(topic: str) -> bool:
    try:
        return bool(parse(topic))
    except QueryError as error:
        sys.stderr.write(f"{topic!r} is no topic: {error}\n")
        return False


def _papers(answer: Any, day: date) -> Iterator[Paper]:
    for entry in answer if isinstance(answer, list) else ():
        try:
            yield to_paper(entry, day)
        except (KeyError, TypeError, ValueError) as error:  # the shapes of a bad entry, no wider
            sys.stderr.write(f"skipped an entry of {day}: {error!r}\n")


def _json(path: Path) -> Any:
    """Return what a file holds. Raises UserError `bad-papers`."""
    try:
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return json.loads(text)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise UserError("bad-papers", file=str(path), problem=str(error)) from None


def _topics(path: Path) -> Iterator[str]:
    """Yield the topics of a file, a JSON string a line. Raises UserError `bad-line`."""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if line.strip():
            try:
                topic = json.loads(line)
            except ValueError as error:
                topic = error
            if not isinstance(topic, str):
                problem = str(topic)
                raise UserError("bad-line", file=str(path), line=number, problem=problem, example=_LINE)
            yield topic


def _day(path: Path) -> date:
    try:
        return date.fromisoformat(path.name.partition(".")[0])
    except ValueError:
        return datetime.now(UTC).date()


def rank_files(papers: Sequence[Path], topics: Path, *, hide_keywords: bool, votes: bool) -> Iterator[str]:
    """Yield `{"topic": …, "ranking": [ids, best first]}` for each topic, a JSON string a line, of a file."""
    wanted = [*_topics(topics)]
    known = read_papers(papers, hide_keywords=hide_keywords)
    for topic, ids in rank(known, wanted, Rules(load_synonyms(), weights=Weights() if votes else NO_VOTES)):
        yield json.dumps({"topic": topic, "ranking": ids}, ensure_ascii=False)
