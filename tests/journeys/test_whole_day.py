"""A whole day as it was listed, for an English and a Korean reader: with no model, bad ones, a good one."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digestbot.demo import open_stage, sample_days
from digestbot.playground.llm import Fault, LlmServer, Writes, stall, status
from digestbot.playground.people import Person
from digestbot.playground.writers import echoing, faithful, inventive
from tests.journeys.conftest import ask, refused

DAY = date(2025, 10, 14)
NOON = datetime(2025, 10, 14, 12, 0, tzinfo=UTC)
OWN = {"Hugging Face", "extract", "발췌"}
LLM = {"LLM tiny"}

MODELS: dict[str, tuple[Writes | None, Fault | None, set[str], set[str]]] = {
    "none": (None, None, OWN, OWN),
    "down": (faithful, status(503), OWN, OWN),
    "hanging": (faithful, stall, OWN, OWN),
    "inventive": (inventive, None, OWN, OWN),
    "echoing": (echoing, None, LLM, OWN),  # sentences of the abstract are fine in English
    "good": (faithful, None, LLM, LLM),
}
"""What it writes, how it fails, and the labels that Ann and 민준 see."""


@pytest.mark.parametrize("model", MODELS)
async def test_every_paper_of_a_day_arrives_with_a_true_label(home: Path, model: str) -> None:
    """No paper is missing, none is there twice, and each says whose words its summary is."""
    writes, fault, *labels = MODELS[model]
    async with LlmServer(writes=writes or faithful, model="tiny") as llm:
        if fault:
            llm.fail(fault)
        given = {"model": "tiny", "url": llm.base, "timeout": 1, "concurrency": 8} if writes else {}
        async with open_stage(home, NOON - timedelta(days=1), llm=given) as stage:
            readers = [stage.telegram.user("Ann", "en"), stage.telegram.user("민준", "ko")]
            for reader in readers:
                await ask(reader, "/start")
                await ask(reader, "/max 50")
            stage.hub.days[DAY] = listed = sample_days()[DAY]
            stage.clock.now, stage.hub.today = NOON, DAY
            for job in ("huggingface", *(["summaries"] if writes else []), "plan", "send"):
                await stage.running.clockwork.run(job)
            ids = Counter(entry["paper"]["id"] for entry in listed)  # type: ignore[index]
            for reader, true in zip(readers, labels, strict=True):
                assert _papers(reader) == ids
                assert set(_labels(reader)) <= true
                assert len(_labels(reader)) == len(listed)
            assert refused(stage) == []


def _digest(reader: Person) -> list[str]:
    return [message.text for message in reader.private.messages if message.from_bot][2:]


def _labels(reader: Person) -> list[str]:
    lines = (line.partition(" · ✓ ") for text in _digest(reader) for line in text.splitlines())
    return [label for label, mark, _ in lines if mark]


def _papers(reader: Person) -> "Counter[str]":
    links = [link for message in reader.private.messages if message.from_bot for _, link in message.links]
    return Counter(link.removeprefix("https://arxiv.org/abs/") for link in links if "arxiv.org/abs" in link)
