"""What a reader asks: today, a day, the top, one paper, and a list seen before."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from digestbot.actions import Clock
from digestbot.actions.shelf import Lists, Shelf
from digestbot.actions.summarize import Summarizer
from digestbot.core.categories import is_for
from digestbot.core.delivery import Delivery
from digestbot.core.digest import (
    MINE,
    TOP_DAYS,
    Card,
    Listing,
    Pick,
    Trial,
    View,
    ViewKind,
    asks,
    select,
)
from digestbot.core.paper import Paper
from digestbot.core.popular import popular
from digestbot.core.postings import Postings, Rules
from digestbot.core.query import parse
from digestbot.core.rank import by_votes
from digestbot.core.search import LONGEST, enough, like, read_search, tellings, too_common
from digestbot.core.subscriber import Reader, Subscriber
from digestbot.core.summary import Style
from digestbot.core.synonyms import nearly
from digestbot.core.terms import Words
from digestbot.core.text import visible, words
from digestbot.core.wishes import listed
from digestbot.errors import UserError
from digestbot.store import Store, Tables

TRIAL_CARDS = 3
WEEK, MONTH, QUARTER = 7, 30, 90
MOST_POPULAR = 48
MOST_FOUND = 30
"""So many papers of a search can be leafed through: who finds more narrows it."""
MOST_ALIKE = 20
MOST_OFFERED = 10


class Library:
    """Answers from the archive; changes nothing but which searches buttons can name."""

    def __init__(
        self, store: Store, rules: Rules, summarizer: Summarizer, clock: Clock, longest_search: int = LONGEST
    ) -> None:
        self._store = store
        self._rules = rules
        self._summarizer = summarizer
        self._longest_search = longest_search
        self._clock = clock
        self._week = Shelf(store, rules, clock, days=WEEK, everywhere=True)
        self._month = Shelf(store, rules, clock, days=MONTH)
        self._lists = Lists(rules)
        self._popular: tuple[int, list[tuple[str, int]]] = (-1, [])

    async def look(self, view: View, reader: Subscriber) -> Listing:
        """Return the list of papers that *view* names, as this reader sees it now.

        Raises UserError `old-button` for a digest that this reader was not sent.
        """
        async with self._store.read() as tables:
            listing = await self._listing(tables, view, reader)
        # What is saved is known, and can be hundreds of papers: titles are enough to find one again.
        return listing if view.kind is ViewKind.SAVED else await self._told(listing, reader)

    async def _listing(self, tables: Tables, view: View, reader: Subscriber) -> Listing:
        match view.kind:
            case ViewKind.DIGEST:
                return await self._digest(tables, int(view.of), reader)
            case ViewKind.TODAY:
                return await self._today(tables, reader)
            case ViewKind.MINE:
                return await self._mine(tables, view, date.fromisoformat(view.of), reader)
            case ViewKind.ALL:
                day = date.fromisoformat(view.of) if view.of else await self._newest(tables)
                return await self._day(tables, view, day, ())
            case ViewKind.SEARCH:
                return await self._search(tables, view)
            case ViewKind.SIMILAR:
                return await self._similar(tables, view)
            case ViewKind.SAVED:
                kept = await tables.saved.of(reader.id)
                return await self._these(tables, view, kept, len(kept))
        return await self._top(tables, view, int(view.of), reader.topics)

    async def day(self, day: date, reader: Subscriber, *, everything: bool = False) -> Listing:
        """Return the papers listed on *day*. Raises UserError `date-ahead`."""
        now = self._clock()
        if day > max(now.date(), reader.schedule.day_of(now)):  # lists have UTC's date, which may be ahead
            raise UserError("date-ahead")
        kind = ViewKind.ALL if everything else ViewKind.MINE
        return await self.look(View(kind, day.isoformat()), reader)

    async def on_topics(self, day: date, topics: Sequence[str], language: str, style: Style) -> Listing:
        """Return the papers of *day* that match *topics*, all where there are none. Raises QueryError.

        Those of an archive of that day are among them, alone in the archive's own order.
        """
        view = View(ViewKind.ALL, day.isoformat())
        async with self._store.read() as tables:
            archived = {entry.paper_id: entry for entry in await tables.archives.of(day)}
            listed = {paper.id: paper for paper in await tables.papers.listed(day, day)}
            papers = {**await tables.papers.get_many(archived), **listed}
            picks = await self._select(list(papers.values()), topics)
        cards = await self._summarizer.fill(_cards(papers.values(), picks), language, style)
        kept = [replace(card, archived=archived.get(card.paper.id)) for card in cards]
        if not topics and archived.keys() == papers.keys():  # as they were
            places = {paper_id: place for place, paper_id in enumerate(archived)}
            kept.sort(key=lambda card: places[card.paper.id])
        return Listing(view=view, day=day, cards=tuple(kept), matched=len(kept), listed=len(papers))

    async def yesterday(self, reader: Subscriber) -> Listing:
        """Return the papers of the last day with a list before the newest one; of none, the day before it."""
        async with self._store.read() as tables:
            newest = await self._newest(tables)
            eve = newest and newest - timedelta(days=1)
            before = eve and (await tables.papers.newest_day(eve) or eve)
            view = View(ViewKind.MINE, before.isoformat() if before else "")
            listing = await self._mine(tables, view, before, reader)
        return await self._told(listing, reader)

    async def paper(self, paper_id: str, reader: Subscriber, language: str | None = None) -> Card:
        """Return one paper, summarised in *language* or the reader's own.

        Raises UserError `unknown-paper`.
        """
        async with self._store.read() as tables:
            paper = await known_paper(tables, paper_id)
            is_saved = await tables.saved.has(reader.id, paper_id)
            opinion = await tables.tastes.opinion(reader.id, paper_id)
        postings = await asyncio.to_thread(Postings, [paper], self._rules, reader.topics)
        matches = postings.matches(paper.id, reader.topics)
        topics = tuple(match.topic for match in matches if not match.mutes)
        card = Card(paper, topics, is_saved=is_saved, opinion=opinion)
        return (await self._summarizer.fill([card], language or reader.reads, reader.style))[0]

    async def search(self, text: str, reader: Subscriber) -> Listing:
        """Return the papers that hold the words of *text*. Raises UserError as `read_search` does."""
        words = _kept(text)
        if len(words) > self._longest_search:
            raise UserError("search-too-long", limit=self._longest_search)
        read_search(words, self._rules.synonyms)
        async with self._store.write() as tables:
            number = await tables.searches.number(words, self._clock())
        listing = await self.look(View(ViewKind.SEARCH, str(number)), reader)
        return listing if listing.matched else replace(listing, meant=await self._findable(words))

    async def offer(self, text: str, reader: Subscriber) -> tuple[Card, ...]:
        """Return what to offer to who types *text* elsewhere: what it finds; of nothing, the day's top."""
        words = _kept(text)
        if not words:
            return (await self.look(View(ViewKind.TOP_DAY, str(MOST_OFFERED)), reader)).cards
        async with self._store.read() as tables:
            found = await tables.index.find(read_search(words, self._rules.synonyms), MOST_OFFERED)
            ids = [paper_id for paper_id, _ in found.best]
            listing = await self._these(tables, View(ViewKind.SEARCH), ids, found.total, words)
        return (await self._told(listing, reader)).cards

    async def similar(self, paper_id: str, reader: Subscriber) -> Listing:
        """Return the papers that are most like one. Raises UserError `unknown-paper`."""
        return await self.look(View(ViewKind.SIMILAR, paper_id), reader)

    async def saved(self, reader: Subscriber) -> list[Paper]:
        """Return the papers that a reader keeps, the last saved first."""
        async with self._store.read() as tables:
            kept = await tables.saved.of(reader.id)
            papers = await tables.papers.get_many(kept)
        return [papers[paper_id] for paper_id in kept]

    async def trial(self, topic: str, reader: Subscriber) -> Trial:
        """Return what *topic* would have brought *reader* in the last MONTH, in the last WEEK where arXiv's
        papers come too. Raises QueryError.
        """
        categories = reader.categories if asks([topic]) else ()
        shelf = self._week if categories else self._month
        postings = await shelf.postings([topic])
        among = postings.where(lambda paper: is_for(paper, categories))
        picks = select(postings, [topic], among)
        cards = _cards(postings.papers, picks[:TRIAL_CARDS])
        lists = {paper.listed_on for paper in postings.of(among)}
        meant = None if picks or not among else await self._meant(topic, shelf, categories)
        return Trial(
            topic=topic,
            days=shelf.days,
            lists=len(lists),
            matched=len(picks),
            listed=among.bit_count(),
            cards=cards,
            meant=meant,
        )

    async def _findable(self, text: str) -> str | None:
        """Return what is written nearly as *text*, and is found."""
        near = await self._near(text)
        async with self._store.read() as tables:
            for known in near:
                if (await tables.index.find(read_search(known, self._rules.synonyms), 1)).total:
                    return known
        return None

    async def _meant(self, topic: str, shelf: Shelf, categories: tuple[str, ...]) -> str | None:
        """Return topics named without commas in *topic*, or one written nearly so, if it brings papers."""
        if not isinstance(asked := parse(topic).root, Words):
            return None
        parts, near = [part for part in listed(topic) if words(part)], await self._near(asked.text)
        postings = await shelf.postings([*parts, *near])
        among = postings.where(lambda paper: is_for(paper, categories))
        if all(postings.count(part, among) for part in parts):
            return ", ".join(parts)
        return next((known for known in near if postings.count(known, among)), None)

    async def _near(self, text: str) -> list[str]:
        """Return the terms that are written nearly as *text*, the nearest first."""
        popular = {"".join(words(known)): known for known, _ in await self.popular()}
        return await asyncio.to_thread(nearly, text, {**self._rules.synonyms.terms, **popular})

    async def popular(self) -> list[tuple[str, int]]:
        """Return what many papers of the last QUARTER are about, with how many; counted once a list."""
        async with self._store.read() as tables:
            newest, arrival = await self._newest(tables), await tables.papers.last_arrival()
            if self._popular[0] == arrival or newest is None:
                return self._popular[1]
            keywords = await tables.papers.keywords(newest - timedelta(days=QUARTER - 1), newest)
        self._popular = arrival, await asyncio.to_thread(popular, keywords, MOST_POPULAR)
        return self._popular[1]

    async def counts(self, reader: Subscriber) -> dict[str, int]:
        """Return how many papers of the last WEEK hold each of the reader's topics."""
        postings = await self._week.postings(reader.topics)
        among = postings.where(lambda paper: is_for(paper, reader.categories))
        return {topic: postings.count(topic, among) for topic in reader.topics}

    async def _told(self, listing: Listing, reader: Subscriber) -> Listing:
        cards = await self._summarizer.fill(listing.cards, reader.reads, reader.style)
        return replace(listing, cards=cards)

    async def _search(self, tables: Tables, view: View) -> Listing:
        words = await tables.searches.words(int(view.of))
        if words is None:
            raise UserError("old-button")
        found = await tables.index.find(read_search(words, self._rules.synonyms), MOST_FOUND)
        return await self._these(tables, view, [paper_id for paper_id, _ in found.best], found.total, words)

    async def _similar(self, tables: Tables, view: View) -> Listing:
        paper = await known_paper(tables, view.of)
        held = await tables.papers.last_arrival()
        counts = await tables.index.counts(tellings(paper), too_common(held))
        points = like(paper, counts, held)
        found = await tables.index.sharing(points, MOST_ALIKE, but=paper.id)
        alike = [paper_id for paper_id, shared in found.best if shared >= enough(points)]
        return await self._these(tables, view, alike, len(alike), paper.title)

    async def _these(
        self, tables: Tables, view: View, ids: Sequence[str], matched: int, about: str = ""
    ) -> Listing:
        papers = await tables.papers.get_many(ids)
        cards = _cards(papers.values(), map(Pick, ids))
        return Listing(view=view, day=None, cards=cards, matched=matched, listed=matched, about=about)

    async def _today(self, tables: Tables, reader: Subscriber) -> Listing:
        newest = await self._newest(tables)
        listing = await self._mine(tables, View(ViewKind.TODAY), newest, reader)
        last = await tables.deliveries.latest(reader.id) if reader.id else None
        if last is None:
            return listing
        return await self._with_left_out(tables, listing, last)

    async def _with_left_out(self, tables: Tables, listing: Listing, last: Delivery) -> Listing:
        shown = {card.paper.id for card in listing.cards}
        missing = [pick for pick in last.digest.left_out if pick.paper_id not in shown]
        papers = await tables.papers.get_many(pick.paper_id for pick in missing)
        cards = (*listing.cards, *_cards(list(papers.values()), missing))
        return replace(listing, cards=cards, matched=len(cards), listed=listing.listed + len(papers))

    async def _digest(self, tables: Tables, digest_id: int, reader: Subscriber) -> Listing:
        delivery = await tables.deliveries.of_digest(digest_id, reader.id)
        if delivery is None:
            raise UserError("old-button")
        papers = await tables.papers.get_many(pick.paper_id for pick in delivery.digest.picks)
        return digest_listing(delivery, papers, reader)

    async def _mine(self, tables: Tables, view: View, day: date | None, reader: Subscriber) -> Listing:
        categories = reader.categories if asks(reader.topics) else ()
        return await self._day(tables, view, day, reader.topics, categories)

    async def _day(
        self,
        tables: Tables,
        view: View,
        day: date | None,
        topics: tuple[str, ...],
        categories: tuple[str, ...] = (),
    ) -> Listing:
        papers = await _back(tables, day, 1, categories)
        cards = _cards(papers, await self._select(papers, topics))
        return Listing(view=view, day=day, cards=cards, matched=len(cards), listed=len(papers))

    async def _top(self, tables: Tables, view: View, count: int, topics: Sequence[str]) -> Listing:
        newest = await self._newest(tables)
        if newest is None:
            return Listing(view=view, day=None, cards=(), matched=0, listed=0)
        papers = await _back(tables, newest, TOP_DAYS[view.kind])
        best = by_votes(papers)
        picks = [Pick(paper.id) for paper in best]
        if view.kind in MINE.values():
            mine = {pick.paper_id: pick for pick in await self._select(papers, topics)}
            picks = [mine[paper.id] for paper in best if paper.id in mine]
        cards = _cards(best, picks[:count])
        return Listing(view=view, day=newest, cards=cards, matched=len(cards), listed=len(papers))

    async def _select(self, papers: Sequence[Paper], topics: Sequence[str]) -> list[Pick]:
        return select(await self._lists.postings(papers, topics), topics)

    async def _newest(self, tables: Tables) -> date | None:
        return await tables.papers.newest_day(self._clock().date() + timedelta(days=1))


def _kept(text: str) -> str:
    """Return the *text* of a search as it is kept, which half a character can't be."""
    return visible(text).encode(errors="ignore").decode()


async def known_paper(tables: Tables, paper_id: str) -> Paper:
    """Return a paper that we hold. Raises UserError `unknown-paper`."""
    paper = await tables.papers.get(paper_id)
    if paper is None:
        raise UserError("unknown-paper", paper=paper_id)
    return paper


def digest_listing(delivery: Delivery, papers: Mapping[str, Paper], reader: Reader) -> Listing:
    """Return a digest with its papers as they are now, on the day it was due on the reader's calendar."""
    return Listing(
        view=View(ViewKind.DIGEST, str(delivery.digest_id)),
        day=reader.schedule.day_of(delivery.slot_at),
        cards=_cards(list(papers.values()), delivery.digest.picks),
        matched=delivery.digest.matched,
        listed=delivery.digest.listed,
        since=delivery.digest.since,
    )


async def _back(
    tables: Tables, newest: date | None, days: int, categories: tuple[str, ...] = ()
) -> list[Paper]:
    """Return the papers of so many days, *newest* the last: Hugging Face's, and arXiv's of *categories*."""
    if newest is None:
        return []
    first = newest - timedelta(days=days - 1)
    listed = await tables.papers.listed(first, newest, everywhere=bool(categories))
    return [paper for paper in listed if is_for(paper, categories)]


def _cards(papers: Iterable[Paper], picks: Iterable[Pick]) -> tuple[Card, ...]:
    known = {paper.id: paper for paper in papers}
    return tuple(
        Card(known[pick.paper_id], pick.topics, how=pick.how) for pick in picks if pick.paper_id in known
    )
