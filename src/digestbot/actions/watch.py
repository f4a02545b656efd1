"""Looks whether all is well, and tells the owners of what is not: once, and once more when it is over."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from digestbot.actions import Clock
from digestbot.actions.owners import Owners
from digestbot.core.incident import Alerts, Trouble, of_budget, of_delay, of_disk, of_sources
from digestbot.core.overview import Overview
from digestbot.render import owners as said
from digestbot.store import Store

if TYPE_CHECKING:
    from digestbot.actions.write import Writer

_DAYS = 7
"""Older days that can't be read were told of long ago."""
_SHOWN_DAYS = 2
_SHOWN_FAILURES = 3


class Watch:
    """Knows how the bot does. *free* tells the megabytes that are left on the disk."""

    def __init__(
        self, store: Store, clock: Clock, writer: "Writer | None", free: Callable[[], int], alerts: Alerts
    ) -> None:
        self._store = store
        self._clock = clock
        self._writer = writer
        self._free = free
        self._alerts = alerts
        self._up_since = clock()

    async def overview(self) -> Overview:
        """Return what there is to know now."""
        now = self._clock()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        budget = await self._writer.budget() if self._writer else None
        async with self._store.read() as tables:
            return Overview(
                subscribers=await tables.subscribers.count(),
                today=await tables.overviews.due_since(midnight),
                waiting=await tables.deliveries.unfinished(),
                late_minutes=(await tables.overviews.late(now))[1],
                failures=await tables.overviews.failures(_SHOWN_FAILURES),
                days=await tables.days.since(now.date() - timedelta(days=_SHOWN_DAYS)),
                incidents=await tables.incidents.lasting(),
                database=self._store.place.partition(":")[0].partition("+")[0],
                up_since=self._up_since,
                free_megabytes=self._free(),
                spent=budget.spent if budget else 0,
                budget=budget.limit if budget else None,
            )

    async def look(self, owners: Owners) -> None:
        """Note what is wrong and what no longer is, and tell the owners; one process of all does it."""
        if not await self._store.lead():
            return
        now = self._clock()
        troubles = await self._troubles()
        async with self._store.write() as tables:
            await tables.incidents.note(troubles, now)
            untold = await tables.incidents.untold()
        for incident in untold:
            if await owners.tell(partial(said.incident, incident)):
                async with self._store.write() as tables:
                    await tables.incidents.told(incident, now)

    async def _troubles(self) -> list[Trouble]:
        now, alerts = self._clock(), self._alerts
        async with self._store.read() as tables:
            days = await tables.days.since(now.date() - timedelta(days=_DAYS))
            count, minutes = await tables.overviews.late(now)
        budget = await self._writer.budget() if self._writer else None
        return [
            *of_sources(days),
            *of_delay(count, minutes, alerts.late_minutes),
            *of_disk(self._free(), alerts.disk_megabytes),
            *(of_budget(budget.spent, budget.limit, alerts.budget_percent) if budget else []),
        ]
