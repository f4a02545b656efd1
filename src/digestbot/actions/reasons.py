"""Explains why a paper came to a reader, or did not, by the rules and the ledger that decided it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from digestbot.actions.library import known_paper
from digestbot.core.categories import is_for
from digestbot.core.digest import asks, select
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, Rules
from digestbot.core.rank import explain
from digestbot.core.subscriber import Subscriber
from digestbot.core.taste import counted
from digestbot.core.why import Known, Told, Why, judge
from digestbot.store import Store


class Reasons:
    """Answers `/why` and `/whynot`, which are one question."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules

    async def why(self, paper_id: str, reader: Subscriber) -> Why:
        """Return what decided about a paper. Raises UserError `unknown-paper`."""
        async with self._store.read() as tables:
            paper = await known_paper(tables, paper_id)
            arrival = await tables.papers.arrival(paper_id)
            told = await tables.deliveries.tell_of(reader.id, paper_id) if reader.id else None
            taste = await tables.tastes.taste(reader.id)
            day = await tables.papers.listed(paper.listed_on, paper.listed_on, everywhere=True)
        known = await asyncio.to_thread(self._known, paper, reader, day, arrival, told)
        return judge(paper, reader, replace(known, learned=counted(taste, paper)))

    def _known(
        self, paper: Paper, reader: Subscriber, day: Sequence[Paper], arrival: int, told: Told | None
    ) -> Known:
        postings = Postings(day, self._rules, reader.topics)
        has_topics = asks(reader.topics)
        categories = reader.categories if has_topics else ()
        among = postings.where(lambda listed: is_for(listed, categories))
        matches = postings.matches(paper.id, reader.topics)
        return Known(
            arrival=arrival,
            matches=matches,
            picks=select(postings, reader.topics, among),
            told=told,
            value=explain(paper, matches, paper.listed_on, self._rules.weights) if has_topics else None,
        )
