"""What a topic is made of: terms, and how they are combined. Each writes itself as a reader would."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digestbot.core.text import is_capitals, read

_OPERATORS = frozenset(("AND", "OR", "NOT", "NEAR"))
_BARE = re.compile(r"[^\W_][\w.'+#-]*")


@dataclass(frozen=True, slots=True)
class Words:
    """Words next to each other: `diffusion models`, `"exact phrase"`, `quantiz*`, `title:agents`."""

    text: str
    exact: bool = False
    """In quotes: in this inflection, without synonyms."""
    prefix: bool = False
    """The last word may go on."""
    in_title: bool = False

    def write(self, said: "Said | None" = None) -> str:
        text = said(self) if said else self.text
        shown = f'"{text}"' if self.exact else text + "*" * self.prefix
        if not self.in_title:
            return shown
        return f"title:({shown})" if " " in shown and not self.exact else f"title:{shown}"


Said = Callable[[Words], str]
"""Gives the text in which words are written; without one it is the reader's own."""


@dataclass(frozen=True, slots=True)
class Near:
    """Both terms in one text, at most so many words between them: `robot NEAR/5 planning`."""

    left: Words
    right: Words
    distance: int

    def write(self, said: Said | None = None) -> str:
        return f"{self.left.write(said)} NEAR/{self.distance} {self.right.write(said)}"


@dataclass(frozen=True, slots=True)
class Author:
    """One of the authors: `author:"Yann LeCun"`; an initial stands for a name, and a name for its initial."""

    name: str

    def write(self, said: Said | None = None) -> str:
        return f"author:{_value(self.name)}"


@dataclass(frozen=True, slots=True)
class Organization:
    name: str

    def write(self, said: Said | None = None) -> str:
        return f"org:{_value(self.name)}"


@dataclass(frozen=True, slots=True)
class Has:
    """`has:code`, `has:project` (a project page), `has:video`."""

    what: str

    def write(self, said: Said | None = None) -> str:
        return f"has:{self.what}"


@dataclass(frozen=True, slots=True)
class Votes:
    """`votes>=20`."""

    relation: str
    count: int

    def write(self, said: Said | None = None) -> str:
        return f"votes{self.relation}{self.count}"


@dataclass(frozen=True, slots=True)
class PaperId:
    id: str

    def write(self, said: Said | None = None) -> str:
        return f"id:{self.id}"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"

    def write(self, said: Said | None = None) -> str:
        """Return the part behind a minus that holds for all of it."""
        shown = self.part.write(said)
        is_run = (
            isinstance(self.part, Words) and not self.part.exact and not self.part.in_title and " " in shown
        )
        return f"-({shown})" if is_run or isinstance(self.part, All | Any | Near) else f"-{shown}"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. What is excluded comes last."""

    parts: "tuple[Node, ...]"

    def write(self, said: Said | None = None) -> str:
        shown = ""
        for part in self.parts:
            link = (" " if isinstance(part, Not) else " AND ") if shown else ""
            shown += link + (f"({part.write(said)})" if isinstance(part, Any) else part.write(said))
        return shown


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: "tuple[Node, ...]"

    def write(self, said: Said | None = None) -> str:
        return " OR ".join(part.write(said) for part in self.parts)


Node = Words | Near | Author | Organization | Has | Votes | PaperId | Not | All | Any


def excludes(node: Node) -> bool:
    """Tell whether *node* only says what is not wanted."""
    return isinstance(node, Not) or (isinstance(node, All) and all(map(excludes, node.parts)))


def every_words(node: Node) -> Iterator[Words]:
    """Yield all words of *node*, the excluded ones too."""
    match node:
        case Words():
            yield node
        case Near():
            yield from (node.left, node.right)
        case Not():
            yield from every_words(node.part)
        case All() | Any():
            for part in node.parts:
                yield from every_words(part)
        case _:
            return


def folded(asked: Words) -> str:
    """Return the words in the form in which they are compared; capitals stay, as they tell words apart."""
    cut = read(asked.text)
    keys = cut.folded if asked.exact or asked.prefix else cut.keys
    return " ".join(
        key.upper() if is_capitals(surface) else key for key, surface in zip(keys, cut.surfaces, strict=True)
    )


def _value(name: str) -> str:
    return name if _BARE.fullmatch(name) and name not in _OPERATORS else f'"{name}"'
