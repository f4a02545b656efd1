"""What a topic may ask of a paper besides its words: authors, organization, votes and the like."""

import operator
from collections.abc import Callable, Sequence

from digestbot.core.paper import Paper
from digestbot.core.terms import Author, Has, Organization, PaperId, Votes
from digestbot.core.text import read

Field = Author | Organization | Has | Votes | PaperId
_RELATIONS: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_FILMS = (".mp4", ".qt", ".mov", ".webm", ".gif")


def holds_field(field: Field, paper: Paper) -> bool:
    """Tell whether *paper* is as *field* asks."""
    match field:
        case Author(name):
            asked = read(name).folded
            return any(_is_named(asked, read(author).folded) for author in paper.authors)
        case Organization(name):
            return paper.organization is not None and _stands_in(
                read(name).folded, read(paper.organization).folded
            )
        case Has(what):
            return _has(what, paper)
        case Votes(relation, count):
            return _RELATIONS[relation](paper.upvotes, count)
        case PaperId(id):
            return paper.id == id


def _has(what: str, paper: Paper) -> bool:
    match what:
        case "code":
            return paper.code_url is not None
        case "project":
            return paper.project_url is not None
        case _:
            return any(url.lower().partition("?")[0].endswith(_FILMS) for url in paper.media)


def _is_named(asked: Sequence[str], author: Sequence[str]) -> bool:
    """Tell whether *author* bears all the names of *asked* in their order; an initial stands for a name.

    The last name must be written out on both sides, unless only an initial was asked for.
    """
    places = iter(author)
    return all(
        any(_is_name(wanted, name, is_last=wanted is asked[-1]) for name in places) for wanted in asked
    )


def _is_name(wanted: str, name: str, *, is_last: bool) -> bool:
    if is_last or (len(wanted) > 1 and len(name) > 1):
        return wanted == name
    return wanted[0] == name[0]


def _stands_in(asked: Sequence[str], text: Sequence[str]) -> bool:
    """Tell whether *asked* begins and ends where words of *text* do, however they are parted."""
    joined, starts, length = "".join(text), {0}, 0
    for word in text:
        length += len(word)
        starts.add(length)
    wanted = "".join(asked)
    at = joined.find(wanted)
    while at >= 0:
        if at in starts and at + len(wanted) in starts:
            return True
        at = joined.find(wanted, at + 1)
    return False
