"""The client of a language model against a real server: forms, retries, errors, and secrets kept."""

import asyncio
import json
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web

from digestbot import __version__
from digestbot.errors import SourceError
from digestbot.playground.llm import (
    Fault,
    LlmServer,
    body,
    cut_short,
    empty,
    filtered,
    html_page,
    no_choices,
    refused,
    refuses_form,
    reset,
    says,
    slow,
    small_model,
    stall,
    status,
    too_many,
    truncated,
)
from digestbot.sources import llm as module
from digestbot.sources.llm import Form, Llm, LlmError, Reply

SCHEMA = {
    "type": "object",
    "properties": {"bullets": {"type": "array", "items": {"type": "string"}}},
    "required": ["bullets"],
    "additionalProperties": False,
}
MESSAGES = [("system", "You summarise."), ("user", "초록: 작은 모델")]
KEY = "sk-secret-0123456789"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that the server does not name are short."""
    monkeypatch.setattr(module, "_PAUSE", 0.001)


@pytest.fixture
async def server() -> AsyncIterator[LlmServer]:
    async with LlmServer(key=KEY, model="small") as server:
        yield server


@pytest.fixture
async def llm(server: LlmServer) -> AsyncIterator[Llm]:
    async with client(server) as llm:
        yield llm


def client(server: LlmServer, api_key: str | None = KEY, *, timeout: float = 5, concurrency: int = 4) -> Llm:
    return Llm(server.base, "small", api_key, timeout=timeout, concurrency=concurrency)


async def ask(llm: Llm) -> Reply:
    return await llm.ask(MESSAGES, SCHEMA)


async def error_of(llm: Llm) -> LlmError:
    with pytest.raises(LlmError) as caught:
        await ask(llm)
    return caught.value


def forms(server: LlmServer) -> list[str]:
    """Return the forms that were asked for, in order."""
    return [asked.body.get("response_format", {"type": "text"})["type"] for asked in server.requests]


async def test_a_good_answer_by_schema(server: LlmServer, llm: Llm) -> None:
    """The request is what servers expect, the answer is the model's text and what it cost."""
    reply = await ask(llm)
    assert reply.text == small_model([])
    assert reply.asked_in is Form.SCHEMA
    (asked,) = server.requests
    assert asked.path == "/v1/chat/completions"
    assert asked.body == {
        "model": "small",
        "messages": [
            {"role": "system", "content": "You summarise."},
            {"role": "user", "content": "초록: 작은 모델"},
        ],
        "max_completion_tokens": 1500,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "summary", "strict": True, "schema": SCHEMA},
        },
    }
    told = sum(len(text) for _, text in MESSAGES)
    assert reply.tokens == -(-told // 4) + -(-len(reply.text) // 4)


async def test_it_tells_the_server_who_asks_and_no_more(server: LlmServer, llm: Llm) -> None:
    """Nothing of the machine or its Python is sent."""
    await ask(llm)
    headers = {name.lower(): value for name, value in server.requests[0].headers.items()}
    assert headers["user-agent"] == f"digestbot/{__version__}"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert {name for name in headers if name.startswith("x-")} <= {"x-stainless-raw-response"}


@pytest.mark.parametrize("code", [400, 404, 415, 422, 501])
async def test_a_refused_schema_becomes_json_mode_for_good(server: LlmServer, llm: Llm, code: int) -> None:
    """The first answer costs one request more; later ones start with the form that worked."""
    server.fail(refuses_form("json_schema", code=code))
    for _ in range(2):
        assert (await ask(llm)).asked_in is Form.JSON
    again = ["json_schema"] if code == 501 else []
    assert forms(server) == ["json_schema", *again, "json_object", "json_object"]


@pytest.mark.parametrize("code", [400, 500])
async def test_any_form_refused_becomes_plain_for_good(server: LlmServer, llm: Llm, code: int) -> None:
    """A server that knows no response_format at all, as llama-cpp-python's answers with 500."""
    server.fail(refuses_form("json_schema", "json_object", code=code))
    for _ in range(2):
        assert (await ask(llm)).asked_in is Form.PLAIN
    again = ["json_schema"] if code == 500 else []
    assert forms(server) == ["json_schema", *again, "json_object", "text", "text"]
    assert "response_format" not in server.requests[-1].body


async def test_a_bad_moment_teaches_nothing(server: LlmServer, llm: Llm) -> None:
    """One 500 is asked again in the same form, so a good server is not taken for a simple one."""
    server.fail(status(500), times=1)
    assert (await ask(llm)).asked_in is Form.SCHEMA
    assert forms(server) == ["json_schema", "json_schema"]


async def test_a_server_that_is_down_is_left_soon(server: LlmServer, llm: Llm) -> None:
    """Four requests at the most, and afterwards the strictest form is tried first again."""
    server.fail(status(500))
    error = await error_of(llm)
    assert (error.id, error.wait, error.values["status"]) == ("llm-down", 60, 500)
    assert forms(server) == ["json_schema", "json_schema", "json_object", "text"]
    server.heal()
    assert (await ask(llm)).asked_in is Form.SCHEMA


@pytest.mark.parametrize("fault", [status(502), status(503), status(408), status(409), reset, truncated])
async def test_what_passes_is_asked_again_once(server: LlmServer, llm: Llm, fault: Fault) -> None:
    """One failure costs a second request; two are an error."""
    server.fail(fault, times=1)
    assert (await ask(llm)).text == small_model([])
    assert len(server.requests) == 2
    server.fail(fault)
    error = await error_of(llm)
    assert (error.id, error.wait) == ("llm-down", 60)
    assert len(server.requests) == 4


async def test_the_wait_of_a_server_that_loads_its_model_is_told(server: LlmServer, llm: Llm) -> None:
    """A 503 with a long Retry-After is not asked again; the error says for how long."""
    server.fail(status(503, Retry_After="90"))
    error = await error_of(llm)
    assert (error.id, error.wait) == ("llm-down", 90)
    assert len(server.requests) == 1


@pytest.mark.parametrize("code", [401, 402, 403])
async def test_a_refused_key(server: LlmServer, llm: Llm, code: int) -> None:
    """Told at once, and that it is no use to come back before the operator did something."""
    server.fail(status(code))
    error = await error_of(llm)
    assert (error.id, error.wait, error.values["status"]) == ("llm-key", 600, code)
    assert len(server.requests) == 1


async def test_an_unknown_model(server: LlmServer) -> None:
    """In the server's words, after every form: the 404 might have been about the form."""
    async with Llm(server.base, "large", KEY, timeout=5, concurrency=1) as llm:
        error = await error_of(llm)
    assert (error.id, error.wait) == ("llm-model", 600)
    assert error.values["reason"] == "HTTP 404. The model `large` does not exist"
    assert len(server.requests) == 3


async def test_an_address_without_an_api(server: LlmServer) -> None:
    """A forgotten /v1 is told as such, with the URL."""
    async with Llm(server.url, "small", KEY, timeout=5, concurrency=1) as llm:
        error = await error_of(llm)
    assert error.id == "llm-model"
    assert error.values["url"] == f"{server.url}"


async def test_a_refused_request_is_no_matter_of_the_form(server: LlmServer, llm: Llm) -> None:
    """What is refused in every form is this request's own fault: no pause, nothing learned."""
    server.fail(status(400), times=3)
    error = await error_of(llm)
    assert (error.id, error.wait) == ("llm-refused", None)
    assert (await ask(llm)).asked_in is Form.SCHEMA
    assert forms(server) == ["json_schema", "json_object", "text", "json_schema"]


@pytest.mark.parametrize(("fault", "pause"), [(too_many(retry_after=1), 0.99), (too_many(), 0)])
async def test_a_short_wait_is_waited(server: LlmServer, llm: Llm, fault: Fault, pause: float) -> None:
    """The reader gets the summary, no sooner than the server wants."""
    server.fail(fault, times=1)
    assert (await ask(llm)).text
    first, second = server.requests
    assert pause <= second.at - first.at < pause + 0.5


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (too_many(retry_after=1800), 1800),
        (too_many(retry_after=timedelta(minutes=30)), 1800),
        (too_many(reset_in=299), 299),
    ],
)
async def test_a_long_wait_is_told_at_once(server: LlmServer, llm: Llm, fault: Fault, wait: int) -> None:
    """Nobody waits for half an hour: the caller learns for how long to leave the server alone."""
    server.fail(fault)
    started = time.monotonic()
    error = await error_of(llm)
    assert time.monotonic() - started < 0.5
    assert error.id == "llm-busy"
    assert error.wait == pytest.approx(wait, abs=2)
    assert len(server.requests) == 1


@pytest.mark.parametrize("wait", [999_999_999, "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_years_are_a_day(server: LlmServer, llm: Llm, wait: int | str) -> None:
    """A wrong header does not end the summaries for good."""
    server.fail(too_many(retry_after=wait))
    assert (await error_of(llm)).wait == 86_400


async def test_busy_without_a_word_of_when(server: LlmServer, llm: Llm) -> None:
    """After the second 429 a minute is a good guess."""
    server.fail(status(429))
    error = await error_of(llm)
    assert (error.id, error.wait) == ("llm-busy", 60)
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", [stall, slow(5)])
async def test_the_time_is_for_the_whole_answer(server: LlmServer, fault: Fault) -> None:
    """A model that is too slow is not asked again, and leaving does not wait for it."""
    server.fail(fault)
    started = time.monotonic()
    async with client(server, timeout=0.3) as llm:
        error = await error_of(llm)
    assert time.monotonic() - started < 2
    assert (error.id, error.wait) == ("llm-down", 60)
    assert error.values["reason"] == "no answer within 0.3 s"
    assert len(server.requests) == 1


async def test_a_slow_model_is_waited_for(server: LlmServer, llm: Llm) -> None:
    """Slow is not down."""
    server.fail(slow(0.1))
    assert (await ask(llm)).text == small_model([])


async def test_nobody_listens() -> None:
    """A port without a server is down."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        async with Llm(url, "small", None, timeout=5, concurrency=1) as llm:
            error = await error_of(llm)
    assert (error.id, error.wait, error.values["url"]) == ("llm-down", 60, url)
    assert isinstance(error, SourceError)


@pytest.mark.parametrize("fault", [html_page, body(b"{'a': 1}"), body(b""), body(b'{"choices": 7}')])
async def test_what_is_no_answer_of_the_api(server: LlmServer, llm: Llm, fault: Fault) -> None:
    """A page for people, broken JSON and JSON of another kind are told apart from a model's words."""
    server.fail(fault)
    error = await error_of(llm)
    assert (error.id, error.wait) == ("llm-garbled", 60)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (no_choices, "no choices. Provider failed"),
        (empty, "no text, finish_reason stop"),
        (says(" \n"), "no text, finish_reason stop"),
        (says("<think>It is late, and"), "no text, finish_reason stop"),
        (refused, "refused, finish_reason stop"),
        (filtered, "no text, finish_reason content_filter"),
    ],
)
async def test_an_answer_without_words(server: LlmServer, llm: Llm, fault: Fault, reason: str) -> None:
    """It concerns this paper alone: no pause for the others."""
    server.fail(fault)
    error = await error_of(llm)
    assert (error.id, error.wait, error.values["reason"]) == ("llm-empty", None, reason)


async def test_an_answer_without_words_tells_what_it_cost(server: LlmServer, llm: Llm) -> None:
    """A model that thought until it was cut is paid for; a provider that never answered is not."""
    told = sum(len(text) for _, text in MESSAGES)
    for fault, tokens in ((empty, -(-told // 4)), (no_choices, 0)):
        server.fail(fault, times=1)
        assert (await error_of(llm)).tokens == tokens


@pytest.mark.parametrize("told", [-5_000_000, 10**12, 10**30])
async def test_a_cost_that_can_not_be_is_estimated(server: LlmServer, llm: Llm, told: int) -> None:
    """Fewer than none would lift the budget, too many end the day, and no database holds the most."""
    usage = f'"usage": {{"prompt_tokens": {told}, "completion_tokens": 1}}'
    server.fail(body(f'{{"choices": [{{"message": {{"content": "Lamps."}}}}], {usage}}}'.encode()))
    size = sum(len(text.encode()) for _, text in MESSAGES) + len("Lamps.")
    assert (await ask(llm)).tokens == 1 + size // 3


async def test_an_answer_that_was_cut_is_given_back(server: LlmServer, llm: Llm) -> None:
    """What there is may hold good bullets; its reader decides."""
    server.fail(cut_short)
    text = (await ask(llm)).text
    assert text
    assert small_model([]).startswith(text)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<think>\nHm. 1,000?\n</think>\n\n- One.", "- One."),
        ("\n<think></think>- One.", "- One."),
        ("Hm, let me see.\n</think>\n- One.", "- One."),
        ("- One.", "- One."),
        ("- It writes <think> first, then </think>.", "- It writes <think> first, then </think>."),
        ('{"bullets": ["</think> ends it."]}', '{"bullets": ["</think> ends it."]}'),
    ],
)
async def test_thoughts_are_dropped(server: LlmServer, llm: Llm, written: str, text: str) -> None:
    """What a reasoning model thinks before its answer is not part of it; marks within it are."""
    server.fail(says(written))
    assert (await ask(llm)).text == text


@pytest.mark.parametrize("text", ["- One.", "- 작은 모델을 제안한다."])
async def test_an_untold_cost_is_estimated(text: str) -> None:
    """A budget holds also with servers that tell no usage."""
    async with LlmServer(lambda _: text, tells_usage=False) as server, client(server) as llm:
        few = (await ask(llm)).tokens
        many = (await llm.ask([*MESSAGES, ("user", "x" * 3000)], SCHEMA)).tokens
    assert few > 10
    assert many == few + 1000


async def test_no_more_at_once_than_allowed(server: LlmServer) -> None:
    """Ten questions, three on their way at any time, all answered."""
    server.fail(slow(0.02))
    async with client(server, concurrency=3) as llm:
        replies = await asyncio.gather(*(ask(llm) for _ in range(10)))
    assert len(replies) == 10
    assert server.most_at_once == 3


async def test_a_failure_gives_its_turn_back(server: LlmServer) -> None:
    """After errors, time-outs and cancellations the next one is asked."""
    async with client(server, timeout=0.3, concurrency=1) as llm:
        for fault in (status(401), stall):
            server.heal()
            server.fail(fault)
            await error_of(llm)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await ask(llm)
        server.heal()
        assert (await ask(llm)).text


async def echo(server: LlmServer, request: web.Request) -> web.Response:
    """A server that tells in its error what it was sent."""
    said = json.dumps({"error": {"message": f"Bad header: {request.headers['Authorization']}"}})
    return web.Response(text=said, status=400, content_type="application/json")


def listen(caplog: pytest.LogCaptureFixture) -> None:
    """Catch all that is logged on the way, also by those whom our own log keeps quiet."""
    for name in (None, "openai", "httpx2", "httpcore2"):
        caplog.set_level("DEBUG", logger=name)


@pytest.mark.parametrize(
    "fault", [status(401), status(500), too_many(retry_after=99), html_page, empty, reset, stall, echo]
)
async def test_the_key_is_in_no_error(
    server: LlmServer, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in an error, nor in its traceback, nor in a log."""
    listen(caplog)
    server.fail(fault)
    async with client(server, timeout=0.3) as llm:
        error = await error_of(llm)
    told = "".join(traceback.format_exception(error)) + repr(error) + str(error) + caplog.text
    assert caplog.text
    assert "sk-secret" not in told


async def test_a_part_of_the_key_is_in_no_error(server: LlmServer, caplog: pytest.LogCaptureFixture) -> None:
    """The server repeats a part of a wrong key, as OpenAI does; we don't, at any level of logging."""
    listen(caplog)
    async with client(server, "sk-wrong-key-0987") as llm:
        error = await error_of(llm)
    assert error.id == "llm-key"
    told = "".join(traceback.format_exception(error)) + repr(error) + caplog.text
    assert "sk-wrong" not in told
    assert "0987" not in told


@pytest.mark.parametrize("key", ["sk-secret-열쇠", "sk-secret\n1"])
async def test_a_key_that_is_none(server: LlmServer, key: str) -> None:
    """What no header can hold is told without being sent or shown."""
    async with client(server, key) as llm:
        error = await error_of(llm)
    assert error.id == "llm-key"
    assert "sk-secret" not in "".join(traceback.format_exception(error))
    assert server.requests == []


async def test_a_password_in_the_url_is_sent_and_not_shown(
    server: LlmServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A server of one's own behind a password works, and nobody sees the password."""
    listen(caplog)
    server.key = None
    url = server.base.replace("http://", "http://user:pass-word@")
    async with Llm(url, "small", None, timeout=5, concurrency=1) as llm:
        assert (await ask(llm)).text
        server.fail(status(500))
        error = await error_of(llm)
    assert server.requests[0].headers["Authorization"] == "Basic dXNlcjpwYXNzLXdvcmQ="
    assert error.values["url"] == server.base
    assert "pass-word" not in "".join(traceback.format_exception(error)) + caplog.text


async def test_the_environment_of_openai_is_not_ours(
    server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key for something else that lies around is not sent to a server of one's own."""
    server.key = None
    for name, value in {
        "OPENAI_API_KEY": "sk-ambient",
        "OPENAI_ADMIN_KEY": "sk-ambient-admin",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/ambient",
        "OPENAI_ORG_ID": "org-ambient",
        "OPENAI_PROJECT_ID": "proj-ambient",
        "OPENAI_WEBHOOK_SECRET": "ambient",
        "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer ambient\nX-Ambient: 1\nUser-Agent: ambient",
    }.items():
        monkeypatch.setenv(name, value)
    async with client(server, None) as llm:
        await ask(llm)
    (asked,) = server.requests
    assert asked.headers["Authorization"] == "Bearer none"
    assert "ambient" not in repr(asked).lower()


async def test_it_is_used_inside_its_with(server: LlmServer) -> None:
    """A client that was not opened is our own mistake, not the server's."""
    with pytest.raises(RuntimeError):
        await ask(client(server))


async def test_closing_does_not_wait(server: LlmServer) -> None:
    """Who leaves in the middle of an answer is gone at once."""
    server.fail(stall)
    started = time.monotonic()
    async with client(server, timeout=60) as llm:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await ask(llm)
    assert time.monotonic() - started < 2
    assert len(server.requests) == 1


def test_only_who_has_a_model_waits_for_the_package() -> None:
    """`digestbot --version` does not load what takes half a second."""
    loaded = "import sys, digestbot.sources.llm; print('openai' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", loaded], text=True) == "False\n"


GOOD = {"model": "small", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (GOOD, 200),
        ({**GOOD, "model": "large"}, 404),
        ({**GOOD, "model": None}, 400),
        ({**GOOD, "messages": []}, 400),
        ({**GOOD, "messages": ["Hello"]}, 400),
        ({**GOOD, "messages": [{"role": "poet", "content": "Hello"}]}, 400),
        ({**GOOD, "messages": [{"role": "user", "content": 1}]}, 400),
        ({**GOOD, "response_format": {"type": "xml"}}, 400),
        ({**GOOD, "response_format": {"type": "json_schema"}}, 400),
        ([], 400),
    ],
)
async def test_the_server_is_strict(server: LlmServer, request_: object, code: int) -> None:
    """What the client of these tests may not send, our server refuses, as OpenAI does."""
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        ClientSession(headers=headers) as session,
        session.post(f"{server.base}/chat/completions", json=request_) as response,
    ):
        assert response.status == code
        assert ("error" in await response.json()) == (code != 200)


@pytest.mark.parametrize(("key", "code"), [(KEY, 200), ("another", 401)])
async def test_the_server_lists_its_model(server: LlmServer, key: str, code: int) -> None:
    """To who has the key."""
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        ClientSession(headers=headers) as session,
        session.get(f"{server.base}/models") as response,
    ):
        assert response.status == code
        if code == 200:
            assert [model["id"] for model in (await response.json())["data"]] == ["small"]
