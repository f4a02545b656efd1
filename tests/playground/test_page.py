"""The page's own server: who may talk to it, what it tells, what it takes. test_browser.py has the rest."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession

from digestbot.playground import Chat, Emulator, Person
from digestbot.playground.guard import is_ours
from digestbot.playground.page import Page
from digestbot.playground.view import Due, Home
from tests.playground.conftest import Wire


class Still:
    """A bot that never does anything by itself; it remembers how its clock was moved."""

    def __init__(self) -> None:
        self.moves: list[object] = []

    async def due(self) -> Due:
        return Due({}, 0)

    async def passes(self, time: timedelta) -> None:
        self.moves.append(time)

    async def to_next(self, chat: int | None) -> None:
        self.moves.append(chat)


class Tab:
    """A page open in a browser, without the browser."""

    def __init__(self, client: ClientSession, url: str) -> None:
        self.client = client
        self.url = url

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(self.url + path, headers=headers)

    async def post(self, act: str, body: Any, **headers: str) -> ClientResponse:
        given = {"Origin": self.url, "Content-Type": "application/json"} | headers
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return await self.client.post(f"{self.url}/api/{act}", data=data, headers=given)

    async def news(self, count: int = 1) -> list[dict[str, Any]]:
        """Return the first *count* pieces of news that a page opened now is told."""
        told: list[dict[str, Any]] = []
        async with self.client.get(f"{self.url}/api/news") as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    told.append(json.loads(line.removeprefix(b"data: ")))
                if len(told) == count:
                    break
        return told


@pytest.fixture
def play() -> Still:
    return Still()


@pytest.fixture
async def tab(telegram: Emulator, play: Still, ann: Person) -> AsyncIterator[Tab]:
    page = Page(telegram, play, {ann.id: Home("Europe/Berlin", 52.5, 13.4)})
    async with page.serve() as url, ClientSession() as client:
        yield Tab(client, url)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "localhost.evil.example", "", "127.0.0.1.nip.io"]
)
async def test_a_name_that_is_not_ours_is_refused(tab: Tab, host: str) -> None:
    """DNS rebinding: a page of evil.example that points here gets nothing."""
    for path in ("/", "/web/app.js", "/api/news"):
        assert (await tab.get(path, Host=host)).status == 403
    assert (await tab.post("clock", {"seconds": 60}, Host=host, Origin=f"http://{host}")).status == 403


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765", "192.168.1.5"])
def test_numbers_and_localhost_are_ours(host: str) -> None:
    """No attacker can have them point elsewhere."""
    assert is_ours(host)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "https://127.0.0.1"])
async def test_only_the_page_itself_may_act(tab: Tab, play: Still, origin: str) -> None:
    """Another page in the same browser can send, but not as this one."""
    assert (await tab.post("clock", {"seconds": 60}, Origin=origin)).status == 403
    assert play.moves == []


async def test_a_form_of_another_page_is_refused(tab: Tab, play: Still) -> None:
    """A form can be sent without asking first; it can't be JSON."""
    answer = await tab.post("clock", "seconds=60", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 415
    assert play.moves == []


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("clock", "{", 400),
        ("clock", b"\xff\xfe", 400),
        ("clock", "[]", 400),
        ("clock", {"seconds": "60"}, 400),
        ("clock", {"seconds": True}, 400),
        ("clock", {"seconds": -60}, 400),
        ("clock", {"seconds": 10**12}, 400),
        ("say", {"chat": 1, "text": "hi"}, 404),
        ("say", {"chat": "ann", "text": "hi"}, 400),
        ("fault", {"kind": "earthquake"}, 400),
        ("locate", None, 400),
        ("nothing", {}, 404),
    ],
)
async def test_nonsense_is_told_and_changes_nothing(
    tab: Tab, play: Still, act: str, body: Any, status: int
) -> None:
    """Each wrong request is answered as what it is, never with 500."""
    assert (await tab.post(act, body)).status == status
    assert play.moves == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 4097, "\ud800", 7, None])
async def test_a_text_that_is_none_is_refused(tab: Tab, ann: Person, text: Any) -> None:
    """What Telegram could not carry never gets into the chat."""
    assert (await tab.post("say", {"chat": ann.id, "text": text})).status == 400
    assert ann.private.messages == []


async def test_the_clock_moves_as_asked(tab: Tab, play: Still, ann: Person) -> None:
    """By a step, to anybody's next digest, to one chat's."""
    for body in ({"seconds": 3600}, {"next": True}, {"next": True, "chat": ann.id}):
        assert (await tab.post("clock", body)).status == 200
    assert play.moves == [timedelta(hours=1), None, ann.id]


async def test_every_answer_is_dressed(tab: Tab) -> None:
    """Also errors carry the policy that keeps foreign text from running."""
    for answer in (
        await tab.get("/"),
        await tab.get("/web/none.js"),
        await tab.get("/", Host="evil.example"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/web/../page.py", "/web/%2e%2e%2fpage.py", "/web/page.py", "/web/"])
async def test_only_the_pages_files_are_served(tab: Tab, path: str) -> None:
    """No path leads out of the folder."""
    assert (await tab.get(path)).status == 404


async def test_the_page_asks_for_nothing_from_elsewhere(tab: Tab) -> None:
    """No CDN: every script, style and picture of its own comes from here."""
    html = await (await tab.get("/")).text()
    assert 'src="/web/app.js"' in html
    assert "//" not in html.replace("<!doctype html>", "")


async def test_foreign_text_stays_text(tab: Tab, wire: Wire, ann: Person) -> None:
    """A title such as <img onerror> travels as characters, in JSON, in one line of the stream."""
    title = "<img src=x onerror=alert(1)>\ndata: {}\n\n</script>"
    assert (await wire("sendMessage", chat_id=ann.id, text=title))["ok"]
    (told,) = await tab.news()
    assert [message["text"] for message in told["messages"]] == [title]
    assert told["messages"][0]["entities"] == []


async def test_news_begin_with_all_and_go_on_with_what_changed(tab: Tab, wire: Wire, ann: Person) -> None:
    """A page that is opened late, or again, knows what one knows that was open all the time."""
    sent = await wire("sendMessage", chat_id=ann.id, text="first")
    number = sent["result"]["message_id"]
    async with tab.client.get(f"{tab.url}/api/news") as stream:
        first = await _next(stream)
        assert [message["text"] for message in first["messages"]] == ["first"]
        assert [chat["name"] for chat in first["chats"]] == ["Ann"]
        await wire("editMessageText", chat_id=ann.id, message_id=number, text="second")
        changed = await _next(stream, "messages")
        assert [(one["id"], one["text"]) for one in changed["messages"]] == [(number, "second")]
        assert "chats" not in changed
        await wire("deleteMessage", chat_id=ann.id, message_id=number)
        assert (await _next(stream, "removed"))["removed"] == [{"chat": ann.id, "id": number}]
    again = (await tab.news())[0]
    assert "messages" not in again
    assert [call["method"] for call in again["calls"]] == ["sendMessage", "editMessageText", "deleteMessage"]


async def test_typing_is_told_once(tab: Tab, wire: Wire, ann: Person) -> None:
    """The page shows it for a while by itself."""
    async with tab.client.get(f"{tab.url}/api/news") as stream:
        await _next(stream)
        await wire("sendChatAction", chat_id=ann.id, action="typing")
        assert (await _next(stream, "typing"))["typing"] == [ann.id]
        await wire("sendMessage", chat_id=ann.id, text="done")
        assert "typing" not in await _next(stream, "messages")


async def test_a_fault_is_shown_until_it_has_met_a_call(tab: Tab, wire: Wire, ann: Person) -> None:
    """The switch goes back by itself; the call tells what happened to it."""
    await tab.post("fault", {"kind": "error", "once": True})
    assert (await tab.news())[0]["faults"] == ["error"]
    await wire.error("sendMessage", chat_id=ann.id, text="lost")
    told = (await tab.news())[0]
    assert told["faults"] == []
    assert [(call["status"], call["description"]) for call in told["calls"]] == [
        (500, "Internal Server Error")
    ]


async def test_a_group_is_written_in_by_its_members_only(tab: Tab, telegram: Emulator, ann: Person) -> None:
    """The page can't have a stranger speak."""
    bo = telegram.user("Bo")
    group = telegram.group("Readers", members=[ann])
    assert (await tab.post("say", {"chat": group.id, "person": bo.id, "text": "hi"})).status == 404
    assert (await tab.post("say", {"chat": group.id, "person": ann.id, "text": "hi"})).status == 200
    assert [message.text for message in group.messages] == ["hi"]


async def test_a_channel_speaks_for_itself(tab: Tab, telegram: Emulator) -> None:
    """Posts have no author; the page says that the bot does not listen where it does not."""
    telegram.world.updates.allow(["message"])
    channel: Chat = telegram.channel("News")
    assert (await tab.post("say", {"chat": channel.id, "text": "today"})).status == 200
    assert [message.author for message in channel.messages] == [None]
    told = {chat["name"]: chat["is_heard"] for chat in (await tab.news())[0]["chats"]}
    assert told == {"Ann": True, "News": False}


async def test_blocking_reaches_the_bot(tab: Tab, telegram: Emulator, ann: Person) -> None:
    """As my_chat_member, as from Telegram."""
    await tab.post("block", {"chat": ann.id, "out": True})
    assert ann.has_blocked
    assert [*telegram.world.updates.pending[0]] == ["update_id", "my_chat_member"]
    await tab.post("block", {"chat": ann.id, "out": False})
    assert not ann.has_blocked


async def test_a_button_that_is_gone_is_not_pressed(
    tab: Tab, wire: Wire, ann: Person, telegram: Emulator
) -> None:
    """Neither beyond the keyboard nor under a message that was deleted."""
    keys = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    sent = await wire("sendMessage", chat_id=ann.id, text="choose", reply_markup=keys)
    body = {"chat": ann.id, "message": sent["result"]["message_id"], "row": 0, "column": 0}
    for wrong in ({"row": 1}, {"column": 7}, {"message": 99}):
        assert (await tab.post("tap", body | wrong)).status == 404
    assert telegram.world.updates.pending == []


async def test_a_document_can_only_be_saved_a_picture_is_shown(tab: Tab, telegram: Emulator) -> None:
    """A page of HTML in a document never runs here, whatever it calls itself."""
    page = telegram.world.keep_file("논문 <1>.html", b"<script>alert(1)</script>", "text/html")
    picture = telegram.world.keep_file("chart.png", b"\x89PNG\r\n", "image/png")
    answer = await tab.get(f"/files/{page.file_id}")
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%EB%85%BC")
    assert (await tab.get(f"/files/{picture.file_id}")).content_type == "image/png"
    assert (await tab.get("/files/file-99")).status == 404


async def test_inline_results_are_offered_and_chosen(
    tab: Tab, telegram: Emulator, wire: Wire, ann: Person
) -> None:
    """`@bot words` asks the bot; what is chosen stands in the chat, by way of the bot."""
    telegram.world.updates.allow(["inline_query"])
    content = {"message_text": "<b>QeRL</b>", "parse_mode": "HTML"}
    result = {"type": "article", "id": "1", "title": "QeRL", "input_message_content": content}

    async def answer() -> None:
        while not telegram.world.questions:
            await telegram.world.updates.change(1)
        (question,) = telegram.world.questions
        await wire("answerInlineQuery", inline_query_id=question, results=[result])

    _, told = await asyncio.gather(answer(), tab.post("inline", {"chat": ann.id, "query": "qerl"}))
    offered = await told.json()
    assert offered["results"] == [{"title": "QeRL", "text": ""}]
    await tab.post("choose", {"chat": ann.id, "id": offered["id"], "index": 0})
    (shown,) = ann.private.messages
    assert (shown.text, [entity.type for entity in shown.entities]) == ("QeRL", ["bold"])
    assert (await tab.post("choose", {"chat": ann.id, "id": offered["id"], "index": 1})).status == 404


async def _next(stream: ClientResponse, wanted: str = "") -> dict[str, Any]:
    """Return the next piece of news, or the next that tells of *wanted*."""
    async for line in stream.content:
        if line.startswith(b"data: ") and (told := json.loads(line.removeprefix(b"data: "))).keys() >= {
            wanted
        } - {""}:
            return dict(told)
    raise AssertionError("the stream ended")
