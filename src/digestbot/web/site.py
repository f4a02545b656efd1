"""The server: each path, and what answers there."""

import errno
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from digestbot.actions import Clock
from digestbot.errors import OperatorError, OutageError, SettingsError
from digestbot.store import UNREACHABLE, Store
from digestbot.web import health
from digestbot.web.metrics import Metrics
from digestbot.web.webhook import MOST, Webhook

Silence = Callable[[], float | None]
_PASSING = {errno.EADDRINUSE, errno.EADDRNOTAVAIL, socket.EAI_AGAIN}
"""Who has the port may leave, the address may come."""


class Site:
    """The pages of one process. *silence* tells how long ago its scheduler ticked, where it has one."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        metrics: Metrics,
        silence: Silence | None,
        webhook: Webhook | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._silence = silence
        self._webhook = webhook

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MOST)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._told)
        if self._webhook:
            app.router.add_post(self._webhook.path, self._webhook.answer)
        return app

    @asynccontextmanager
    async def serve(self, host: str, port: int) -> AsyncIterator[int]:
        """Listen, and give the port, which is any free one where *port* is 0.

        Raises OutageError or SettingsError where it can't.
        """
        runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=5)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, host, port).start()
            except OSError as error:
                raise _deaf(host, port, error) from None
            yield runner.addresses[0][1]
        finally:
            await runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _readyz(self, _request: web.Request) -> web.Response:
        checks = await health.examine(self._store, self._clock(), self._silence)
        return web.json_response(health.as_json(checks), status=200 if health.is_ready(checks) else 503)

    async def _told(self, _request: web.Request) -> web.Response:
        try:
            text = await self._metrics.text(self._store, self._clock())
        except UNREACHABLE as error:
            return web.Response(status=503, text=f"the database does not answer: {type(error).__name__}\n")
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _deaf(host: str, port: int, error: OSError) -> OperatorError:
    reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
    told = f"Nobody can listen on DIGESTBOT_WEB__HOST={host}, DIGESTBOT_WEB__PORT={port}: {reason}."
    kind = OutageError if error.errno in _PASSING else SettingsError
    return kind(told)
