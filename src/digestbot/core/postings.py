"""Postings: which papers hold which topics, for any number of readers who ask for them.

Each distinct topic goes through each paper once. The papers that it brings are the bits of one number, so a
reader's papers are the union of a few numbers, however many readers and papers there are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from digestbot.core.background import Background, background
from digestbot.core.match import Match, Matcher
from digestbot.core.paper import Paper
from digestbot.core.query import is_topic, mutes
from digestbot.core.rank import Weights, by_votes
from digestbot.core.relevance import Relevance
from digestbot.core.sheet import Sheet, sheet
from digestbot.core.synonyms import Synonyms


@dataclass(frozen=True, slots=True)
class Rules:
    """By which rules papers are found and put in order; `docs/topics.md` explains them."""

    synonyms: Synonyms = field(default_factory=Synonyms)
    relevance: Relevance = field(default_factory=Relevance)
    weights: Weights = field(default_factory=Weights)


class Postings:
    """Some papers, made ready to be asked for by topics. A set of papers is a number: its bits, by votes."""

    def __init__(self, papers: Iterable[Paper], rules: Rules, topics: Iterable[str] = ()) -> None:
        self.rules = rules
        self.papers = by_votes(papers)
        self.all = (1 << len(self.papers)) - 1
        self._bits: dict[str, int] = {}
        """Of each topic; those that it mutes stand above all others."""
        self._matches: dict[str, dict[str, Match]] = {}
        """By topic, by paper id."""
        self._muting: set[str] = set()
        """Topics that only say what is not wanted."""
        self.look_for(topics)

    def look_for(self, topics: Iterable[str]) -> None:
        """Find what *topics* bring; it takes a while, but only once for each. Raises QueryError."""
        new = {topic for topic in topics if topic not in self._bits}
        if not new:
            return
        rules = self.rules
        matcher = Matcher(new, rules.synonyms, self._background, rules.relevance)
        found = matcher.match_sheets(self._sheets)
        self._bits.update(dict.fromkeys(new, 0))
        self._muting.update(filter(mutes, new))
        for place, paper in enumerate(self.papers):
            for match in found.get(paper.id, ()):
                self._bits[match.topic] |= 1 << (place + len(self.papers) * match.mutes)
                self._matches.setdefault(match.topic, {})[paper.id] = match

    def look_for_stored(self, topics: Iterable[str]) -> set[str]:
        """Find what topics bring that were stored by a version whose language may have been another.

        One that can't be read any more brings nothing, and keeps nobody from theirs. Return those.
        """
        wanted = {*topics}
        unread = {topic for topic in wanted if topic not in self._bits and not is_topic(topic)}
        self._bits.update(dict.fromkeys(unread, 0))
        self.look_for(wanted)
        return unread

    def brought(self, topics: Iterable[str]) -> int:
        """Return the papers that *topics*, looked for before, bring without those that they mute."""
        found = self._union(topics)
        return found & self.all & ~(found >> len(self.papers))

    def unmuted(self, topics: Iterable[str]) -> int:
        """Return all papers but those that *topics*, looked for before, mute."""
        return self.all & ~(self._union(topics) >> len(self.papers))

    def ask(self, topics: Iterable[str]) -> bool:
        """Tell whether any of *topics*, looked for before, asks for papers: one that only mutes does not."""
        return not self._muting.issuperset(topics)

    def bringing(self, topics: Iterable[str], among: int) -> tuple[str, ...]:
        """Return those of *topics*, looked for before, that bring a paper *among* some, sorted."""
        bits = self._bits
        return tuple(sorted([topic for topic in topics if bits[topic] & among]))

    def of(self, among: int) -> Iterator[Paper]:
        """Return the papers that *among* stands for, most votes first."""
        return (self.papers[place] for place in places(among))

    def where(self, is_wanted: Callable[[Paper], bool]) -> int:
        """Return the papers for which *is_wanted* holds."""
        return sum(1 << place for place, paper in enumerate(self.papers) if is_wanted(paper))

    @property
    def looked_for(self) -> int:
        """How many topics were looked for."""
        return len(self._bits)

    def knows(self, topics: AbstractSet[str]) -> bool:
        """Tell whether all of *topics* were looked for."""
        return topics <= self._bits.keys()

    def bits(self, topic: str) -> int:
        """Return the papers that *topic*, looked for before, brings."""
        return self._bits[topic] & self.all

    def count(self, topic: str, among: int) -> int:
        """Return how many papers *among* some hold *topic*, looked for before; or are muted by it."""
        found = self._bits[topic]
        return ((found | found >> len(self.papers)) & among).bit_count()

    def matches(self, paper_id: str, topics: Sequence[str]) -> list[Match]:
        """Return why a paper is brought by *topics*, the best reason first."""
        held = self._matches
        known = [held[topic][paper_id] for topic in {*topics} if topic in held and paper_id in held[topic]]
        if len(known) > 1:
            known.sort(key=lambda match: (-match.score, match.topic))
        return known

    @cached_property
    def _sheets(self) -> list[Sheet]:
        return [sheet(paper) for paper in self.papers]

    @cached_property
    def _background(self) -> Background:
        return background(sheet.words for sheet in self._sheets)

    def _union(self, topics: Iterable[str]) -> int:
        bits = self._bits
        found = 0
        for topic in topics:
            found |= bits[topic]
        return found


def places(among: int) -> Iterator[int]:
    """Yield the places of the bits that are set, the lowest first."""
    while among:
        lowest = among & -among
        yield lowest.bit_length() - 1
        among ^= lowest
