"""The topic language: text ⇄ Query. `docs/topics.md` teaches it.

    any   = all ("OR" all)*
    all   = part (["AND"] part)*              parts side by side: both are wanted
    part  = "NOT" part | "-" one | run ["NEAR" ["/" number] run]
    run   = word word …                       plain words side by side are one phrase; the last may end in *
          | one
    one   = word | "quoted" | "(" any ")" | votes>=20
          | title: one | author: name | org: name | has: code | id: 2510.12586

AND, OR, NOT and NEAR are operators in capitals only. A topic that only excludes, `-survey`, mutes.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from digestbot.core.lexer import Fault, Kind, Lexeme, lex
from digestbot.core.paper import canonical_id
from digestbot.core.terms import (
    All,
    Any,
    Author,
    Has,
    Near,
    Node,
    Not,
    Organization,
    PaperId,
    Votes,
    Words,
    excludes,
    folded,
)
from digestbot.core.text import visible, words
from digestbot.errors import QueryError

MOST_NESTED = 20
MOST_APART = 50
FEWEST_LETTERS = 2
"""A prefix must have; one letter would bring nearly every paper."""
THINGS = ("code", "project", "video")
_EXAMPLES = {
    "query-bad-has": "has:code",
    "query-bad-id": "id:2510.12586",
    "query-bad-votes": "votes>=20",
    "query-empty-quote": '"exact phrase"',
    "query-field-empty": "title:agents",
    "query-near-operand": "robot NEAR/5 planning",
    "query-near-range": "robot NEAR/5 planning",
    "query-only-excludes": "robotics -survey",
    "query-prefix-short": "quantiz*",
    "query-star": "quantiz*",
    "query-too-deep": "(agents OR planning) -survey",
    "query-unknown-field": "title:agents",
}
_EXAMPLE = "diffusion models"
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Query:
    """What a topic asks for. `str()` writes it so that it is read as the same again."""

    root: Node

    @property
    def mutes(self) -> bool:
        """Tell whether it only says which papers are not wanted."""
        return excludes(self.root)

    def __str__(self) -> str:
        return self.root.write()


@lru_cache(maxsize=65_536)
def parse(text: str) -> Query:
    """Return what *text* asks for.

    Raises QueryError with the `position` in *text* and an `example` that can be parsed, the topic
    put right where that is possible: `query-empty`, `query-no-word`, `query-too-long`, `query-too-deep`,
    `query-unclosed-quote`, `query-empty-quote`, `query-unclosed-group`, `query-unopened-group`,
    `query-empty-group`, `query-missing-operand`, `query-only-excludes` (a part of an OR does), `query-star`,
    `query-prefix-short`, `query-unknown-field`, `query-field-empty`, `query-bad-has`, `query-bad-id`,
    `query-bad-votes`, `query-near-operand`, `query-near-range`.
    """
    try:
        return _read(text)
    except Fault as fault:
        example = fault.repair if _is_good(fault.repair) else _EXAMPLES.get(fault.id, _EXAMPLE)
        shown = visible(text)[:_SHOWN]
        raise QueryError(fault.id, fault.position, example=example, topic=shown, **fault.values) from None


def is_topic(text: str) -> bool:
    """Tell whether *text* can be parsed."""
    try:
        parse(text)
    except QueryError:
        return False
    return True


def mutes(text: str) -> bool:
    """Tell whether a topic only says what is not wanted; what can't be parsed does not."""
    return is_topic(text) and parse(text).mutes


def key(text: str) -> str:
    """Return what two ways of writing the same topic have in common; for no topic, its visible text."""
    try:
        return parse(text).root.write(folded)
    except QueryError:
        return visible(text)


def _read(text: str) -> Query:
    lexemes = lex(text)
    if not lexemes:
        raise Fault("query-no-word" if visible(text) else "query-empty", 0)
    return Query(_Reader(text, lexemes).query())


def _is_good(text: str) -> bool:
    try:
        return bool(_read(text))
    except Fault:
        return False


class _Reader:
    """Reads lexemes from left to right. Its methods are the grammar's lines."""

    def __init__(self, text: str, lexemes: list[Lexeme]) -> None:
        self._text = text
        self._lexemes = lexemes
        self._at = 0
        self._depth = 0

    def query(self) -> Node:
        node = self._any()
        if self._sees(Kind.CLOSE):
            place = self._position()
            raise Fault("query-unopened-group", place, self._text[:place] + self._text[place + 1 :])
        return node

    def _any(self) -> Node:
        first = self._position()
        parts = [self._all()]
        while self._takes(Kind.OR):
            parts.append(self._all())
        if len(parts) > 1 and any(map(excludes, parts)):
            raise Fault("query-only-excludes", first)
        return _one_of(parts)

    def _all(self) -> Node:
        parts = [self._part()]
        while not self._sees(None, Kind.OR, Kind.CLOSE):
            self._takes(Kind.AND)
            parts.append(self._part())
        return _all_of(parts)

    def _part(self) -> Node:
        negations = 0
        while self._sees(Kind.NOT, Kind.MINUS):
            negations += 1
            if self._takes(Kind.MINUS):
                last = self._one
            else:
                self._takes(Kind.NOT)
                last = self._near
        if negations:
            node = last()
            return _negated(node) if negations % 2 else node
        return self._near()

    def _near(self) -> Node:
        left = self._run()
        if not self._sees(Kind.NEAR):
            return left
        near = self._lexemes[self._at]
        self._takes(Kind.NEAR)
        right = self._run()
        if not (isinstance(left, Words) and isinstance(right, Words)) or self._sees(Kind.NEAR):
            raise Fault("query-near-operand", near.position)
        if not 1 <= near.number <= MOST_APART:
            raise Fault("query-near-range", near.position, limit=MOST_APART)
        return Near(left, right, near.number)

    def _run(self) -> Node:
        start = self._at
        while self._takes(Kind.WORD):
            pass
        run = self._lexemes[start : self._at]
        return _phrase(run) if run else self._one()

    def _one(self) -> Node:
        if self._sees(None):
            raise self._missing()
        lexeme = self._lexemes[self._at]
        if lexeme.kind is Kind.OPEN:
            return self._group()
        if lexeme.kind not in (Kind.WORD, Kind.QUOTED, Kind.FIELD, Kind.VOTES):
            raise self._missing()
        self._at += 1
        match lexeme.kind:
            case Kind.QUOTED:
                return Words(lexeme.text, exact=True)
            case Kind.VOTES:
                return Votes(lexeme.text, lexeme.number)
            case Kind.FIELD:
                return self._field(lexeme)
            case _:
                return _phrase([lexeme])

    def _group(self) -> Node:
        opened = self._position()
        self._takes(Kind.OPEN)
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise Fault("query-too-deep", opened, limit=MOST_NESTED)
        if self._sees(Kind.CLOSE):
            raise Fault("query-empty-group", opened, self._text[:opened] + self._text[self._position() + 1 :])
        node = self._any()
        if not self._takes(Kind.CLOSE):
            raise Fault("query-unclosed-group", opened, self._text.rstrip() + ")" * self._depth)
        self._depth -= 1
        return node

    def _field(self, field: Lexeme) -> Node:
        if field.text == "title" and self._sees(Kind.WORD, Kind.QUOTED, Kind.OPEN):
            return _in_title(self._one(), field.position)
        if field.text == "title" or not self._sees(Kind.WORD, Kind.QUOTED):
            raise Fault("query-field-empty", field.position, field=field.text)
        value = self._lexemes[self._at]
        self._at += 1
        return _named(field, value)

    def _missing(self) -> Fault:
        """Return the fault that an operator has nothing to work on."""
        place = self._position()
        before = self._lexemes[self._at - 1] if self._at else None
        culprit = self._lexemes[self._at] if self._at < len(self._lexemes) else before
        if before and before.kind is not Kind.OPEN and (culprit is None or culprit.kind is Kind.CLOSE):
            culprit = before
        assert culprit is not None  # noqa: S101 - there is no topic without a lexeme
        cut = self._text[: culprit.position] + self._text[culprit.position + len(culprit.text) :]
        return Fault("query-missing-operand", min(place, culprit.position), cut, operator=culprit.text)

    def _position(self) -> int:
        return self._lexemes[self._at].position if self._at < len(self._lexemes) else len(self._text)

    def _sees(self, *kinds: Kind | None) -> bool:
        """Tell whether the next lexeme is of one of *kinds*; None is the end."""
        return (self._lexemes[self._at].kind if self._at < len(self._lexemes) else None) in kinds

    def _takes(self, kind: Kind) -> bool:
        taken = self._sees(kind)
        self._at += taken
        return taken


def _phrase(run: list[Lexeme]) -> Words:
    for lexeme in run[:-1]:
        if lexeme.text.endswith("*"):
            raise Fault(
                "query-star", lexeme.position, " ".join(other.text.rstrip("*") for other in run) + "*"
            )
    text = " ".join(lexeme.text for lexeme in run)
    if not text.endswith("*"):
        return Words(text)
    if len("".join(words(run[-1].text))) < FEWEST_LETTERS:
        raise Fault("query-prefix-short", run[-1].position, limit=FEWEST_LETTERS)
    return Words(text[:-1], prefix=True)


def _named(field: Lexeme, value: Lexeme) -> Node:
    match field.text:
        case "author":
            return Author(value.text)
        case "org":
            return Organization(value.text)
        case "has":
            if value.text.lower() not in THINGS:
                raise Fault("query-bad-has", value.position, things=", ".join(THINGS))
            return Has(value.text.lower())
        case _:
            known = canonical_id(value.text)
            if known is None:
                raise Fault("query-bad-id", value.position)
            return PaperId(known)


def _in_title(node: Node, position: int) -> Node:
    """Return *node* with all its words looked for in titles alone."""
    match node:
        case Words():
            return replace(node, in_title=True)
        case Near(left, right, distance):
            return Near(replace(left, in_title=True), replace(right, in_title=True), distance)
        case Not(part):
            return Not(_in_title(part, position))
        case All(parts):
            return All(tuple(_in_title(part, position) for part in parts))
        case Any(parts):
            return Any(tuple(_in_title(part, position) for part in parts))
        case _:
            raise Fault("query-field-empty", position, field="title")


def _negated(node: Node) -> Node:
    return node.part if isinstance(node, Not) else Not(node)


def _all_of(parts: list[Node]) -> Node:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, All) else (part,))]
    distinct = list(dict.fromkeys(sorted(flat, key=excludes)))
    return distinct[0] if len(distinct) == 1 else All(tuple(distinct))


def _one_of(parts: list[Node]) -> Node:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Any) else (part,))]
    distinct = list(dict.fromkeys(flat))
    return distinct[0] if len(distinct) == 1 else Any(tuple(distinct))
