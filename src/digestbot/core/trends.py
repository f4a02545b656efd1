"""How much there was about something week by week, and which keywords burst."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from digestbot.core.paper import Paper
from digestbot.core.popular import commonest
from digestbot.core.rank import by_votes
from digestbot.core.text import words

WEEKS = 12
BASE_WEEKS = 8
"""A keyword's last week is held against so many before it."""
FEWEST = 3
"""A keyword in fewer papers of a week is chance."""
BEHIND = 2
"""Papers that are told with a burst."""
_TIMES = 2.0
"""So many times as often as before a keyword bursts, at least."""
_SURE = 2.0
"""Its least Poisson log-likelihood ratio: chance alone gives that much about once in twenty times."""


@dataclass(frozen=True, slots=True)
class Week:
    """What was listed in seven days."""

    first: date
    papers: int
    votes: int


@dataclass(frozen=True, slots=True)
class Burst:
    """A keyword that more papers have than before."""

    keyword: str
    papers: int
    """That have it in the last week."""
    expected: float
    """How many would have it if it were as common as in the weeks before."""
    best: tuple[Paper, ...]
    """Those with the most votes."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Weeks, the last of which ends with the newest list."""

    topics: tuple[str, ...]
    """What the papers are about; none for all papers."""
    is_asked: bool
    """The topic was asked for, and is not the reader's own."""
    weeks: tuple[Week, ...]
    bursts: tuple[Burst, ...] = ()

    @property
    def papers(self) -> int:
        return sum(week.papers for week in self.weeks)


def since(last: date, weeks: int = WEEKS) -> date:
    """Return the first day of so many weeks that end with *last*."""
    return last - timedelta(days=7 * weeks - 1)


def weekly(papers: Iterable[Paper], last: date) -> tuple[Week, ...]:
    """Return the last WEEKS, also those without papers, the last of them ending with *last*."""
    counts, votes = Counter[int](), Counter[int]()
    for paper in papers:
        ago = _ago(paper, last)
        counts[ago] += 1
        votes[ago] += paper.upvotes
    return tuple(Week(since(last, ago + 1), counts[ago], votes[ago]) for ago in reversed(range(WEEKS)))


def bursts(papers: Sequence[Paper], last: date, most: int) -> tuple[Burst, ...]:
    """Return the keywords that burst in the week up to *last*, the surest first, at most *most*.

    A keyword is the same however it is spelled; as most papers write it, it is told. Held against the
    BASE_WEEKS before, by its share of all papers, as a Poisson log-likelihood ratio. Without papers in each
    half of the base there is nothing to hold it against.
    """
    now = [paper for paper in papers if _ago(paper, last) == 0]
    before = [paper for paper in papers if 0 < _ago(paper, last) <= BASE_WEEKS]
    if {_ago(paper, last) * 2 > BASE_WEEKS for paper in before} != {False, True}:
        return ()
    usual = {key: len(those) for key, those in _by_keyword(before).items()}
    found = []
    for key, those in _by_keyword(now).items():
        expected = (usual.get(key, 0) + 0.5) * len(now) / len(before)
        if len(those) >= FEWEST and len(those) >= _TIMES * expected:
            surely = len(those) * math.log(len(those) / expected) - (len(those) - expected)
            best = tuple(by_votes(those)[:BEHIND])
            found.append((-surely, Burst(_spelled(key, those), len(those), expected, best)))
    found.sort(key=lambda one: (one[0], one[1].keyword))
    return tuple(burst for surely, burst in found[:most] if -surely >= _SURE)


def _ago(paper: Paper, last: date) -> int:
    """Return how many weeks before the one up to *last* the paper was listed."""
    return (last - paper.listed_on).days // 7


def _by_keyword(papers: Iterable[Paper]) -> dict[tuple[str, ...], list[Paper]]:
    having: defaultdict[tuple[str, ...], list[Paper]] = defaultdict(list)
    for paper in papers:
        for key in {words(keyword) for keyword in paper.ai_keywords} - {()}:
            having[key].append(paper)
    return having


def _spelled(key: tuple[str, ...], papers: Collection[Paper]) -> str:
    return commonest(
        Counter(keyword for paper in papers for keyword in paper.ai_keywords if words(keyword) == key)
    )
