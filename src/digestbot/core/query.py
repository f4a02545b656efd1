"""What a topic means: its text read into a Query."""

from dataclasses import dataclass

from digestbot.core.text import visible, words
from digestbot.errors import QueryError


@dataclass(frozen=True, slots=True)
class Query:
    """A topic: words that stand next to each other in a paper."""

    text: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> Query:
    """Return what *text* asks for.

    Raises QueryError: `query-empty` where it holds no word.
    """
    shown = visible(text)
    found = words(shown)
    if not found:
        raise QueryError("query-empty", 0, topic=shown)
    return Query(shown, found)


def key(text: str) -> str:
    """Return what two ways of writing the same topic have in common."""
    return " ".join(words(text)) or visible(text)
