"""The emulator as tests, the demo and the chat page hold it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from aiohttp import web

from .chats import Chat, ChatType
from .faults import Fault, Faults
from .limits import Limits
from .messages import Message
from .people import Person
from .server import Call, Server
from .world import BotAccount, World


def _now() -> datetime:
    return datetime.now(UTC)


class Emulator:
    """A Telegram with one bot, on a real port or inside another aiohttp application."""

    def __init__(
        self,
        token: str = "123456:playground",  # noqa: S107 - opens nothing but the playground
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.token = token
        self.bot = BotAccount(int(token.partition(":")[0]), "digest_bot", "Digest")
        self.world = World(self.bot, clock)
        self.faults = Faults()
        self.limits = Limits(clock)
        self.server = Server(self.world, token, self.faults, self.limits)

    @property
    def calls(self) -> list[Call]:
        """Return every call the bot made, oldest first; clear it to forget them."""
        return self.server.calls

    @property
    def chats(self) -> list[Chat]:
        return list(self.world.chats.values())

    def called(self, method: str) -> list[Call]:
        """Return the calls of one method, oldest first."""
        return [call for call in self.calls if call.method == method]

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[str]:
        """Listen, and yield the base URL a Bot API client is given; at the end no call is left waiting."""
        self.server.start()
        runner = web.AppRunner(self.server.app(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        posting = asyncio.create_task(self.server.post_updates())
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            self.server.stop()
            posting.cancel()
            with suppress(asyncio.CancelledError):
                await posting
            await runner.cleanup()

    # -- people and places ---------------------------------------------------------------------

    def user(
        self,
        name: str,
        language_code: str | None = "en",
        username: str | None = None,
        id: int | None = None,  # noqa: A002 - Telegram's own word
        started: bool = False,
    ) -> Person:
        """Return a new person; the bot may write to them once they wrote, or if *started*."""
        number = id if id is not None else 1_000_000 + self.world.number()
        private = Chat(self.world, number, "private", name)
        person = Person(self.world, number, name, private)
        person.language_code, person.username, person.has_started = language_code, username, started
        private.person = person
        self.world.people[number] = person
        self.world.chats[number] = private
        return person

    def group(
        self,
        title: str,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        forum: bool = False,
        supergroup: bool = False,
        with_bot: bool = True,
    ) -> Chat:
        """Return a new group (a forum is a supergroup); the bot is a member unless told otherwise."""
        chat = self._place("supergroup" if forum or supergroup else "group", title, members, admins)
        chat.is_forum = forum
        if forum:
            self.world.next_message_id(chat)  # the first one is the general thread's
        chat.bot_status = "member" if with_bot else "left"
        return chat

    def channel(
        self, title: str, admins: Iterable[Person] = (), username: str | None = None, with_bot: bool = True
    ) -> Chat:
        """Return a new channel; the bot may post in it unless told otherwise."""
        chat = self._place("channel", title, (), admins)
        chat.username = username
        chat.bot_status = "administrator" if with_bot else "left"
        return chat

    def _place(self, kind: ChatType, title: str, members: Iterable[Person], admins: Iterable[Person]) -> Chat:
        chat = self.world.new_chat(kind, title)
        ranks = ["creator", *["administrator"] * 200]
        chat.members = dict.fromkeys((person.id for person in members), "member")
        chat.members |= {person.id: rank for person, rank in zip(admins, ranks, strict=False)}
        return chat

    # -- trouble -------------------------------------------------------------------------------

    def fail_next(self, fault: Fault, count: int = 1) -> None:
        """Let the next *count* calls that meet *fault* fail so."""
        self.faults.plan(fault, count=count)

    def fail(self, fault: Fault, probability: float = 1, count: int | None = None) -> None:
        """Let calls that meet *fault* fail with *probability* (seeded), *count* times at most."""
        self.faults.plan(fault, probability=probability, count=count)

    def refuse_next(self, retry_after: int = 60, count: int = 1) -> None:
        """Answer the next message or edit with 429 and *retry_after* seconds."""
        self.fail_next(Fault.flood(retry_after), count)

    # -- waiting and watching ------------------------------------------------------------------

    async def until_called(self, method: str, count: int = 1, timeout: float = 5) -> Call:  # noqa: ASYNC109 - as below
        """Return the *count*-th call of *method* since the start, waiting for it to be made."""
        async with asyncio.timeout(timeout):
            while len(made := self.called(method)) < count:
                await self.server.next_call()
        return made[count - 1]

    async def taken(self, timeout: float = 5) -> None:  # noqa: ASYNC109 - reads as a sentence in a test
        """Wait until the bot confirmed every update (its handlers may still be at work)."""
        async with asyncio.timeout(timeout):
            while self.world.updates.pending:
                await self.world.updates.change()

    def watch(self, watcher: Callable[[Message], None]) -> None:
        """Call *watcher* with each new or changed message of any chat."""
        self.world.watchers.append(watcher)
