"""A chat: who is in it, what it shows, and what the bot said that nobody heard yet."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from .members import bot_member
from .messages import Author, Keyboard, Message

if TYPE_CHECKING:
    from .people import Person
    from .world import World

ChatType = Literal["private", "group", "supergroup", "channel"]


class Chat:
    """A private chat, a group, a supergroup or a channel, seen from the readers' side."""

    def __init__(self, world: World, number: int, kind: ChatType, name: str) -> None:
        self.world = world
        self.id = number
        self.type = kind
        self.name = name
        self.username: str | None = None
        self.person: Person | None = None
        self.is_forum = False
        self.members: dict[int, str] = {}
        self.bot_status = "left" if kind != "private" else "member"
        self.bot_can_post = True
        self.may_not_post: set[int] = set()
        self.migrated_to: Chat | None = None
        self.threads: dict[int, str] = {}
        self.closed: set[int] = set()
        self.keyboard: Keyboard | None = None
        self.actions: list[str] = []
        self._shown: dict[int, Message] = {}
        self._unheard: deque[Message] = deque()
        self._news = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Chat {self.type} {self.name!r} {self.id}>"

    @property
    def messages(self) -> list[Message]:
        """Return what the reader sees now, oldest first."""
        return list(self._shown.values())

    @property
    def unheard(self) -> list[Message]:
        """Return what the bot sent or edited here and no :meth:`hears` returned yet."""
        return list(self._unheard)

    async def hears(self, timeout: float = 20) -> Message:  # noqa: ASYNC109 - reads as a sentence in a test
        """Return the next message the bot sent or edited here, waiting *timeout* seconds at most."""
        try:
            async with asyncio.timeout(timeout):
                while not self._unheard:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(self._silence(timeout)) from None
        return self._unheard.popleft()

    def _silence(self, seconds: float) -> str:
        lines = [f"  {m.id} {m.author.name if m.author else self.name}: {m.text!r}" for m in self.messages]
        there = "\n".join(lines[-8:]) or "  (nothing)"
        place = f"{self.name!r} ({self.type} {self.id})"
        return f"the bot said nothing new in {place} in {seconds} s; there is:\n{there}"

    # -- what the world does -------------------------------------------------------------------

    def find(self, number: int) -> Message | None:
        return self._shown.get(number)

    def show(self, message: Message, *, is_news: bool) -> Message:
        """Put a new or changed message in its place; *is_news*: the bot is behind it."""
        self._shown[message.id] = message
        if message.keyboard is not None:
            self.keyboard = message.keyboard if message.keyboard.rows else None
        if is_news:
            self._unheard.append(message)
            self._news.set()
        for watcher in self.world.watchers:
            watcher(message)
        self.world.touch()
        return message

    def remove(self, number: int) -> None:
        del self._shown[number]
        self._unheard = deque(message for message in self._unheard if message.id != number)
        self.world.touch()

    def acts(self, action: str) -> None:
        """Show for a while that the bot is at something, e.g. "typing"."""
        self.actions.append(action)
        self.world.touch()

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.person:
            named = {"first_name": self.person.name, "username": self.person.username}
            return body | {key: value for key, value in named.items() if value}
        body["title"] = self.name
        body |= {"username": self.username} if self.username else {}
        return body | ({"is_forum": True} if self.is_forum else {})

    # -- what people do with the bot's place in it ---------------------------------------------

    def add_bot(self, by: Person | None = None) -> None:
        """Add the bot: my_chat_member, and a service message in groups."""
        status = "administrator" if self.type == "channel" else "member"
        self.set_bot(status, by)
        if self.type != "channel":
            self._service({"new_chat_members": [self.world.bot.as_json()]}, by)

    def create_with_bot(self, by: Person | None = None) -> None:
        """Make the group with the bot among its first members: my_chat_member, and one service message."""
        self.set_bot("member", by)
        self._service({"group_chat_created": True}, by)

    def kick_bot(self, by: Person | None = None) -> None:
        """Remove the bot: 403 from now on; it is told by my_chat_member alone."""
        self.set_bot("kicked", by)

    def promote_bot(self, by: Person | None = None) -> None:
        self.set_bot("administrator", by)

    def demote_bot(self, by: Person | None = None) -> None:
        self.set_bot("member", by)

    def set_bot(self, status: str, by: Author | None = None) -> None:
        """Give the bot *status* and tell it by a my_chat_member update."""
        if status == self.bot_status:
            return
        before, self.bot_status = bot_member(self, self.bot_status), status
        self._tell_bot(before, by)

    def let_bot_post(self, allowed: bool, by: Author | None = None) -> None:
        """Give the bot the right to post in a channel, or take it away, and tell it by the same update."""
        before, self.bot_can_post = bot_member(self, self.bot_status), allowed
        self._tell_bot(before, by)

    def _tell_bot(self, before: dict[str, Any], by: Author | None) -> None:
        self.world.touch()
        actor = by or self.person or self.owner()
        body = {
            "chat": self.as_json(),
            "from": actor.as_json(),
            "date": int(self.world.clock().timestamp()),
            "old_chat_member": before,
            "new_chat_member": bot_member(self, self.bot_status),
        }
        self.world.updates.push("my_chat_member", body)

    @property
    def has_bot(self) -> bool:
        return self.bot_status not in {"left", "kicked"}

    def owner(self) -> Author:
        """Return who speaks for the chat when a call names nobody."""
        for status in ("creator", "administrator", "member"):
            for number, has in self.members.items():
                if has == status and number in self.world.people:
                    return self.world.people[number]
        return self.world.bot

    def migrate(self) -> Chat:
        """Turn a group into a supergroup, with Telegram's two service messages; return the new chat."""
        if self.type != "group":
            raise ValueError(f"only a group can become a supergroup, not {self!r}")
        new = self.world.new_chat("supergroup", self.name)
        new.members = dict(self.members)
        self.migrated_to = new
        self._service({"migrate_to_chat_id": new.id})
        if self.has_bot:
            new.set_bot(self.bot_status, self.owner())
        new._service({"migrate_from_chat_id": self.id})
        return new

    def add_topic(self, name: str) -> int:
        """Open a forum topic; return its message_thread_id."""
        topic = {"name": name, "icon_color": 7322096}
        opened = self._service({"forum_topic_created": topic})
        self.threads[opened.id] = name
        self.show(replace(opened, thread=opened.id), is_news=False)
        return opened.id

    def close_topic(self, thread: int) -> None:
        """Close a forum topic: 400 TOPIC_CLOSED for who may not manage topics, as the bot never may here."""
        self.closed.add(thread)
        self._service({"forum_topic_closed": {}}, thread=thread)

    def delete_topic(self, thread: int) -> None:
        """Delete a forum topic with all its messages."""
        del self.threads[thread]
        for message in self.messages:
            if message.thread == thread:
                self.remove(message.id)

    async def says(self, text: str, thread: int | None = None) -> Message:
        """Post as the chat itself: a channel's post, or a group's anonymous administrator."""
        return self.world.post(self, None, text, thread=thread)

    def _service(self, extra: dict[str, Any], by: Author | None = None, thread: int | None = None) -> Message:
        message = Message(
            chat=self,
            id=self.world.next_message_id(self),
            date=self.world.clock(),
            author=by or self.owner(),
            thread=thread,
            extra=extra,
        )
        if self.has_bot:
            self.world.updates.push("message", message.as_json())
        return self.show(message, is_news=False)
