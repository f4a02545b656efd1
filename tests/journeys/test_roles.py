"""Many real processes on one PostgreSQL: two that answer behind a proxy, two that deliver."""

import asyncio
import io
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from digestbot.playground.emulator import Emulator
from digestbot.playground.faults import Fault
from digestbot.playground.hub import HuggingFaceServer
from digestbot.store import Store
from digestbot.web.webhook import SECRET, secret_of
from tests.builders import a_subscriber
from tests.conftest import Create
from tests.journeys.conftest import ask, papers

TODAY = datetime.now(UTC).date()


@dataclass
class Proxy:
    """Hands each update to one replica after the other, and each of them once more to the one after."""

    taken: list[int] = field(default_factory=list)
    """The replicas that said they took an update, in turn."""
    replicas: list[str] = field(default_factory=list)
    url: str = ""

    async def hand_on(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), {SECRET: request.headers.get(SECRET, "")}
        first = len(self.taken) // 2 % len(self.replicas)
        async with aiohttp.ClientSession(headers=headers) as client:
            for number in (first, (first + 1) % len(self.replicas)):
                async with client.post(f"{self.replicas[number]}/in", data=body) as answer:
                    if answer.status != 200:
                        return web.Response(status=answer.status)
                self.taken.append(number)
        return web.Response()


@dataclass
class Town:
    """What all processes share, and what they are told to find it."""

    telegram: Emulator
    hub: HuggingFaceServer
    proxy: Proxy
    environment: dict[str, str]
    folder: Path

    @asynccontextmanager
    async def process(self, role: str, sign: str, **more: str) -> AsyncIterator["Lines"]:
        """Run one, and give it when its log has said *sign*."""
        made = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "digestbot", "run", "--role", role),
            env=self.environment | more,
            cwd=self.folder,
            stderr=PIPE,
        )
        lines = Lines(made)
        try:
            await lines.until(sign)
            yield lines
        finally:
            await lines.kill()

    async def web(self, open_: AsyncExitStack) -> str:
        """Start a replica that answers and return its address."""
        return (await open_.enter_async_context(self.process("web", "digestbot runs"))).url


@dataclass
class Lines:
    """A process and what its log tells."""

    process: Process
    told: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        (port,) = re.findall(r"port=(\d+)", "".join(self.told))
        return f"http://127.0.0.1:{port}"

    async def until(self, sign: str, seconds: float = 60) -> None:
        assert self.process.stderr is not None
        async with asyncio.timeout(seconds):
            while not any(sign in line for line in self.told):
                line = (await self.process.stderr.readline()).decode()
                assert line, "".join(self.told)
                self.told.append(re.sub(r"\x1b\[\d+m", "", line))

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.communicate()


@pytest.fixture
async def town(new_postgres: Create, newest_postgres: str, tmp_path: Path) -> AsyncIterator[Town]:
    telegram, proxy = Emulator(), Proxy()
    app = web.Application()
    app.router.add_post("/telegram", proxy.hand_on)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    async with HuggingFaceServer() as hub, telegram.serve() as url:
        hub.days[TODAY] = papers(TODAY, "Agents that Plan")
        environment = {
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "DIGESTBOT_DATA_DIR": str(tmp_path),
            "DIGESTBOT_DATABASE__URL": new_postgres(newest_postgres),
            "DIGESTBOT_TELEGRAM__TOKEN": telegram.token,
            "DIGESTBOT_TELEGRAM__API_URL": url,
            "DIGESTBOT_TELEGRAM__MODE": "webhook",
            "DIGESTBOT_TELEGRAM__WEBHOOK_URL": proxy.url,
            "DIGESTBOT_TELEGRAM__WEBHOOK_PATH": "/in",
            "DIGESTBOT_WEB__PORT": "0",
            "DIGESTBOT_HUGGINGFACE__URL": hub.url,
        }
        yield Town(telegram, hub, proxy, environment, tmp_path)
    await runner.cleanup()


async def test_presses_go_to_one_replica_and_the_other_by_turns(town: Town) -> None:
    """Nothing is kept in memory that the other needs, and an update that both are told is done once."""
    async with AsyncExitStack() as processes:
        for _ in range(2):
            town.proxy.replicas.append(await town.web(processes))
        ann = town.telegram.user("Ann")
        assert "Welcome" in await ask(ann, "/start")
        await ask(ann, "/add agents")
        await ask(ann, "/settings")
        for tap in ("Votes", "« Back", "Votes"):
            await ann.taps(tap)
            await ann.private.hears()
        await ann.taps("10")
        assert "Votes at least: 10" in (await ann.private.hears()).text
        assert "agents" in await ask(ann, "/topics")
        await town.telegram.taken()
        assert town.proxy.taken == [0, 1, 1, 0] * (len(town.proxy.taken) // 4) + (
            [0, 1] if len(town.proxy.taken) % 4 else []
        )
        assert len(town.telegram.called("sendMessage")) == 4, "one answer to each thing said"
        assert not [call for call in town.telegram.calls if call.status >= 400]


async def test_only_telegram_is_heard(town: Town) -> None:
    """Wrong secret, path, method or size, and what is no update: a plain status, and nothing happens."""
    async with AsyncExitStack() as open_:
        url = await town.web(open_)
        client = await open_.enter_async_context(aiohttp.ClientSession())
        right = {SECRET: secret_of(town.telegram.token)}

        async def status(body: bytes, headers: dict[str, str], path: str = "/in") -> int:
            async with client.post(url + path, data=io.BytesIO(body), headers=headers) as answer:
                return answer.status

        update = b'{"update_id": 7}'
        assert await status(update, {}) == 403
        assert await status(update, {SECRET: "wrong"}) == 403
        assert await status(update, right, "/telegram") == 404
        assert await status(b" " * (1 << 20) + update, right) == 413
        for wrong in (
            b"no JSON",
            b"[]",
            b"{}",
            b'{"update_id": "7"}',
            b'{"update_id": 7, "message": 5}',
            b"\xff",
        ):
            assert await status(wrong, right) == 400
        assert (await client.get(f"{url}/in")).status == 405
        assert (await client.get(f"{url}/readyz")).status == 200
        assert await status(update, right) == await status(update, right) == 200
        assert town.telegram.called("sendMessage") == []


async def test_what_a_replica_had_in_hand_is_done_by_another(town: Town) -> None:
    """SIGKILL between taking updates and answering them: another replica answers each once, in order."""
    async with town.process("web", "digestbot runs") as doomed, AsyncExitStack() as processes:
        town.proxy.replicas = [doomed.url]
        ann, bea = town.telegram.user("Ann"), town.telegram.user("Bea")
        assert "Welcome" in await ask(ann, "/start")
        town.telegram.fail_next(Fault.flood(25), count=2)
        for person, words in ((ann, "/add agents"), (ann, "/topics"), (bea, "/start")):
            await person.says(words)
        await town.telegram.until_called("sendMessage", 3)
        await town.telegram.taken()
        await doomed.kill()
        assert not ann.private.unheard
        other = await processes.enter_async_context(town.process("web", "digestbot runs"))
        town.proxy.replicas = [other.url]
        await other.until("updates are taken over")
        assert "agents" in (await ann.private.hears()).text
        assert "Your topic" in (await ann.private.hears()).text
        assert "Welcome" in (await bea.private.hears()).text
        assert "I don't know" in await ask(ann, "/nonsense"), "and nothing came twice"
        assert not bea.private.unheard


async def test_the_lead_moves_when_who_leads_is_killed(town: Town) -> None:
    """SIGKILL: of two workers the other leads within ten seconds, and reads the lists and sends what is due
    at once, not half an hour later. Neither asks for updates.
    """
    ann = town.telegram.user("Ann", started=True)
    async with (
        town.process("worker", "this process leads") as first,
        town.process("worker", "digestbot runs") as second,
    ):
        assert not any("leads" in line for line in second.told)
        await first.until("caught up")
        await second.until("caught up")
        await first.kill()
        town.hub.days[TODAY] = papers(TODAY, "Agents that Plan", "Robots that Wait")
        async with Store(town.environment["DIGESTBOT_DATABASE__URL"]) as store, store.write() as tables:
            due = datetime.now(UTC) - timedelta(minutes=1)
            await tables.subscribers.add(a_subscriber(ann.private.id, next_due_at=due), due)
        await second.until("this process leads", seconds=10)
        async with asyncio.timeout(10):
            assert "Robots that Wait" in (await ann.private.hears()).text
    assert town.telegram.called("getUpdates") == town.telegram.called("setWebhook") == []


async def test_a_sqlite_file_is_for_one_process_that_does_all(town: Town) -> None:
    """Exit code 2, and a line that names the way out."""
    made = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "digestbot", "run", "--role", "web"),
        env=town.environment | {"DIGESTBOT_DATABASE__URL": ""},
        cwd=town.folder,
        stderr=PIPE,
    )
    _, told = await made.communicate()
    assert made.returncode == 2
    assert "Leave --role out, or set DIGESTBOT_DATABASE__URL=postgresql+asyncpg://" in told.decode()
