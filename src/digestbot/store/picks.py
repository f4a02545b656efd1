"""A digest's picks as JSON and back.

Of very many digests each pick is packed once, and their JSON is joined.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson

from digestbot.core.digest import Digest, How, Pick

_ALL = 4
"""What is told of a pick that has a bar."""


class Packed(NamedTuple):
    """A digest as the ledger holds it."""

    picks: str
    left_out: str
    listed: int
    since: date | None = None


def pack(digest: Digest) -> Packed:
    """Return *digest* as the ledger holds it."""
    shown, left_out = map(pack_pick, digest.picks), map(pack_pick, digest.left_out)
    return Packed(join(shown), join(left_out), digest.listed, digest.since)


def pack_pick(pick: Pick) -> str:
    """Return a pick as JSON."""
    paper_id, topics, how, bar = pick
    told = (paper_id, topics) if bar is None and how is How.NEW else (paper_id, topics, how.value, bar)
    return orjson.dumps(told).decode()


def with_bar(packed: str, bar: int) -> str:
    """Return a packed pick that has no bar yet, and is new, with its *bar*."""
    return f'{packed[:-1]},"",{bar}]'


def join(packed: Iterable[str]) -> str:
    """Return packed picks as one JSON."""
    return f"[{','.join(packed)}]"


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
