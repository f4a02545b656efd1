"""Papers, readers and clocks for tests, each with only what the test speaks of; and a rule, said plainly."""

import math
from datetime import UTC, date, datetime, time
from typing import Any

from digestbot.actions.summarize import Summarizer
from digestbot.core.paper import Paper
from digestbot.core.rank import MOST_VOTES
from digestbot.core.subscriber import ChatKind, Schedule, Subscriber, SubscriberState
from digestbot.core.synonyms import Synonyms
from digestbot.settings.checks import CHAIN
from digestbot.store import Store

DAY = date(2025, 10, 14)
NOON = datetime(2025, 10, 14, 12, 0, tzinfo=UTC)


def a_paper(number: int = 1, title: str = "A Paper", **more: Any) -> Paper:
    """Return a paper listed on DAY; *number* makes its id."""
    given = {"id": f"2510.{number:05}", "title": title, "abstract": f"About {title}.", "listed_on": DAY}
    return Paper(**{**given, **more})


def a_subscriber(chat_id: int = 7, **more: Any) -> Subscriber:
    """Return an active reader who is due at eight, UTC, on weekdays."""
    given = {
        "id": 0,
        "chat_id": chat_id,
        "kind": ChatKind.PRIVATE,
        "state": SubscriberState.ACTIVE,
        "language": "en",
        "schedule": Schedule(time(8), "UTC"),
        "maximum": 10,
        "cursor": 0,
        "since": date.min,
        "next_due_at": NOON,
        "last_slot_at": None,
    }
    return Subscriber(**{**given, **more})


def a_summarizer(store: Store) -> Summarizer:
    """Return one without a language model."""
    return Summarizer(store, Synonyms(), CHAIN)


def votes_to_gain(upvotes: int, missing: float, weight: float) -> int:
    """Return the upvotes with which a paper that has *upvotes*, of that *weight*, is worth *missing* more
    than now; MOST_VOTES if none are.
    """
    if missing <= 0:
        return upvotes
    wanted = math.log1p(max(0, upvotes)) + missing / weight if weight > 0 else math.inf
    if wanted >= math.log(MOST_VOTES):
        return MOST_VOTES
    return max(upvotes, int(math.expm1(wanted) + 1e-6))  # votes are whole, and so far off is what was rounded


class Clock:
    """Shows what it is told."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now
