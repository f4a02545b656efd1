"""Which papers a topic brings, for all topics at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digestbot.core.paper import Paper
from digestbot.core.query import Query, parse
from digestbot.core.text import words


@dataclass(frozen=True, slots=True)
class Match:
    """A paper holds a topic."""

    topic: str
    score: float


class Matcher:
    """A set of distinct topics, made ready to be looked for in papers."""

    def __init__(self, topics: Iterable[str] | Mapping[str, Query]) -> None:
        queries = topics if isinstance(topics, Mapping) else {topic: parse(topic) for topic in topics}
        self._by_first_word: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for topic, query in queries.items():
            self._by_first_word.setdefault(query.words[0], []).append((topic, query.words))

    def match(self, papers: Sequence[Paper]) -> dict[str, list[Match]]:
        """Return, by paper id, the topics that the paper holds; papers without any are left out."""
        found = {paper.id: self._topics_of(paper) for paper in papers}
        return {paper_id: matches for paper_id, matches in found.items() if matches}

    def _topics_of(self, paper: Paper) -> list[Match]:
        counts: dict[str, int] = {}
        for field in (paper.title, paper.abstract, *paper.ai_keywords):
            for topic in self._topics_in(words(field)):
                counts[topic] = counts.get(topic, 0) + 1
        return [Match(topic, float(count)) for topic, count in counts.items()]

    def _topics_in(self, text: tuple[str, ...]) -> Iterable[str]:
        for place, word in enumerate(text):
            for topic, wanted in self._by_first_word.get(word, ()):
                if text[place : place + len(wanted)] == wanted:
                    yield topic
