"""Has the operator's language model write summaries: once for all readers, held against their source, within
the day's budget.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from digestbot.actions import Clock
from digestbot.actions.shares import Shares
from digestbot.actions.summarize import Summarizer
from digestbot.core import prompt
from digestbot.core.chain import Sifted, complaints, fingerprint, sift, suffices, text_of
from digestbot.core.paper import Paper
from digestbot.core.rank import by_votes
from digestbot.core.summary import Input, Style, Summary, SummarySource
from digestbot.core.synonyms import Synonyms
from digestbot.errors import SourceError
from digestbot.render.i18n import english_name
from digestbot.sources.fulltext import FullTexts
from digestbot.sources.llm import Llm, LlmError, Reply
from digestbot.store import Store, Tables
from digestbot.store.summaries import Attempt, Wanted

log = structlog.get_logger()

UNFOUNDED = "unfounded"
"""The model answered, and its source did not bear out enough of it."""
PATIENCE = timedelta(days=1)
"""How long a paper is left alone that the model could not summarise, or whose full text could not be had."""
_ANSWER_TOKENS = 1_000
_CHARACTERS_PER_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens were spent in this UTC day, and how many may be."""

    spent: int
    limit: int


@dataclass(frozen=True, slots=True)
class _Tried:
    """One answer, and the summary that it makes, if it does."""

    reply: Reply
    sifted: Sifted
    summary: Summary | None


class Writer:
    """One summary a paper, language and style.

    *budget*: tokens a UTC day; one reader may use up a *share* of it. *ahead*: so many papers of a day are
    summarised before anyone asks. With *full_texts* it is them that the model reads, where they can be had.
    """

    def __init__(
        self,
        store: Store,
        summarizer: Summarizer,
        synonyms: Synonyms,
        clock: Clock,
        llm: Llm,
        *,
        budget: int,
        ahead: int,
        share: float = 1.0,
        full_texts: FullTexts | None = None,
    ) -> None:
        self._store = store
        self._summarizer = summarizer
        self._synonyms = synonyms
        self._clock = clock
        self._llm = llm
        self._budget = budget
        self._ahead = ahead
        self._full_texts = full_texts
        self._writing: dict[Wanted, asyncio.Task[Summary | None]] = {}
        self._closed = False
        self._purse = asyncio.Lock()
        """Held where tokens are counted."""
        self._shares = Shares(int(share * budget), clock)
        self._promised = 0
        """Tokens of requests on their way, by estimate."""
        self._rest_until: datetime | None = None

    async def begin(
        self, paper: Paper, language: str, style: Style, asker: int | None = None
    ) -> asyncio.Task[Summary | None] | None:
        """Return the task that writes a summary; None where it is there already, or can't be had now.

        However many ask for the same at once, the model is asked once, and the share of the first *asker*,
        a chat's id, pays for it; None: of nobody. The task gives None where it failed.
        """
        wanted = Wanted(paper.id, language, style, fingerprint(paper))
        is_new = wanted not in self._writing and not self._closed and await self._may_write(paper, wanted)
        if is_new and wanted not in self._writing:  # nobody was quicker
            self._writing[wanted] = asyncio.create_task(self._write(paper, wanted, asker))
        return self._writing.get(wanted)

    async def write(self, paper: Paper, language: str, style: Style) -> bool:
        """Have a summary written, unless there is one; tell whether it is new."""
        task = await self.begin(paper, language, style)
        if task is None:
            return False
        await asyncio.wait([task])
        if task.cancelled():
            return False
        if error := task.exception():  # our own bug, and one paper's; the others are not to suffer from it
            log.error("a summary failed", paper=paper.id, language=language, exc_info=error)
            return False
        return task.result() is not None

    async def ahead(self) -> int:
        """Write what readers of the newest list will want to read, the most votes first; tell how many."""
        async with self._store.read() as tables:
            newest = await tables.papers.newest_day(self._clock().date() + timedelta(days=1))
            papers = by_votes(await tables.papers.listed(newest, newest))[: self._ahead] if newest else []
            tongues = await tables.subscribers.tongues()
        written = await self.write_all([(paper, *tongue) for paper in papers for tongue in tongues])
        log.info("summaries written ahead", written=written, papers=len(papers), tongues=len(tongues))
        return written

    async def write_all(self, wanted: Iterable[tuple[Paper, str, Style]]) -> int:
        """Write many summaries, in order; one place is left to readers who wait. Tell how many are new."""
        queue = iter(wanted)
        written = 0

        async def work() -> None:
            nonlocal written
            for paper, language, style in queue:
                is_new = await self.write(paper, language, style)
                written += is_new

        workers = max(1, self._llm.concurrency - 1)
        await asyncio.gather(*(work() for _ in range(workers)))
        return written

    async def budget(self) -> Budget:
        async with self._store.read() as tables:
            return Budget(await self._spent(tables), self._budget)

    async def close(self) -> None:
        """Give up what is being written, and begin nothing more."""
        self._closed = True
        tasks = [*self._writing.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _may_write(self, paper: Paper, wanted: Wanted) -> bool:
        if self._rests() or not paper.abstract.strip() or await self._summarizer.serves_before(paper):
            return False
        async with self._store.read() as tables:
            stored = await tables.summaries.about([wanted.paper_id], wanted.language)
            since = self._clock() - PATIENCE
            in_vain = await tables.summaries.in_vain(wanted, self._llm.model, since)
        return wanted not in stored and not in_vain

    async def _write(self, paper: Paper, wanted: Wanted, asker: int | None) -> Summary | None:
        """Ask for a summary, once more where the first does not suffice."""
        try:
            if not await self._may_write(paper, wanted):  # one that ended a moment ago may have done it
                return None
            source, given = await self._source(paper)
            text = source if given is Input.FULLTEXT else paper.abstract
            language = english_name(wanted.language)
            asked = prompt.ask(paper.title, text, wanted.language, language, wanted.style)
            tried = await self._try(asked, wanted, source, given, asker)
            if tried and not tried.summary:
                again = prompt.ask_again(asked, tried.reply.text, complaints(tried.sifted))
                tried = await self._try(again, wanted, source, given, asker)
            return tried.summary if tried else None
        finally:
            del self._writing[wanted]

    async def _try(
        self, asked: prompt.Messages, wanted: Wanted, source: str, given: Input, asker: int | None
    ) -> _Tried | None:
        """Ask once, within the budget, and write down what came of it; None where there was no answer."""
        tokens = sum(len(text) for _, text in asked) // _CHARACTERS_PER_TOKEN + _ANSWER_TOKENS
        if not await self._promise(tokens, asker):
            return None
        spent = 0
        try:
            reply = await self._llm.ask(asked, prompt.schema(wanted.style))
            spent = reply.tokens
            bullets = prompt.read_answer(reply.text, wanted.style)
            sifted = await asyncio.to_thread(sift, bullets, source, wanted.language, self._synonyms)
            enough = suffices(sifted, source)
            tried = _Tried(reply, sifted, self._summary(sifted, wanted, given) if enough else None)
            await self._write_down(wanted, tried)
        except LlmError as error:
            spent = error.tokens
            await self._failed(wanted, error)
            return None
        finally:
            self._promised -= tokens
            if asker is not None:
                self._shares.spend(asker, spent - tokens)
        return tried

    def _summary(self, sifted: Sifted, wanted: Wanted, given: Input) -> Summary:
        return Summary(
            bullets=sifted.kept,
            source=SummarySource.LLM,
            language=wanted.language,
            checked=True,
            model=self._llm.model,
            input=given,
            prompt=prompt.VERSION,
            written_on=self._clock().date(),
        )

    async def _promise(self, tokens: int, asker: int | None) -> bool:
        """Set *tokens* of today's budget aside; tell whether there are so many, for this *asker*."""
        if asker is not None and not self._shares.is_left(asker, tokens):
            log.warning("a reader used up their share of today's tokens", chat=asker)
            return False
        async with self._purse:
            spent = (await self.budget()).spent
            if spent + self._promised + tokens > self._budget:
                log.warning("no tokens left for summaries today", spent=spent, budget=self._budget)
                return False
            self._promised += tokens
            if asker is not None:
                self._shares.spend(asker, tokens)
            return True

    def _rests(self) -> bool:
        return self._rest_until is not None and self._clock() < self._rest_until

    async def _write_down(self, wanted: Wanted, tried: _Tried) -> None:
        now = self._clock()
        kept, dropped = tried.sifted.kept, tried.sifted.dropped
        attempt = Attempt(
            wanted=wanted,
            at=now,
            model=self._llm.model,
            prompt=prompt.VERSION,
            tokens=tried.reply.tokens,
            written=len(kept) + len(dropped),
            dropped=tuple((str(verdict.fault), verdict.what, bullet.text) for bullet, verdict in dropped),
            error=None if tried.summary else UNFOUNDED,
        )
        async with self._purse, self._store.write() as tables:
            await tables.summaries.attempted(attempt)
            if tried.summary:
                await tables.summaries.put(wanted, tried.summary, now)
            spent = await self._spent(tables)
        log.info(
            "summary written" if tried.summary else "summary refused",
            paper=wanted.paper_id,
            language=wanted.language,
            style=str(wanted.style),
            kept=len(kept),
            dropped=len(dropped),
            tokens=tried.reply.tokens,
            spent=spent,
            budget=self._budget,
        )

    async def _failed(self, wanted: Wanted, error: LlmError) -> None:
        now = self._clock()
        if error.wait:
            self._rest_until = now + timedelta(seconds=error.wait)
        attempt = Attempt(
            wanted=wanted,
            at=now,
            model=self._llm.model,
            prompt=prompt.VERSION,
            tokens=error.tokens,
            error=error.id,
        )
        async with self._purse, self._store.write() as tables:
            await tables.summaries.attempted(attempt)
        log.warning("the language model gave no summary", paper=wanted.paper_id, error=str(error))

    async def _source(self, paper: Paper) -> tuple[str, Input]:
        """Return what the summary is held against, and what the model is given of it."""
        told = text_of(paper)
        if self._full_texts is None:
            return told, Input.ABSTRACT
        async with self._store.read() as tables:
            tried, text = await tables.summaries.full_text(paper.id, self._clock() - PATIENCE)
        if not tried:
            text = await self._fetched(self._full_texts, paper)
        return (f"{told}\n{text}", Input.FULLTEXT) if text else (told, Input.ABSTRACT)

    async def _fetched(self, full_texts: FullTexts, paper: Paper) -> str | None:
        try:
            text = await full_texts.fetch(paper.id)
        except SourceError as error:
            log.warning("no full text", paper=paper.id, error=str(error))
            text = None
        async with self._store.write() as tables:
            await tables.summaries.put_full_text(paper.id, text, self._clock())
        return text

    async def _spent(self, tables: Tables) -> int:
        now = self._clock()
        return await tables.summaries.tokens(now.replace(hour=0, minute=0, second=0, microsecond=0))
