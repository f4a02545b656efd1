"""What a failure of the line means: never left, or no answer. Over real sockets."""

import asyncio
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from telegram.error import NetworkError, TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter
from yarl import URL

from digestbot.bot import line
from digestbot.bot.line import NotSentError, ResponseLostError
from digestbot.bot.transport import AiohttpRequest

TOKEN = "123456:secret-token"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(status: str, body: bytes, *more: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *more])
    return head.encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def a_server(serve: Serve) -> AsyncIterator[str]:
    """Listen, and give the address; *serve* has each connection."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def request_of(reader: asyncio.StreamReader) -> bytes:
    """Return a whole request's body."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return await reader.readexactly(int(lengths[0].split(b":")[1]))


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest() as transport:
        yield transport


async def post(transport: AiohttpRequest, url: str, **how: Any) -> tuple[int, bytes]:
    """Post as a push does, or (with *how*) as python-telegram-bot does."""
    address = f"{url}/bot{TOKEN}/sendMessage"
    if not how:
        return await transport.post_json(URL(address), b'{"chat_id":7,"text":"x"}')
    data = RequestData([RequestParameter("chat_id", 7, None)])
    return await transport.do_request(address, "POST", data, **how)


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.parametrize("how", [{}, {"read_timeout": 5}])
@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
async def test_where_nobody_is_nothing_was_sent(transport: AiohttpRequest, host: str, how: Any) -> None:
    """No host of that name, and nobody who listens."""
    with pytest.raises(NotSentError) as error:
        await post(transport, f"http://{host}:{a_free_port()}", **how)
    assert TOKEN not in repr(error.value)


async def test_an_address_that_is_none_was_not_asked(transport: AiohttpRequest) -> None:
    """The owner's mistake shows no token either."""
    with pytest.raises(NotSentError) as error:
        await post(transport, "http://", read_timeout=5)
    assert TOKEN not in repr(error.value)


async def test_who_waits_for_a_connection_in_vain_did_not_send() -> None:
    """The one connection is taken: the second call never left."""
    asked = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await request_of(reader)
        asked.set()
        await reader.read()

    async with a_server(silent) as url, AiohttpRequest(connections=1) as transport:
        first = asyncio.create_task(post(transport, url, read_timeout=0.6))
        await asked.wait()
        with pytest.raises(NotSentError):
            await post(transport, url, pool_timeout=0.1)
        with pytest.raises(ResponseLostError):
            await first


async def closes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def says_half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(http("200 OK", b"x" * 99)[:-50])
    await writer.drain()


async def says_nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"what?\r\n\r\n")
    await writer.drain()


async def says_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize("end", [closes, resets, says_half, says_nonsense, says_nothing])
async def test_what_left_and_was_not_answered_is_in_doubt(transport: AiohttpRequest, end: Any) -> None:
    """However the connection ends after the request was read."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        await end(reader, writer)

    async with a_server(serve) as url:
        with pytest.raises(ResponseLostError) as error:
            await post(transport, url, read_timeout=0.3)
        assert TOKEN not in repr(error.value)


class Thread:
    """A server that goes on while the loop of the test stands still. It answers once, and then *ends*."""

    def __init__(self, end: Callable[[socket.socket], None]) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._end = end
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.has_ended = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self._server, self._server.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(http("200 OK", b'{"ok":true}'))
            time.sleep(0.05)
            self._end(connection)
        self.has_ended.set()


def fin(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def rst(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(("end", "error"), [(fin, ResponseLostError), (rst, NotSentError)])
async def test_a_connection_that_broke_while_it_waited(
    transport: AiohttpRequest, end: Any, error: type[NetworkError]
) -> None:
    """We have not heard of it when we write: a reset refuses that, after a close it is anybody's guess."""
    server = Thread(end)
    assert await post(transport, server.url) == (200, b'{"ok":true}')
    server.has_ended.wait(5)  # blocks the loop on purpose: it must not hear
    with pytest.raises(error) as told:
        await post(transport, server.url)
    assert type(told.value) is error


async def test_a_connection_that_is_known_to_be_closed_is_not_used(transport: AiohttpRequest) -> None:
    """Each request has a new one, and both are answered."""
    count = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        await request_of(reader)
        writer.write(http("200 OK", b'{"ok":true}'))
        await writer.drain()

    async with a_server(once) as url:
        for _ in range(2):
            assert (await post(transport, url))[0] == 200
            await asyncio.sleep(0.05)
    assert count == 2


async def test_a_connection_is_used_again(transport: AiohttpRequest) -> None:
    """By what is sent after it, however its answer is cut into pieces."""
    opened = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        while True:
            await request_of(reader)
            for part in (
                b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Enc",
                b'oding: chunked\r\n\r\n8\r\n{"ok":tr\r\n',
                b"3\r\nue}\r\n0\r\n\r\n",
            ):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.01)

    async with a_server(serve) as url:
        for _ in range(3):
            assert await post(transport, url) == (200, b'{"ok":true}')
        await transport.shutdown()
    assert opened == 1


async def test_an_answer_that_nobody_waits_for_is_not_taken_for_anothers(transport: AiohttpRequest) -> None:
    """Who asked gave up, or nobody had asked: that connection is closed, the next request has a new one."""
    opened = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        await request_of(reader)
        if opened == 1:
            await asyncio.sleep(0.1)
        writer.write(http("200 OK", b"%d" % opened) + http("408 Request Timeout", b"") * (opened == 2))
        await reader.read()

    async with a_server(serve) as url:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(post(transport, url), 0.05)
        assert await post(transport, url) == (200, b"2")
        assert await post(transport, url) == (200, b"3")
        await transport.shutdown()


async def test_a_connection_that_was_idle_for_long_is_not_used(
    transport: AiohttpRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other side may be closing it just now, and then nobody knows what became of the message."""
    monkeypatch.setattr(line, "_IDLE_SECONDS", 0.05)
    opened = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        while await reader.read(65536):
            writer.write(http("200 OK", b""))

    async with a_server(serve) as url:
        for pause in (0.0, 0.1, 0.0):
            await post(transport, url)
            await asyncio.sleep(pause)
        await transport.shutdown()
    assert opened == 2


async def test_a_push_goes_through_the_proxy_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As everything else does."""
    asked = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        await request_of(reader)
        writer.write(http("200 OK", b'{"ok":true}'))
        await writer.drain()

    async with a_server(proxy) as url:
        monkeypatch.setenv("http_proxy", url)
        async with AiohttpRequest() as transport:
            assert await post(transport, "http://telegram.invalid") == (200, b'{"ok":true}')
    assert asked == [f"POST http://telegram.invalid/bot{TOKEN}/sendMessage HTTP/1.1\r\n".encode()]


@pytest.mark.skipif(
    shutil.which("openssl") is None and "CI" not in os.environ,
    reason="openssl, which makes the certificate, is missing: apt-get install openssl",
)
async def test_only_who_proves_to_be_telegram_is_told(
    transport: AiohttpRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing leaves before a certificate was shown that we trust."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    ]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, [*make, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            told.append(await request_of(reader))
            writer.write(http("200 OK", b'{"ok":true}'))

    told: list[bytes] = []
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(NotSentError):
        await post(transport, url)
    assert told == []
    await transport.shutdown()
    await transport.initialize()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for _ in range(2):
        assert await post(transport, url) == (200, b'{"ok":true}')
    assert len(told) == 2
    await transport.shutdown()
    server.close()


async def test_an_error_page_never_shows_the_token(transport: AiohttpRequest) -> None:
    """A proxy tells which URL it could not get."""

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(http("502 Bad Gateway", f"cannot get /bot{TOKEN}/sendMessage".encode()))
        await writer.drain()

    async with a_server(proxy) as url:
        status, content = await post(transport, url)
        assert (status, content) == (502, b"cannot get /bot[secret]/sendMessage")
        with pytest.raises(TelegramError) as error:
            await transport.post(f"{url}/bot{TOKEN}/sendMessage", None)
    assert TOKEN not in repr(error.value)


async def test_a_redirect_is_not_followed(transport: AiohttpRequest) -> None:
    """The message is not told to somebody else, nor twice."""

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(http("307 Temporary Redirect", b"", "Location: http://127.0.0.1:9/"))
        await writer.drain()

    async with a_server(elsewhere) as url:
        assert (await post(transport, url))[0] == 307


async def test_a_body_is_json_as_it_is_meant(transport: AiohttpRequest) -> None:
    """Numbers stay numbers, and what is nested is not a text."""
    bodies = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            bodies.append(await request_of(reader))
            writer.write(http("200 OK", b'{"ok":true,"result":true}'))

    data = RequestData(
        [RequestParameter("chat_id", 7, None), RequestParameter("a", {"b": ["ä", True]}, None)]
    )
    async with a_server(serve) as url:
        assert await transport.post(f"{url}/bot{TOKEN}/sendMessage", data) is True
        await transport.shutdown()
    assert bodies == ['{"chat_id":7,"a":{"b":["ä",true]}}'.encode()]


@pytest.mark.parametrize("payload", [b'{"ok":true,"result":"\xff"}', b'{"ok":true,"result":1e400}'])
def test_what_only_the_standard_library_reads_is_read(payload: bytes) -> None:
    """A broken character costs that character, not the update."""
    assert AiohttpRequest.parse_json_payload(payload)["ok"]


@pytest.mark.parametrize("payload", [b"", b"<html>", b"{", b"7", b'"no"'])
def test_what_is_no_answer_of_telegrams_is_an_answer_lost(
    payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A gateway's page; whoever asked tells the log of it, in a line."""
    with pytest.raises(ResponseLostError, match="is no JSON of Telegram's"):
        AiohttpRequest.parse_json_payload(payload)
    assert caplog.text == ""


async def test_a_transport_that_is_not_open_says_so() -> None:
    """A mistake of ours, not of the line."""
    with pytest.raises(RuntimeError):
        await post(AiohttpRequest(), "http://127.0.0.1:9")
