"""Digests as Markdown, as the "Daily Papers" archives keep them: one file a day, read so that it can be
written again letter by letter.

    ## Daily Papers (2024-04-10)

    ### [A title](https://arxiv.org/abs/2404.00001)

    ![](https://…/picture.png)          or a video's two lines; neither in the oldest

    Vote: 60                            not in 2023

    Authors: A. One, B. Two             not in the oldest

    - A bullet                          2025: - ***What's New***: A bullet
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from digestbot.core.paper import Paper, canonical_id

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_DAY = re.compile(r"^## Daily Papers \((\d{4}-\d{2}-\d{2})\)\s*$", re.MULTILINE)
_ENTRY = re.compile(r"^### ", re.MULTILINE)
_HEADING = re.compile(r"\[(?P<title>.*)\]\((?P<link>[^\s)]+)\)[ \t]*(?:\n|$)")
_FACTS = re.compile(
    r"\n*(?P<media>!\[[^\]\n]*\]\((?P<picture>[^\s)]*)\)[ \t]*\n+"
    r"|\[Watch Video\]\(?(?P<video>[^\s)]+)\)?[ \t]*\n(?:<div><video[^\n]*\n)?\n*)?"
    r"(?P<votes>Vote:[ ]*(?P<upvotes>\d{1,9})[ \t]*\n+)?"
    r"(?P<by>Authors:[ ]*(?P<authors>[^\n]*)\n+)?"
)
_LINK = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_NOT_A_BULLET = re.compile(r"\s*(?:Vote:|Authors:|!\[|\[Watch Video\]|<div>)")
_BULLET = re.compile(r"^[-*] ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper as an archive tells of it."""

    paper_id: str
    title: str
    upvotes: int | None
    """None where the archive has no votes."""
    authors: tuple[str, ...]
    picture: str | None
    video: str | None
    heading: str
    """Its Markdown before the bullets: title, media, votes, authors."""
    body: str
    """Its Markdown from the first bullet to the next paper."""

    @property
    def bullets(self) -> tuple[str, ...]:
        """The bullets as plain text."""
        return tuple(filter(None, map(_plain, _BULLET.split(self.body))))


@dataclass(frozen=True, slots=True)
class Unread:
    """A paper that can't be read. *line* counts from 1."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Archive:
    """One file."""

    day: date
    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...]


def read_archive(text: str) -> Archive:
    """Return what *text* holds; papers that can't be read are told. Raises ValueError where it has no day."""
    head = _DAY.search(text)
    if head is None:
        raise ValueError('line 1 is not "## Daily Papers (2024-04-10)"')
    entries, unread = [], []
    for line, chunk in _chunks(text):
        try:
            entries.append(_entry(chunk))
        except ValueError as error:
            unread.append(Unread(line, str(error)))
    return Archive(date.fromisoformat(head[1]), tuple(entries), tuple(unread))


def to_paper(entry: Entry, day: date) -> Paper:
    """Return what an archive knows of a paper: no abstract, and what it does not tell is empty."""
    return Paper(
        id=entry.paper_id,
        title=entry.title,
        abstract="",
        authors=entry.authors,
        upvotes=entry.upvotes or 0,
        listed_on=day,
        thumbnail=entry.picture if _LINK.match(entry.picture or "") else None,
        media=(entry.video,) if _LINK.match(entry.video or "") and entry.video else (),
    )


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Yield each paper's Markdown without its `### `, and its line."""
    starts = [*(match.start() for match in _ENTRY.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        yield text.count("\n", 0, start) + 1, text[start + len("### ") : end]


def _entry(chunk: str) -> Entry:
    heading = _HEADING.match(chunk)
    if heading is None:
        raise ValueError("its heading is not ### [title](link)")
    paper_id = canonical_id(heading["link"])
    if paper_id is None:
        raise ValueError(f"{heading['link']} is no link to an arXiv paper")
    if "\0" in chunk:
        raise ValueError("it holds a NUL character")
    facts = _FACTS.match(chunk, heading.end())
    if facts is None or _NOT_A_BULLET.match(chunk, facts.end()):
        raise ValueError("picture, votes and authors are not as they should be")
    return Entry(
        paper_id=paper_id,
        title=_plain(heading["title"]) or heading["title"],
        upvotes=int(facts["upvotes"]) if facts["upvotes"] else None,
        authors=tuple(filter(None, map(str.strip, (facts["authors"] or "").split(",")))),
        picture=facts["picture"] or None,
        video=facts["video"],
        heading=f"### {chunk[: facts.end()]}",
        body=chunk[facts.end() :],
    )


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only who imports archives needs it

    return MarkdownIt("commonmark")


def _plain(markdown: str) -> str:
    """Return a text of one bullet without its markup, lines within it kept."""
    told = []
    for token in _markdown().parse(markdown):
        if token.type in ("inline", "code_block", "fence"):
            parts = token.children or [token]
            told.append("".join("\n" if part.type == "softbreak" else part.content for part in parts))
    return "\n".join(told).strip()
