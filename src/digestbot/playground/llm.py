"""A language model behind OpenAI's API, on a port of this machine, with every way we know it to fail.

async with LlmServer(writes=lambda messages: '{"bullets": ["…"]}') as server:
    server.fail(refuses_form("json_schema"))
    server.fail(status(503), times=2)
    Llm(f"{server.url}/v1", …)
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from aiohttp import web

from .outside import (
    BODY,
    Asked,
    Fault,
    OutsideServer,
    body,
    html_page,
    json_answer,
    reset,
    stall,
    status,
    too_many,
    truncated,
)

Writes = Callable[[list[dict[str, Any]]], str]
"""The model itself: what it writes to messages, each with its role and content."""

_ROLES = ("system", "developer", "user", "assistant", "tool")
_FORMS = ("text", "json_object", "json_schema")
_CHARACTERS_PER_TOKEN = 4


def small_model(messages: list[dict[str, Any]]) -> str:
    return '{"bullets": ["A small model is shown.", "It fits into a pocket."]}'


class LlmServer(OutsideServer):
    """Answers chat completions with what `writes` writes; strict about requests, as OpenAI is.

    With a `key`, another one in a request answers 401; with a `model`, another one 404.
    """

    def __init__(
        self,
        writes: Writes = small_model,
        *,
        key: str | None = None,
        model: str | None = None,
        tells_usage: bool = True,
    ) -> None:
        super().__init__("/v1/chat/completions", web.post)
        self.writes = writes
        self.key = key
        self.model = model
        self.tells_usage = tells_usage
        self.most_at_once = 0
        """How many requests there were at the same time."""
        self._at_once = 0
        self._runner.app.router.add_get("/v1/models", self._models)

    @property
    def base(self) -> str:
        """What a client is given as the URL."""
        return f"{self.url}/v1"

    def truth(self, request: web.Request) -> web.Response:
        return self._refusal(request) or self.completion(request, self.writes(request[BODY]["messages"]))

    def completion(
        self,
        request: web.Request,
        text: str | None,
        finish_reason: str = "stop",
        refusal: str | None = None,
    ) -> web.Response:
        """Return a well-formed answer that holds *text*."""
        asked = request[BODY]
        message = {"role": "assistant", "content": text, "refusal": refusal}
        answer: dict[str, Any] = {
            "id": f"chatcmpl-{len(self.requests)}",
            "object": "chat.completion",
            "created": 1760400000,
            "model": asked["model"],
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}],
        }
        if self.tells_usage:
            told = _tokens("".join(str(message["content"]) for message in asked["messages"]))
            written = _tokens(text or "")
            answer["usage"] = {
                "prompt_tokens": told,
                "completion_tokens": written,
                "total_tokens": told + written,
            }
        return json_answer(answer)

    def day_of(self, request: web.Request) -> date | None:
        return None

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await super()._answer(request)
        finally:
            self._at_once -= 1

    async def _models(self, request: web.Request) -> web.Response:
        name = self.model or "small"
        listed = {"id": name, "object": "model", "created": 1760400000, "owned_by": "digestbot"}
        return self._wrong_key(request) or json_answer({"object": "list", "data": [listed]})

    def _refusal(self, request: web.Request) -> web.Response | None:
        if refusal := self._wrong_key(request):
            return refusal
        if problem := _problem(request[BODY]):
            return error_answer(400, problem)
        if self.model and request[BODY]["model"] != self.model:
            return error_answer(
                404, f"The model `{request[BODY]['model']}` does not exist", "model_not_found"
            )
        return None

    def _wrong_key(self, request: web.Request) -> web.Response | None:
        given = request.headers.get("Authorization", "")
        if self.key is None or given == f"Bearer {self.key}":
            return None
        given = given.removeprefix("Bearer ")  # a part of it is repeated, as OpenAI does
        shown = f"{given[:8]}********{given[-4:]}"
        return error_answer(401, f"Incorrect API key provided: {shown}.", "invalid_api_key")


def error_answer(code: int, message: str, name: str | None = None) -> web.Response:
    """Return an error as OpenAI writes it."""
    kind = "invalid_request_error" if code < 500 else "server_error"
    return json_answer({"error": {"message": message, "type": kind, "param": None, "code": name}}, code)


def says(text: str) -> Fault:
    """Return a fault that answers with *text*, whatever is asked."""

    async def answer(server: LlmServer, request: web.Request) -> web.Response:
        return server.completion(request, text)

    return answer


def refuses_form(*forms: str, code: int = 400) -> Fault:
    """Return a fault that refuses requests for these types of response_format; it answers others truly.

    llama-cpp-python's server does so with the *code* 500.
    """

    async def answer(server: LlmServer, request: web.Request) -> web.Response:
        form = _form(request[BODY])
        if form in forms:
            return error_answer(code, f"'response_format.type' {form!r} is not supported")
        return server.truth(request)

    return answer


def slow(seconds: float) -> Fault:
    """Return a fault that answers truly, but late."""

    async def answer(server: LlmServer, request: web.Request) -> web.Response:
        with suppress(TimeoutError):
            await asyncio.wait_for(server.stalled(), seconds)
        return server.truth(request)

    return answer


async def no_choices(server: LlmServer, request: web.Request) -> web.Response:
    """Status 200 with an error in it, as OpenRouter answers when the provider behind it failed."""
    return json_answer({"id": "gen-1", "choices": [], "error": {"code": 502, "message": "Provider failed"}})


async def empty(server: LlmServer, request: web.Request) -> web.Response:
    """A completion without a word."""
    return server.completion(request, "")


async def refused(server: LlmServer, request: web.Request) -> web.Response:
    """A model that would rather not."""
    return server.completion(request, None, refusal="I can't help with that.")


async def filtered(server: LlmServer, request: web.Request) -> web.Response:
    """An answer that a filter stopped half-way."""
    return server.completion(request, _half(server, request), "content_filter")


async def cut_short(server: LlmServer, request: web.Request) -> web.Response:
    """The first half of the answer: there were no tokens left for the rest."""
    return server.completion(request, _half(server, request), "length")


def _half(server: LlmServer, request: web.Request) -> str:
    whole = server.writes(request[BODY]["messages"])
    return whole[: len(whole) // 2]


def _form(asked: Any) -> str:
    """Return the type of answer that is asked for."""
    form = asked.get("response_format") if isinstance(asked, dict) else None
    return str(form.get("type")) if isinstance(form, dict) else "text"


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def _problem(asked: Any) -> str | None:
    """Return what is wrong with a request, None where nothing is."""
    if not isinstance(asked, dict):
        return "We could not parse the JSON body of your request"
    if not isinstance(asked.get("model"), str) or not asked["model"]:
        return "You must provide a model parameter"
    messages = asked.get("messages")
    if not isinstance(messages, list) or not messages or not all(map(_is_message, messages)):
        return "Invalid 'messages': a list of roles with their content is expected"
    if _form(asked) not in _FORMS:
        return f"Invalid value for 'response_format.type': {_form(asked)!r}"
    if _form(asked) == "json_schema" and not _is_schema(asked["response_format"].get("json_schema")):
        return "Invalid 'response_format.json_schema': a name and a schema are expected"
    return None


def _is_message(message: Any) -> bool:
    return (
        isinstance(message, dict)
        and message.get("role") in _ROLES
        and isinstance(message.get("content"), str)
    )


def _is_schema(given: Any) -> bool:
    return (
        isinstance(given, dict)
        and isinstance(given.get("name"), str)
        and isinstance(given.get("schema"), dict)
    )


__all__ = [  # what a test of it needs is all here
    "Asked",
    "Fault",
    "LlmServer",
    "body",
    "cut_short",
    "empty",
    "filtered",
    "html_page",
    "no_choices",
    "refused",
    "refuses_form",
    "reset",
    "says",
    "slow",
    "small_model",
    "stall",
    "status",
    "too_many",
    "truncated",
]
