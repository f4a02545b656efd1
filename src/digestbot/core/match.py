"""Which papers a topic brings, for all topics at once, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digestbot.core.background import Background
from digestbot.core.combine import Reading, combined, holds, needs_words, wanted
from digestbot.core.find import Finder
from digestbot.core.paper import Paper
from digestbot.core.query import Query, parse
from digestbot.core.relevance import Frame, Hit, Relevance, evidence
from digestbot.core.sheet import Place, Sheet, sheet
from digestbot.core.synonyms import Synonyms
from digestbot.core.terms import All, Any, Node, Not, Words, every_words
from digestbot.core.text import words


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a topic, as the paper writes it, in which of its texts and how often."""

    text: str
    place: Place
    count: int


@dataclass(frozen=True, slots=True)
class Match:
    """A paper holds a topic."""

    topic: str
    score: float
    """How likely the paper is about the topic, 0 to 1."""
    is_weak: bool = False
    """It hardly is; worth showing where there is little else."""
    mutes: bool = False
    """The topic says that such papers are not wanted."""
    findings: tuple[Finding, ...] = ()
    """Empty where only fields match, `has:code`."""


_EVEN = 0.5
"""The score where only fields match: nothing is known of what the paper is about."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A topic, taken apart."""

    topic: str
    root: Node
    mutes: bool


@dataclass(frozen=True, slots=True)
class _Term:
    """A term that stands in a paper."""

    hits: Sequence[Hit]
    relevance: float
    rarity: float


class Matcher:
    """A set of distinct topics, made ready to be looked for in papers. Build it once for many papers."""

    def __init__(
        self,
        topics: Iterable[str],
        synonyms: Synonyms | None = None,
        known: Background | None = None,
        weights: Relevance | None = None,
    ) -> None:
        self._background = known or Background()
        self._weights = weights or Relevance()
        self._terms: dict[Words, None] = {}
        self._plain: dict[Words, list[str]] = {}
        """Topics that are nothing but a term."""
        self._triggered: dict[Words, list[_Asked]] = {}
        """Other topics that a term may bring about."""
        self._always: list[_Asked] = []
        """Topics that may hold without any of their words."""
        for topic in topics:
            self._add(_asked(topic, parse(topic)))
        self._rarities: dict[Words, float] = {}
        self._finder = Finder(self._terms, synonyms or Synonyms())

    def match(self, papers: Iterable[Paper]) -> dict[str, list[Match]]:
        """Return, by paper id, the topics that the paper holds, best first, where there are any."""
        return self.match_sheets(map(sheet, papers))

    def match_sheets(self, sheets: Iterable[Sheet]) -> dict[str, list[Match]]:
        """Return the same for papers that were made ready before."""
        found = {known.paper.id: self._matches(known, self._read(known)) for known in sheets}
        return {paper_id: matches for paper_id, matches in found.items() if matches}

    def _add(self, asked: _Asked) -> None:
        for term in every_words(asked.root):
            self._terms[term] = None
        if isinstance(asked.root, Words) and not asked.mutes:
            self._plain.setdefault(asked.root, []).append(asked.topic)
        elif needs_words(asked.root):
            for term in set(wanted(asked.root)):
                self._triggered.setdefault(term, []).append(asked)
        else:
            self._always.append(asked)

    def _read(self, known: Sheet) -> dict[Words, _Term]:
        """Return the terms that stand in a paper."""
        found = self._finder.find(known)
        if not found:
            return {}
        frame = Frame.of(known, self._background)
        return {
            term: _Term(hits, self._weights.sum(evidence(frame, hits)), self._rarity(term))
            for term, hits in found.items()
        }

    def _rarity(self, term: Words) -> float:
        if term not in self._rarities:
            self._rarities[term] = self._background.rarity_of(words(term.text))
        return self._rarities[term]

    def _matches(self, known: Sheet, terms: Mapping[Words, _Term]) -> list[Match]:
        matches = [
            self._match(topic, known, (found,), found.relevance)
            for term, found in terms.items()
            for topic in self._plain.get(term, ())
        ]
        reading = Reading(known.paper, {term: found.hits for term, found in terms.items()})
        for asked in self._candidates(terms):
            if holds(asked.root, reading):
                told = [terms[term] for term in wanted(asked.root) if term in terms]
                value = combined(asked.root, reading, lambda term: terms[term].relevance)
                matches.append(self._match(asked.topic, known, told, value, mutes=asked.mutes))
        return sorted(matches, key=lambda match: (-match.score, match.topic))

    def _candidates(self, terms: Iterable[Words]) -> Iterator[_Asked]:
        triggered = {asked.topic: asked for term in terms for asked in self._triggered.get(term, ())}
        yield from triggered.values()
        yield from self._always

    def _match(
        self, topic: str, known: Sheet, told: Sequence[_Term], relevance: float | None, *, mutes: bool = False
    ) -> Match:
        if relevance is None:
            return Match(topic, _EVEN, mutes=mutes)
        rarity = max(term.rarity for term in told)
        return Match(
            topic,
            score=self._weights.score(relevance, rarity),
            is_weak=relevance < self._weights.floor,
            mutes=mutes,
            findings=_findings(known, [hit for term in told for hit in term.hits]),
        )


def _asked(topic: str, query: Query) -> _Asked:
    """Return *query* taken apart; of one that mutes, what it does not want."""
    if not query.mutes:
        return _Asked(topic, query.root, mutes=False)
    unwanted = query.root.parts if isinstance(query.root, All) else (query.root,)
    parts = tuple(part.part for part in unwanted if isinstance(part, Not))
    return _Asked(topic, parts[0] if len(parts) == 1 else Any(parts), mutes=True)


def _findings(known: Sheet, hits: Iterable[Hit]) -> tuple[Finding, ...]:
    """Return what was found and where, in the order of the texts."""
    counts = Counter(
        (hit.place, _shown(known, hit)) for hit in sorted(hits, key=lambda hit: (hit.place, hit.first))
    )
    return tuple(Finding(text, place, count) for (place, text), count in counts.items())


def _shown(known: Sheet, hit: Hit) -> str:
    return " ".join(known.texts[hit.place].surfaces[hit.first : hit.last + 1])
