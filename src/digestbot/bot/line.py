"""Connections for what is sent in masses: bodies that are ready, posted to one address.

aiohttp takes some 60 µs for a request, most of it for what these have no use for: redirects, cookies, forms,
streams. This takes 10, and leaves to libraries what is hard: httptools reads the answers, aiohappyeyeballs
finds the address that can be reached, asyncio speaks TLS. It knows no proxies.
"""

import asyncio
import socket
import ssl
import time
from typing import cast

from aiohappyeyeballs import start_connection
from httptools import HttpParserError, HttpResponseParser
from telegram.error import NetworkError, TimedOut
from yarl import URL

READ_SECONDS = 20.0
CONNECT_SECONDS = 10.0
_IDLE_SECONDS = 15.0
"""A connection that was idle for longer may be closed by the other side just when it is used again."""
_NEXT_ADDRESS_SECONDS = 0.25


class NotSentError(NetworkError):
    """The request never left: no such host, no connection, none free in time. It is safe to repeat."""


class ResponseLostError(TimedOut):
    """The request left and no whole answer came back. Telegram may have acted on it."""


class Line(asyncio.Protocol):
    """A connection. It carries one request at a time."""

    idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._parser = HttpResponseParser(self)
        self._answered: asyncio.Future[tuple[int, bytes]] | None = None
        self._body: list[bytes] = []
        self._has_status = False
        """The head of an answer is there."""

    @property
    def is_free(self) -> bool:
        """Whether it can carry the next request."""
        return self._answered is None and not self._transport.is_closing()

    async def post(self, request: bytes) -> tuple[int, bytes]:
        """Send a whole request; return the status and the body of its answer, or what came of the body.

        An answer without a length ends where the connection does; of one that is cut off, the status and the
        beginning tell more than nothing.
        """
        if self._transport.is_closing():
            raise _not_sent("ConnectionClosed")
        loop = asyncio.get_running_loop()
        self._answered = loop.create_future()
        self._transport.write(request)
        if self._transport.is_closing():  # it was found to be broken when it was to take the request
            self._answered.cancel()
            raise _not_sent("ConnectionReset")
        timer = loop.call_later(READ_SECONDS, self._fail, "Timeout")
        try:
            return await self._answered
        finally:
            timer.cancel()

    def close(self) -> None:
        self._transport.close()

    # What asyncio tells

    def data_received(self, data: bytes) -> None:
        if self._answered is None:
            self._fail("it was not asked")
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._fail(type(error).__name__)

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(type(error).__name__ if error else "ConnectionClosed")

    # What httptools tells

    def on_headers_complete(self) -> None:
        self._has_status = True

    def on_body(self, part: bytes) -> None:
        self._body.append(part)

    def on_message_complete(self) -> None:
        status, body = self._parser.get_status_code(), b"".join(self._body)
        self._body.clear()
        self._has_status = False
        if status < 200:  # there is more to come
            return
        answered, self._answered = self._answered, None
        if answered is None or not self._parser.should_keep_alive():
            self._transport.close()
        if answered is not None and not answered.done():
            answered.set_result((status, body))

    def _fail(self, reason: str) -> None:
        self._transport.abort()
        if self._answered is None or self._answered.done():
            return
        if self._has_status:
            self._answered.set_result((self._parser.get_status_code(), b"".join(self._body)))
        else:
            self._answered.set_exception(ResponseLostError(f"no answer: {reason}"))


class Lines:
    """The connections to *url*, as many as there are requests at once."""

    def __init__(self, url: URL, agent: str) -> None:
        self._url = url
        head = (
            f"POST {url.raw_path_qs} HTTP/1.1",
            f"Host: {url.host_port_subcomponent}",
            f"User-Agent: {agent}",
            "Content-Type: application/json",
            "Content-Length: ",
        )
        self._head = "\r\n".join(head).encode()
        self._ssl: ssl.SSLContext | None = None
        self._idle: list[Line] = []

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """Return the status and the body of the answer. Raises NotSentError or ResponseLostError."""
        line = self._take() or await self._open()
        try:
            return await line.post(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        finally:
            if line.is_free:
                line.idle_since = time.monotonic()
                self._idle.append(line)
            else:
                line.close()

    def close(self) -> None:
        for line in self._idle:
            line.close()

    def _take(self) -> Line | None:
        """Return the connection that was used last, if it can be used once more."""
        while self._idle:
            line = self._idle.pop()
            if line.is_free and time.monotonic() - line.idle_since < _IDLE_SECONDS:
                return line
            line.close()
        return None

    async def _open(self) -> Line:
        host, port = self._url.raw_host, self._url.port
        if host is None or port is None:
            raise _not_sent("InvalidURL")
        loop = asyncio.get_running_loop()
        is_safe = self._url.scheme == "https"
        if is_safe and self._ssl is None:
            self._ssl = ssl.create_default_context()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                connected = await start_connection(found, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS)
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _, line = await loop.create_connection(
                    Line, sock=connected, ssl=self._ssl, server_hostname=host if is_safe else None
                )
        except (OSError, UnicodeError) as error:  # a time-out, too, and a host that is no name
            raise _not_sent(type(error).__name__) from None
        return line


def _not_sent(reason: str) -> NotSentError:
    return NotSentError(f"no connection: {reason}")
