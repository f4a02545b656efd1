"""A paper as the sources list it, and the one id that it has everywhere."""

import re
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import IntEnum, StrEnum

_NEW_STYLE = r"\d{4}\.\d{4,5}"  # since April 2007, https://info.arxiv.org/help/arxiv_identifier.html
_OLD_STYLE = r"[a-z-]+(?:\.[A-Z]{2})?/\d{7}"
_ID = re.compile(
    rf"(?:(?<![\w.])(?<!\b10\.\d{{4}}/)(?<!\b10\.\d{{5}}/)|(?<=/(?i:arxiv)\.))"  # no other publisher's DOI
    rf"({_NEW_STYLE}|{_OLD_STYLE})(?:v\d+)?(?![\w-]|\.\d)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper. Texts are on one line each, as plain text: nothing in them is markup."""

    id: str
    """Canonical arXiv id, without a version: `2510.12586`."""
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    upvotes: int = 0
    listed_on: date
    """The UTC day on whose list the source put it, not the day of its publication."""
    published_at: datetime | None = None
    """When its first version appeared on arXiv, aware, UTC."""
    comments: int = 0
    ai_summary: str | None = None
    """One or two English sentences by a model of the source's."""
    ai_keywords: tuple[str, ...] = ()
    thumbnail: str | None = None
    media: tuple[str, ...] = ()
    """URLs of pictures and films, the submitter's choice first."""
    code_url: str | None = None
    code_stars: int | None = None
    project_url: str | None = None
    organization: str | None = None
    submitter: str | None = None
    categories: tuple[str, ...] = ()
    """arXiv's, the primary one first: `cs.CL`. Empty while only Hugging Face told of it."""
    on_hugging_face: bool = True
    """False as long as only arXiv lists it: no votes, no summary, and hundreds of its kind a day."""


class Opinion(IntEnum):
    """What a reader thinks of a paper."""

    NOT_FOR_ME = -1
    NONE = 0
    """Nothing is to be learned of it, also where it is saved."""
    USEFUL = 1


class DayState(StrEnum):
    """How much of a source's day we hold."""

    PENDING = "pending"
    """Known to be due, not read yet."""
    PARTIAL = "partial"
    """Read, and the list may still grow, or an entry of it was set aside on the way."""
    COMPLETE = "complete"
    """Read after the last moment at which the source adds to it."""
    FAILED = "failed"
    """The last reading failed; the next poll tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """One day's list of one source, and what became of it."""

    source: str
    day: date
    state: DayState
    papers: int = 0
    rejected: int = 0
    attempts: int = 0
    failures: int = 0
    """How many of the last readings failed, one after the other."""
    error: str | None = None
    fetched_at: datetime | None = None


def canonical_id(text: str) -> str | None:
    """Return the arXiv id that *text* names, without its version, or None.

    Reads a bare id, `arXiv:…`, and links to arxiv.org, huggingface.co/papers, alphaxiv.org, doi.org and the
    like.

    >>> canonical_id("https://arxiv.org/pdf/2510.12586v2.pdf")
    '2510.12586'
    >>> canonical_id("arXiv:cs.CL/0112017v1")
    'cs/0112017'
    >>> canonical_id("https://doi.org/10.48550/arXiv.2510.12586")
    '2510.12586'
    """
    found = _ID.search(text)
    return re.sub(r"\.[A-Z]{2}(?=/)", "", found[1]) if found else None


def add(papers: dict[str, Paper], read: Paper) -> None:
    """Add a paper to others, by id; one that is there already is brought up to date."""
    papers[read.id] = merge(papers[read.id], read) if read.id in papers else read


def merge(known: Paper, read: Paper) -> Paper:
    """Return *known* brought up to date by a later reading: what *read* leaves empty stays as it was.

    Of two listings by one source the newer one counts, of two by both sources the one of Hugging Face, for
    the day as for the texts; the categories are always arXiv's newest.
    """
    first, last = (read, known) if known.on_hugging_face > read.on_hugging_face else (known, read)
    told = {field.name: getattr(last, field.name) for field in fields(last)}
    news = {name: value for name, value in told.items() if value not in (None, "", ())}
    if known.on_hugging_face == read.on_hugging_face:
        news["listed_on"] = max(known.listed_on, read.listed_on)
    return replace(first, **{**news, "categories": read.categories or known.categories})
