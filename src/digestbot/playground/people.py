"""A person with a Telegram client: writes, presses buttons, blocks the bot, joins groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .entities import clean, tidy
from .members import chat_member
from .messages import Button, Message
from .presses import InlineQuestion, NoSuchButtonError, Press, Toast

if TYPE_CHECKING:
    from .chats import Chat
    from .world import World


class Person:
    """One human user; everything they do reaches the bot as Telegram would tell it."""

    is_bot = False

    def __init__(self, world: World, number: int, name: str, private: Chat) -> None:
        self.world = world
        self.id = number
        self.name = name
        self.username: str | None = None
        self.language_code: str | None = "en"
        self.private = private
        self.has_started = False
        self.has_blocked = False
        self.is_deleted = False

    def __repr__(self) -> str:
        return f"<Person {self.name!r} {self.id}>"

    def as_json(self) -> dict[str, Any]:
        optional = {"username": self.username, "language_code": self.language_code}
        body: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.name}
        return body | {key: value for key, value in optional.items() if value}

    # -- writing -------------------------------------------------------------------------------

    async def says(
        self, text: str, in_: Chat | None = None, thread: int | None = None, reply_to: Message | None = None
    ) -> Message:
        """Write *text*, in private by default."""
        return self.world.post(self._enter(in_), self, text, thread=thread, reply_to=reply_to)

    async def sends(
        self, in_: Chat | None = None, text: str = "", reply_to: Message | None = None, **fields: Any
    ) -> Message:
        """Send any other kind of message: *fields* go into the Message object as they are."""
        return self.world.post(self._enter(in_), self, text, reply_to=reply_to, **fields)

    async def shares_location(self, latitude: float, longitude: float, in_: Chat | None = None) -> Message:
        place = {"latitude": latitude, "longitude": longitude}
        return self.world.post(self._enter(in_), self, "", location=place)

    async def sends_document(
        self,
        name: str,
        data: bytes,
        caption: str = "",
        mime_type: str = "text/plain",
        in_: Chat | None = None,
    ) -> Message:
        """Upload a file the bot can fetch with getFile."""
        file = self.world.keep_file(name, data, mime_type)
        return self.world.post(self._enter(in_), self, caption, document=file)

    async def edits(self, message: Message, text: str) -> Message:
        """Change what they wrote before."""
        words, entities = tidy(clean(text), ())
        changed = replace(message, text=words, entities=entities, edited=self.world.clock())
        message.chat.show(changed, is_news=False)
        if self.world.may_read(changed):
            self.world.updates.push("edited_message", changed.as_json())
        return changed

    async def reacts(self, message: Message, *emoji: str) -> None:
        """React with *emoji*; the bot is told only where it may be (private, or as administrator)."""
        if message.chat.type != "private" and message.chat.bot_status != "administrator":
            return
        now = int(self.world.clock().timestamp())
        body = {"chat": message.chat.as_json(), "message_id": message.id, "user": self.as_json(), "date": now}
        new = [{"type": "emoji", "emoji": one} for one in emoji]
        self.world.updates.push("message_reaction", body | {"old_reaction": [], "new_reaction": new})

    def _enter(self, chat: Chat | None) -> Chat:
        """Return the chat to write in; writing in private starts (or restarts) the bot."""
        if chat is None or chat is self.private:
            self.unblocks_bot()
            self.has_started = True
            return self.private
        if chat.members.get(self.id, "left") in {"left", "kicked"}:
            raise ValueError(f"{self.name} is not in {chat!r}")
        return chat

    # -- pressing ------------------------------------------------------------------------------

    async def taps(self, text: str, on: Message | None = None, in_: Chat | None = None) -> Press:
        """Press the button with *text*: under *on*, else under the newest message that has it.

        A button of the reader's keyboard (not under a message) is pressed when no other has the text;
        one that asks for the location needs :meth:`shares_location` instead.
        """
        chat = on.chat if on else in_ or self.private
        shown = [chat.find(on.id)] if on else list(reversed(chat.messages))
        for message in shown:
            button = message.button(text) if message else None
            if message and button:
                return self.presses(message, button)
        keys = [button for row in chat.keyboard.rows for button in row] if chat.keyboard and not on else []
        for key in keys:
            if key.text == text:
                said = await self.says(text, in_=chat)
                return Press("", self, said, key, self.world.clock(), Toast())
        there = [button.text for m in shown if m for row in m.buttons for button in row]
        raise NoSuchButtonError(
            f"no button {text!r} in {chat.name!r}; there is {there + [k.text for k in keys]}"
        )

    async def forges(self, data: str, on: Message) -> Press:
        """Press a button that was never there, with *data* of their own, as a changed client can."""
        return self.presses(on, Button("", callback_data=data))

    def presses(self, message: Message, button: Button) -> Press:
        """Press *button* under *message*."""
        press = Press(str(self.world.number() + 10**15), self, message, button, self.world.clock())
        if button.callback_data is None:
            press.settle(Toast(url=button.url))
            return press
        self.world.presses[press.id] = press
        body = {
            "id": press.id,
            "from": self.as_json(),
            "message": message.as_json(),
            "chat_instance": str(message.chat.id),
            "data": button.callback_data,
        }
        self.world.updates.push("callback_query", body)
        return press

    # -- asking inline -------------------------------------------------------------------------

    async def inline(self, query: str, offset: str = "", timeout: float = 5) -> InlineQuestion:  # noqa: ASYNC109 - as in hears
        """Type `@bot query` somewhere; return the bot's answer."""
        question = InlineQuestion(str(self.world.number() + 10**15), query, self.world.clock())
        self.world.questions[question.id] = question
        body = {
            "id": question.id,
            "from": self.as_json(),
            "query": query,
            "offset": offset,
            "chat_type": "sender",
        }
        self.world.updates.push("inline_query", body)
        return await question.answered(timeout)

    async def chooses(self, question: InlineQuestion, index: int = 0) -> None:
        """Choose a result; the bot is told (inline feedback is on)."""
        result = question.results[index]
        body = {"result_id": result["id"], "from": self.as_json(), "query": question.query}
        self.world.updates.push("chosen_inline_result", body)

    # -- coming and going ----------------------------------------------------------------------

    def blocks_bot(self) -> None:
        self.has_blocked = True
        self.private.set_bot("kicked", self)

    def unblocks_bot(self) -> None:
        self.has_blocked = False
        self.private.set_bot("member", self)

    def deletes_account(self) -> None:
        """From now on: 403 "user is deactivated"; the bot is not told."""
        self.is_deleted = True

    def joins(self, chat: Chat, status: str = "member") -> None:
        self._moves(chat, status)
        if chat.type in {"group", "supergroup"}:
            self.world.post(chat, self, "", new_chat_members=[self.as_json()])

    def leaves(self, chat: Chat) -> None:
        self._moves(chat, "left")
        if chat.type in {"group", "supergroup"}:
            self.world.post(chat, self, "", left_chat_member=self.as_json())

    def _moves(self, chat: Chat, status: str) -> None:
        before = chat.members.get(self.id, "left")
        chat.members[self.id] = status
        if chat.bot_status != "administrator":
            return
        body = {"chat": chat.as_json(), "from": self.as_json(), "date": int(self.world.clock().timestamp())}
        body["old_chat_member"] = chat_member(chat, self, before)
        body["new_chat_member"] = chat_member(chat, self, status)
        self.world.updates.push("chat_member", body)
