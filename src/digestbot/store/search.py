"""The index of papers' words: FTS5 on SQLite, tsvector on PostgreSQL, the same results on both.

Neither database folds, stems or ranks: words come folded and spelt from `core.search`, and points are summed
up here by one statement. Only how a phrase is looked for differs (`_holding`).
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.paper import Paper
from digestbot.core.search import PART, Field, Indexed, Phrase, Point, Search, indexed
from digestbot.store.schema import INDEX

_FIELDS = (Field.TITLE, Field.KEYWORDS, Field.PEOPLE, Field.OFTEN)
_APART = 5
"""Places between fields: no phrase reaches across."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: (paper id, points) of the best, and how many there are."""

    best: tuple[tuple[str, int], ...]
    total: int


class Index:
    """Finds papers by their words."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name

    async def put(self, papers: Iterable[tuple[int, Paper]], gone: Iterable[int] = ()) -> None:
        """Index papers by their arrival numbers; those *gone* are no longer found."""
        old = [{"arrival": arrival} for arrival in gone]
        if old:
            await self._connection.execute(sa.text(_delete(self._dialect)), old)
        # A thousand take most of a second: others are answered meanwhile.
        rows = await asyncio.to_thread(_rows, self._dialect, papers)
        if rows:
            await self._connection.execute(sa.text(_insert(self._dialect)), rows)

    async def find(self, search: Search, limit: int) -> Found:
        """Return the best papers that *search* asks for, at most *limit*."""
        statement, values = _find(self._dialect, search)
        return await self._found(statement, {**values, "limit": limit})

    async def sharing(self, points: Sequence[tuple[str, int]], limit: int, but: str) -> Found:
        """Return the papers, *but* one, that hold words with the most *points* in sum, at most *limit*."""
        if not points:
            return Found((), 0)
        statement, values = _sharing(self._dialect, points)
        return await self._found(statement, {**values, "limit": limit, "but": but})

    async def counts(self, words: Sequence[str], most: int) -> list[int]:
        """Return how many papers hold each word, counted up to *most*."""
        if not words:
            return []
        values: dict[str, str] = {}
        parts = [
            f"(SELECT count(*) FROM (SELECT 1 FROM {INDEX} "
            f"WHERE {_anywhere(self._dialect, word, values)} LIMIT :most) AS held)"
            for word in words
        ]
        await self._by_index()
        statement = sa.text(f"SELECT {', '.join(parts)}")
        return [*(await self._connection.execute(statement, {**values, "most": most})).one()]

    async def _by_index(self) -> None:
        # PostgreSQL does not reckon with long words that it keeps compressed elsewhere, and would unpack all.
        if self._dialect == "postgresql":
            await self._connection.execute(sa.text("SET LOCAL enable_seqscan = off"))

    async def _found(self, statement: str, values: dict[str, Any]) -> Found:
        await self._by_index()
        rows = (await self._connection.execute(sa.text(statement), values)).all()
        return Found(tuple((row.id, int(row.points)) for row in rows), rows[0].total if rows else 0)


def create(connection: sa.Connection) -> None:
    """Make the index, empty."""
    if connection.dialect.name == "sqlite":
        columns = ", ".join((*_FIELDS, "abstract"))
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE {INDEX} USING fts5({columns}, tokenize = \"unicode61 tokenchars '_'\")"
        )
        return
    columns = ", ".join(f"{field} tsvector NOT NULL" for field in (*_FIELDS, Field.ANYWHERE))
    connection.exec_driver_sql(f"CREATE TABLE {INDEX} (arrival integer PRIMARY KEY, {columns})")
    # What is stored is found at once: a list of what is still to be indexed would be read by every search.
    connection.exec_driver_sql(
        f"CREATE INDEX ix_{INDEX}_words ON {INDEX} USING gin (words) WITH (fastupdate = off)"
    )


def fill(connection: sa.Connection, papers: Iterable[tuple[int, Paper]]) -> None:
    """Index papers that are there already."""
    rows = _rows(connection.dialect.name, papers)
    if rows:
        connection.execute(sa.text(_insert(connection.dialect.name)), rows)


def _find(dialect: str, search: Search) -> tuple[str, dict[str, str]]:
    values: dict[str, str] = {}
    wanted = _holding(dialect, Field.ANYWHERE, _asked(dialect, search), values)
    points = [
        f"CASE WHEN {_has(dialect, point, values)} THEN {point.points} ELSE 0 END" for point in search.points
    ]
    # In two steps: else PostgreSQL, counting all, would carry along what the points are made of.
    statement = (
        f"WITH found AS MATERIALIZED (SELECT {_key(dialect)} AS arrival, {' + '.join(points)} AS points "
        f"FROM {INDEX} WHERE {wanted}) SELECT papers.id, found.points, count(*) OVER () AS total FROM found "
        f"JOIN papers ON papers.arrival = found.arrival {_order(dialect)}"
    )
    return statement, values


def _sharing(dialect: str, points: Sequence[tuple[str, int]]) -> tuple[str, dict[str, str]]:
    values: dict[str, str] = {}
    parts = [
        f"SELECT {_key(dialect)} AS arrival, {found} AS points FROM {INDEX} "
        f"WHERE {_anywhere(dialect, word, values)}"
        for word, found in points
    ]
    statement = (
        f"SELECT papers.id, shared.points, count(*) OVER () AS total FROM (SELECT arrival, "
        f"sum(points) AS points FROM ({' UNION ALL '.join(parts)}) AS held GROUP BY arrival) AS shared "
        f"JOIN papers ON papers.arrival = shared.arrival WHERE papers.id <> :but {_order(dialect)}"
    )
    return statement, values


def _order(dialect: str) -> str:
    binary = 'COLLATE "C"' if dialect == "postgresql" else ""
    ties = f"papers.upvotes DESC, papers.listed_on DESC, papers.id {binary} DESC"
    return f"ORDER BY points DESC, {ties} LIMIT :limit"


def _key(dialect: str) -> str:
    return "rowid" if dialect == "sqlite" else "arrival"


def _has(dialect: str, point: Point, values: dict[str, str]) -> str:
    """Return the condition that a row that is looked at holds a phrase in a field."""
    held = _holding(dialect, point.field, _phrase(dialect, point.phrase), values)
    # FTS5 can't look into one row, but finds all that hold a phrase at once.
    return f"rowid IN (SELECT rowid FROM {INDEX} WHERE {held})" if dialect == "sqlite" else held


def _anywhere(dialect: str, word: str, values: dict[str, str]) -> str:
    return _holding(dialect, Field.ANYWHERE, _phrase(dialect, (word,)), values)


def _holding(dialect: str, field: Field, query: str, values: dict[str, str]) -> str:
    """Return the condition that a row of the index holds *query*, which is added to *values*."""
    name = f"q{len(values)}"
    if dialect == "sqlite":
        values[name] = query if field is Field.ANYWHERE else f"{field} : ({query})"
        return f"{INDEX} MATCH :{name}"
    values[name] = query
    return f"{INDEX}.{field} @@ CAST(CAST(:{name} AS text) AS tsquery)"


def _asked(dialect: str, search: Search) -> str:
    both, either, none = ("AND", "OR", "NOT") if dialect == "sqlite" else ("&", "|", "& !")
    ways = [f" {both} ".join(_phrase(dialect, phrase) for phrase in way) for way in search.ways]
    asked = "(" + f" {either} ".join(f"({way})" for way in ways) + ")"
    for phrase in search.unwanted:
        asked = f"({asked} {none} {_phrase(dialect, phrase)})"
    return asked


def _phrase(dialect: str, phrase: Phrase) -> str:
    """Return a phrase in the database's language; a spelt word has no letter that means anything there."""
    if dialect == "sqlite":
        return f'"{" ".join(phrase)}"'
    words = " <-> ".join(f"'{word}'" for word in phrase)
    return f"({words})"


def _insert(dialect: str) -> str:
    if dialect == "sqlite":
        names = (*_FIELDS, "abstract")
        return f"INSERT INTO {INDEX} (rowid, {', '.join(names)}) VALUES (:arrival, :{', :'.join(names)})"
    names = (*_FIELDS, Field.ANYWHERE)
    values = ", ".join(f"CAST(CAST(:{name} AS text) AS tsvector)" for name in names)
    return f"INSERT INTO {INDEX} (arrival, {', '.join(names)}) VALUES (:arrival, {values})"


def _delete(dialect: str) -> str:
    return f"DELETE FROM {INDEX} WHERE {_key(dialect)} = :arrival"


def _rows(dialect: str, papers: Iterable[tuple[int, Paper]]) -> list[dict[str, Any]]:
    return [_row(dialect, arrival, indexed(paper)) for arrival, paper in papers]


def _row(dialect: str, arrival: int, words: Indexed) -> dict[str, Any]:
    parts = {field.value: getattr(words, field) for field in _FIELDS}
    if dialect == "sqlite":
        whole = {"abstract": words.abstract}
        return {"arrival": arrival, **{name: " ".join(part) for name, part in (parts | whole).items()}}
    apart = (PART,) * _APART
    everything = (*words.title, *apart, *words.keywords, *apart, *words.people, *apart, *words.abstract)
    return {
        "arrival": arrival,
        **{name: _vector(part) for name, part in (parts | {"words": everything}).items()},
    }


def _vector(words: Sequence[str]) -> str:
    """Return words as PostgreSQL writes a tsvector."""
    return " ".join(f"'{word}':{place}" for place, word in enumerate(words, 1) if word != PART)
