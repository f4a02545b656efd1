"""Second chances: a paper that a digest left out, and that rose above what was shown then, is shown once.

What is left out knows its `bar`: with more upvotes than these its value is above that of the last paper that
was shown (`core.rank`), and it has at least CLIMB more than it had. So neither votes nor values of the past
need be kept. It is shown within DAYS, by the reader's calendar, and MOST in a digest.

What had fewer votes than a reader wants was in no digest. For who wants votes, what has them now, was listed
within DAYS and was in no digest has risen; it comes alone where nothing is new.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from digestbot.core.digest import How, Pick, asks

DAYS = 3
MOST = 2


def has_risen(pick: Pick, votes: Mapping[str, int]) -> bool:
    """Tell whether a paper that was left out has risen, where *votes* are those of papers that got more."""
    return pick.bar is not None and votes.get(pick.paper_id, 0) > pick.bar


def is_in_time(left_out_on: date, today: date) -> bool:
    """Tell whether a digest of *today* may show what another one left out."""
    return timedelta(0) < today - left_out_on <= timedelta(days=DAYS)


def is_still_wanted(pick: Pick, topics: Sequence[str]) -> bool:
    """Tell whether a reader who has *topics* now still has one of those that had brought a paper."""
    return any(topic in topics for topic in pick.topics) if pick.topics else not asks(topics)


def rising(left_out: Iterable[Pick], votes: Mapping[str, int], shown: AbstractSet[str]) -> tuple[Pick, ...]:
    """Return those of the papers *left_out* that are to be shown, the highest above its bar first."""
    known = {pick.paper_id: pick for pick in left_out if has_risen(pick, votes)}
    best = sorted(
        (pick for paper_id, pick in known.items() if paper_id not in shown),
        key=lambda pick: ((pick.bar or 0) - votes[pick.paper_id], pick.paper_id),
    )
    return tuple(pick._replace(how=How.RISING, bar=None) for pick in best[:MOST])
