"""The command line as a process of its own: started, stopped, killed, and told wrong things."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from digestbot.playground.emulator import Emulator
from digestbot.playground.faults import Fault
from digestbot.playground.hub import HuggingFaceServer
from digestbot.playground.llm import LlmServer
from digestbot.playground.writers import faithful
from tests.journeys.conftest import ask, digests, papers

TODAY = datetime.now(UTC).date()


@dataclass
class World:
    telegram: Emulator
    hub: HuggingFaceServer
    environment: Mapping[str, str]
    folder: Path


@pytest.fixture
async def world(home: Path) -> AsyncIterator[World]:
    """Both servers, and what a process must be told to find them."""
    telegram = Emulator()
    async with HuggingFaceServer() as hub, telegram.serve() as url:
        hub.days[TODAY] = papers(TODAY, "Diffusion Models at Night", "Agents that Plan")
        environment = {
            # so that what the process runs is counted as covered
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DIGESTBOT_DATA_DIR": str(home),
            "DIGESTBOT_TELEGRAM__TOKEN": telegram.token,
            "DIGESTBOT_TELEGRAM__API_URL": url,
            "DIGESTBOT_HUGGINGFACE__URL": hub.url,
        }
        yield World(telegram, hub, environment, home)


async def digestbot(world: World, *words: str, **changed: str) -> tuple[int, str, str]:
    """Return the exit code, what was printed, and what was complained of."""
    process = await _start(world, *words, **changed)
    out, complaints = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), complaints.decode()


async def _start(world: World, *words: str, starter: str = "env", **changed: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(starter, sys.executable, "-m", "digestbot", *words),
        env={**world.environment, **changed},
        cwd=world.folder,
        stdout=PIPE,
        stderr=PIPE,
    )


@asynccontextmanager
async def running(world: World, **changed: str) -> AsyncIterator[Process]:
    """A bot that has asked for updates; killed at the end if it still lives."""
    process = await _start(world, "run", **changed)
    try:
        await world.telegram.until_called("getUpdates", timeout=30)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_it_answers_and_stops_when_told(world: World) -> None:
    """SIGTERM ends the bot within seconds, with exit code 0; the token is in no line of its log."""
    (world.folder / "digestbot.db").unlink()  # it makes its own
    ann = world.telegram.user("Ann")
    async with running(world) as process:
        assert "Welcome" in await ask(ann, "/start")
        process.send_signal(signal.SIGTERM)
        out, complaints = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0, complaints.decode()
    assert "digestbot runs" in complaints.decode()
    assert world.telegram.token not in (out + complaints).decode()


@pytest.mark.parametrize("starter", ["env", "nohup"])
async def test_a_terminal_that_closes_ends_it_in_order(world: World, starter: str) -> None:
    """As SIGTERM does; with nohup it goes on."""
    process = await _start(world, "run", starter=starter)
    await world.telegram.until_called("getUpdates", timeout=30)
    process.send_signal(signal.SIGHUP)
    if starter == "nohup":
        assert "Welcome" in await ask(world.telegram.user("Ann"), "/start")
        process.send_signal(signal.SIGTERM)
    _, complaints = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0, complaints.decode()
    assert "digestbot stops" in complaints.decode()


async def test_it_stops_soon_while_somebody_sends_many(world: World) -> None:
    """All are answered first, a third of a second each, without the rests that others' turns are for."""
    ann = world.telegram.user("Ann")
    async with running(world) as process:
        await ask(ann, "/start")
        world.telegram.faults.plan(Fault.stall(0.3).on(method="sendMessage"))
        before = len(world.telegram.called("sendMessage"))
        for _ in range(20):
            await ann.says("/help")
        await world.telegram.until_called("sendMessage", before + 1)
        process.send_signal(signal.SIGTERM)
        _, complaints = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0, complaints.decode()
    assert len(world.telegram.called("sendMessage")) == before + 20


async def test_it_stops_when_told_while_telegram_is_away(world: World) -> None:
    """It waits for Telegram as long as it takes, but not with deaf ears."""
    process = await _start(world, "run", DIGESTBOT_TELEGRAM__API_URL="http://127.0.0.1:9")
    assert process.stderr is not None
    said = b""
    async with asyncio.timeout(30):
        while b"telegram does not answer yet" not in said:
            said += await process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    _, complaints = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    assert complaints.decode().splitlines()[-1].endswith("digestbot stops")


async def test_it_stops_soon_while_it_waits_to_ask_for_updates(world: World) -> None:
    """Telegram told it to ask again after a minute; SIGTERM does not take as long."""
    world.telegram.fail_next(Fault.flood(60).on(method="getUpdates"))
    async with running(world) as process:
        process.send_signal(signal.SIGTERM)
        _, complaints = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0, complaints.decode()
    assert "Traceback" not in complaints.decode()


async def test_it_answers_before_telegram_has_its_menus(world: World) -> None:
    """They are offered again where Telegram failed, and hold up neither an answer nor the end."""
    ann, menus = world.telegram.user("Ann"), "setMyCommands"
    world.telegram.faults.plan(Fault.error().on(method=menus), count=1)
    world.telegram.faults.plan(Fault.stall(60).on(method=menus))
    async with running(world) as process:
        await world.telegram.until_called(menus, 2)
        assert "Welcome" in await ask(ann, "/start")
        process.send_signal(signal.SIGTERM)
        _, complaints = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0, complaints.decode()
    assert "Traceback" not in complaints.decode()


async def test_a_bot_that_is_killed_while_sending_loses_nothing(world: World) -> None:
    """SIGKILL with a digest in flight: after the restart it is there once more at most, and flagged then."""
    ann = world.telegram.user("Ann")
    async with running(world) as process:
        await ask(ann, "/start")
        process.kill()
        await process.communicate()
    await digestbot(world, "fetch", "--date", str(TODAY))
    due = datetime.now(UTC) + timedelta(days=4)
    world.telegram.fail_next(Fault.lost(seconds=30).on(method="sendMessage"))
    sender = await _start(world, "deliver", "--at", due.isoformat())
    await world.telegram.until_called("sendMessage", count=2, timeout=30)
    sender.kill()
    await sender.communicate()
    world.telegram.faults.clear()
    later = due + timedelta(minutes=3)
    code, told, complaints = await digestbot(world, "deliver", "--at", later.isoformat())
    assert code == 0, complaints
    assert "1 messages sent" in told
    first, second = digests(ann)
    assert first.startswith("Your papers")
    assert second.startswith("Possible repeat")
    code, told, _ = await digestbot(world, "deliver", "--at", (later + timedelta(minutes=3)).isoformat())
    assert "0 messages sent" in told


async def test_a_second_process_on_a_sqlite_file_is_told_why_it_can_not(world: World) -> None:
    """Exit code 2 and a line that names the way out; the first one goes on; to fetch is allowed."""
    ann = world.telegram.user("Ann")
    async with running(world):
        await ask(ann, "/start")
        for words in (["run"], ["deliver"]):
            code, _, complaints = await digestbot(world, *words)
            assert code == 2
            (line,) = [line for line in complaints.splitlines() if "Another digestbot" in line]
            assert "digestbot.db" in line
            assert "DIGESTBOT_DATABASE__URL=postgresql+asyncpg://" in line
        code, _, complaints = await digestbot(world, "fetch", "--date", str(TODAY))
        assert code == 0, complaints
        assert "digest" in await ask(ann, "/help")


@pytest.mark.parametrize("words", ["run", "deliver"])
async def test_a_database_that_may_only_be_read_ends_the_start(world: World, words: str) -> None:
    """Also where its schema is the newest: nothing would be planned, and each job fail."""
    url = f"sqlite+aiosqlite:///file:{world.folder}/digestbot.db?mode=ro&uri=true"
    code, _, complaints = await digestbot(world, words, DIGESTBOT_DATABASE__URL=url)
    assert (code, complaints.count("\n")) == (2, 1)
    assert "attempt to write a readonly database; let digestbot write there" in complaints


async def test_fetch_digest_and_dry_run(world: World) -> None:
    """The archive is filled, printed as documents, and a delivery shown without being sent."""
    ann = world.telegram.user("Ann", started=True)
    async with running(world):
        await ask(ann, "/add agents")
    code, told, _ = await digestbot(world, "fetch", "--date", str(TODAY))
    assert code == 0
    assert f"{TODAY} huggingface partial: 2 papers, " in told
    code, told, _ = await digestbot(world, "digest", str(TODAY), "--topics", "agents")
    assert code == 0
    assert "Agents that Plan" in told
    assert "Diffusion" not in told
    for form, sign in (("html", "<!doctype html>"), ("json", '"title": "Agents that Plan"')):
        code, told, _ = await digestbot(world, "digest", str(TODAY), "--format", form)
        assert sign in told
    assert (await digestbot(world, "deliver", "--dry-run"))[:2] == (0, "Nothing is due.\n")
    later = datetime.now(UTC) + timedelta(days=4)
    before = len(world.telegram.called("sendMessage"))
    code, told, _ = await digestbot(world, "deliver", "--at", later.isoformat(), "--dry-run")
    assert code == 0
    assert "Agents that Plan" in told
    assert len(world.telegram.called("sendMessage")) == before
    code, told, _ = await digestbot(world, "deliver", "--at", later.isoformat())
    assert "1 digests planned, 1 messages sent" in told


async def test_check_names_what_is_wrong_and_how_to_mend_it(world: World) -> None:
    """All well is exit code 0; an unknown token and a dead source are told line by line, with exit code 1."""
    code, told, _ = await digestbot(world, "check")
    assert code == 0, told
    assert [line.split()[0] for line in told.splitlines()] == ["ok"] * 5
    assert "ok      summaries: no language model (DIGESTBOT_LLM__MODEL names one)" in told
    code, told, _ = await digestbot(world, "check", DIGESTBOT_TELEGRAM__TOKEN="654321:stranger")
    assert code == 1
    assert "failed  telegram: the token is not known" in told
    code, told, _ = await digestbot(
        world, "check", DIGESTBOT_DATABASE__URL="postgresql+asyncpg://u:pw@127.0.0.1:1/x"
    )
    assert code == 1
    assert "failed  database" in told
    assert "pw" not in told.replace("DIGESTBOT", "")


async def test_documents_and_figures_of_a_language_model(world: World) -> None:
    """`digest` has it write what is missing, `summaries report` counts, `check` tells the budget."""
    async with LlmServer(writes=faithful, model="tiny", key="sk-secret") as llm:
        model = {
            "DIGESTBOT_LLM__MODEL": "tiny",
            "DIGESTBOT_LLM__URL": llm.base,
            "DIGESTBOT_LLM__API_KEY": "sk-secret",
        }
        await digestbot(world, "fetch", "--date", str(TODAY))
        korean = ("digest", str(TODAY), "--language", "ko")
        code, told, complaints = await digestbot(world, *korean, "--stored", **model)
        assert "이 논문은" not in told
        code, told, complaints = await digestbot(world, *korean, **model)
        assert code == 0, complaints
        assert told.count("- 이 논문은 새로운 연구를 소개한다(") == 2
        assert (await digestbot(world, *korean))[1] == told
        code, report, _ = await digestbot(world, "summaries", "report")
        assert "figure summaries.pairs.wrong_caught 0.9" in report
        assert "model tiny: asked 2 times, 0 without a summary" in report
        code, told, _ = await digestbot(world, "check", **model)
        assert f"ok      summaries: tiny at {llm.base}, " in told
        assert "of 1,000,000 tokens spent today" in told
        code, told, _ = await digestbot(world, "check", **{**model, "DIGESTBOT_LLM__API_KEY": "sk-wrong"})
        assert code == 1
        assert "failed  summaries: tiny at " in told
        assert "sk-" not in told
        code, _, complaints = await digestbot(world, "digest", str(TODAY), "--language", "klingon")
        assert code == 2
        assert "klingon" in complaints


@pytest.mark.parametrize("words", [["run"], ["deliver"]])
async def test_a_missing_token_is_told_in_one_line(world: World, words: list[str]) -> None:
    """Exit code 2, the setting's name, an example, and no traceback."""
    code, _, complaints = await digestbot(world, *words, DIGESTBOT_TELEGRAM__TOKEN="")
    assert code == 2
    assert complaints.strip().splitlines() == [
        (
            "DIGESTBOT_TELEGRAM__TOKEN is missing; @BotFather gives one. "
            "Example: DIGESTBOT_TELEGRAM__TOKEN=123456:ABC-DEF1234ghIkl"
        )
    ]


@pytest.mark.parametrize("words", ["run", "deliver"])
async def test_a_token_that_telegram_does_not_know_ends_the_start(world: World, words: str) -> None:
    """Exit code 2 and one line that does not show the token."""
    code, _, complaints = await digestbot(world, words, DIGESTBOT_TELEGRAM__TOKEN="654321:stranger")
    assert code == 2
    assert "is not known to Telegram" in complaints
    assert "stranger" not in complaints
    assert "Traceback" not in complaints


async def test_an_errand_does_not_wait_for_a_telegram_that_is_away(world: World) -> None:
    """Exit code 1 and one line; what was due stays due."""
    code, _, complaints = await digestbot(
        world, "deliver", DIGESTBOT_TELEGRAM__API_URL="http://127.0.0.1:9/nowhere"
    )
    assert code == 1
    (line,) = complaints.splitlines()
    assert line.startswith("Telegram does not answer: ")
    assert line.endswith("; see DIGESTBOT_TELEGRAM__API_URL, or try later.")


async def test_healthy_tells_a_running_bot_from_a_dead_one(world: World) -> None:
    """The health check of the container: 0 while the bot lives, 1 before."""
    assert (await digestbot(world, "healthy"))[0] == 1
    async with running(world):
        async with asyncio.timeout(10):
            while not (world.folder / "heartbeat").exists():  # noqa: ASYNC110 - it is another process's doing
                await asyncio.sleep(0.05)
        assert (await digestbot(world, "healthy"))[0] == 0


async def test_the_version_is_told(world: World) -> None:
    """`digestbot --version` prints it and nothing else."""
    from digestbot import __version__  # noqa: PLC0415 - only this test speaks of it

    assert await digestbot(world, "--version") == (0, f"{__version__}\n", "")


async def test_its_health_is_told_over_http(world: World) -> None:
    """A real bot is ready once it has planned, and counts the calls that it made; no token in it."""
    async with running(world, DIGESTBOT_WEB__PORT="0") as process:
        assert process.stderr is not None
        line = ""
        while "health and metrics" not in line:
            line = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
        url = "http://127.0.0.1:" + re.findall(r"port=(\d+)", _plain(line))[0]
        async with aiohttp.ClientSession() as client:
            async with asyncio.timeout(30):
                while (await client.get(f"{url}/readyz")).status != 200:
                    await world.telegram.server.next_call()
            told = await (await client.get(f"{url}/metrics")).text()
    assert 'digestbot_api_calls_total{method="getMe",status="200"} 1.0' in told
    assert world.telegram.token not in told


def _plain(line: str) -> str:
    """Return a line of the log without its colours."""
    return re.sub(r"\x1b\[\d+m", "", line)
