"""What a running bot writes into its log: one JSON object a line, and nothing of what people say."""

import json
import sqlite3
from pathlib import Path

import pytest

from digestbot.demo import open_stage
from digestbot.playground.faults import Fault
from tests.journeys.conftest import NOON, TUESDAY, ask, papers

NEXT_DAY = NOON.replace(day=15)


async def test_a_log_tells_of_digests_and_not_of_people(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even where a handler fails on what was said, and where a digest is refused: ids, no name, no word."""
    with sqlite3.connect(home / "digestbot.db") as database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON topics WHEN NEW.topic = 'xyzzy' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    database.close()
    async with open_stage(home, NOON, log_level="DEBUG", log_format="json") as stage:
        stage.hub.days[TUESDAY] = papers(TUESDAY, "Agents that Plan")
        ann = stage.telegram.user("Annabella", "en", username="annabella_s")
        await ask(ann, "/start")
        await ask(ann, "/add agents, plugh")
        await ask(ann, "/add xyzzy")
        stage.telegram.fail_next(Fault.flood(60).on(method="sendMessage"))
        await stage.at(NEXT_DAY)
    told = capsys.readouterr().err
    lines = [json.loads(line) for line in told.splitlines()]
    (failed,) = [line for line in lines if line["event"] == "a handler failed"]
    assert "Traceback" in failed["exception"]
    (refused,) = [line for line in lines if line["event"] == "message not sent"]
    assert refused["digest"] == refused["delivery"] == 1
    assert {"method": "sendMessage", "status": "429"}.items() <= next(
        line for line in reversed(lines) if line.get("method") == "sendMessage"
    ).items()
    assert {"update", "job done", "telegram was called"} <= {line["event"] for line in lines}
    assert ann.id in {line.get("user") for line in lines}
    for secret in (stage.telegram.token, "nnabella", "plugh", "xyzzy"):
        assert secret not in told
