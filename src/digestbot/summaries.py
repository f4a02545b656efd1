"""Holds summaries against their sources, from files, and measures the check: `digestbot summaries …`."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from digestbot.app import App
from digestbot.core.chain import sift, text_of
from digestbot.core.grounding import Source
from digestbot.core.paper import Paper
from digestbot.core.summary import Bullet
from digestbot.core.synonyms import Synonyms
from digestbot.core.text import sentences
from digestbot.errors import UserError
from digestbot.topics import read_papers
from digestbot.vocabulary import load_synonyms

_LINE = '{"source": "…", "language": "ko", "bullets": ["…"]}'
_MOST_MISTAKES = 20
"""Of each set that are told."""
_CHOICE = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
_DIGIT = re.compile(r"(?<![\w.,(-])[1-9](?=[\d.,]*(?![\d\w)]))")
"""The first digit of a number that counts: not of `(1)`, nor of 3D."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A bullet that its source bears, and one like it that it does not."""

    source: str
    language: str
    right: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Measure:
    """How often the check is right; of how many bullets each."""

    right: int
    passed: int
    wrong: int
    caught: int
    mistakes: tuple[str, ...]


def verify_file(path: Path) -> Iterator[str]:
    """Yield the verdicts on each line of a file, as JSON. Raises UserError `bad-line`."""
    known = load_synonyms()
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                source, language, bullets = _claims(line, path, number)
                held = Source(source, known)
                verdicts = [held.check(bullet, language) for bullet in bullets]
                told = [{"ok": verdict.ok, "reason": verdict.reason} for verdict in verdicts]
                yield json.dumps({"verdicts": told})  # ASCII: half a surrogate can't be printed


def _claims(line: str, path: Path, number: int) -> tuple[str, str, list[str]]:
    problem = ""
    try:
        read: Any = json.loads(line)
        source, language, bullets = read["source"], read["language"], read["bullets"]
    except (ValueError, KeyError, TypeError) as error:
        problem = repr(error)
    else:
        if not isinstance(source, str) or not isinstance(language, str) or not isinstance(bullets, list):
            problem = "a field of another type"
        elif not all(isinstance(bullet, str) for bullet in bullets):
            problem = "a bullet that is no text"
    if problem:
        raise UserError("bad-line", file=str(path), line=number, problem=problem, example=_LINE)
    return source, language, bullets


def pairs() -> Iterator[Pair]:
    """Yield the pairs that ship, half of them in Korean."""
    source = ""
    text = (files("digestbot.playground") / "pairs.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "=":
            source = rest
        elif mark and mark != "#":
            yield Pair(source, mark, _CHOICE.sub(r"\1", rest), _CHOICE.sub(r"\2", rest))


def copied(papers: Iterable[Paper]) -> Iterator[Pair]:
    """Yield each sentence of the papers' abstracts that has a number; the wrong one has another digit."""
    for paper in papers:
        for sentence in sentences(paper.abstract):
            found = _DIGIT.search(sentence)
            if found:
                digit = str(int(found[0]) % 9 + 1)
                wrong = sentence[: found.start()] + digit + sentence[found.end() :]
                yield Pair(f"{paper.title}\n{paper.abstract}", "en", sentence, wrong)


def measure(given: Iterable[Pair], synonyms: Synonyms) -> Measure:
    """Return how the check judges pairs, with the bullets that it judges wrongly."""
    right = passed = caught = 0
    mistakes = []
    for pair in given:
        held = Source(pair.source, synonyms)
        good, bad = held.check(pair.right, pair.language), held.check(pair.wrong, pair.language)
        right += 1
        passed += good.ok
        caught += not bad.ok
        mistakes += [] if good.ok else [f"refused ({good.reason}): {pair.right}"]
        mistakes += [f"let through: {pair.wrong}"] if bad.ok else []
    return Measure(right, passed, right, caught, tuple(mistakes))


def report(papers: Iterable[Path]) -> Iterator[str]:
    """Yield the lines of `digestbot summaries report`: the figures of the check, and its mistakes."""
    known = load_synonyms()
    sets = {"pairs": pairs(), "copied": copied(read_papers(papers, hide_keywords=False))}
    for name, given in sets.items():
        found = measure(given, known)
        if found.right:
            yield f"figure summaries.{name}.right_passed {found.passed / found.right:.3f} of {found.right}"
            yield f"figure summaries.{name}.wrong_caught {found.caught / found.wrong:.3f} of {found.wrong}"
            yield from (f"  {mistake}" for mistake in found.mistakes[:_MOST_MISTAKES])
    yield from _of_the_feed(read_papers(papers, hide_keywords=False), known)


async def told_of_models(app: App) -> list[str]:
    """Return a line for each language model that was asked: how many of its bullets were dropped, and why."""
    async with app.store.read() as tables:
        records = await tables.summaries.records()
    return [
        f"model {record.model}: asked {record.attempts} times, {record.failed} without a summary,"
        f" {record.tokens} tokens; {_share(record.written, Counter(record.dropped))}"
        for record in records
    ]


def _of_the_feed(papers: Iterable[Paper], known: Synonyms) -> Iterator[str]:
    """Yield the same of Hugging Face's summaries in the papers given."""
    written, dropped = 0, Counter[str]()
    for paper in papers:
        told = [Bullet(sentence) for sentence in sentences(paper.ai_summary or "")]
        if told and paper.abstract:
            written += len(told)
            sifted = sift(told, text_of(paper), "en", known)
            dropped.update(str(verdict.fault) for _, verdict in sifted.dropped)
    if written:
        yield f"model Hugging Face: {_share(written, dropped)}"


def _share(written: int, dropped: Counter[str]) -> str:
    reasons = ", ".join(f"{fault} {count}" for fault, count in dropped.most_common())
    share = dropped.total() / max(written, 1)
    return f"{dropped.total()} of {written} bullets dropped ({share:.1%}){': ' if reasons else ''}{reasons}"
