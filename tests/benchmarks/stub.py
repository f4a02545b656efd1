"""A Telegram in a process of its own that takes every message at once, as fast as Python can.

    python -m tests.benchmarks.stub [--latency 0.04]

Prints its port. `GET /counts` answers with the seconds of every message since the last time it was asked.
It speaks just enough HTTP/1.1 for a client that keeps its connections.
"""

import argparse
import asyncio
import json
import sys
import time
from functools import partial
from typing import cast

import uvloop

compact = partial(json.dumps, separators=(",", ":"))
"""As Telegram writes."""
BOT = {"id": 1, "is_bot": True, "first_name": "Digest", "username": "digest_bot"}
SENT = compact(
    {
        "ok": True,
        "result": {
            "message_id": 7,
            "from": BOT,
            "chat": {"id": 1, "type": "private", "first_name": "Ann"},
            "date": 1_760_000_000,
            "text": "A digest of some papers. " * 40,
            "entities": [{"type": "bold", "offset": number * 20, "length": 9} for number in range(10)],
        },
    }
)
ME = compact({"ok": True, "result": {**BOT, "can_join_groups": True, "supports_inline_queries": False}})
NONE = compact({"ok": True, "result": []})
TRUE = compact({"ok": True, "result": True})


def http(body: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


class Stub(asyncio.Protocol):
    """One connection."""

    times: list[float] = []  # noqa: RUF012 - of all connections
    latency = 0.0
    answers = {b"getMe": http(ME), b"sendMessage": http(SENT)}  # noqa: RUF012
    other = http(TRUE)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.left = b""

    def data_received(self, data: bytes) -> None:
        data = self.left + data if self.left else data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            head = data[:end]
            length = _length(head)
            if len(data) < end + 4 + length:
                break
            data = data[end + 4 + length :]
            self._answer(head[: head.index(b" HTTP/")].rsplit(b"/", 1)[-1].partition(b"?")[0])
        self.left = data

    def _answer(self, method: bytes) -> None:
        if method == b"counts":
            self._write(http(json.dumps(self.times)))
            self.times.clear()
        elif method == b"getUpdates":
            asyncio.get_running_loop().call_later(1, self._write, http(NONE))
        else:
            if method == b"sendMessage":
                self.times.append(time.monotonic())
            answer = self.answers.get(method, self.other)
            if self.latency:
                asyncio.get_running_loop().call_later(self.latency, self._write, answer)
            else:
                self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def serve(latency: float) -> None:
    Stub.latency = latency
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - whoever started us reads it
    watcher = asyncio.create_task(asyncio.to_thread(sys.stdin.read))  # it ends with who started us
    await watcher


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0)
    uvloop.run(serve(parser.parse_args().latency))
