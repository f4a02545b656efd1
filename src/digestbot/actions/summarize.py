"""Gives each paper its summary: what was written for it, what came with it, what can be taken out of it."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from digestbot.actions import Clock
from digestbot.core.chain import FREE, best, free, imported
from digestbot.core.digest import Card
from digestbot.core.paper import Paper
from digestbot.core.summary import Style, Summary, SummarySource
from digestbot.core.synonyms import Synonyms
from digestbot.store import Store

_KEPT = 5_000
"""Papers whose free summaries are remembered: to make one takes a millisecond or two."""

_Free = dict[SummarySource, Summary | None]
_Key = tuple[str, str, str | None]


class Summarizer:
    """One summary a paper, language and style, shared by all who read it."""

    def __init__(
        self, store: Store, synonyms: Synonyms, order: Sequence[SummarySource], clock: Clock
    ) -> None:
        self._store = store
        self._synonyms = synonyms
        self._order = order
        self._clock = clock
        self._free: OrderedDict[_Key, _Free] = OrderedDict()

    async def fill(self, cards: Sequence[Card], language: str, style: Style) -> tuple[Card, ...]:
        """Return *cards* with the best summaries at hand for readers of *language*; nobody is asked."""
        ids = [card.paper.id for card in cards]
        async with self._store.read() as tables:
            archived = await tables.archives.about(ids)
        made = await self._made(card.paper for card in cards)
        return tuple(
            replace(
                card,
                summary=best(
                    [made[card.paper.id].get(source) for source in self._order],
                    imported(archived.get(card.paper.id)),
                    language,
                    style,
                ),
            )
            for card in cards
        )

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


def _key(paper: Paper) -> _Key:
    return paper.id, paper.abstract, paper.ai_summary
