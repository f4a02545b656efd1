"""Which papers one reader is shown: a digest, or the answer to a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from digestbot.core.archive import Entry
from digestbot.core.paper import Opinion, Paper, canonical_id
from digestbot.core.postings import Postings
from digestbot.core.query import mutes
from digestbot.core.rank import MOST_VOTES, narrow, order
from digestbot.core.summary import Summary

MOST_IN_RECAP = 30


class How(StrEnum):
    """How a paper came into a digest."""

    NEW = ""
    """It is new, and its topics or votes brought it."""
    RISING = "rising"
    """An earlier digest had left it out; it rose since."""
    OUTSIDE = "outside"
    """No topic brought it, but what the reader's votes taught."""


class Pick(NamedTuple):
    """A paper that is shown, and the reader's topics that brought it (none: it came by its votes)."""

    paper_id: str
    topics: tuple[str, ...] = ()
    how: How = How.NEW
    bar: int | None = None
    """Of one that is left out: with more upvotes than these it has risen (`core.rising`)."""


BARRED = 20
"""Of so many papers that a digest leaves out, the best of them, is known when they have risen."""
CLIMB = 5
"""With fewer votes more than when it was left out no paper has risen."""


def bar(votes: int, needed: int) -> int:
    """Return above which upvotes a paper that was left out with *votes* has risen; *needed* would have
    brought it among those shown.
    """
    return min(MOST_VOTES, max(needed, votes + CLIMB - 1))


@dataclass(frozen=True, slots=True)
class Digest:
    """What to say, not the words: ids and reasons, best first."""

    picks: tuple[Pick, ...]
    left_out: tuple[Pick, ...]
    """Those that also match, beyond the reader's maximum."""
    listed: int
    """How many papers were looked at."""
    since: date | None = None
    """The day of the first digest that a pause kept back; None where this is no recap."""
    announcement: str | None = None
    """What an owner tells everybody; then there are no papers."""

    @property
    def matched(self) -> int:
        """How many new papers match, shown or not."""
        return sum(pick.how is How.NEW for pick in self.picks) + len(self.left_out)


def select(postings: Postings, topics: Sequence[str], among: int | None = None) -> list[Pick]:
    """Return the papers, all or those *among*, that *topics* bring, best first, without those that they mute.

    Where no topic asks for anything, all papers are brought, by votes. The topics were looked for before.
    """
    some = postings.all if among is None else among
    if not asks(topics):
        return [Pick(paper.id) for paper in postings.of(postings.unmuted(topics) & some)]
    papers = [*postings.of(postings.brought(topics) & some)]
    matches = {paper.id: postings.matches(paper.id, topics) for paper in papers}
    ranked = narrow(order(papers, matches, postings.rules.weights), matches)
    return [Pick(paper.id, tuple([match.topic for match in matches[paper.id]])) for paper in ranked]


def asks(topics: Sequence[str]) -> bool:
    """Tell whether any of *topics* asks for papers: one that only mutes does not."""
    return not all(map(mutes, topics))


def by_votes_alone(papers: Sequence[Paper], shown: int) -> list[Pick]:
    """Return the picks of who has no topics: *papers*, most votes first, as `Picker.pick` returns them."""
    last = papers[min(shown, len(papers)) - 1].upvotes if papers and shown else 0
    return [
        Pick(paper.id, bar=bar(paper.upvotes, last) if shown <= place < shown + BARRED else None)
        for place, paper in enumerate(papers)
    ]


def room(maximum: int, rising: Sequence[Pick]) -> tuple[int, int]:
    """Return how many new papers, and how many of those *rising*, have room in a digest."""
    risen = min(len(rising), maximum // 2)
    return maximum - risen, risen


def compose(
    picks: Sequence[Pick], listed: int, maximum: int, rising: Sequence[Pick] = (), since: date | None = None
) -> Digest | None:
    """Return the digest of *picks*, with papers that are *rising* at its end, or None for silence.

    What rises is no reason to break the silence.
    """
    if not picks:
        return None
    new, risen = room(maximum, rising)
    return Digest(tuple(picks[:new]) + tuple(rising[:risen]), tuple(picks[new:]), listed, since)


def most_in_recap(maximum: int) -> int:
    """Return how many papers a recap of several days shows to who wants *maximum* a day."""
    return max(maximum, min(2 * maximum, MOST_IN_RECAP))


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
    SEARCH = "s"
    """What words find; of the search's number."""
    SIMILAR = "l"
    """What is like a paper; of its id."""
    SAVED = "k"
    """What I keep, the last saved first."""


_HIGHEST = 2**31 - 1
"""That a database's integer holds."""
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
    elif kind is ViewKind.SIMILAR:
        if canonical_id(of) != of:
            raise ValueError(f"no paper: {of!r}")
    elif (kind in (ViewKind.DIGEST, ViewKind.SEARCH) or kind in TOP_DAYS) and not 0 <= int(of) <= _HIGHEST:
        raise ValueError(f"no number of ours: {of!r}")
    return View(kind, of)


@dataclass(frozen=True, slots=True)
class Card:
    """A paper as it is shown in a list."""

    paper: Paper
    topics: tuple[str, ...]
    summary: Summary | None = None
    archived: Entry | None = None
    """What an archive told of it, on the day that is looked at."""
    is_saved: bool = False
    """The reader keeps it."""
    how: How = How.NEW
    opinion: Opinion = Opinion.NONE
    """The reader's."""


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
    meant: str | None = None
    """Of one that brings nothing: what is written nearly so, and brings something."""

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
    since: date | None = None
    """The first day of a recap."""
    about: str = ""
    """The words that were searched for, or the title of the paper that these are like."""
    meant: str | None = None
    """Of words that find nothing: what is written nearly so, and finds something."""
