"""What readers think of papers, what was learned of it, and which words they had forgotten."""

from collections.abc import Iterable
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.core.paper import Opinion
from digestbot.core.taste import MOST_LESSONS, Learned, Taste
from digestbot.store.schema import insert, saved, subscribers, unlearned, upsert, votes


class Tastes:
    """Votes and tastes. A subscriber's go with the subscriber."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def vote(self, subscriber_id: int, paper_id: str, opinion: Opinion, at: datetime) -> None:
        """Write what a reader thinks of a paper now; the oldest votes are forgotten."""
        row = {"subscriber_id": subscriber_id, "paper_id": paper_id, "opinion": opinion, "voted_at": at}
        await self._connection.execute(upsert(self._connection, votes), row)
        theirs = votes.c.subscriber_id == subscriber_id
        newest = (
            sa.select(votes.c.paper_id)
            .where(theirs)
            .order_by(votes.c.voted_at.desc(), votes.c.paper_id.desc())
        )
        gone = [*await self._connection.scalars(newest.offset(MOST_LESSONS).limit(MOST_LESSONS))]
        if gone:
            await self._connection.execute(votes.delete().where(theirs, votes.c.paper_id.in_(gone)))

    async def unvote(self, subscriber_id: int, paper_id: str) -> None:
        """Take a vote back."""
        mine = (votes.c.subscriber_id == subscriber_id) & (votes.c.paper_id == paper_id)
        await self._connection.execute(votes.delete().where(mine))

    async def opinion(self, subscriber_id: int, paper_id: str) -> Opinion:
        """Return what a reader thinks of a paper."""
        query = sa.select(votes.c.opinion).where(
            votes.c.subscriber_id == subscriber_id, votes.c.paper_id == paper_id
        )
        return Opinion(await self._connection.scalar(query) or 0)

    async def votes(self, subscriber_id: int) -> dict[str, Opinion]:
        """Return what a reader thinks of papers, by id."""
        query = sa.select(votes.c.paper_id, votes.c.opinion).where(votes.c.subscriber_id == subscriber_id)
        return {paper_id: Opinion(opinion) for paper_id, opinion in await self._connection.execute(query)}

    async def leave_out_saved(self, subscriber_id: int, at: datetime) -> None:
        """Take no lesson from what a reader keeps now."""
        kept = sa.select(saved.c.paper_id).where(saved.c.subscriber_id == subscriber_id)
        rows = [
            {"subscriber_id": subscriber_id, "paper_id": paper_id, "opinion": Opinion.NONE, "voted_at": at}
            for paper_id in await self._connection.scalars(kept)
        ]
        if rows:
            await self._connection.execute(votes.insert(), rows)

    async def taste(self, subscriber_id: int) -> Taste:
        """Return what was learned."""
        query = sa.select(subscribers.c.taste).where(subscribers.c.id == subscriber_id)
        written = await self._connection.scalar(query)
        return tuple(Learned(*one) for one in orjson.loads(written)) if written else ()

    async def teach(self, subscriber_id: int, taste: Taste) -> None:
        """Write what was learned, instead of what was known."""
        rows = [(one.word, one.shown, one.weight, one.votes) for one in taste]
        update = subscribers.update().where(subscribers.c.id == subscriber_id)
        await self._connection.execute(update.values(taste=orjson.dumps(rows).decode() if rows else None))

    async def unlearn(self, subscriber_id: int, word: str) -> None:
        """Let a word be learned no more."""
        row = {"subscriber_id": subscriber_id, "word": word}
        await self._connection.execute(insert(self._connection, unlearned).on_conflict_do_nothing(), row)

    async def unlearned(self, subscriber_id: int) -> frozenset[str]:
        """Return the words that are not to be learned."""
        query = sa.select(unlearned.c.word).where(unlearned.c.subscriber_id == subscriber_id)
        return frozenset((await self._connection.scalars(query)).all())

    async def forget(self, subscriber_id: int) -> None:
        """Delete a reader's votes and all that was learned."""
        for table in (votes, unlearned):
            await self._connection.execute(table.delete().where(table.c.subscriber_id == subscriber_id))
        await self.teach(subscriber_id, ())


def read_weights(written: str) -> Iterable[tuple[str, float]]:
    """Return the words and weights of a taste as it is kept."""
    return ((word, weight) for word, _, weight, _ in orjson.loads(written))
