"""Gives each paper the best summary at hand: what was written for it, came with it, or can be taken of it."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from digestbot.core.chain import FREE, best, fingerprint, free, imported
from digestbot.core.digest import Card
from digestbot.core.paper import Paper
from digestbot.core.summary import Style, Summary, SummarySource
from digestbot.core.synonyms import Synonyms
from digestbot.store import Store
from digestbot.store.summaries import Wanted

_KEPT = 5_000
"""Papers whose free summaries are remembered: to make one takes a millisecond or two."""

_Free = dict[SummarySource, Summary | None]
_Key = tuple[str, str, str, str | None]


class Summarizer:
    """Finds the best summary at hand of each paper; nobody outside is asked."""

    def __init__(self, store: Store, synonyms: Synonyms, order: Sequence[SummarySource]) -> None:
        self._store = store
        self._synonyms = synonyms
        self._order = order
        self._free: OrderedDict[_Key, _Free] = OrderedDict()

    async def fill(self, cards: Sequence[Card], language: str, style: Style) -> tuple[Card, ...]:
        """Return *cards* with the best summaries at hand for readers of *language*."""
        ids = [card.paper.id for card in cards]
        async with self._store.read() as tables:
            archived = await tables.archives.about(ids)
            written = await tables.summaries.about(ids, language)
        made = await self._made(card.paper for card in cards)
        filled = []
        for card in cards:
            found = made[card.paper.id] | {SummarySource.LLM: _fitting(written, card.paper, language, style)}
            in_order = [found.get(source) for source in self._order]
            summary = best(in_order, imported(archived.get(card.paper.id)), language, style)
            filled.append(replace(card, summary=summary))
        return tuple(filled)

    async def serves_before(self, paper: Paper) -> bool:
        """Tell whether a source that comes before the language model in the order has a summary."""
        before = self._order[: self._order.index(SummarySource.LLM)]
        found = (await self._made([paper]))[paper.id]
        return any(found.get(source) for source in before)

    async def _made(self, papers: Iterable[Paper]) -> dict[str, _Free]:
        """Return the free summaries of each paper, by its id."""
        wanted = {_key(paper): paper for paper in papers}
        known = {key: self._free[key] for key in wanted if key in self._free}
        if new := {key: paper for key, paper in wanted.items() if key not in known}:
            known |= await asyncio.to_thread(self._make, new)
        self._free.update(known)
        while len(self._free) > _KEPT:
            self._free.popitem(last=False)
        return {key[0]: found for key, found in known.items()}

    def _make(self, new: dict[_Key, Paper]) -> dict[_Key, _Free]:
        sources = [source for source in FREE if source in self._order]
        return {
            key: {source: free(paper, source, self._synonyms) for source in sources}
            for key, paper in new.items()
        }


def _fitting(written: dict[Wanted, Summary], paper: Paper, language: str, style: Style) -> Summary | None:
    """Return what was written of *paper* as it is now: in the *style*, else in another one."""
    mark = fingerprint(paper)
    for wished in (style, *Style):
        if found := written.get(Wanted(paper.id, language, wished, mark)):
            return found
    return None


def _key(paper: Paper) -> _Key:
    return paper.id, paper.title, paper.abstract, paper.ai_summary
