"""Takes the updates that Telegram posts: only from who knows the secret, each once.

An update is answered with 200 when it is written down; all else Telegram posts again.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

MOST = 1 << 20
"""Bytes of an update; Telegram's have some thousand."""
SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of the header

Take = Callable[[dict[str, Any]], Awaitable[bool]]
"""Sees to it that an update is handled; False where there is no room. Raises ValueError for anything else."""


def secret_of(token: str) -> str:
    """Return the secret that belongs to a bot's token: all replicas come to the same."""
    return hmac.new(token.encode(), b"digestbot webhook", hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates come in."""

    url: str
    """As Telegram sees it."""
    path: str
    """As we see it."""
    secret: str
    take: Take

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one post; a body beyond MOST is refused by the application with 413."""
        given = request.headers.get(SECRET, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self.secret.encode()):
            return web.Response(status=HTTPStatus.FORBIDDEN, text="wrong secret\n")
        try:
            is_taken = await self.take(_update(await request.read()))
        except ValueError:
            return web.Response(status=HTTPStatus.BAD_REQUEST, text="not an update\n")
        if not is_taken:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text="busy\n")
        return web.Response(text="ok\n")


def _update(body: bytes) -> dict[str, Any]:
    """Return the update that was posted. Raises ValueError for anything else."""
    posted = orjson.loads(body)
    if not isinstance(posted, dict) or type(posted.get("update_id")) is not int:
        raise ValueError("not an update")
    return posted
