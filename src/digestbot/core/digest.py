"""Which papers one reader is shown: a digest, or the answer to a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from digestbot.core.archive import Entry
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings
from digestbot.core.query import parse
from digestbot.core.rank import narrow, order
from digestbot.core.summary import Summary


@dataclass(frozen=True, slots=True)
class Pick:
    """A paper that is shown, and the reader's topics that brought it (none: it came by its votes)."""

    paper_id: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """What to say, not the words: ids and reasons, best first."""

    picks: tuple[Pick, ...]
    left_out: tuple[Pick, ...]
    """Those that also match, beyond the reader's maximum."""
    listed: int
    """How many papers were looked at."""

    @property
    def matched(self) -> int:
        return len(self.picks) + len(self.left_out)


def select(postings: Postings, topics: Sequence[str], among: int | None = None) -> list[Pick]:
    """Return the papers, all or those *among*, that *topics* bring, best first, without those that they mute.

    Where no topic asks for anything, all papers are brought, by votes. The topics were looked for before.
    """
    some = postings.all if among is None else among
    if not asks(topics):
        return [Pick(paper.id) for paper in postings.of(postings.unmuted(topics) & some)]
    papers = [*postings.of(postings.brought(topics) & some)]
    matches = {paper.id: postings.matches(paper.id, topics) for paper in papers}
    ranked = narrow(order(papers, matches, weights=postings.rules.weights), matches)
    return [Pick(paper.id, tuple([match.topic for match in matches[paper.id]])) for paper in ranked]


def asks(topics: Sequence[str]) -> bool:
    """Tell whether any of *topics* asks for papers: one that only mutes does not."""
    return not all(parse(topic).mutes for topic in topics)


def compose(picks: Sequence[Pick], listed: int, maximum: int) -> Digest | None:
    """Return the digest of *picks*, or None for silence."""
    if not picks:
        return None
    return Digest(tuple(picks[:maximum]), tuple(picks[maximum:]), listed)


class ViewKind(StrEnum):
    """Which list of papers is looked at. The letters travel in buttons: never give one a new meaning."""

    DIGEST = "d"
    """A digest as it was sent; of its id."""
    MINE = "m"
    """A day's papers that match my topics; of its ISO date."""
    ALL = "a"
    """All papers of a day; of its ISO date."""
    TODAY = "n"
    """The newest day's papers that match, and those that my last digest left out."""
    TOP_DAY = "t1"
    """The papers with the most votes of the newest day; of how many."""
    TOP_WEEK = "t7"
    TOP_MONTH = "t30"
    MY_TOP_DAY = "m1"
    """The same among those that match my topics."""
    MY_TOP_WEEK = "m7"
    MY_TOP_MONTH = "m30"


TOP_DAYS = {
    ViewKind.TOP_DAY: 1,
    ViewKind.TOP_WEEK: 7,
    ViewKind.TOP_MONTH: 30,
    ViewKind.MY_TOP_DAY: 1,
    ViewKind.MY_TOP_WEEK: 7,
    ViewKind.MY_TOP_MONTH: 30,
}
MINE = {
    ViewKind.TOP_DAY: ViewKind.MY_TOP_DAY,
    ViewKind.TOP_WEEK: ViewKind.MY_TOP_WEEK,
    ViewKind.TOP_MONTH: ViewKind.MY_TOP_MONTH,
}


@dataclass(frozen=True, slots=True)
class View:
    """A list of papers, said so briefly that a button can hold it."""

    kind: ViewKind
    of: str = ""

    def __str__(self) -> str:
        return f"{self.kind}.{self.of}"


def read_view(text: str) -> View:
    """Return the view that was printed as *text*. Raises ValueError for anything else."""
    name, _, of = text.partition(".")
    kind = ViewKind(name)
    if kind is ViewKind.MINE or (kind is ViewKind.ALL and of):
        date.fromisoformat(of)
    elif kind is ViewKind.DIGEST or kind in TOP_DAYS:
        int(of)
    return View(kind, of)


@dataclass(frozen=True, slots=True)
class Card:
    """A paper as it is shown in a list."""

    paper: Paper
    topics: tuple[str, ...]
    summary: Summary | None = None
    archived: Entry | None = None
    """What an archive told of it, on the day that is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a topic would bring, without having it."""

    topic: str
    days: int
    """Over how many days, the newest list's the last."""
    lists: int
    """On how many of them papers were listed."""
    matched: int
    listed: int
    cards: tuple[Card, ...]
    """The best of them."""

    @property
    def a_day(self) -> float:
        """How many papers it would bring on a day with a list."""
        return self.matched / self.lists if self.lists else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of papers, ready to be put into words."""

    view: View
    day: date | None
    """The day it speaks of: a digest's own, on the reader's calendar; None where nothing is listed."""
    cards: tuple[Card, ...]
    matched: int
    """How many papers match, shown or not."""
    listed: int
    """How many papers were looked at."""
