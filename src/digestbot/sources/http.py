"""The one HTTP client of the sources: patient with a server's bad minute, never with a bad request.

Its errors are SourceErrors with one of these ids, always with `url` and `reason`:
`source-unreachable` no connection, or one that broke · `source-timeout` · `source-status` (also `status`) ·
`source-garbled` not JSON, or not of the form asked for · `source-too-large` · `source-address` a URL or a
redirect that leads nowhere.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Generic, Never, Self, TypeVar

import aiohttp
import stamina
import structlog
from yarl import URL

from digestbot import __version__
from digestbot.errors import SourceError

log = structlog.get_logger()

_CHUNK = 64 * 1024
_REASON_LENGTH = 200
_HTML = re.compile(rb"\s*<(!doctype html|html)\b", re.IGNORECASE)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Format(Generic[T]):
    """A form of answers. *read* returns what a body holds, or raises ValueError when it is none of these."""

    name: str
    media_type: str
    read: Callable[[bytes], Awaitable[T]]


class Pace:
    """One request at a time, and *seconds* of rest from the end of each to the start of the next."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._free_at = 0.0
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until it is ours to ask; others wait until we leave, and then the rest."""
        async with self._turn:
            await asyncio.sleep(self._free_at - time.monotonic())
            try:
                yield
            finally:
                self._free_at = time.monotonic() + self._seconds


class _PassingError(SourceError):
    """What may be gone at the next attempt. *wait*: the seconds that the server asks for, if it told."""

    def __init__(self, id: str, *, wait: float | None = None, **values: object) -> None:  # noqa: A002
        super().__init__(id, **values)
        self.wait = wait


class Http:
    """Asks again after failed connections, time-outs, broken answers, 5xx and 429. All times are in seconds.

    *timeout* is for one attempt as a whole; an attempt that fails after *total* is the last. *longest_wait*
    is granted to a server that names its own pause; one that wants more is left alone until the next poll.
    The size limit counts the body as unpacked.
    """

    def __init__(
        self,
        *,
        timeout: float = 30,
        connect_timeout: float = 10,
        max_mib: float = 16,
        attempts: int = 5,
        total: float = 120,
        wait_initial: float = 0.5,
        wait_max: float = 20,
        wait_jitter: float = 1,
        longest_wait: float = 60,
    ) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=connect_timeout)
        self._max_bytes = int(max_mib * 1024 * 1024)
        self._longest_wait = longest_wait
        self._retrying = stamina.AsyncRetryingCaller(
            attempts=attempts,
            timeout=total,
            wait_initial=wait_initial,
            wait_max=wait_max,
            wait_jitter=wait_jitter,
        )
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=self._timeout,
            headers={"User-Agent": f"digestbot/{__version__}"},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=True,  # HTTPS_PROXY and the like
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get_json(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the JSON value that *url* answers with. Raises SourceError, without any of *headers*."""
        return await self.get(url, JSON, params, headers)

    async def get(
        self,
        url: str,
        form: Format[T],
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        pace: Pace | None = None,
    ) -> T:
        """Return what *url* answers with, read as *form*. Raises SourceError, without any of *headers*.

        With a *pace* every attempt waits for its turn, the later ones beside their back-off.
        """
        asked = {"Accept": form.media_type, **(headers or {})}
        return await self._retrying(
            self._again, self._get, URL(url).update_query(params or {}), form, asked, pace
        )

    def _again(self, error: Exception) -> bool | float:
        """Return whether to ask again, or after how many seconds; stamina's back-off hook."""
        if not isinstance(error, _PassingError):
            return False
        log.info("a source gives no answer", url=error.values["url"], reason=error.values["reason"])
        if not error.wait:  # no wish, or "at once": our own back-off then
            return True
        return error.wait if error.wait <= self._longest_wait else False

    async def _get(self, url: URL, form: Format[T], headers: Mapping[str, str], pace: Pace | None) -> T:
        body = await self._body(url, headers, pace.turn() if pace else nullcontext())
        try:
            return await form.read(body)
        except (ValueError, RecursionError):
            kind = "HTML" if _HTML.match(body) else "something"
            reason = f"{kind} instead of {form.name}, {len(body)} bytes"
            raise _PassingError("source-garbled", url=_shown(url), reason=reason) from None

    async def _body(
        self, url: URL, headers: Mapping[str, str], turn: AbstractAsyncContextManager[None]
    ) -> bytes:
        if self._session is None:
            raise RuntimeError("Http is used outside of its `async with`")
        try:
            async with turn, self._session.get(url, headers=headers) as response:
                _check(response, url)
                return await self._read(response, url)
        except (aiohttp.ClientError, OSError) as error:
            _translate(error, url)

    async def _read(self, response: aiohttp.ClientResponse, url: URL) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise SourceError("source-too-large", url=_shown(url), reason=f"over {self._max_bytes} bytes")
        return bytes(body)


def told_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that a busy server asks to wait, or None where it does not say.

    Reads `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), then the drafts of `RateLimit`
    (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/): `"api";r=0;t=55`, as in
    huggingface.co/docs/hub/rate-limits, `limit=9, remaining=0, reset=55`, and `RateLimit-Reset: 55`.
    """
    after = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", after):
        return float(after)
    if until := _http_date(after):
        sent = _http_date(headers.get("Date", "")) or now  # the server's own clock, if it shows it
        return max(0.0, (until - sent).total_seconds())
    policies = [*headers.get("RateLimit", "").split(","), f"reset={headers.get('RateLimit-Reset', '')}"]
    return max(filter(None, map(_reset, policies)), default=None)


def _reset(policy: str) -> float | None:
    told = dict(re.findall(r"\b(r|t|reset)=([0-9]{1,9})\b", policy))
    seconds = told.get("t", told.get("reset"))
    return float(seconds) if seconds and int(told.get("r", 0)) == 0 else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # all of these for some nonsense or other
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _check(response: aiohttp.ClientResponse, url: URL) -> None:
    """Raise what the status means: 429 and 5xx may pass, any other but 200 will not."""
    if response.status == 200:
        return
    values = {"url": _shown(url), "status": response.status, "reason": f"HTTP {response.status}"}
    if response.status < 500 and response.status != 429:
        raise SourceError("source-status", **values)
    wait = told_wait(response.headers, datetime.now(UTC))
    if wait:
        values["reason"] = f"HTTP {response.status}, asks to wait {wait:.0f} s"
    raise _PassingError("source-status", wait=wait, **values)


async def _json(body: bytes) -> Any:
    return json.loads(body, parse_constant=_refuse)


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")


JSON: Format[Any] = Format("JSON", "application/json", _json)


def _translate(error: aiohttp.ClientError | OSError, url: URL) -> Never:
    """Raise *error* as ours. Never `from error`: aiohttp's errors hold the request with its headers."""
    if isinstance(error, TimeoutError):
        raise _PassingError("source-timeout", url=_shown(url), reason="no answer in time") from None
    text = f"{type(error).__name__}: {error}"[:_REASON_LENGTH]
    reason = "".join(c if c.isprintable() else " " for c in text)
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError | aiohttp.TooManyRedirects):
        raise SourceError("source-address", url=_shown(url), reason=reason) from None
    raise _PassingError("source-unreachable", url=_shown(url), reason=reason) from None


def _shown(url: URL) -> str:
    return str(url.with_user(None)) if url.absolute else str(url)
