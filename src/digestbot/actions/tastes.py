"""Learns what a reader likes from their votes, shows it, and forgets what they wish."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from digestbot.actions import Clock
from digestbot.actions.library import known_paper
from digestbot.actions.membership import Membership
from digestbot.core.background import Background
from digestbot.core.paper import Opinion
from digestbot.core.subscriber import Chat
from digestbot.core.taste import MOST_LESSONS, Lesson, Taste, known_words, learn
from digestbot.errors import UserError
from digestbot.store import Store, Tables

_DAYS = 30
"""So many days' papers tell how rare words are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What was learned, and from what."""

    taste: Taste
    useful: int = 0
    not_for_me: int = 0
    saved: int = 0
    """Papers that are kept and not voted on; they count once there is a vote."""


class Tastes:
    """Answers votes and `/profile`."""

    def __init__(self, store: Store, membership: Membership, clock: Clock) -> None:
        self._store = store
        self._membership = membership
        self._clock = clock
        self._known: tuple[int, Background] = (-1, Background())

    async def vote(self, chat: Chat, paper_id: str, opinion: Opinion) -> Opinion:
        """Note what who reads in *chat* thinks of a paper, or no longer thinks; return what holds now.

        Who is not known yet gets no digests by it. Raises UserError `unknown-paper`.
        """
        async with self._store.write() as tables:
            reader = await self._membership.readers.noted(tables, chat)
            await known_paper(tables, paper_id)
            is_taken_back = await tables.tastes.opinion(reader.id, paper_id) is opinion
            if is_taken_back:
                await tables.tastes.unvote(reader.id, paper_id)
            else:
                await tables.tastes.vote(reader.id, paper_id, opinion, self._clock())
        await self.learn(chat)
        return Opinion.NONE if is_taken_back else opinion

    async def learn(self, chat: Chat) -> None:
        """Learn anew from all votes; without any nothing is learned, also not from what is saved."""
        while not await self._learned(chat):
            pass  # another vote came meanwhile

    async def _learned(self, chat: Chat) -> bool:
        """Learn from the votes as they are now; tell whether they still were so when that was written."""
        async with self._store.read() as tables:
            reader = await self._membership.readers.known(tables, chat)
            opinions, removed = told = await _told(tables, reader.id)
            papers = await tables.papers.get_many(opinions)
            known = await self._background(tables)
        lessons = [
            Lesson(papers[paper_id], is_liked=opinion is Opinion.USEFUL)
            for paper_id, opinion in opinions.items()
            if opinion and paper_id in papers
        ]
        taste = await asyncio.to_thread(learn, lessons, known, removed)
        async with self._store.write() as tables:
            reader = await self._membership.readers.known(tables, chat)  # ours: others wait to teach
            if is_so := await _told(tables, reader.id) == told:
                await tables.tastes.teach(reader.id, taste)
        return is_so

    async def profile(self, chat: Chat) -> Profile:
        """Return what was learned of who reads in *chat*."""
        reader = await self._membership.reader(chat)
        async with self._store.read() as tables:
            votes = await tables.tastes.votes(reader.id)
            opinions = [*votes.values()]
            return Profile(
                taste=await tables.tastes.taste(reader.id),
                useful=opinions.count(Opinion.USEFUL),
                not_for_me=opinions.count(Opinion.NOT_FOR_ME),
                saved=len((await _opinions(tables, reader.id)).keys() - votes.keys()),
            )

    async def unlearn(self, chat: Chat, word: str) -> None:
        """Forget a word for good. Raises UserError `old-button` where it was not learned."""
        reader = await self._membership.reader(chat)
        async with self._store.write() as tables:
            if word not in {one.word for one in await tables.tastes.taste(reader.id)}:
                raise UserError("old-button")
            await tables.tastes.unlearn(reader.id, word)
        await self.learn(chat)

    async def forget(self, chat: Chat) -> None:
        """Delete all votes and all that was learned; what is saved stays, and teaches nothing."""
        reader = await self._membership.reader(chat)
        async with self._store.write() as tables:
            await tables.tastes.forget(reader.id)
            if reader.id:
                await tables.tastes.leave_out_saved(reader.id, self._clock())

    async def _background(self, tables: Tables) -> Background:
        arrival = await tables.papers.last_arrival()
        if self._known[0] != arrival:
            today = self._clock().date()
            papers = await tables.papers.listed(today - timedelta(days=_DAYS), today + timedelta(days=1))
            self._known = arrival, await asyncio.to_thread(known_words, papers)
        return self._known[1]


async def _told(tables: Tables, reader_id: int) -> tuple[dict[str, Opinion], frozenset[str]]:
    """Return all that a reader's taste is learned from: opinions, and the words that are to be left out."""
    return await _opinions(tables, reader_id), await tables.tastes.unlearned(reader_id)


async def _opinions(tables: Tables, reader_id: int) -> dict[str, Opinion]:
    """Return what a reader thinks of papers; once they voted, what they keep is useful, too."""
    votes = await tables.tastes.votes(reader_id)
    if not any(votes.values()):
        return {}
    kept = await tables.saved.of(reader_id)
    return {**dict.fromkeys(kept[:MOST_LESSONS], Opinion.USEFUL), **votes}
