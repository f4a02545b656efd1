"""Why a paper came to a reader, or did not: the one rule that decided, and what was found of their topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digestbot.core.categories import is_for
from digestbot.core.digest import How, Pick, asks
from digestbot.core.match import Match
from digestbot.core.paper import Paper
from digestbot.core.subscriber import Subscriber
from digestbot.core.taste import Taste


class Verdict(StrEnum):
    """What decided; the first that holds."""

    SENT = "sent"
    """It was in a digest."""
    RISEN = "risen"
    """One digest had left it out, a later one showed it because it rose."""
    OUTSIDE = "outside"
    """No topic brought it, but what the reader's votes taught."""
    LEFT_OUT = "left-out"
    """It matched, beyond the most papers that the reader wants in a digest."""
    CATEGORY = "category"
    """Only arXiv lists it, in categories that the reader did not choose."""
    MUTED = "muted"
    BEFORE = "before"
    """It was listed before the reader came."""
    NO_MATCH = "no-match"
    VOTES = "votes"
    """It has fewer votes than the reader wants."""
    WEAK = "weak"
    """It holds a topic in passing only, and there were enough that are about it."""
    OFF = "off"
    """The reader gets no digests now."""
    PAST = "past"
    """It was considered when the reader had other topics."""
    WAITS = "waits"
    """It comes with the next digest."""


@dataclass(frozen=True, slots=True)
class Told:
    """A digest that had the paper: when it was due, and the paper's place in it, from 1."""

    slot_at: datetime
    place: int
    is_shown: bool
    """False: it was beyond the most that the reader wants."""
    how: How = How.NEW
    bar: int | None = None
    """With more upvotes than these it comes after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a paper and a reader."""

    arrival: int
    matches: Sequence[Match]
    """Of the reader's topics, also those that mute."""
    picks: Sequence[Pick]
    """What the reader's topics bring of the paper's day, best first."""
    told: Told | None
    value: Mapping[str, float] | None
    """What relevance, votes and freshness add to its place in the order; None where votes alone decide."""
    learned: Taste = ()
    """Of the words that the reader's votes taught, those that the paper holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The verdict with what bears it out."""

    paper: Paper
    verdict: Verdict
    known: Known

    @property
    def rank(self) -> int | None:
        """The paper's place among those of its day that the reader's topics bring, from 1."""
        ids = [pick.paper_id for pick in self.known.picks]
        return ids.index(self.paper.id) + 1 if self.paper.id in ids else None


def judge(paper: Paper, reader: Subscriber, known: Known) -> Why:
    """Return why *paper* came to *reader*, or did not."""
    told = known.told
    does_ask = asks(reader.topics)
    rules = {
        Verdict.RISEN: told is not None and told.how is How.RISING,
        Verdict.OUTSIDE: told is not None and told.how is How.OUTSIDE,
        Verdict.SENT: told is not None and told.is_shown,
        Verdict.LEFT_OUT: told is not None,
        Verdict.CATEGORY: not is_for(paper, reader.categories if does_ask else ()),
        Verdict.MUTED: any(match.mutes for match in known.matches),
        Verdict.BEFORE: paper.listed_on < reader.since,
        Verdict.NO_MATCH: does_ask and not known.matches,
        Verdict.VOTES: paper.upvotes < reader.minimum_votes,
        Verdict.WEAK: all(pick.paper_id != paper.id for pick in known.picks),
        Verdict.OFF: reader.next_due_at is None,
        Verdict.PAST: known.arrival <= reader.cursor,
        Verdict.WAITS: True,
    }
    return Why(paper=paper, verdict=next(rule for rule in rules if rules[rule]), known=known)
