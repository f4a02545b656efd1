"""The one client of a language model: any server that speaks OpenAI's chat completions.

Its errors are LlmErrors, always with `url` and `reason`, and with `status` where the server answered one:
`llm-key` the key, or what it may do · `llm-model` no such model or address · `llm-busy` too many requests ·
`llm-down` no connection, no answer in time, 5xx · `llm-refused` this request · `llm-empty` an answer without
a text · `llm-garbled` something that is no answer of this API.
"""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Any, Never, Self

from pydantic import BaseModel, ValidationError
from yarl import URL

from digestbot import __version__
from digestbot.errors import SourceError
from digestbot.sources.http import told_wait

if TYPE_CHECKING:
    from httpx2 import Request
    from openai import APIConnectionError, APIStatusError, AsyncOpenAI

_MOST_TOKENS = 1500
"""Of an answer: seven bullets of any language take a third of it, the rest is for those who think first."""
_CREDIBLE = 1_000_000
"""Tokens; more than any request of ours takes, so who tells of more, or of fewer than none, miscounts."""
_BYTES_PER_TOKEN = 3
"""About a word's piece of English, or a character of Korean; a low guess, so that budgets are kept."""
_RETRIES = 1
_PAUSE = 0.5
"""Seconds before a retry, where the server names none."""
_LONGEST_PAUSE = 5.0
_CONNECT = 10.0
_WAIT = 60.0
_WAIT_FOR_OPERATOR = 600.0
_LONGEST_WAIT = 86_400.0
"""A day, as limits by the day ask for; a server whose clock or header is wrong may name years."""
_REASON_LENGTH = 200
_REFUSES_FORM = frozenset({400, 404, 415, 422, 500, 501})
"""How servers say that they don't know a response_format: OpenAI and vLLM 400, OpenRouter 404 where no
provider has it, FastAPI 422, llama-cpp-python 500. It may mean anything else, so the plain form decides."""
_KEY = frozenset({401, 402, 403})
"""The key, what is left on its account, what it may do."""
_PASSING = frozenset({408, 409, 429})
_SENT = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "x-stainless-raw-response",  # by it openai knows that we want the answer as it is
    }
)


class Form(StrEnum):
    """In which form an answer is asked for, the strictest first."""

    SCHEMA = "json_schema"
    JSON = "json_object"
    PLAIN = "text"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model wrote, as it is but for its thoughts."""

    text: str
    tokens: int
    """Of prompt and answer; by estimate where the server does not tell."""
    asked_in: Form


class LlmError(SourceError):
    """No answer. *wait*: seconds to leave the server alone; None where this request alone is concerned.

    *tokens*: what it cost all the same, of prompt and answer.
    """

    def __init__(
        self,
        id: str,  # noqa: A002
        *,
        wait: float | None = None,
        tokens: int = 0,
        **values: object,
    ) -> None:
        super().__init__(id, **values)
        self.wait = wait
        self.tokens = tokens


class _PassingError(LlmError):
    """What may be gone after *pause* seconds. *told*: those that the server asks for, if it does."""

    def __init__(self, id: str, told: float | None, **values: object) -> None:  # noqa: A002
        super().__init__(id, wait=min(told or _WAIT, _LONGEST_WAIT), tokens=0, **values)
        self.pause = told or _PAUSE


class Llm:
    """Asks *model* at *url* (the base, e.g. https://api.openai.com/v1). All times are in seconds.

    *timeout* is for one answer with all that it takes to get it, *concurrency* is how many may be on their
    way at once. Without *api_key* a user and password of the URL are sent, if there are any.
    """

    def __init__(
        self, url: str, model: str, api_key: str | None, *, timeout: float, concurrency: int
    ) -> None:
        self.model = model
        self.concurrency = concurrency
        address = URL(url)
        self._url = str(address.with_user(None))
        self._shown = str(address.with_user(None).with_query(None))
        self._authorization = _authorization(address, api_key)
        self._secrets = [secret for secret in (api_key, address.password) if secret]
        self._timeout = timeout
        self._turns = asyncio.Semaphore(concurrency)
        self._forms = tuple(Form)
        """Those that are left to try; the first is the one to start with."""
        self._client: AsyncOpenAI | None = None

    async def __aenter__(self) -> Self:
        # Half a second: only who has a model waits for it, not `digestbot --version`.
        import openai  # noqa: PLC0415

        self._client = openai.AsyncOpenAI(
            base_url=self._url,
            api_key="none",  # ours is in the header; without any the package takes one from the environment
            default_headers={
                "Authorization": self._authorization,
                "User-Agent": f"digestbot/{__version__}",
            },
            timeout=openai.Timeout(self._timeout, connect=min(_CONNECT, self._timeout)),
            max_retries=0,  # it would wait for up to two minutes if the server says so
            http_client=openai.DefaultAsyncHttpxClient(event_hooks={"request": [_only_ours]}),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()

    async def ask(self, messages: Sequence[tuple[str, str]], schema: Mapping[str, Any]) -> Reply:
        """Return the model's answer to *messages*, (role, text) each. Raises LlmError.

        *schema* is the JSON schema that the answer should have; the text need not be of it.
        """
        async with self._turns:
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._ask(messages, schema)
            except TimeoutError:
                values = self._about(f"no answer within {self._timeout:g} s")
                raise LlmError("llm-down", wait=_WAIT, **values) from None

    async def _ask(self, messages: Sequence[tuple[str, str]], schema: Mapping[str, Any]) -> Reply:
        """Ask again what failed in passing, once in all; then in one form after the other."""
        forms, retries = self._forms, _RETRIES
        while True:
            try:
                reply = await self._asked(messages, schema, forms[0])
            except LlmError as error:
                if retries and isinstance(error, _PassingError) and error.pause <= _LONGEST_PAUSE:
                    retries -= 1
                    await asyncio.sleep(error.pause)
                elif error.values.get("status") in _REFUSES_FORM and len(forms) > 1:
                    forms = forms[1:]
                else:
                    raise
            else:
                self._forms = min(self._forms, forms, key=len)
                return reply

    async def _asked(
        self, messages: Sequence[tuple[str, str]], schema: Mapping[str, Any], form: Form
    ) -> Reply:
        request: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": role, "content": text} for role, text in messages],
            "max_completion_tokens": _MOST_TOKENS,
        }
        if form is Form.SCHEMA:
            named = {"name": "summary", "strict": True, "schema": schema}
            request["response_format"] = {"type": form, "json_schema": named}
        elif form is Form.JSON:
            request["response_format"] = {"type": form}
        completion = self._read(await self._post(request))
        tokens = completion.tokens([text for _, text in messages])
        return Reply(self._text(completion, tokens), tokens, form)

    async def _post(self, request: dict[str, Any]) -> bytes:
        if self._client is None:
            raise RuntimeError("Llm is used outside of its `async with`")
        if not (self._authorization.isascii() and self._authorization.isprintable()):
            values = self._about("it holds characters that no key has")
            raise LlmError("llm-key", wait=_WAIT_FOR_OPERATOR, **values)
        import openai  # noqa: PLC0415 - see __aenter__

        try:
            answer = await self._client.chat.completions.with_raw_response.create(**request)
        except openai.APIStatusError as error:
            self._refused(error)
        except openai.APIConnectionError as error:
            self._failed(error)
        body: bytes = answer.content
        return body

    def _read(self, body: bytes) -> "_Completion":
        try:
            return _Completion.model_validate_json(body)
        except ValidationError:
            kind = "HTML" if body.lstrip()[:1] == b"<" else "something"
            reason = f"{kind} instead of a completion, {len(body)} bytes"
            raise LlmError("llm-garbled", wait=_WAIT, **self._about(reason)) from None

    def _text(self, completion: "_Completion", tokens: int) -> str:
        """Return what the model wrote after all thoughts, however short it was cut. It cost *tokens*."""
        if not completion.choices:
            reason = f"no choices. {_said(completion.error)}"
            raise LlmError("llm-empty", tokens=tokens, **self._about(reason))
        choice = completion.choices[0]
        text = _without_thoughts(choice.message.content or "")
        if choice.message.refusal or choice.finish_reason == "content_filter" or not text.strip():
            kind = "refused" if choice.message.refusal else "no text"
            values = self._about(f"{kind}, finish_reason {choice.finish_reason}")
            raise LlmError("llm-empty", tokens=tokens, **values)
        return text

    # What can go wrong. Never `from error`: openai's errors hold the request with its headers.

    def _refused(self, error: "APIStatusError") -> Never:
        """Raise what the status of an answer means."""
        status = error.status_code
        if status in _KEY:  # without the server's words: OpenAI's repeat a part of the key
            values = self._about(f"HTTP {status}", status=status)
            raise LlmError("llm-key", wait=_WAIT_FOR_OPERATOR, **values) from None
        values = self._about(f"HTTP {status}. {_said(error.body)}", status=status)
        if status == 404:
            raise LlmError("llm-model", wait=_WAIT_FOR_OPERATOR, **values) from None
        if status < 500 and status not in _PASSING:
            raise LlmError("llm-refused", **values) from None
        told = told_wait(error.response.headers, datetime.now(UTC))
        raise _PassingError("llm-busy" if status == 429 else "llm-down", told, **values) from None

    def _failed(self, error: "APIConnectionError") -> Never:
        """Raise that nothing came back, or not all of it."""
        cause = error.__cause__ or error
        values = self._about(f"{type(cause).__name__}: {cause}")
        raise _PassingError("llm-down", None, **values) from None

    def _about(self, reason: str, **values: object) -> dict[str, Any]:
        """Return the values of an error, without a secret."""
        for secret in self._secrets:
            reason = reason.replace(secret, "[secret]")
        told = "".join(c if c.isprintable() else " " for c in reason)
        return {"url": self._shown, "reason": told.strip(" .:")[:_REASON_LENGTH], **values}


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def tokens(self) -> int:
        return (self.prompt_tokens or 0) + (self.completion_tokens or 0)


class _Completion(BaseModel):
    """What we read of an answer. OpenRouter tells some errors with status 200."""

    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None

    def tokens(self, asked: Sequence[str]) -> int:
        """Return the tokens of what was *asked* and answered: as told, by estimate where that is no number.

        Without choices nothing was written, and it cost what is told or nothing.
        """
        told = self.usage.tokens() if self.usage else 0
        if 0 < told <= _CREDIBLE:
            return told
        return _estimate([*asked, self.choices[0].message.content or ""]) if self.choices else 0


async def _only_ours(request: "Request") -> None:
    """Drop what openai adds: of the machine, and from OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS and the like."""
    for name in {*request.headers} - _SENT:
        del request.headers[name]


def _authorization(address: URL, api_key: str | None) -> str:
    """Return the header; a server of one's own that asks for none takes anything."""
    if address.user is not None and not api_key:
        pair = f"{address.user}:{address.password or ''}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"
    return f"Bearer {api_key or 'none'}"


def _said(error: object) -> str:
    """Return what a server says of an error, in one of the forms that are in use; no pages of HTML."""
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("detail")
    return error if isinstance(error, str) and not error.startswith("<") else ""


def _without_thoughts(text: str) -> str:
    """Return *text* from where the model has thought enough; nothing is left of one that was cut in it.

    Some servers give the opening mark to the model, so that the answer holds the closing one alone.
    """
    thoughts, mark, answer = text.partition("</think>")
    opened = thoughts.lstrip().startswith("<think>")
    if not opened and (not mark or "<think>" in thoughts or thoughts.lstrip()[:1] in ("{", "[")):
        return text
    return answer.lstrip()


def _estimate(texts: Sequence[str]) -> int:
    """Return how many tokens *texts* are, more likely too many than too few."""
    return 1 + sum(len(text.encode(errors="replace")) for text in texts) // _BYTES_PER_TOKEN
