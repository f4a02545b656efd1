"""What Prometheus is told: counters that this process keeps, gauges that are read from the database.

A counter's children are made once and kept: to count is an addition, for thousands a second. What many
replicas read from one database is the same in each: a dashboard takes the maximum, not the sum.
"""

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from digestbot.actions.ledger import Result
from digestbot.core.delivery import State
from digestbot.store import Store
from digestbot.store.figures import Snapshot

_LAGS = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 21600)
FRESH = timedelta(seconds=10)
"""So long what was read from the database is told again: who asks often costs no more."""


def is_retry(result: Result) -> bool:
    """Tell whether a message was tried, and waits to be tried again."""
    delivery = result.settled.delivery
    return bool(result.settled.error) and delivery.act_at is not None and delivery.state is not State.SENDING


class Metrics:
    """Counts what happens in this process, and tells it together with what the database holds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count_results()
        self._calls = Counter(
            "digestbot_api_calls", "Bot API calls.", ["method", "status"], registry=self.registry
        )
        self._made: dict[tuple[str, str], Counter] = {}
        self._read_at: datetime | None = None
        self._gauges()

    def call(self, method: str, status: str) -> None:
        """Count a Bot API call; *status* is HTTP's, or `lost` or `unsent`."""
        key = method, status
        child = self._made.get(key)
        if child is None:
            child = self._made[key] = self._calls.labels(*key)
        child.inc()

    def settled(self, results: Sequence[Result], now: datetime) -> None:
        """Count what became of deliveries, those of one transaction at once."""
        deliveries = [result.settled.delivery for result in results]
        for state, number in Tally(one.state for one in deliveries if one.act_at is None).items():
            self._over[state].inc(number)
        self._retries.inc(sum(is_retry(result) for result in results))
        for one in deliveries:
            if one.state is State.SENT:
                self._lag.observe((now - one.slot_at).total_seconds())

    async def text(self, store: Store, now: datetime) -> bytes:
        """Return all of it as Prometheus reads it."""
        if self._read_at is None or not timedelta(0) <= now - self._read_at < FRESH:
            async with store.read() as tables:
                self._show(await tables.figures.snapshot(now), now)
            self._read_at = now
        return generate_latest(self.registry)

    def _count_results(self) -> None:
        told = self.registry
        over = Counter("digestbot_deliveries", "Digests that are over, by result.", ["result"], registry=told)
        self._over = {state: over.labels(str(state)) for state in State}
        self._retries = Counter("digestbot_retries", "Messages that are to be tried again.", registry=told)
        self._lag = Histogram(
            "digestbot_delivery_lag_seconds", "From due to sent.", buckets=_LAGS, registry=told
        )

    def _gauges(self) -> None:
        def gauge(name: str, told: str, *labels: str) -> Gauge:
            return Gauge(f"digestbot_{name}", told, labels, registry=self.registry)

        self._subscribers = gauge("subscribers", "Subscribers by state.", "state")
        self._queue = gauge("queue_length", "Deliveries that are not over.")
        self._late = gauge("queue_lag_seconds", "How long the oldest delivery that may go out waits.")
        self._days = gauge("source_days", "Days of the last two weeks by state.", "source", "state")
        self._age = gauge("source_age_days", "Days since the last complete one.", "source")
        self._tokens = gauge("llm_tokens_today", "Tokens of the language model on this UTC day.")
        self._asked = gauge("llm_attempts_today", "Times that it was asked for a summary on this UTC day.")
        self._failed = gauge("llm_failures_today", "Of these, those that came to nothing.")

    def _show(self, now_holds: Snapshot, now: datetime) -> None:
        for labelled in (self._subscribers, self._days, self._age):
            labelled.clear()
        for state, number in now_holds.subscribers.items():
            self._subscribers.labels(state).set(number)
        for name, source in now_holds.sources.items():
            for kind, number in source.states.items():
                self._days.labels(name, kind).set(number)
            if source.complete:
                self._age.labels(name).set((now.astimezone(UTC).date() - source.complete).days)
        self._queue.set(now_holds.queue)
        self._late.set(now_holds.late.total_seconds())
        self._tokens.set(now_holds.tokens)
        self._asked.set(now_holds.attempts)
        self._failed.set(now_holds.failures)
