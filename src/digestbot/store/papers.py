"""Papers as rows and back."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.paper import Paper, merge
from digestbot.core.search import told
from digestbot.store.schema import papers
from digestbot.store.search import Index

_OURS = frozenset(("arrival", "first_seen_at", "risen_at"))
"""Columns that no source tells."""
_ARRIVALS_LOCK = 7104  # a number of ours, https://www.postgresql.org/docs/current/explicit-locking.html


class Papers:
    """The archive of papers."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, told: Sequence[Paper], now: datetime) -> int:
        """Store papers of which an archive told, and return how many were new.

        Of known ones only what is not known yet is filled in; their votes are newer, unless they have none.
        """
        known = await self.get_many(paper.id for paper in told)
        filled = [_filled(known[paper.id], paper) if paper.id in known else paper for paper in told]
        return await self.save(filled, now)

    async def save(self, read: Sequence[Paper], now: datetime) -> int:
        """Store a reading and return how many papers were new. Known ones are brought up to date.

        One that Hugging Face lists after arXiv did is new once more: to most readers it is.
        """
        await self._lock_arrivals()
        read = list({paper.id: paper for paper in read}.values())
        known = await self.get_many(paper.id for paper in read)
        merged = {paper.id: merge(known[paper.id], paper) for paper in read if paper.id in known}
        changed = [paper for paper in merged.values() if paper != known[paper.id]]
        new = [paper for paper in read if paper.id not in known]
        risen = [paper for paper in changed if paper.on_hugging_face > known[paper.id].on_hugging_face]
        stale = [paper for paper in changed if paper in risen or told(paper) != told(known[paper.id])]
        gone = await self._arrivals(stale)
        first = await self.last_arrival() + 1
        await self._change([{**asdict(paper), "key": paper.id} for paper in changed])
        climbed = [paper.id for paper in changed if paper.upvotes > known[paper.id].upvotes]
        await self._change([{"risen_at": now, "key": paper_id} for paper_id in climbed])
        await self._change(
            [{"arrival": arrival, "key": paper.id} for arrival, paper in enumerate(risen, first)]
        )
        rows = [
            {**asdict(paper), "arrival": arrival, "first_seen_at": now}
            for arrival, paper in enumerate(new, first + len(risen))
        ]
        if rows:
            await self._connection.execute(papers.insert(), rows)
        arrivals = await self._arrivals([*stale, *new])
        fresh = [(arrivals[paper.id], paper) for paper in (*stale, *new)]
        await Index(self._connection).put(fresh, gone.values())
        return len(new) + len(risen)

    async def get(self, paper_id: str) -> Paper | None:
        return (await self.get_many([paper_id])).get(paper_id)

    async def get_many(self, ids: Iterable[str]) -> dict[str, Paper]:
        """Return the papers of these *ids* that we hold, by id."""
        chosen = await self._select(papers.c.id.in_(list(ids)))
        return {paper.id: paper for paper in chosen}

    async def listed(self, first: date, last: date, *, everywhere: bool = False) -> list[Paper]:
        """Return the papers listed from *first* to *last*, both included, in the order of arrival.

        Only those that Hugging Face lists, unless papers from *everywhere* are wanted.
        """
        within = papers.c.listed_on.between(first, last)
        return await self._select(within if everywhere else within & papers.c.on_hugging_face)

    async def arrived(self, after: int, upto: int) -> list[tuple[int, Paper]]:
        """Return the papers with an arrival number above *after* and up to *upto*, in order."""
        query = sa.select(papers).where(papers.c.arrival > after, papers.c.arrival <= upto)
        rows = await self._connection.execute(query.order_by(papers.c.arrival))
        return [(row.arrival, _paper(row)) for row in rows]

    async def risen(self, since: datetime) -> dict[str, Paper]:
        """Return the papers that got more votes since a time, by id."""
        return {paper.id: paper for paper in await self._select(papers.c.risen_at >= since)}

    async def last_arrival(self) -> int:
        """Return the highest arrival number given so far, 0 when there is none."""
        return await self._connection.scalar(sa.select(sa.func.max(papers.c.arrival))) or 0

    async def arrival_before(self, day: date) -> int:
        """Return the arrival number just below that of the first paper listed on *day* or later."""
        first = sa.select(sa.func.min(papers.c.arrival)).where(papers.c.listed_on >= day)
        arrival = await self._connection.scalar(first)
        return await self.last_arrival() if arrival is None else arrival - 1

    async def arrival(self, paper_id: str) -> int:
        """Return the arrival number of a paper that we hold."""
        query = sa.select(papers.c.arrival).where(papers.c.id == paper_id)
        found: int = (await self._connection.execute(query)).scalar_one()
        return found

    async def keywords(self, first: date, last: date) -> list[list[str]]:
        """Return the keywords of each paper that Hugging Face listed from *first* to *last*."""
        query = sa.select(papers.c.ai_keywords).where(
            papers.c.listed_on.between(first, last), papers.c.on_hugging_face
        )
        return list((await self._connection.scalars(query)).all())

    async def newest_day(self, upto: date) -> date | None:
        """Return the last day not later than *upto* on which Hugging Face lists a paper."""
        query = sa.select(sa.func.max(papers.c.listed_on)).where(papers.c.listed_on <= upto)
        found: date | None = await self._connection.scalar(query.where(papers.c.on_hugging_face))
        return found

    async def _select(self, condition: sa.ColumnElement[bool]) -> list[Paper]:
        query = sa.select(papers).where(condition).order_by(papers.c.arrival)
        return [_paper(row) for row in await self._connection.execute(query)]

    async def _arrivals(self, of: Sequence[Paper]) -> dict[str, int]:
        query = sa.select(papers.c.id, papers.c.arrival).where(papers.c.id.in_([paper.id for paper in of]))
        return {row.id: row.arrival for row in await self._connection.execute(query)} if of else {}

    async def _change(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            update = papers.update().where(papers.c.id == sa.bindparam("key"))
            await self._connection.execute(update, rows)

    async def _lock_arrivals(self) -> None:
        # PostgreSQL commits out of order: without this a cursor could pass a number that comes later.
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ARRIVALS_LOCK)))


def _filled(known: Paper, told: Paper) -> Paper:
    """Return *known* with what only *told* has, and with a later listing's day and votes."""
    empty = {
        field.name: getattr(told, field.name)
        for field in fields(known)
        if getattr(known, field.name) in (None, "", (), 0)
    }
    if told.listed_on > known.listed_on:
        empty |= {"listed_on": told.listed_on, "upvotes": max(known.upvotes, told.upvotes)}
    return replace(known, **{name: value for name, value in empty.items() if name != "on_hugging_face"})


def _paper(row: sa.Row[Any]) -> Paper:
    told = {name: value for name, value in row._mapping.items() if name not in _OURS}
    lists = {name: tuple(told[name]) for name in ("authors", "ai_keywords", "media", "categories")}
    return Paper(**{**told, **lists})
