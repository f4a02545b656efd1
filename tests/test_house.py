"""The house is as its map and its documents say."""

import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import digestbot
from digestbot.bot.handlers import (
    channels,
    chats,
    forum,
    papers,
    reading,
    rest,
    settings,
    start,
    taste,
    topics,
    trends,
    welcome,
)
from digestbot.render.menu import menu
from digestbot.settings.sample import sample

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "digestbot"
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = {
    name
    for module in (
        start,
        welcome,
        topics,
        papers,
        reading,
        taste,
        trends,
        settings,
        forum,
        channels,
        chats,
        rest,
    )
    for handler in module.HANDLERS
    for name in getattr(handler, "commands", ())
}


def test_the_map_names_every_room_and_nothing_else() -> None:
    """The docstring of the package lists what is there."""
    named = set(re.findall(r"^    ([a-z_]+(?:\.py|/)) ", digestbot.__doc__ or "", re.MULTILINE))
    beside = {"backups.py", "check.py", "demo.py", "summaries.py", "theatre.py", "topics.py"}
    rooms = {f"{path.name}/" if path.is_dir() else path.name for path in SOURCE.iterdir()}
    assert named | beside == {room for room in rooms if not room.startswith(("__", "py.typed"))}


@pytest.mark.parametrize(
    "place", sorted(set(re.findall(r"[a-z]+/[a-z_/]*\.?[a-z]*", digestbot.__doc__ or "")))
)
def test_the_map_leads_to_what_is_there(place: str) -> None:
    """Each path in "To add ..." exists."""
    assert (SOURCE / place).exists() or (ROOT / place).exists(), place


def test_every_command_has_a_handler_a_menu_line_and_a_line_in_readme() -> None:
    """What readers can say is the same everywhere."""
    assert {name for name, _ in menu("en")} == COMMANDS
    assert set(re.findall(r"`/([a-z]+)", README)) >= COMMANDS - {"help", "start"}


def test_readme_shows_commands_that_exist() -> None:
    """Each `digestbot …` and `make …` in README is one."""
    told = _output("digestbot", "--help")
    for name in re.findall(r"`digestbot ([a-z]+)", README):
        assert re.search(rf"^│ {name} ", told, re.MULTILINE), name
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"(?:\$|`)\s?make ([a-z]+)", README)) <= set(targets)


def test_the_shipped_settings_are_what_the_code_says() -> None:
    """`config/digestbot.toml` is made by `digestbot settings`."""
    assert (ROOT / "config" / "digestbot.toml").read_text(encoding="utf-8") == sample()


def test_the_page_of_settings_is_what_the_code_says() -> None:
    """`docs/configuration.md` is made by `digestbot settings --markdown`."""
    written = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert written == _output("digestbot", "settings", "--markdown")


def test_no_text_of_ours_is_outside_of_the_catalogue() -> None:
    """Handlers and actions hold no sentence: words live in render."""
    for room in ("bot", "actions", "core"):
        for path in (SOURCE / room).rglob("*.py"):
            for text in re.findall(r'(?:reply_text|answer)\(\s*f?"([^"]*)', path.read_text(encoding="utf-8")):
                pytest.fail(f"{path}: {text}")


def test_a_wheel_works_outside_of_the_checkout(tmp_path: Path) -> None:
    """Templates, migrations, catalogues and the sample travel in it: the demo runs from it alone."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    place = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place), str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    for file in ("playground/web/index.html", "render/fonts/NotoSansCJK-subset.otf", "render/fonts/OFL.txt"):
        assert (place / "digestbot" / file).is_file(), file
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "import digestbot; print(digestbot.__file__); from digestbot.cli import main; main()",
            "demo",
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(place), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(str(place))
    assert "Telegram's rules refused 0 of them" in ran.stdout


def test_the_transcript_in_readme_is_from_the_demo() -> None:
    """README shows nothing that the command does not print."""
    shown = README.split("<!-- transcript")[1].split("```text\n")[1].split("```")[0]
    printed = _output("digestbot", "demo")
    pieces = [piece.strip("\n") for piece in shown.split("[…]")]
    assert pieces
    for piece in pieces:
        assert piece in printed


def test_what_a_bot_may_never_need_is_not_in_its_memory() -> None:
    """Other databases, sources that are off, the web's server, pictures: imported by who uses them."""
    late = {
        "aiohttp.web",
        "alembic",
        "feedparser",
        "markdown_it",
        "openai",
        "opentelemetry",
        "resvg_py",
        "sentencex",
        "sentry_sdk",
        "tzfpy",
    }
    late.add("sqlalchemy.dialects.postgresql")
    code = f"import sys, digestbot.cli, digestbot.running\nprint(sorted({late} & sys.modules.keys()))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_what_draws_in_a_terminal_is_not_in_a_bots_memory(tmp_path: Path, newest_sqlite: Path) -> None:
    """Though others of its packages would have it; who draws has it still."""
    shutil.copy(newest_sqlite, tmp_path / "digestbot.db")  # migrations may bring what they like
    code = (
        "import sys\nfrom digestbot import errands\nasync def look(app):\n"
        "    print({'rich', 'pygments'} & sys.modules.keys())\n"
        "errands.with_app(look)\nimport rich.console"
    )
    environment = {**os.environ, "DIGESTBOT_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert ran.stdout.strip() == "set()"


def test_every_template_travels_with_the_package() -> None:
    """What is loaded at run time lies inside of the package."""
    assert {path.name for path in (files("digestbot.render") / "templates").iterdir()} >= {
        "papers.jinja",
        "says.jinja",
        "errors.jinja",
    }


def _output(*command: str) -> str:
    program = [sys.executable, "-m", *command]
    return subprocess.run(program, capture_output=True, text=True, check=True, env=_plain()).stdout


def _plain() -> dict[str, str]:
    return {"COLUMNS": "120", "PATH": "", "HOME": "/nonexistent"}
