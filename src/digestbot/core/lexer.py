"""The words, operators and brackets of a topic, each with its place in what the reader typed."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from digestbot.core.text import visible, words

LONGEST = 1000
"""Characters. Readers are held to fewer; this bounds the work for anything else."""
_PLAIN = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"−": "-", "≥": ">=", "≤": "<="})
_LEXEME = re.compile(
    r"""(?P<space>\s+)
    | "(?P<quoted>[^"]*)(?P<closed>"?)
    | (?P<open>\()
    | (?P<close>\))
    | votes\s*(?P<relation>>=|<=|=|>|<)\s*(?P<count>\d{1,9})(?!\d)
    | (?P<uncounted>votes\s*[<>=])
    | (?P<field>(?i:title|author|org|has|id)|[A-Za-z]+(?=:[^\s/])):
    | (?P<word>[^\s"()]+)""",
    re.VERBOSE,
)
_VALUE = re.compile(
    r"""(?P<space>\s+)
    | "(?P<quoted>[^"]*)(?P<closed>"?)
    | (?P<open>\()
    | (?P<close>\))
    | (?P<word>[^\s"()]+)""",
    re.VERBOSE,
)
"""What may follow a field's colon: a word there may itself hold one, `id:arXiv:2510.12586`."""
FIELDS = ("title", "author", "org", "has", "id")
USUAL_DISTANCE = 5
"""What NEAR means without a number."""
_MINUS = ("-", "–")
_NEAR = re.compile(r"NEAR(?:/(\d{1,9}))?")
_TRAILING = ",;.!?:，。、；：！？"


class Fault(Exception):  # noqa: N818 - turned into a QueryError before anyone sees it
    """What is wrong, where, and the topic put right, if that is easy."""

    def __init__(self, id: str, position: int, repair: str = "", **values: object) -> None:  # noqa: A002
        super().__init__(id)
        self.id = id
        self.position = position
        self.repair = repair
        self.values = values


class Kind(Enum):
    WORD = auto()
    QUOTED = auto()
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    MINUS = auto()
    NEAR = auto()
    FIELD = auto()
    VOTES = auto()


@dataclass(frozen=True, slots=True)
class Lexeme:
    kind: Kind
    text: str
    """A word or quoted text, a field's name, the relation of votes."""
    position: int
    number: int = 0
    """Of NEAR and votes."""


def lex(text: str) -> list[Lexeme]:
    """Return the lexemes of *text*; what holds no word is left out. Raises Fault."""
    if len(text) > LONGEST:
        raise Fault("query-too-long", LONGEST, limit=LONGEST)
    plain, places = _plain(text)
    found: list[Lexeme] = []
    at = 0
    while at < len(plain):
        lexeme, end = _next(plain, at, places, is_value=bool(found) and found[-1].kind is Kind.FIELD)
        found += [lexeme] if lexeme else []
        at = end
    return found


def _plain(text: str) -> tuple[str, list[int]]:
    """Return *text* without what can't be seen, wide forms made plain; and where each character was."""
    if text.isascii() and text.isprintable():
        return text, [*range(len(text) + 1)]
    shown: list[str] = []
    places: list[int] = []
    for place, typed in enumerate(text):
        kept = " " if typed.isspace() else visible(typed)
        for c in unicodedata.normalize("NFKC", kept).translate(_PLAIN):
            shown.append(c)
            places.append(place)
    return "".join(shown), [*places, len(text)]


def _next(plain: str, at: int, places: list[int], *, is_value: bool) -> tuple[Lexeme | None, int]:
    """Return the lexeme at *at*, if there is one, and where the next may be."""
    found = (_VALUE if is_value else _LEXEME).match(plain, at)
    assert found is not None  # noqa: S101 - the last alternative takes any character that is left
    position, end = places[at], found.end()
    match found.lastgroup:
        case "closed":
            return _quoted(plain, found, position), end
        case "open":
            return Lexeme(Kind.OPEN, "(", position), end
        case "close":
            return Lexeme(Kind.CLOSE, ")", position), end
        case "count":
            return Lexeme(Kind.VOTES, found["relation"], position, int(found["count"])), end
        case "uncounted":
            raise Fault("query-bad-votes", position)
        case "field":
            return _field(plain, found, position), end
        case "word":
            return _word(plain, found, position, is_value=is_value)
        case _:
            return None, end


def _quoted(plain: str, found: re.Match[str], position: int) -> Lexeme:
    if not found["closed"]:
        raise Fault("query-unclosed-quote", position, plain.rstrip() + '"')
    text = unicodedata.normalize("NFC", " ".join(found["quoted"].split()))
    if not words(text):
        raise Fault("query-empty-quote", position, plain[: found.start()] + plain[found.end() :])
    return Lexeme(Kind.QUOTED, text, position)


def _field(plain: str, found: re.Match[str], position: int) -> Lexeme:
    name = found["field"].lower()
    if name in FIELDS:
        return Lexeme(Kind.FIELD, name, position)
    if name == "votes":
        raise Fault("query-bad-votes", position)
    repair = f"{plain[: found.end() - 1]} {plain[found.end() :]}"
    raise Fault("query-unknown-field", position, repair, field=found["field"], fields=", ".join(FIELDS))


def _word(plain: str, found: re.Match[str], position: int, *, is_value: bool) -> tuple[Lexeme | None, int]:
    text, start, end = found["word"], found.start(), found.end()
    if text[0] in _MINUS and not is_value:
        if start + 1 == len(plain) or plain[start + 1].isspace():
            raise Fault("query-missing-operand", position, plain[:start] + plain[start + 1 :], operator="-")
        return Lexeme(Kind.MINUS, "-", position), start + 1
    text = unicodedata.normalize("NFC", text.rstrip(_TRAILING))
    if "*" in text[:-1] or text == "*":
        raise Fault("query-star", position, plain.replace("*", ""))
    near = _NEAR.fullmatch(text)
    if near:
        return Lexeme(Kind.NEAR, "NEAR", position, int(near[1] or USUAL_DISTANCE)), end
    if text in ("AND", "OR", "NOT"):
        return Lexeme(Kind[text], text, position), end
    return (Lexeme(Kind.WORD, text, position) if words(text) else None), end
