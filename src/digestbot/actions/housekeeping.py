"""Forgets what is old."""

from datetime import timedelta

from digestbot.actions import Clock
from digestbot.core.retention import Retention
from digestbot.store import Store

UPDATES_KEPT = timedelta(days=2)
"""Telegram itself keeps an update for one."""


class Housekeeper:
    """Deletes what has been kept as long as *retention* says."""

    def __init__(self, store: Store, clock: Clock, retention: Retention) -> None:
        self._store = store
        self._clock = clock
        self._retention = retention

    async def clean(self) -> None:
        now, keep = self._clock(), self._retention
        async with self._store.write() as tables:
            await tables.deliveries.forget(now - timedelta(days=keep.deliveries))
            await tables.searches.forget(now - timedelta(days=keep.searches))
            await tables.intake.forget(now - UPDATES_KEPT)
            await tables.summaries.forget(
                now - timedelta(days=keep.attempts), now - timedelta(days=keep.texts)
            )
