"""How often one person, and one group, may ask: what is beyond costs nobody else anything.

The pace is pyrate-limiter's bucket with a state, a few numbers each, whatever is asked. Who was least lately
seen is forgotten first: memory is bounded.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from pyrate_limiter import Rate, RateItem, StateBucket

MOST = 10_000
"""People, and groups, that are remembered."""
QUIET = 10.0
"""Seconds without a word after which who asked too fast is answered again."""
_MINUTE = 60_000


class Verdict(Enum):
    PASS = auto()
    TELL = auto()
    """It is too fast, and they are told so."""
    DROP = auto()
    """They were told."""


@dataclass(slots=True)
class _Visitor:
    bucket: StateBucket
    shut_until: float = 0.0


class Throttle:
    """Judges what comes. *clock* counts seconds from anywhere, and never back."""

    def __init__(self, per_user: int, per_chat: int, clock: Callable[[], float]) -> None:
        self._per_user = per_user
        self._per_chat = per_chat
        self._clock = clock
        self._visitors: OrderedDict[int, _Visitor] = OrderedDict()

    @property
    def remembered(self) -> int:
        """How many people and groups are remembered."""
        return len(self._visitors)

    def judge(self, user: int | None, chat: int | None) -> Verdict:
        """Return what is done about an update of a *user* in a *chat*; None where there is none."""
        if user is not None:
            verdict = self._person(user)
            if verdict is not Verdict.PASS or chat in (None, user):
                return verdict
        return Verdict.PASS if chat is None else self._group(chat)

    def _person(self, user: int) -> Verdict:
        """A flood is over when it has been quiet: as long as it goes on, nothing of it is answered."""
        visitor, now = self._visitor(user, self._per_user), self._clock()
        is_shut = now < visitor.shut_until
        if not is_shut and _fits(visitor.bucket, now):
            return Verdict.PASS
        visitor.shut_until = now + QUIET
        return Verdict.DROP if is_shut else Verdict.TELL

    def _group(self, chat: int) -> Verdict:
        """One member must not silence the others for longer than what is too much."""
        visitor, now = self._visitor(chat, self._per_chat), self._clock()
        if _fits(visitor.bucket, now):
            return Verdict.PASS
        if now < visitor.shut_until:
            return Verdict.DROP
        visitor.shut_until = now + _MINUTE / 1000
        return Verdict.TELL

    def _visitor(self, number: int, per_minute: int) -> _Visitor:
        visitor = self._visitors.pop(number, None)
        if visitor is None:
            if len(self._visitors) >= MOST:
                self._visitors.popitem(last=False)
            visitor = _Visitor(StateBucket([Rate(per_minute, _MINUTE, burst=per_minute)]))
        self._visitors[number] = visitor
        return visitor


def _fits(bucket: StateBucket, now: float) -> bool:
    return bool(bucket.put(RateItem("asked", int(now * 1000))))
