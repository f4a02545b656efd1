"""The HTTP side: /bot<token>/<method>, files, faults on the way, long polls, webhook posts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
from aiohttp import web

from . import methods, profile
from .faults import Fault, Faults, Trouble
from .limits import Limits
from .params import Params, Upload
from .rules import WEBHOOK_ACTIVE, RefusalError, bad_request, too_many_requests
from .world import Webhook, World

METHODS = {name.lower(): (name, method) for name, method in (methods.METHODS | profile.METHODS).items()}
BIGGEST = 64 * 1024 * 1024
BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass
class Call:
    """One call of the bot: status 0 means the connection was cut without an answer."""

    method: str
    parameters: dict[str, Any]
    at: datetime
    status: int = 0
    latency: float = 0
    description: str | None = None
    fault: Fault | None = None
    files: dict[str, Upload] = field(default_factory=dict, repr=False)

    @property
    def chat(self) -> int | None:
        number = Params(self.parameters).integer("chat_id")
        return number or None


class Server:
    """Answers the calls of one bot out of one world."""

    def __init__(self, world: World, token: str, faults: Faults, limits: Limits) -> None:
        self.world = world
        self.token = token
        self.faults = faults
        self.limits = limits
        self.calls: list[Call] = []
        self._stopping = asyncio.Event()
        self._called = asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=BIGGEST)
        app.router.add_route("*", "/bot{token}/{method}", self.answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self.file)
        return app

    def start(self) -> None:
        self._stopping = asyncio.Event()
        self.world.updates.is_stopped = False

    def stop(self) -> None:
        """Let every waiting call go at once."""
        self._stopping.set()
        self.world.updates.stop()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call and write it down."""
        started = time.perf_counter()
        try:
            asked = await _params(request)
        except RefusalError as refusal:
            return _no(refusal)
        call = Call(_name(request), dict(asked.values), self.world.clock(), files=asked.files)
        self.calls.append(call)
        self._called.set()
        self._called = asyncio.Event()
        self.world.touch()
        try:
            response = await self._handle(request, call, asked)
        except RefusalError as refusal:
            call.description = refusal.description
            response = _no(refusal)
        finally:
            call.latency = time.perf_counter() - started
        call.status = 0 if request.transport is None or request.transport.is_closing() else response.status
        self.world.touch()
        return response

    async def next_call(self) -> None:
        """Wait until the bot makes another call."""
        await self._called.wait()

    async def _handle(self, request: web.Request, call: Call, asked: Params) -> web.Response:
        if request.match_info["token"] != self.token:
            raise RefusalError(401, "Unauthorized")
        call.fault = fault = self.faults.draw(call.method, call.chat)
        if fault:
            if fault.trouble is Trouble.STALL:
                await self.pause(fault.seconds)
            elif fault.trouble is not Trouble.LOST:
                return _refused(fault, request)
        result = await self.perform(call.method, asked)
        if fault and fault.trouble is Trouble.LOST:
            await self.pause(fault.seconds)
            return _cut(request)
        return web.json_response({"ok": True, "result": result})

    async def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        if seconds > 0:
            try:
                await asyncio.wait_for(self._stopping.wait(), seconds)
            except TimeoutError:
                return

    async def perform(self, name: str, asked: Params) -> Any:
        """Return the result of one method; raise RefusalError as Telegram would."""
        if name == "getUpdates":
            return await self._get_updates(asked)
        known = METHODS.get(name.lower())
        if known is None:
            raise RefusalError(404, "Not Found")
        self.limits.check(name, self.world.chats.get(asked.integer("chat_id")))
        return known[1](self.world, asked)

    async def _get_updates(self, asked: Params) -> Any:
        if self.world.webhook:
            raise RefusalError(409, WEBHOOK_ACTIVE)
        updates = self.world.updates
        updates.allow(asked.array("allowed_updates") if asked.has("allowed_updates") else None)
        updates.confirm(asked.integer("offset"))
        limit = min(max(asked.integer("limit", 100), 1), 100)
        return await updates.poll(limit, min(max(asked.integer("timeout"), 0), 50))

    async def file(self, request: web.Request) -> web.Response:
        """Answer the download of a file getFile told the path of."""
        if request.match_info["token"] != self.token:
            return _no(RefusalError(401, "Unauthorized"))
        file = self.world.files.get(request.match_info["path"].rsplit("/", 1)[-1])
        if file is None or file.data is None:
            return _no(RefusalError(404, "Not Found"))
        return web.Response(body=file.data, content_type="application/octet-stream")

    async def post_updates(self) -> None:
        """Post updates to the webhook while there is one; try again what was not taken."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as client:
            pause = 0.05
            while not self._stopping.is_set():
                hook, pending = self.world.webhook, self.world.updates.pending
                if hook is None or not pending:
                    await self.world.updates.change()
                elif await self._post(client, hook, pending[0]):
                    self.world.updates.confirm(pending[0]["update_id"] + 1)
                    pause = 0.05
                else:
                    await self.pause(pause)
                    pause = min(pause * 2, 5)

    async def _post(self, client: aiohttp.ClientSession, hook: Webhook, update: dict[str, Any]) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with client.post(hook.url, json=update, headers=headers) as response:
                if response.status < 300:
                    await self._perform_reply(response)
                    return True
                hook.last_error = f"Wrong response from the webhook: {response.status} {response.reason}"
        except aiohttp.ClientError:
            hook.last_error = "Connection refused"
        hook.last_error_at = self.world.clock()
        return False

    async def _perform_reply(self, response: aiohttp.ClientResponse) -> None:
        """Do what the webhook's answer asks for; as with Telegram, nobody hears how it went."""
        if response.content_type != "application/json":
            return
        body = await response.json()
        if isinstance(body, dict) and "method" in body:
            name = str(body.pop("method"))
            call = Call(name, dict(body), self.world.clock(), status=200)
            self.calls.append(call)
            try:
                await self.perform(name, Params(body))
            except RefusalError as refusal:
                call.status, call.description = refusal.code, refusal.description


def _no(refusal: RefusalError) -> web.Response:
    return web.json_response(refusal.as_json(), status=refusal.code)


def _name(request: web.Request) -> str:
    """Return the method's name as documented: Telegram does not mind the case."""
    asked = request.match_info["method"]
    if asked.lower() == "getupdates":
        return "getUpdates"
    return METHODS[asked.lower()][0] if asked.lower() in METHODS else asked


async def _params(request: web.Request) -> Params:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise bad_request("can't parse JSON object")
        return Params(values | body)
    files = {}
    form: Mapping[str, Any] = await request.post()
    for name, value in form.items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.file.read(), value.content_type)
        else:
            values[name] = value
    return Params(values, files)


def _refused(fault: Fault, request: web.Request) -> web.Response:
    match fault.trouble:
        case Trouble.FLOOD:
            raise too_many_requests(int(fault.seconds))
        case Trouble.ERROR:
            raise RefusalError(500, "Internal Server Error")
        case Trouble.BAD_GATEWAY:
            return web.Response(status=502, text=BAD_GATEWAY, content_type="text/html")
    return _cut(request)


def _cut(request: web.Request) -> web.Response:
    """Cut the connection; what is returned reaches nobody."""
    if request.transport:
        request.transport.abort()
    return web.Response()
