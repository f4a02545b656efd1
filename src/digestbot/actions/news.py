"""What is news to those who are due, and which digest is whose."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple

from digestbot.actions.chances import Chances
from digestbot.core.categories import is_for
from digestbot.core.digest import Digest, Pick, by_votes_alone, compose, most_in_recap, room
from digestbot.core.paper import Paper
from digestbot.core.picker import Picker, of_picks
from digestbot.core.postings import Postings, Rules
from digestbot.core.subscriber import missed
from digestbot.core.taste import Tasting
from digestbot.core.threads import Route, grouped
from digestbot.store.picks import Packed, join, pack, pack_pick, with_bar
from digestbot.store.subscribers import Cohort, Waiting
from digestbot.store.tastes import read_weights


class _Terms(NamedTuple):
    """What decides a digest besides its papers and topics."""

    listed: int
    """The papers that are new."""
    maximum: int
    routes: tuple[Route, ...] = ()
    since: date | None = None
    """The first day that a recap tells of."""
    taste: str | None = None
    """What the reader's votes taught."""


class Which(NamedTuple):
    """All that decides what a digest tells: who has the same is told the same."""

    topics: tuple[str, ...]
    """Those that bring a paper."""
    wanted: int
    """The papers that are new, wanted and not muted."""
    terms: _Terms
    without: frozenset[str] = frozenset()
    """Papers that were brought there before."""
    tells_nothing: bool = False
    """Where there is nothing to tell, that is told."""
    rising: tuple[Pick, ...] = ()
    """What earlier digests left out."""
    beyond: int = 0
    """Where votes taught anything, the new papers that no topic brings."""


_SILENCE = Which((), 0, _Terms(0, 0))


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is the same for all of a cohort who ask for papers, or for all who do not."""

    does_ask: bool
    liked: int
    """The papers that are new and have votes enough."""
    terms: _Terms
    silence: Which
    """Where no paper is wanted."""


class News:
    """Papers that arrived *after* one arrival number and up to another, the topics that they hold."""

    def __init__(
        self,
        arrived: Sequence[tuple[int, Paper]],
        after: int,
        upto: int,
        rules: Rules,
        chances: Chances,
    ) -> None:
        self.chances = chances
        self.after = after
        self.upto = upto
        self.postings = Postings((paper for _, paper in arrived), rules)
        self.listed_twice = self.postings.where(
            lambda paper: paper.on_hugging_face and bool(paper.categories)
        )
        """The papers of both sources: one that arXiv listed first has arrived twice."""
        self.ids: dict[Which, int | None] = {}
        """Digests that are in the ledger already; None for those that have nothing to say."""
        self.shared: set[int] = set()
        """Those of them that are told to more than one reader."""
        self._picker = of_picks(self.postings)
        self._packer = Picker(self.postings, pack_pick, with_bar)
        self._arrivals = {paper.id: arrival for arrival, paper in arrived}
        self._new: dict[tuple[int, date, tuple[str, ...]], int] = {}
        """The papers that are new by a cursor, a first day and categories."""
        self._liked: dict[int, int] = {0: self.postings.all}
        """The papers that have so many votes or more."""

    def reaches(self, due: Iterable[Waiting], upto: int) -> bool:
        """Tell whether all that is new to those who are *due*, up to an arrival, is here."""
        return self.upto == upto and all(cohort.cursor >= self.after for cohort in cohorts_of(due))

    def forget_written(self) -> None:
        """Take no digest for written."""
        self.ids.clear()
        self.shared.clear()

    def which(self, readers: Sequence[Waiting]) -> list[Which]:
        """Return which digests are these readers'; their topics were looked for before."""
        scope = cache(self._scope)
        known: dict[tuple[tuple[str, ...], Cohort], Which] = {}
        for _, topics, cohort in readers:
            if (topics, cohort) not in known:
                known[topics, cohort] = self._which(topics, scope(cohort, self.postings.ask(topics)))
        return [known[topics, cohort] for _, topics, cohort in readers]

    def packed(self, which: Which) -> Packed | None:
        """Return what is told as the ledger holds it; None is silence."""
        terms = which.terms
        if not which.topics or which.without or which.rising or terms.taste or terms.routes:
            digest = self.digest(which)
            return pack(digest) if digest else None
        picks = self._packer.pick(which.topics, which.wanted, terms.maximum)
        shown, left_out = picks[: terms.maximum], picks[terms.maximum :]
        return Packed(join(shown), join(left_out), terms.listed, terms.since)

    def digest(self, which: Which) -> Digest | None:
        """Return what is told; None is silence."""
        terms = which.terms
        picks = self._picks(which)
        if which.without:
            picks = [pick for pick in picks if pick.paper_id not in which.without]
        if not picks and which.tells_nothing:
            return Digest((), (), terms.listed)
        if which.rising and not which.wanted:  # that is told though nothing is new
            digest: Digest | None = Digest(which.rising, (), terms.listed)
        else:
            digest = compose(picks, terms.listed, terms.maximum, which.rising, terms.since)
        if digest is None or not (terms.taste or terms.routes):
            return digest
        shown = digest.picks
        if terms.taste:
            shown = self._tasting.served(shown, read_weights(terms.taste), which.beyond)
        return replace(digest, picks=grouped(shown, terms.routes))

    def is_new(self, paper_id: str, reader: Waiting) -> bool:
        """Tell whether a paper is news to *reader*."""
        return self._arrivals.get(paper_id, 0) > reader.cohort.cursor

    @property
    def paper_ids(self) -> AbstractSet[str]:
        """The papers that are news."""
        return self._arrivals.keys()

    @cached_property
    def _tasting(self) -> Tasting:
        return Tasting(self.postings.papers)

    def _which(self, topics: Sequence[str], scope: _Scope) -> Which:
        postings = self.postings
        brought = postings.brought(topics) if scope.does_ask else postings.unmuted(topics)
        wanted = brought & scope.liked
        if not wanted:
            return scope.silence
        which = Which(postings.bringing(topics, wanted) if scope.does_ask else (), wanted, scope.terms)
        if not scope.terms.taste:
            return which
        beyond = scope.liked & postings.unmuted(topics) & ~brought & ~self.listed_twice
        return which._replace(beyond=beyond)

    def _scope(self, cohort: Cohort, does_ask: bool) -> _Scope:
        new = self._new_to(cohort, cohort.categories if does_ask else ())
        listed = new.bit_count()
        since = missed(cohort.schedule, cohort.slot_at, cohort.missed_since)
        maximum = most_in_recap(cohort.maximum) if since else cohort.maximum
        return _Scope(
            does_ask,
            new & self._liked_by(cohort.minimum_votes),
            _Terms(listed, maximum, cohort.routes, since, cohort.taste),
            Which((), 0, _Terms(listed, 0), tells_nothing=True) if cohort.tells_nothing else _SILENCE,
        )

    def _picks(self, which: Which) -> list[Pick]:
        shown, _ = room(which.terms.maximum, which.rising)
        if which.topics:
            return self._picker.pick(which.topics, which.wanted, shown)
        return by_votes_alone([*self.postings.of(which.wanted)], shown)

    def _liked_by(self, votes: int) -> int:
        if votes not in self._liked:
            self._liked[votes] = self.postings.where(lambda paper: paper.upvotes >= votes)
        return self._liked[votes]

    def _new_to(self, cohort: Cohort, categories: tuple[str, ...]) -> int:
        which = cohort.cursor, cohort.since, categories
        if which not in self._new:
            self._new[which] = self.postings.where(
                lambda paper: (
                    self._arrivals[paper.id] > cohort.cursor
                    and paper.listed_on >= cohort.since
                    and is_for(paper, categories)
                )
            )
        return self._new[which]


def told_besides(
    which: Which, reader: Waiting, before: frozenset[str], rising: tuple[Pick, ...] | None
) -> Which:
    """Return the digest without what was brought *before* and with what is *rising*.

    That alone is no reason to break the silence, but where votes are wanted that papers get later.
    """
    if before:
        which = which._replace(without=before, tells_nothing=reader.cohort.tells_nothing)
    if rising and not which.wanted:
        return Which((), 0, _Terms(0, 0, reader.cohort.routes), rising=rising)
    return which._replace(rising=rising) if rising else which


def cohorts_of(readers: Iterable[Waiting]) -> set[Cohort]:
    return {reader.cohort for reader in readers}
