"""The page that talks to the bot: files for the browser, one stream of news, and what its buttons do.

It changes the emulator's world and the bot's clock, never the bot: whatever the bot does it does because of
what Telegram told it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from importlib.resources import files
from typing import Any, Protocol
from urllib.parse import quote

from aiohttp import web

from .chats import Chat
from .emulator import Emulator
from .faults import Fault
from .guard import dress, guard
from .messages import Message
from .methods import show_result
from .params import Params
from .people import Person
from .presses import Toast
from .rules import RefusalError
from .view import Due, Home, View

MIME = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
FAULTS = {"flood": Fault.flood(10), "error": Fault.error(), "lost": Fault.lost(1)}
LONGEST_STEP = timedelta(days=7)
LONGEST_TEXT = 4096
BREATH = 0.03
"""Seconds in which news are gathered before a page is told."""
HEARTBEAT = 15.0


class Play(Protocol):
    """The bot that the page is for, as far as the page may touch it."""

    async def due(self) -> Due: ...
    async def passes(self, time: timedelta) -> None: ...
    async def to_next(self, chat: int | None) -> None: ...


class Page:
    """Serves the page for one Telegram. *homes* tells where the people in it live, by their ids."""

    def __init__(self, telegram: Emulator, play: Play, homes: Mapping[int, Home]) -> None:
        self._telegram = telegram
        self._world = telegram.world
        self._play = play
        self._homes = homes
        self._changed = asyncio.Event()
        self._is_closing = False
        self._files = {file.name: file.read_bytes() for file in (files(__package__) / "web").iterdir()}
        self._world.onlookers.append(self.touch)

    @asynccontextmanager
    async def serve(self, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
        """Listen, and yield the page's address. Raises OSError where the port is taken."""
        runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            name = f"[{host}]" if ":" in host else host
            yield f"http://{name}:{runner.addresses[0][1]}"
        finally:
            self._is_closing = True
            self.touch()
            await runner.cleanup()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[guard], client_max_size=64 * 1024)
        app.on_response_prepare.append(dress)
        app.router.add_get("/", self._index)
        app.router.add_get("/web/{name}", self._file)
        app.router.add_get("/files/{file}", self._attachment)
        app.router.add_get("/api/news", self._news)
        for name, act in self._acts().items():
            app.router.add_post(f"/api/{name}", _taking(act))
        return app

    def touch(self) -> None:
        """Have every open page look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    # -- what the browser reads ----------------------------------------------------------------

    async def _index(self, request: web.Request) -> web.Response:
        return self._sent("index.html")

    async def _file(self, request: web.Request) -> web.Response:
        return self._sent(request.match_info["name"])

    def _sent(self, name: str) -> web.Response:
        kind = MIME.get(name.rpartition(".")[2])
        if kind is None or name not in self._files:
            raise web.HTTPNotFound
        return web.Response(body=self._files[name], content_type=kind, charset="utf-8")

    async def _attachment(self, request: web.Request) -> web.Response:
        """Give a file of a chat: a picture to look at, all others only to save."""
        file = self._world.files.get(request.match_info["file"])
        if file is None or file.data is None:
            raise web.HTTPNotFound
        picture = next((kind for start, kind in PICTURES.items() if file.data.startswith(start)), None)
        how = "inline" if picture else "attachment"
        named = {"Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name, safe='')}"}
        return web.Response(body=file.data, content_type=picture or "application/octet-stream", headers=named)

    async def _news(self, request: web.Request) -> web.StreamResponse:
        """Stream the world, then its changes, until the page is closed."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionError):  # the page was closed
            await self._tell(response)
        return response

    async def _tell(self, response: web.StreamResponse) -> None:
        view = View(self._telegram, self._homes)
        while not self._is_closing:
            changed = self._changed
            if news := view.news(await self._play.due()):
                await response.write(f"data: {json.dumps(news)}\n\n".encode())
            else:
                await response.write(b": still here\n\n")
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), HEARTBEAT)
                await asyncio.sleep(BREATH)

    # -- what its buttons do -------------------------------------------------------------------

    def _acts(self) -> dict[str, Any]:
        return {
            "say": self._say,
            "tap": self._tap,
            "locate": self._locate,
            "inline": self._inline,
            "choose": self._choose,
            "clock": self._clock,
            "fault": self._fault,
            "block": self._block,
        }

    async def _say(self, asked: Asked) -> None:
        chat, text = self._chat(asked), asked.text("text")
        thread, number = asked.number("thread", 0) or None, asked.number("reply_to", 0)
        if not text.strip():
            raise web.HTTPBadRequest(text="'text' is empty.")
        if chat.type == "channel":
            await chat.says(text)
            return
        person = self._person(asked, chat)
        await person.says(text, in_=chat, thread=thread, reply_to=chat.find(number))

    async def _tap(self, asked: Asked) -> dict[str, Any]:
        chat = self._chat(asked)
        message = self._message(asked, chat)
        row, column = asked.number("row"), asked.number("column")
        try:
            button = message.buttons[row][column]
        except IndexError:
            raise web.HTTPNotFound(text="There is no such button any more.") from None
        press = self._person(asked, chat).presses(message, button)
        return _toast(await _in_time(press.answered(timeout=15)))

    async def _locate(self, asked: Asked) -> None:
        chat = self._chat(asked)
        person = self._person(asked, chat)
        home = self._homes.get(person.id, Home("UTC", 0, 0))
        await person.shares_location(home.latitude, home.longitude, in_=chat)

    async def _inline(self, asked: Asked) -> dict[str, Any]:
        chat = self._chat(asked)
        if not self._world.updates.is_wanted("inline_query"):
            return {"results": []}
        question = await _in_time(self._person(asked, chat).inline(asked.text("query"), timeout=10))
        if question is None:
            return {"results": []}
        told = [
            {"title": one.get("title", ""), "text": one.get("description", "")} for one in question.results
        ]
        return {"id": question.id, "results": told}

    async def _choose(self, asked: Asked) -> None:
        chat, question = self._chat(asked), self._world.questions.get(asked.text("id"))
        index = asked.number("index")
        if question is None or not 0 <= index < len(question.results):
            raise web.HTTPNotFound(text="There is no such result any more.")
        person = self._person(asked, chat)
        content = Params(question.results[index].get("input_message_content") or {})
        show_result(self._world, chat, person, content, question.results[index].get("reply_markup"))
        await person.chooses(question, index)

    async def _clock(self, asked: Asked) -> None:
        if asked.flag("next"):
            await self._play.to_next(asked.number("chat", 0) or None)
            return
        step = timedelta(seconds=asked.number("seconds"))
        if not timedelta() < step <= LONGEST_STEP:
            raise web.HTTPBadRequest(text="The clock moves by 1 second to 7 days.")
        await self._play.passes(step)

    async def _fault(self, asked: Asked) -> None:
        """Switch the trouble: nothing, or one kind, for the next message or until it is switched off."""
        kind = asked.text("kind")
        if kind and kind not in FAULTS:
            raise web.HTTPBadRequest(text=f"'kind' is not one of {', '.join(FAULTS)}.")
        self._telegram.faults.clear()
        if kind:
            self._telegram.fail(FAULTS[kind], count=1 if asked.flag("once") else None)
        self.touch()

    async def _block(self, asked: Asked) -> None:
        """Let a person block the bot or a chat throw it out, or take that back."""
        chat, is_out = self._chat(asked), asked.flag("out")
        if chat.person:
            chat.person.blocks_bot() if is_out else chat.person.unblocks_bot()
        elif is_out:
            chat.kick_bot()
        else:
            chat.add_bot()
        self.touch()

    def _chat(self, asked: Asked) -> Chat:
        chat = self._world.chats.get(asked.number("chat"))
        if chat is None or chat.migrated_to:
            raise web.HTTPNotFound(text="There is no such chat.")
        return chat

    def _person(self, asked: Asked, chat: Chat) -> Person:
        """Return who acts; in a private chat it is who it belongs to."""
        if chat.person:
            return chat.person
        person = self._world.people.get(asked.number("person"))
        if person is None or chat.members.get(person.id, "left") in {"left", "kicked"}:
            raise web.HTTPNotFound(text="Nobody of that number is in the chat.")
        return person

    def _message(self, asked: Asked, chat: Chat) -> Message:
        message = chat.find(asked.number("message"))
        if message is None:
            raise web.HTTPNotFound(text="There is no such message any more.")
        return message


class Asked:
    """The JSON that a button sent. What is missing or of the wrong kind is answered with 400."""

    def __init__(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise web.HTTPBadRequest(text="Send a JSON object.")
        self._body = body

    def text(self, name: str) -> str:
        value = self._body.get(name)
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise web.HTTPBadRequest(text=f"{name!r} has to be a text of {LONGEST_TEXT} characters at most.")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise web.HTTPBadRequest(text=f"{name!r} is no Unicode text.") from None
        return value

    def number(self, name: str, default: int | None = None) -> int:
        value = self._body.get(name, default)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**53:
            raise web.HTTPBadRequest(text=f"{name!r} has to be a whole number.")
        return value

    def flag(self, name: str) -> bool:
        return self._body.get(name) is True


def _taking(act: Any) -> Any:
    """Return *act* as a handler: JSON in, JSON out."""

    async def handler(request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except ValueError:
            raise web.HTTPBadRequest(text="This is no JSON.") from None
        try:
            return web.json_response(await act(Asked(body)) or {})
        except RefusalError as refusal:
            raise web.HTTPBadRequest(text=refusal.description) from None

    return handler


async def _in_time(answer: Any) -> Any:
    """Return an answer of the bot's, None where it gave none in time."""
    try:
        return await answer
    except TimeoutError:
        return None


def _toast(toast: Toast | None) -> dict[str, Any]:
    if toast is None:
        return {"is_late": True}
    return {"text": toast.text, "is_alert": toast.is_alert, "url": toast.url}
