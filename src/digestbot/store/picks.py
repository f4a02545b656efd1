"""A digest's picks as JSON and back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from digestbot.core.digest import How, Pick

_ALL = 4
"""What is told of a pick that has a bar."""


class Written(sa.TypeDecorator[str]):
    """JSON that is written already: the standard library takes many times as long."""

    impl = sa.JSON
    cache_ok = True

    def bind_processor(self, _dialect: sa.Dialect) -> None:
        return None


def pack(picks: Iterable[Pick]) -> str:
    """Return picks as JSON."""
    return orjson.dumps([_packed(pick) for pick in picks]).decode()


def _packed(pick: Pick) -> tuple[Any, ...]:
    if pick.bar is None and pick.how is How.NEW:
        return pick.paper_id, pick.topics
    return pick.paper_id, pick.topics, pick.how, pick.bar


def unpack(packed: Iterable[Sequence[Any]]) -> tuple[Pick, ...]:
    """Return the picks that JSON, read, tells."""
    return tuple(
        Pick(paper_id, tuple(topics), How(more[0]), more[1]) if more else Pick(paper_id, tuple(topics))
        for paper_id, topics, *more in packed
    )


def risen_of(packed: str, votes: Mapping[str, int]) -> tuple[Pick, ...]:
    """Return those of the picks that JSON tells that have more *votes* than their bars: few of very many."""
    picks = orjson.loads(packed)
    return unpack(one for one in picks if len(one) == _ALL and votes.get(one[0], 0) > (one[3] or 0))
