"""Errors arrive at Sentry, traces at OpenTelemetry, and nothing that anybody said; from a real process."""

import asyncio
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from digestbot.playground.emulator import Emulator
from digestbot.playground.hub import HuggingFaceServer
from tests.journeys.conftest import ask

WORDS, NAME = "purple elephants", "Annabel Unmistakable"


@dataclass
class Collector:
    """Takes what Sentry's and OpenTelemetry's clients send."""

    url: str = ""
    envelopes: list[bytes] = field(default_factory=list)
    traces: list[bytes] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        (self.traces if request.path == "/v1/traces" else self.envelopes).append(body)
        self.news.set()
        return web.json_response({})

    @property
    def spans(self) -> dict[str, list[dict[str, str]]]:
        """The attributes of the spans that came, by their names."""
        found: dict[str, list[dict[str, str]]] = {}
        for body in self.traces:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        told = {one.key: one.value.string_value for one in span.attributes}
                        found.setdefault(span.name, []).append(told)
        return found


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    collector, app = Collector(), web.Application()
    app.router.add_post("/{path:.*}", collector.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield collector
    await runner.cleanup()


async def test_an_error_arrives_with_its_number_and_no_words(collector: Collector, tmp_path: Path) -> None:
    """The reader is told a number, and Sentry too; spans come. Token, text, names and ids are in none."""
    telegram = Emulator()
    async with HuggingFaceServer() as hub, telegram.serve() as url:
        environment = {
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
            "PATH": os.environ["PATH"],
            "DIGESTBOT_DATA_DIR": str(tmp_path),
            "DIGESTBOT_TELEGRAM__TOKEN": telegram.token,
            "DIGESTBOT_TELEGRAM__API_URL": url,
            "DIGESTBOT_HUGGINGFACE__URL": hub.url,
            "SENTRY_DSN": collector.url.replace("://", "://key@") + "/1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "digestbot", "run"), env=environment, cwd=tmp_path, stderr=PIPE
        )
        ann = telegram.user(NAME)
        async with asyncio.timeout(30):
            assert "Welcome" in await ask(ann, "/start")
            with sqlite3.connect(tmp_path / "digestbot.db") as database:
                database.execute("DROP TABLE searches")
            (number,) = re.findall(r"[0-9a-f]{6}", await ask(ann, f"/search {WORDS}"))
            while number.encode() not in b"".join(collector.envelopes):
                await collector.news.wait()
                collector.news.clear()
            assert process.stderr is not None
            said = await process.stderr.readuntil(b"caught up")  # with a span of each job
        process.terminate()
        said += (await process.communicate())[1]
    # the start's housekeeping misses the table too, if it comes to it so late
    events = (
        orjson.loads(line) for line in b"\n".join(collector.envelopes).split(b"\n") if b'"exception"' in line
    )
    (event,) = (event for event in events if event["tags"].get("number") == number)
    (*_, error) = event["exception"]["values"]
    assert error["type"] == "OperationalError"
    assert any(
        frame["function"] == "search"
        for one in event["exception"]["values"]
        for frame in one["stacktrace"]["frames"]
    )
    assert {
        "update",
        "job plan",
        "database read",
        "POST sendMessage",
        "GET daily_papers",
    } <= collector.spans.keys()
    assert {"error.type": "OperationalError"} in collector.spans["database write"]
    everything = b"".join(collector.envelopes + collector.traces)
    for private in (telegram.token, *telegram.token.split(":"), *WORDS.split(), *NAME.split(), str(ann.id)):
        assert private.encode() not in everything, private
    assert said.decode().count("observed ") == 2


async def test_what_a_callback_held_is_not_told(collector: Collector, tmp_path: Path) -> None:
    """The line of asyncio has the arguments of a callback that failed; Sentry has what comes before."""
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio, sys; from digestbot import log, observe; log.set_up('INFO')\n"
        "async def work():\n    asyncio.get_running_loop().call_soon(int, sys.argv[1])\n"
        "    await asyncio.sleep(0.1)\n"
        "with observe.observed([]): asyncio.run(work())\n"
    )
    dsn = collector.url.replace("://", "://key@") + "/1"
    environment = {"PATH": os.environ["PATH"], "SENTRY_DSN": dsn}
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, script, WORDS), env=environment, stderr=PIPE, stdout=PIPE
    )
    _, said = await ran.communicate()
    assert WORDS.encode() in said, "the log has it"
    told = b"".join(collector.envelopes)
    assert b'"event":"Exception in callback int"' in told
    assert b'"type":"ValueError"' in told
    assert WORDS.encode() not in told


@pytest.mark.parametrize(
    ("variable", "package", "value", "told"),
    [
        ("SENTRY_DSN", "sentry_sdk", "http://key@localhost/1", "not installed"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "opentelemetry",
            "http://localhost",
            "not installed",
        ),
        ("SENTRY_DSN", "", "nonsense", "not understood"),
    ],
)
def test_a_variable_that_has_no_effect_is_told(variable: str, package: str, value: str, told: str) -> None:
    """One line that names it and the mend; the bot runs on."""
    code = f"import sys; sys.modules[{package!r}] = None\nfrom digestbot import log, observe\n"
    code += "log.set_up('INFO')\n"
    code += "with observe.observed([]), observe.span('work'): print('goes on')"
    environment = {"PATH": os.environ["PATH"], variable: value}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert re.search(rf"the variable is set, but .*{told} .*{variable}", ran.stderr)
    assert ("digestbot[observability]" in ran.stderr) is bool(package)
    assert ran.stdout == "goes on\n"


@pytest.mark.parametrize("answers", [True, False])
def test_leaving_does_not_wait_for_whom_nobody_hears(answers: bool) -> None:
    """Whether connections are refused, or taken and then nothing is said: seconds, not half a minute."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        if answers:
            deaf.listen()
        host = f"127.0.0.1:{deaf.getsockname()[1]}"
        code = "import structlog; from digestbot import log, observe; log.set_up('INFO')\n"
        code += "with observe.observed([]):\n"
        code += "    for _ in range(1000):\n        with observe.span('work'): pass\n"
        code += "    structlog.get_logger().error('a bug')\n"
        code += "    print('works', flush=True)\n"
        environment = {
            "PATH": os.environ["PATH"],
            "SENTRY_DSN": f"http://key@{host}/1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{host}",
        }
        command = [sys.executable, "-c", code]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as ran:
            assert ran.stdout is not None
            assert ran.stdout.readline() == b"works\n"
            since = time.monotonic()
            assert ran.wait(timeout=60) == 0
        assert time.monotonic() - since < 8
