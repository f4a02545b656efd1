"""What is shipped beside the code is as the code is: compose files, the unit, workflows, .env.example."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.test_by_hand import commands

ROOT = Path(__file__).parent.parent
COMPOSE = ["compose.yaml", "config/compose.postgres.yaml"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NAMING = [
    *(ROOT / name for name in (*COMPOSE, ".env.example", "Dockerfile", "Makefile", "README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
SETTINGS = set(
    re.findall(r"^\| `(\w+)`", (ROOT / "docs/configuration.md").read_text(encoding="utf-8"), re.MULTILINE)
)


def read(path: str | Path) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", NAMING, ids=lambda path: path.name)
def test_settings_that_are_named_exist(path: Path) -> None:
    """A name that was changed in the code is changed wherever it is shown."""
    named = set(re.findall(r"DIGESTBOT_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8")))
    assert named - SETTINGS <= {"DIGESTBOT_IMAGE", "DIGESTBOT_CONFIG"}


def test_the_example_of_an_environment_can_be_used_as_it_is(tmp_path: Path) -> None:
    """With all its lines switched on, and the token, no setting is refused."""
    lines = re.findall(r"^#?(DIGESTBOT_\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    told = dict(lines) | {"DIGESTBOT_TELEGRAM__TOKEN": "123456:ABC-DEF1234ghIkl"}
    code = "from digestbot.settings import load; print(load().telegram.token is not None)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=told, capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("True\n", "")


@pytest.mark.parametrize("path", COMPOSE)
def test_a_compose_file_runs_the_bot_on_a_root_that_can_not_be_written(path: str) -> None:
    """Each service restarts, and ours have what the image was tried with."""
    services = read(path)["services"]
    ours = [one for name, one in services.items() if name in {"digestbot", "web", "worker"}]
    assert ours
    for service in ours:
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    for service in services.values():
        assert service["restart"] == "unless-stopped"
        assert "image" in service or "build" in service


def test_the_roles_of_the_compose_file_are_those_of_the_page() -> None:
    """Two of each; the same proxy, but for where it finds the two that answer."""
    file = read("config/compose.postgres.yaml")
    typed = "".join(commands())
    for name in ("web", "worker"):
        service = file["services"][name]
        assert service["deploy"]["replicas"] == 2
        assert " ".join(service["command"]) == f"run --role {name}"
        assert f"digestbot run --role {name} " in typed
        assert service["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    composed = file["configs"]["caddyfile"]["content"].replace("dynamic a web 8080\n", "")
    composed = composed.replace("request_buffers 1MiB", "buffer_requests")  # as Caddy 2.6.2 calls it
    page = typed.partition("<<END\n")[2].partition("END\n")[0]
    page = page.replace("bot.example.org", "{$$DOMAIN}").replace(" 127.0.0.1:8081 127.0.0.1:8082", "")
    assert composed.split() == page.split()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_what_there_is(path: Path) -> None:
    """Its jobs have steps, and each `make …` is a target."""
    workflow = read(path)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert workflow["permissions"]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            assert "uses" in step or "run" in step
            assert set(re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))) <= set(targets)


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and "CI" not in os.environ,
    reason="systemd-analyze is missing: apt-get install systemd",
)
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """It finds nothing to complain of, but for the program, which is not installed here."""
    text = (ROOT / "config" / "digestbot.service").read_text(encoding="utf-8")
    program = Path(sys.executable).with_name("digestbot")
    assert "ExecStart=/opt/digestbot/bin/digestbot run\n" in text
    unit = tmp_path / "digestbot.service"
    unit.write_text(text.replace("/opt/digestbot/bin/digestbot", str(program)), encoding="utf-8")
    ran = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
