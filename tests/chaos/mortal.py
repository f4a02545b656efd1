"""A process that brings digests and dies at an await of ours: by SIGKILL, without a chance to tidy up."""

import asyncio
import json
import os
import signal
import types
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from typing import Any

from digestbot.actions.deliver import Courier
from digestbot.actions.messenger import Answer, MayGo, always
from digestbot.core.delivery import Outcome
from digestbot.core.postings import Rules
from digestbot.render import Renderer
from digestbot.render.message import Message
from digestbot.store import Store
from tests.builders import Clock, a_summarizer


class Letterbox:
    """A messenger that takes all, and writes each message into a file at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pack(self, message: Message) -> Message:
        return message

    async def send(
        self, chat_id: int, message: Message, thread_id: int | None = None, may_go: MayGo = always
    ) -> Answer:
        await asyncio.sleep(0)  # here a process may die before the message is taken
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([chat_id, message.html]) + "\n")
        await asyncio.sleep(0)  # and here after it
        return Answer(Outcome.SENT)


async def tick(url: str, letters: Path, now: datetime) -> None:
    """Do all that is due *now*, in the database at *url*; what is sent is written into *letters*."""
    clock = Clock(now)
    async with Store(url) as store:
        summarizer = a_summarizer(store)
        renderer = Renderer(4096, 100, 100)
        await Courier(store, Rules(), summarizer, renderer, Letterbox(letters), clock).tick()


def tick_and_die(url: str, letters: Path, now: datetime, awaits: int) -> None:
    """Do the same, but be killed when anything of ours has to wait for the *awaits*-th time."""
    left = [awaits]

    def task(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> asyncio.Task[Any]:
        return asyncio.Task(_mortal(coroutine, left), loop=loop, **more)

    async def live() -> None:
        asyncio.get_running_loop().set_task_factory(task)
        await asyncio.create_task(tick(url, letters, now))

    asyncio.run(live())


@types.coroutine
def _mortal(coroutine: Any, left: list[int]) -> Generator[Any, Any, Any]:
    """Run *coroutine*, and kill the process when none of its waits is *left*."""
    step, given = coroutine.send, None
    while True:
        try:
            awaited = step(given)
        except StopIteration as end:
            return end.value
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            step, given = coroutine.send, (yield awaited)
        except BaseException as error:
            step, given = coroutine.throw, error
