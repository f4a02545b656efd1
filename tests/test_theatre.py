"""The playground's play: its papers, its clock, and who may watch. The page is in tests/browser."""

import asyncio
import gzip
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from digestbot.errors import SettingsError
from digestbot.playground.hub import entry
from digestbot.theatre import Theatre, check_host, open_theatre, perform, read_days


@pytest.fixture
async def theatre() -> AsyncIterator[Theatre]:
    async with open_theatre("sample") as (theatre, _):
        yield theatre


def test_the_sample_has_ten_weekdays_in_our_own_words() -> None:
    """Real titles, every abstract and summary written here: none is missing, none is said twice."""
    days = read_days("sample")
    assert [*sorted(days)] == [date(2025, 10, day) for day in (6, 7, 8, 9, 10, 13, 14, 15, 16, 17)]
    papers = [listed["paper"] for entries in days.values() for listed in entries]  # type: ignore[index]
    assert len(papers) == len({paper["id"] for paper in papers}) >= 115
    for field in ("summary", "ai_summary"):
        texts = [paper[field] for paper in papers if field in paper]
        assert len(set(texts)) == len(texts) > 110
    assert all(paper["summary"].count(".") >= 2 for paper in papers)


def test_a_folder_of_answers_is_read(tmp_path: Path) -> None:
    """As the API gave them, packed or not; other files are left alone."""
    day = date(2026, 3, 2)
    raw = json.dumps([entry(day=day)]).encode()
    (tmp_path / "2026-03-02.json").write_bytes(raw)
    (tmp_path / "2026-03-03.json.gz").write_bytes(gzip.compress(raw))
    (tmp_path / "README.md").write_text("words")
    (tmp_path / "notes.json").write_text("{")
    assert {day: len(entries) for day, entries in read_days(str(tmp_path)).items()} == {
        day: 1,
        day + timedelta(days=1): 1,
    }


@pytest.mark.parametrize("text", ["", "{", '{"error": "none"}'])
def test_a_file_that_is_no_list_is_named(tmp_path: Path, text: str) -> None:
    """The operator reads which one."""
    (tmp_path / "2026-03-02.json").write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_days(str(tmp_path))
    assert "2026-03-02.json" in str(caught.value.problems)


@pytest.mark.parametrize("data", ["nowhere", "."])
def test_a_folder_without_lists_is_told(data: str) -> None:
    """Also one that is not there."""
    with pytest.raises(SettingsError):
        read_days(data)


async def test_a_folders_play_begins_before_its_last_day(tmp_path: Path) -> None:
    """So that what the last day brings is still to come: the operator's look at tomorrow."""
    for day in (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)):
        (tmp_path / f"{day}.json").write_text(json.dumps([entry(id=f"2603.{day.day:05}", day=day)]))
    async with open_theatre(str(tmp_path)) as (theatre, _):
        assert theatre.stage.clock.now.date() == date(2026, 3, 3)
        ann = next(iter(theatre.stage.telegram.world.people.values()))
        await ann.says("/start")
        await ann.private.hears()
        await theatre.to_next(None)
        assert "2603.00004" in str((await ann.private.hears()).links)


async def test_the_clock_stops_at_each_digest_on_its_way(theatre: Theatre) -> None:
    """Three days at once: three mornings, each at its own hour, and no refusal by Telegram."""
    ann = next(iter(theatre.stage.telegram.world.people.values()))
    await ann.says("/start")
    await ann.private.hears()
    await theatre.passes(timedelta(days=3))
    came = [message.date for message in ann.private.messages if message.text.startswith("Your papers")]
    assert [(moment.day, moment.hour) for moment in came] == [(15, 8), (16, 8), (17, 8)]
    assert theatre.stage.clock.now - datetime(2025, 10, 17, 10, tzinfo=UTC) < timedelta(minutes=1)
    assert [call.description for call in theatre.stage.telegram.calls if call.status >= 400] == []


async def test_to_the_next_digest_of_one_chat(theatre: Theatre) -> None:
    """Past the other's, which comes on the way; where nobody waits the clock stays."""
    before = theatre.stage.clock.now
    await theatre.to_next(None)
    assert theatre.stage.clock.now - before < timedelta(minutes=1)
    ann, minjun = theatre.stage.telegram.world.people.values()
    for person, hour in ((ann, "/time 09:30"), (minjun, "/time 09:00")):
        await person.says("/start")
        await person.says(hour)
        for _ in range(2):
            await person.private.hears()
    await theatre.to_next(ann.id)
    assert (theatre.stage.clock.now.hour, len(ann.private.unheard), len(minjun.private.unheard)) == (9, 1, 1)


async def test_the_clock_goes_on_by_itself(theatre: Theatre) -> None:
    """It is put, and then seconds pass: a wait for Telegram ends without anybody moving it."""
    theatre.stage.clock.now = datetime(2025, 10, 14, 23, 59, 59, 999_000, tzinfo=UTC)
    while theatre.stage.clock.now.date() != date(2025, 10, 15):
        await theatre.stage.settled()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
def test_this_machine_may_always_watch(host: str) -> None:
    """Nobody else reaches these."""
    check_host(host, is_known=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_others_may_watch_only_if_that_is_meant(host: str) -> None:
    """The page has no password, and says so."""
    with pytest.raises(SettingsError):
        check_host(host, is_known=False)
    check_host(host, is_known=True)


def test_the_command_refuses_another_address() -> None:
    """In a line that says what to do, before anything is opened."""
    ran = _command("playground", "--host", "0.0.0.0")
    assert ran.returncode == 2
    assert "--i-know" in ran.stderr


def test_what_runs_a_bot_holds_no_playground() -> None:
    """`digestbot run` can't be talked into anything by the emulator's controls: they are not there."""
    code = (
        "import sys, digestbot.cli, digestbot.app\n"
        "print([name for name in sys.modules if 'playground' in name or 'theatre' in name])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


async def test_the_bots_own_port_has_no_page(theatre: Theatre) -> None:
    """The emulator and the page are two servers; the Bot API's knows no buttons of the page."""
    base = theatre.stage.running.bot.bot.base_url.removesuffix(f"/bot{theatre.stage.telegram.token}")
    async with ClientSession() as client:
        for path in ("/", "/api/news", "/web/app.js"):
            assert (await client.get(base + path)).status == 404
        assert (await client.post(f"{base}/api/clock", json={"seconds": 60})).status == 404


async def test_a_taken_port_is_told_with_another_to_try(theatre: Theatre) -> None:
    """The operator reads what to type, not a traceback."""
    port = int(theatre.stage.hub.url.rpartition(":")[2])
    with pytest.raises(SettingsError) as caught:
        await perform("sample", "127.0.0.1", port, lambda url: None, asyncio.Event())
    assert f"--port {port + 1}" in str(caught.value.problems)


def test_the_demo_opens_the_page_for_who_has_a_browser() -> None:
    """On a terminal; the browser is given the address, and Ctrl-C ends it all."""
    with _terminal("demo", BROWSER="echo opened %s") as (process, screen):
        shown = _until(screen, "opened http://127.0.0.1:")
        assert "Only this machine reaches it." in shown
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("words", "browser"), [(("demo", "--headless"), "echo opened %s"), (("demo",), "")], ids=["asked", "none"]
)
def test_the_demo_prints_where_no_page_is_wanted_or_can_be_shown(
    words: tuple[str, ...], browser: str
) -> None:
    """The transcript, which README's test reads to its end."""
    with _terminal(*words, BROWSER=browser) as (_, screen):
        assert "opened" not in _until(screen, "Ann in Berlin and 민준 in Seoul subscribe")


@contextmanager
def _terminal(*words: str, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a command on a terminal of its own, without a screen for windows; give it and what to read."""
    screen, end = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    program = [sys.executable, "-m", "digestbot", *words]
    process = subprocess.Popen(program, stdin=end, stdout=end, stderr=end, env=kept | environment)
    os.close(end)
    try:
        yield process, screen
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def _until(screen: int, words: str, seconds: float = 20) -> str:
    """Return what the terminal shows up to *words*."""
    shown, last = b"", time.monotonic() + seconds
    while words.encode() not in shown:
        ready, _, _ = select.select([screen], [], [], max(0, last - time.monotonic()))
        assert ready, shown.decode(errors="replace")
        shown += os.read(screen, 65536)
    return shown.decode(errors="replace")


def _command(*words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "digestbot", *words]
    return subprocess.run(program, capture_output=True, text=True, check=False)
