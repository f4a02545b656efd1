"""Whether a paper holds a combination of terms, and how relevant it then is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digestbot.core.fields import holds_field
from digestbot.core.paper import Paper
from digestbot.core.relevance import Hit
from digestbot.core.terms import All, Any, Near, Node, Not, Words


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a paper."""

    paper: Paper
    hits: Mapping[Words, Sequence[Hit]]


def holds(node: Node, reading: Reading) -> bool:
    """Tell whether the paper is as *node* asks."""
    match node:
        case Words():
            return node in reading.hits
        case Near():
            return any(True for _ in _pairs(node, reading))
        case Not():
            return not holds(node.part, reading)
        case All():
            return all(holds(part, reading) for part in node.parts)
        case Any():
            return any(holds(part, reading) for part in node.parts)
        case _:
            return holds_field(node, reading.paper)


def needs_words(node: Node) -> bool:
    """Tell whether no paper holds *node* without one of its wanted words."""
    match node:
        case Words() | Near():
            return True
        case All():
            return any(map(needs_words, node.parts))
        case Any():
            return all(map(needs_words, node.parts))
        case _:
            return False


def wanted(node: Node) -> Iterator[Words]:
    """Yield the words that *node* asks for, without those that it excludes."""
    match node:
        case Words():
            yield node
        case Near():
            yield from (node.left, node.right)
        case All() | Any():
            for part in node.parts:
                yield from wanted(part)
        case _:
            return


def combined(node: Node, reading: Reading, value_of: Callable[[Words], float]) -> float | None:
    """Return how relevant the paper is, by *value_of* the words that hold; None where only fields do.

    Of alternatives the best counts, of what must hold together the mean.
    """
    match node:
        case Words():
            return value_of(node) if node in reading.hits else None
        case Near():
            return (value_of(node.left) + value_of(node.right)) / 2 if holds(node, reading) else None
        case All():
            values = _known(combined(part, reading, value_of) for part in node.parts)
            return sum(values) / len(values) if values else None
        case Any():
            values = _known(combined(part, reading, value_of) for part in node.parts if holds(part, reading))
            return max(values, default=None)
        case _:
            return None


def _known(values: Iterator[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _pairs(node: Near, reading: Reading) -> Iterator[tuple[Hit, Hit]]:
    """Yield where both terms stand near enough to each other, and do not overlap."""
    for left in reading.hits.get(node.left, ()):
        for right in reading.hits.get(node.right, ()):
            if left.place == right.place:
                first, second = sorted((left, right), key=lambda hit: hit.first)
                if 0 <= second.first - first.last - 1 <= node.distance:
                    yield left, right
