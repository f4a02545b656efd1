"""What the language model wrote, what each of its attempts came to, and the full texts that it read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.summary import Bullet, Input, Section, Style, Summary, SummarySource
from digestbot.store.schema import full_texts, summaries, summary_attempts, upsert


@dataclass(frozen=True, slots=True)
class Wanted:
    """One summary of one paper. *fingerprint* tells for which title and abstract it holds."""

    paper_id: str
    language: str
    style: Style
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One time that the model was asked. *dropped* are faults, what each was about, and the bullets."""

    wanted: Wanted
    at: datetime
    model: str
    prompt: str
    tokens: int
    written: int = 0
    dropped: tuple[tuple[str, str, str], ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What one model's attempts came to. *dropped* counts bullets by fault."""

    model: str
    attempts: int
    failed: int
    tokens: int
    written: int
    dropped: dict[str, int]


class Summaries:
    """One summary a paper, language and style."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, wanted: Wanted, summary: Summary, at: datetime) -> None:
        """Store a summary by a model, instead of the one that was there."""
        row = {
            "paper_id": wanted.paper_id,
            "language": wanted.language,
            "style": wanted.style,
            "bullets": [(bullet.section, bullet.text) for bullet in summary.bullets],
            "model": summary.model,
            "input": summary.input,
            "prompt": summary.prompt,
            "fingerprint": wanted.fingerprint,
            "written_at": at,
        }
        await self._connection.execute(upsert(self._connection, summaries), row)

    async def about(self, ids: Iterable[str], language: str) -> dict[Wanted, Summary]:
        """Return the summaries of these papers in a *language*, in any style."""
        query = sa.select(summaries).where(
            summaries.c.paper_id.in_(list(ids)), summaries.c.language == language
        )
        rows = await self._connection.execute(query)
        return {
            Wanted(row.paper_id, row.language, Style(row.style), row.fingerprint): _summary(row)
            for row in rows
        }

    async def attempted(self, attempt: Attempt) -> None:
        """Write down what an attempt came to."""
        row = {
            "at": attempt.at,
            "paper_id": attempt.wanted.paper_id,
            "language": attempt.wanted.language,
            "style": attempt.wanted.style,
            "fingerprint": attempt.wanted.fingerprint,
            "model": attempt.model,
            "prompt": attempt.prompt,
            "tokens": attempt.tokens,
            "written": attempt.written,
            "dropped": attempt.dropped,
            "error": attempt.error,
        }
        await self._connection.execute(summary_attempts.insert(), row)

    async def in_vain(self, wanted: Wanted, model: str, since: datetime) -> bool:
        """Tell whether the last attempt of a *model* since then cost tokens and came to nothing."""
        made = summary_attempts.c
        query = (
            sa.select(made.error.is_not(None) & (made.tokens > 0))
            .where(
                made.paper_id == wanted.paper_id,
                made.language == wanted.language,
                made.style == wanted.style,
                made.fingerprint == wanted.fingerprint,
                made.model == model,
                made.at >= since,
            )
            .order_by(made.id.desc())
            .limit(1)
        )
        return bool(await self._connection.scalar(query))

    async def tokens(self, since: datetime) -> int:
        """Return how many tokens were spent since then."""
        query = sa.select(sa.func.sum(summary_attempts.c.tokens)).where(summary_attempts.c.at >= since)
        return await self._connection.scalar(query) or 0

    async def records(self) -> list[Record]:
        """Return what the attempts that are remembered came to, by model."""
        made = summary_attempts.c
        counts: dict[str, dict[str, int]] = {}
        faulty = sa.select(made.model, made.dropped).where(sa.func.length(sa.cast(made.dropped, sa.Text)) > 2)
        for model, dropped in await self._connection.execute(faulty):
            for fault, _, _ in dropped:
                of_model = counts.setdefault(model, {})
                of_model[fault] = of_model.get(fault, 0) + 1
        query = sa.select(
            made.model,
            sa.func.count(),
            sa.func.count(made.error),
            sa.func.sum(made.tokens),
            sa.func.sum(made.written),
        )
        rows = await self._connection.execute(query.group_by(made.model).order_by(made.model))
        return [
            Record(model, attempts, failed, tokens, written, counts.get(model, {}))
            for model, attempts, failed, tokens, written in rows
        ]

    async def full_text(self, paper_id: str, since: datetime) -> tuple[bool, str | None]:
        """Return whether a full text was had, or tried since then; and the text, if it was had."""
        query = sa.select(full_texts).where(full_texts.c.paper_id == paper_id)
        row = (await self._connection.execute(query)).first()
        if row is None or (row.text is None and row.fetched_at < since):
            return False, None
        return True, row.text

    async def put_full_text(self, paper_id: str, text: str | None, at: datetime) -> None:
        """Store a full text; None where it can't be had."""
        row = {"paper_id": paper_id, "text": text, "fetched_at": at}
        await self._connection.execute(upsert(self._connection, full_texts), row)

    async def forget(self, attempts_before: datetime, texts_before: datetime) -> None:
        """Delete old attempts, and full texts that were read long ago."""
        old = summary_attempts.delete().where(summary_attempts.c.at < attempts_before)
        await self._connection.execute(old)
        await self._connection.execute(full_texts.delete().where(full_texts.c.fetched_at < texts_before))


def _summary(row: sa.Row[Any]) -> Summary:
    return Summary(
        bullets=tuple(Bullet(text, Section(section) if section else None) for section, text in row.bullets),
        source=SummarySource.LLM,
        language=row.language,
        checked=True,
        model=row.model,
        input=Input(row.input),
        prompt=row.prompt,
        written_on=row.written_at.date(),
    )
