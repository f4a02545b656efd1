"""Which papers one reader is shown: a digest, or the answer to a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import itemgetter

from digestbot.core.archive import Entry
from digestbot.core.paper import Opinion, Paper, canonical_id
from digestbot.core.postings import Postings, places
from digestbot.core.query import parse
from digestbot.core.rank import ENOUGH, MOST_VOTES, narrow, odds, order, standing, votes_to_gain
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


@dataclass(frozen=True, slots=True)
class Pick:
    """A paper that is shown, and the reader's topics that brought it (none: it came by its votes)."""

    paper_id: str
    topics: tuple[str, ...] = ()
    how: How = How.NEW
    bar: int | None = None
    """Of one that is left out: with more upvotes than these it has risen (`core.rising`)."""


MOST_SHOWN = 1_000_000
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
    ranked = narrow(order(papers, matches, weights=postings.rules.weights), matches)
    return [Pick(paper.id, tuple([match.topic for match in matches[paper.id]])) for paper in ranked]


_Ranked = tuple[float, Pick, bool]
"""A paper for those who have the same of its topics: less is better, what is told, whether it is firm."""


_Reason = tuple[float, str, float, bool]
"""Why a paper is brought: less is better, by what topic, how likely it is not meant, whether it is weak."""


class Picker:
    """Does what `select` does, for many readers: what a paper is worth by some topics is found once."""

    MOST_KNOWN = 100_000
    """So many papers with their reasons are remembered, a few hundred bytes each."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings
        self._days = _days(postings)
        self._reasons: dict[str, list[tuple[int, int]]] = {}
        """By topic, the places of its papers; and the bit that stands for it among a paper's topics."""
        self._held: list[list[_Reason]] = [[] for _ in postings.papers]
        """What the bits of each paper's topics stand for."""
        self._known: dict[date, list[dict[int, _Ranked]]] = {}
        """By the day that ages are counted from, for each paper, by the bits of the topics that bring it."""
        self._standings: dict[date, list[tuple[float, float]]] = {}
        self._size = 0

    def pick(self, topics: Sequence[str], wanted: int, shown: int = MOST_SHOWN) -> list[Pick]:
        """Return the papers *wanted*, best first; each is brought by one of *topics* or more, none muted.

        Those behind the first that are *shown* know which votes would bring them among these.
        """
        reasons = self._reasons_of(topics, wanted)
        today = self._newest(wanted)
        known = self._known_on(today)
        ranked = [
            here.get(why) or self._rank(place, why, today)
            for place, (here, why) in enumerate(zip(known, reasons, strict=True))
            if why
        ]
        ranked.sort(key=itemgetter(0))
        best = _narrowed(ranked)
        picks = [pick for _, pick, _ in best]
        picks[shown : shown + BARRED] = self._barred(best[shown : shown + BARRED], best[:shown], today)
        return picks

    def _barred(self, left_out: Sequence[_Ranked], shown: Sequence[_Ranked], today: date) -> list[Pick]:
        if not shown:
            return [pick for _, pick, _ in left_out]
        weights = self._postings.rules.weights
        barred = []
        for less, pick, _ in left_out:
            paper = self._postings.paper(pick.paper_id)
            votes = votes_to_gain(paper, less - shown[-1][0], today, weights)
            barred.append(Pick(pick.paper_id, pick.topics, bar=bar(paper.upvotes, votes)))
        return barred

    def _reasons_of(self, topics: Sequence[str], wanted: int) -> list[int]:
        """Return for each paper the bits of those of *topics* that bring it; 0 for what is not wanted."""
        reasons = [0] * len(self._held)
        brought = 0
        for topic in topics:
            brought |= self._postings.bits(topic)
            for place, bit in self._reasons.get(topic) or self._enter(topic):
                reasons[place] |= bit
        for place in places(brought & ~wanted):
            reasons[place] = 0
        return reasons

    def _enter(self, topic: str) -> list[tuple[int, int]]:
        entries = []
        for place in places(self._postings.bits(topic)):
            (match,) = self._postings.matches(self._postings.papers[place].id, (topic,))
            held = self._held[place]
            entries.append((place, 1 << len(held)))
            held.append((-match.score, topic, 1 - match.score, match.is_weak))
        self._reasons[topic] = entries
        return entries

    def _newest(self, wanted: int) -> date:
        return next((day for day, papers in self._days if papers & wanted), date.min)

    def _known_on(self, today: date) -> list[dict[int, _Ranked]]:
        if self._size > self.MOST_KNOWN:
            self._known.clear()
            self._size = 0
        if today not in self._known:
            self._known[today] = [{} for _ in self._held]
            weights = self._postings.rules.weights
            self._standings[today] = [standing(paper, today, weights) for paper in self._postings.papers]
        return self._known[today]

    def _rank(self, place: int, why: int, today: date) -> _Ranked:
        held = self._held[place]
        reasons = [held[number] for number in places(why)]
        if len(reasons) > 1:
            reasons.sort()
        missed, is_firm = 1.0, False
        for _, _, miss, is_weak in reasons:
            missed *= miss
            is_firm = is_firm or not is_weak
        votes, freshness = self._standings[today][place]
        pick = Pick(self._postings.papers[place].id, tuple([reason[1] for reason in reasons]))
        ranked = -(odds(missed) + votes + freshness), pick, is_firm
        self._known[today][place][why] = ranked
        self._size += 1
        return ranked


def _days(postings: Postings) -> list[tuple[date, int]]:
    """Return the papers of each day, the newest day first."""
    days: dict[date, int] = {}
    for place, paper in enumerate(postings.papers):
        days[paper.listed_on] = days.get(paper.listed_on, 0) | 1 << place
    return sorted(days.items(), reverse=True)


def _narrowed(ranked: list[_Ranked]) -> list[_Ranked]:
    """Return what `rank.narrow` leaves."""
    if len(ranked) <= ENOUGH:
        return ranked
    shown: list[_Ranked] = []
    counts: dict[str, int] = {}
    for one in ranked:
        _, pick, is_firm = one
        if is_firm or any(counts.get(topic, 0) < ENOUGH for topic in pick.topics):
            shown.append(one)
            for topic in pick.topics:
                counts[topic] = counts.get(topic, 0) + 1
    return shown


def asks(topics: Sequence[str]) -> bool:
    """Tell whether any of *topics* asks for papers: one that only mutes does not."""
    return not all(parse(topic).mutes for topic in topics)


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


def compose(picks: Sequence[Pick], listed: int, maximum: int, rising: Sequence[Pick] = ()) -> Digest | None:
    """Return the digest of *picks*, with papers that are *rising* at its end, or None for silence.

    What rises is no reason to break the silence.
    """
    if not picks:
        return None
    new, risen = room(maximum, rising)
    return Digest((*picks[:new], *rising[:risen]), tuple(picks[new:]), listed)


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
