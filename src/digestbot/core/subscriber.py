"""Who reads, and when their digest is due."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from digestbot.core.summary import Style
from digestbot.core.threads import Route

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
WEEKDAYS = (0, 1, 2, 3, 4)
FURTHEST = timedelta(days=9)
"""No schedule is due later than this: who wants one day of the week, and was told today, is within eight."""
NOWHERE = "UTC"
"""The time zone of who has not said where they live."""


class ChatKind(StrEnum):
    """Telegram's own words for where a chat takes place."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"

    @property
    def is_group(self) -> bool:
        return self in (ChatKind.GROUP, ChatKind.SUPERGROUP)


class SubscriberState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    """Asked us to wait; what is listed meanwhile comes after the pause."""
    UNSUBSCRIBED = "unsubscribed"
    """Wants no digests; commands still answer, settings are kept."""
    BLOCKED = "blocked"
    """Telegram says that we may not write there."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Where somebody speaks to us."""

    id: int
    kind: ChatKind
    language: str | None = None
    """The language of ours that its reader seems to speak; None where nothing tells."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a digest is wanted, on the reader's own clock."""

    at: time
    zone: str
    """IANA name, `Asia/Seoul`."""
    weekdays: tuple[int, ...] = WEEKDAYS
    """0 is Monday; sorted, at least one."""

    def day_of(self, moment: datetime) -> date:
        """Return the date of *moment* on the reader's calendar."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new subscriber starts with."""

    language: str
    schedule: Schedule
    maximum: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How somebody is written to, which is the same for many."""

    kind: ChatKind
    language: str
    schedule: Schedule
    style: Style = Style.BULLETS
    summary_language: str | None = None
    """A BCP-47 tag; None where summaries are in the language that we speak."""
    silent: bool = False
    """Digests make no sound."""
    pictures: bool = True
    """A digest shows the picture of its first paper."""
    thread_id: int | None = None
    """The thread of a forum that digests go to; None: they go to the chat itself."""
    routes: tuple[Route, ...] = ()
    """What goes to other threads."""

    @property
    def reads(self) -> str:
        """The language of the summaries that are wanted, a BCP-47 tag."""
        return self.summary_language or self.language


class Addressee(NamedTuple):
    """Whom a message goes to."""

    chat_id: int
    reader: Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber(Reader):
    """A chat that we know, with what it asked for."""

    id: int
    chat_id: int
    state: SubscriberState
    maximum: int
    """Most papers in a digest."""
    cursor: int
    """Papers with an arrival number up to this one were already considered for a digest."""
    since: date
    """Papers listed before this day are never pushed: they were there before the reader was."""
    next_due_at: datetime | None
    last_slot_at: datetime | None
    """The due time of the last digest that had something to say."""
    topics: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """arXiv's, whose papers come too, where they match a topic."""
    minimum_votes: int = 0
    """Papers with fewer are left out of a digest."""
    tells_nothing: bool = False
    """Where there is nothing to tell, a short line says so."""
    paused_until: date | None = None
    """The day, on the reader's calendar, on which digests come again; None where nothing ends the pause."""
    missed_since: date | None = None
    """The day of the first digest that a pause kept back; the next one is a recap from then on."""
    title: str = ""
    """A channel's name."""
    owner_id: int | None = None
    """The person who brought us into a channel, and is asked about it."""


def without_thread(reader: Subscriber, thread_id: int) -> Subscriber:
    """Return a reader whose forum has that thread no more: what went there goes to the chat itself."""
    routes = tuple(route for route in reader.routes if route.thread_id != thread_id)
    return replace(
        reader, routes=routes, thread_id=None if reader.thread_id == thread_id else reader.thread_id
    )


def stranger(chat: Chat, defaults: Defaults) -> Subscriber:
    """Return a reader that we do not know yet: the defaults, in the chat's language, without digests."""
    return Subscriber(
        id=0,
        chat_id=chat.id,
        kind=chat.kind,
        state=SubscriberState.UNSUBSCRIBED,
        language=chat.language or defaults.language,
        schedule=defaults.schedule,
        maximum=defaults.maximum,
        cursor=0,
        since=date.min,
        next_due_at=None,
        last_slot_at=None,
    )


def due(reader: Subscriber, now: datetime) -> datetime | None:
    """Return when *reader*, whose wishes changed, is told something next; None where nothing is to come.

    What was due already, and waits to be planned, stays due: a change does not move it to another day.
    """
    begins = now
    if reader.state is SubscriberState.PAUSED and reader.paused_until:
        midnight = datetime.combine(reader.paused_until, time.min, ZoneInfo(reader.schedule.zone))
        begins = max(now, midnight - timedelta.resolution)
    elif reader.state is not SubscriberState.ACTIVE:
        return None
    following, waits = next_due(reader.schedule, begins, reader.last_slot_at), reader.next_due_at
    if waits is None or waits > now or begins > now:
        return following
    return following if reader.schedule.day_of(following) == reader.schedule.day_of(waits) else waits


def missed(schedule: Schedule, slot_at: datetime, since: date | None) -> date | None:
    """Return the first day of which a digest at *slot_at* has to tell too, if a pause kept one back."""
    return since if since and since < schedule.day_of(slot_at) else None


def next_due(schedule: Schedule, after: datetime, last_slot_at: datetime | None = None) -> datetime:
    """Return the first due time later than *after*, in UTC; never a second one on the last slot's local day.

    A wall time that the clock jumps over (spring) is due when the clock has jumped; one that it shows twice
    (autumn) is due at the first.
    """
    zone = ZoneInfo(schedule.zone)
    today = schedule.day_of(after)
    last_day = schedule.day_of(last_slot_at) if last_slot_at else date.min
    for days in range(16):  # a week finds any weekday; the second one covers a last slot that lies ahead
        day = today + timedelta(days=days)
        due = datetime.combine(day, schedule.at, zone).astimezone(UTC)
        if due > after and day > last_day and day.weekday() in schedule.weekdays:
            return due
    raise ValueError(f"no weekday in {schedule}")
