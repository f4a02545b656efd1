"""What votes teach that come at once, to two processes on one database."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import time
from typing import Any

from digestbot.actions.membership import Membership
from digestbot.actions.tastes import Tastes
from digestbot.core.paper import Opinion
from digestbot.core.subscriber import Chat, ChatKind, Defaults, Schedule
from digestbot.store import Store
from tests.builders import NOON, Clock, a_paper

ANN = Chat(7, ChatKind.PRIVATE, "en")


class SlowFirst(ThreadPoolExecutor):
    """Computes what it is given first only when *may_end* is set."""

    def __init__(self) -> None:
        super().__init__()
        self.has_come = asyncio.Event()
        self.may_end = threading.Event()

    def submit(self, act: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        if self.has_come.is_set():
            return super().submit(act, *given, **named)
        self.has_come.set()
        return super().submit(lambda: self.may_end.wait() and act(*given, **named))


async def test_a_vote_that_comes_while_another_teaches_is_not_lost(store: Store) -> None:
    """Who learned from the one vote does not write over who learned from both."""
    titles = ("Agents", "Diffusion", "Robots")
    papers = [a_paper(number, title) for number, title in enumerate(titles, 1)]
    async with store.write() as tables:
        await tables.papers.save(papers, NOON)
    clock = Clock()
    membership = Membership(store, clock, Defaults("en", Schedule(time(8), "UTC")))
    slow, quick = (Tastes(store, membership, clock) for _ in range(2))
    for tastes in (slow, quick):  # now both know which words are rare
        await tastes.vote(ANN, papers[0].id, Opinion.NOT_FOR_ME)
    executor = SlowFirst()
    asyncio.get_running_loop().set_default_executor(executor)
    first = asyncio.create_task(slow.vote(ANN, papers[1].id, Opinion.USEFUL))
    await executor.has_come.wait()
    await quick.vote(ANN, papers[2].id, Opinion.USEFUL)
    executor.may_end.set()
    await first
    assert {one.word for one in (await quick.profile(ANN)).taste} == {"diffusion", "robot"}
