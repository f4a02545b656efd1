"""How we reach the Bot API: python-telegram-bot's transport on aiohttp, which tells what a failure means.

What is sent in masses goes its own way, `line.py`, where no proxy is in between.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.request import getproxies

import aiohttp
import orjson
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData
from yarl import URL

from digestbot.bot.line import CONNECT_SECONDS, READ_SECONDS, Lines, NotSentError, ResponseLostError

_ONE_PIECE = 60_000
"""Bytes of a body that is written without waiting in between; aiohttp waits after 64 KiB."""
_NEVER_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # the proxy did not let us through
    aiohttp.InvalidURL,
)


UNKNOWN = frozenset({"401", "404"})
"""What is answered to a token that Telegram does not know; 404 also to a method that it does not know."""
LONGEST_WAIT = 86_400
"""Seconds that we let ourselves be told to wait. What a broken server wishes, no timedelta may hold."""
Count = Callable[[str, str], None]
"""Is told the method of each call, and the status of its answer."""


class AiohttpRequest(BaseRequest):
    """Carries Bot API calls. *connections* is how many there may be at once; *count* is told of each."""

    def __init__(self, connections: int = 512, count: Count | None = None) -> None:
        self._connections = connections
        self._count = count
        self._session: aiohttp.ClientSession | None = None
        self._has_proxy = bool(getproxies())
        self._lines: dict[URL, Lines] = {}

    @property
    def read_timeout(self) -> float:
        return READ_SECONDS

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                timeout=_timeout(READ_SECONDS),
                trust_env=self._has_proxy,  # HTTPS_PROXY and the like are looked up again for each call
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        for lines in self._lines.values():
            lines.close()
        self._lines.clear()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call for python-telegram-bot. Raises NotSentError or ResponseLostError."""
        timeout = _timeout(
            _seconds(read_timeout, READ_SECONDS),
            _seconds(connect_timeout, CONNECT_SECONDS),
            _seconds(pool_timeout, CONNECT_SECONDS),
        )
        return await self._request(method, url, _body(request_data), timeout=timeout)

    async def post_json(self, url: URL, body: bytes) -> tuple[int, bytes]:
        """Post a body that is JSON already. Raises NotSentError or ResponseLostError."""
        if self._has_proxy:
            return await self._request("POST", url, _JsonBody(body))
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        lines = self._lines.get(url)
        if lines is None:
            lines = self._lines[url] = Lines(url, self.USER_AGENT)
        try:
            status, content = await lines.post(body)
        except (NotSentError, ResponseLostError) as error:
            self._tell(url, "unsent" if isinstance(error, NotSentError) else "lost")
            raise
        self._tell(url, str(status))
        return status, content if status < 400 else _redacted(content, str(url))

    async def _request(
        self, method: str, url: str | URL, body: "aiohttp.FormData | _JsonBody | None", **given: Any
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer, without the token."""
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        try:
            async with self._session.request(
                method, url, data=body, allow_redirects=False, **given
            ) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            # Their texts can hold the URL, and the URL holds the token: only the kind is told.
            never_left = _never_left(error, body)
            self._tell(url, "unsent" if never_left else "lost")
            if never_left:
                raise NotSentError(f"no connection: {type(error).__name__}") from None
            raise ResponseLostError(f"no answer: {type(error).__name__}") from None
        self._tell(url, str(answer.status))
        return answer.status, content if answer.status < 400 else _redacted(content, str(url))

    def _tell(self, url: str | URL, status: str) -> None:
        if self._count is not None:
            self._count(url.name if isinstance(url, URL) else url.rpartition("/")[-1], status)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return what an answer says. Raises ResponseLostError for what is none of Telegram's."""
        try:
            parsed: Any = orjson.loads(payload)
        except orjson.JSONDecodeError:  # it is stricter than the standard library, with UTF-8 for one
            try:
                parsed = json.loads(payload.decode(errors="replace"))
            except ValueError:  # a gateway's page; python-telegram-bot would log a traceback
                parsed = None
        if not isinstance(parsed, dict):
            raise ResponseLostError("the answer is no JSON of Telegram's")
        told = parsed.get("parameters")
        if isinstance(told, dict) and isinstance(wait := told.get("retry_after"), int | float):
            told["retry_after"] = min(wait, LONGEST_WAIT)
        return parsed


class UpdatesRequest(AiohttpRequest):
    """Asks for updates, also after our token was refused.

    python-telegram-bot would never ask again then, though Telegram may know it a second later.
    """

    async def do_request(self, *given: Any, **named: Any) -> tuple[int, bytes]:
        status, content = await super().do_request(*given, **named)
        if str(status) in UNKNOWN:
            raise TelegramError(HTTPStatus(status).phrase)
        return status, content


class _JsonBody(BytesPayload):
    """A body that knows whether it was given to a connection that took it.

    aiohttp writes the head together with the body, in one piece and without a pause. A connection that is
    closing before that takes nothing; one that is closing right after it has found in writing that it is
    broken.
    """

    has_left = False

    def __init__(self, value: bytes) -> None:
        super().__init__(value, content_type="application/json")

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        transport = writer.transport
        if transport is None:
            return
        self.has_left = not transport.is_closing()
        await super().write_with_length(writer, content_length)
        if transport.is_closing() and len(self._value) < _ONE_PIECE:
            self.has_left = False


def _never_left(error: Exception, body: object) -> bool:
    """Tell whether it is sure that Telegram did not get the request, or not the whole of it.

    A connection out of the pool can be closed by the other side before, while or after we write. Only the
    body knows of the first; anything later is a reset or silence after the request was on its way.
    """
    return isinstance(error, _NEVER_CONNECTED) or (isinstance(body, _JsonBody) and not body.has_left)


def _redacted(content: bytes, url: str) -> bytes:
    """Return an error's text without the token: a proxy's page can show the URL that was asked for."""
    _, _, rest = url.partition("/bot")
    token = rest.partition("/")[0].encode()
    return content.replace(token, b"[secret]") if token else content


def _timeout(
    read: float | None, connect: float | None = CONNECT_SECONDS, pool: float | None = CONNECT_SECONDS
) -> aiohttp.ClientTimeout:
    """Return aiohttp's limits; its "connect" is the wait for a free connection and for a new one together."""
    return aiohttp.ClientTimeout(connect=pool, sock_connect=connect, sock_read=read)


def _seconds(given: object, default: float) -> float | None:
    """Return the limit that was given; python-telegram-bot marks "not given" by an object of its own."""
    if given is None:
        return None
    return float(given) if isinstance(given, int | float) else default


def _body(data: RequestData | None) -> aiohttp.FormData | _JsonBody | None:
    if data is None:
        return None
    if not data.contains_files:
        return _JsonBody(orjson.dumps(data.parameters))
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)  # Telegram reads names as UTF-8
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
