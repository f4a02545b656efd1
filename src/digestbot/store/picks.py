"""A digest's picks as JSON and back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from digestbot.core.digest import How, Pick

_NEW = How.NEW
_WRITTEN = {how: how.value for how in How}
"""To read an enum's member, and to write it, takes as long as all else about a pick."""
_ALL = 4
"""What is told of a pick that has a bar."""


def pack(picks: Iterable[Pick]) -> str:
    """Return picks as JSON."""
    packed = [
        (paper_id, topics) if bar is None and how is _NEW else (paper_id, topics, _WRITTEN[how], bar)
        for paper_id, topics, how, bar in picks
    ]
    return orjson.dumps(packed).decode()


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
