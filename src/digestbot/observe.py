"""Errors to Sentry, traces to OpenTelemetry: where their own environment variables wish so.

Both are told what happened and where, never what anybody said, who they are, or a secret: of an error its
kind, its place in the code and its number in the log; of a span its name, how long it took, and a few
attributes that are listed here.
"""

import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import structlog

from digestbot import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Span

log = structlog.get_logger()

DSN = "SENTRY_DSN"
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
TOLD = frozenset(
    ("http.method", "http.request.method", "http.status_code", "http.response.status_code", "error.type")
)
"""The attributes of spans that are told; an address would hold the token, or what was searched for."""
_NUMBERS = ("number", "job")
"""The fields of a line of the log that are told with an error."""
_HELD = re.compile(r"\s*[\n(<]")
"""Where a line of asyncio's goes on with what a task or a callback held."""
_LEAVE_WITHIN = 2.0
"""Seconds that the last traces may take when we stop, as Sentry's client takes for its last errors: a
container is killed ten seconds after it is told to stop, and a collector may be away."""

_span: Callable[[str], AbstractContextManager[object]] = nullcontext


def span(name: str) -> AbstractContextManager[object]:
    """Return what measures a piece of work, where traces are wanted."""
    return _span(name)


@contextmanager
def observed(secrets: Iterable[str]) -> Iterator[None]:
    """Tell Sentry and OpenTelemetry, where they are wanted, what happens meanwhile."""
    hidden = tuple(secret for secret in secrets if secret)
    with ExitStack() as told:
        if os.environ.get(DSN):
            _begin(told, "Sentry", DSN, lambda: _sentry(hidden))
        wanted = next((name for name in ENDPOINTS if os.environ.get(name)), None)
        if wanted:
            _begin(told, "OpenTelemetry", wanted, lambda: _traces(hidden))
        yield


def _begin(told: ExitStack, name: str, variable: str, begin: Callable[[], Callable[[], object]]) -> None:
    try:
        told.callback(begin())
    except ImportError:
        mend = 'pip install "digestbot[observability]", or unset it'
        log.warning("the variable is set, but what it is for is not installed", variable=variable, mend=mend)
    except ValueError as error:
        log.warning(
            "the variable is set, but not understood", variable=variable, by=name, reason=type(error).__name__
        )
    else:
        log.info("observed", by=name)


# -- Sentry ------------------------------------------------------------------------------------


def _sentry(hidden: Sequence[str]) -> Callable[[], object]:
    import sentry_sdk  # noqa: PLC0415 - only where it is wanted
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.dedupe import DedupeIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415

    sentry_sdk.init(
        release=os.environ.get("SENTRY_RELEASE") or f"digestbot@{__version__}",
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[AtexitIntegration(lambda *_: None), DedupeIntegration(), ExcepthookIntegration()],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=lambda event, _hint: _blank(_stripped(event), hidden),
        before_send_transaction=lambda _event, _hint: None,
    )
    handler = _ToSentry(logging.ERROR)
    logging.getLogger().addHandler(handler)

    return lambda: logging.getLogger().removeHandler(handler)


class _ToSentry(logging.Handler):
    """Tells of what is logged as an error."""

    def emit(self, record: logging.LogRecord) -> None:
        import sentry_sdk  # noqa: PLC0415

        said: dict[str, Any] = record.msg if isinstance(record.msg, dict) else {"event": record.msg}
        error = _error(said.get("exc_info", record.exc_info))
        what, *_ = _HELD.split(str(said["event"]), maxsplit=1)
        with sentry_sdk.new_scope() as scope:
            for name in _NUMBERS:
                if name in said:
                    scope.set_tag(name, str(said[name]))
            scope.set_tag("logger", record.name)
            scope.set_tag("event", what)
            if error is not None:
                scope.capture_exception(error)
            else:
                scope.capture_message(what, "error")


def _error(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _stripped(event: Any) -> Any:
    """Return an event without the words of its errors: they may be anybody's; the log has them."""
    for key in ("user", "request", "breadcrumbs", "extra", "server_name"):
        event.pop(key, None)
    for error in event.get("exception", {}).get("values", ()):
        error["value"] = "the log has the words"
    return event


# -- OpenTelemetry -----------------------------------------------------------------------------


def _traces(hidden: Sequence[str]) -> Callable[[], object]:
    global _span  # noqa: PLW0603 - as the root logger, there is one for all
    from opentelemetry import trace  # noqa: PLC0415 - only where it is wanted
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    class Stripping(OTLPSpanExporter):
        """Sends of each span only what may be told."""

        def export(self, spans: Sequence[ReadableSpan]) -> Any:
            return super().export([_bare(ReadableSpan, one, hidden) for one in spans])

    os.environ.setdefault("OTEL_SERVICE_NAME", "digestbot")
    resource = Resource.create({"service.version": __version__})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Stripping()))
    tracer = provider.get_tracer("digestbot", __version__)
    AioHttpClientInstrumentor().instrument(tracer_provider=provider, request_hook=_named)

    @contextmanager
    def measured(name: str) -> Iterator[None]:
        with tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        ) as current:
            try:
                yield
            except BaseException as error:
                current.set_attribute("error.type", type(error).__qualname__)
                current.set_status(trace.StatusCode.ERROR)
                raise

    _span = measured

    def end() -> None:
        global _span  # noqa: PLW0603
        _span = nullcontext
        AioHttpClientInstrumentor().uninstrument()
        last = threading.Thread(target=provider.shutdown, daemon=True)  # by itself it takes up to 30 s
        last.start()
        last.join(_LEAVE_WITHIN)

    return end


def _named(current: "Span", params: Any) -> None:
    """Name a call by what is asked for: `POST sendMessage`, `GET daily_papers`."""
    current.update_name(f"{params.method} {params.url.name}")


def _bare(kind: "type[ReadableSpan]", one: "ReadableSpan", hidden: Sequence[str]) -> "ReadableSpan":
    from opentelemetry.trace import Status  # noqa: PLC0415

    return kind(
        name=_blank(one.name, hidden),
        context=one.context,
        parent=one.parent,
        resource=one.resource,
        attributes={name: value for name, value in (one.attributes or {}).items() if name in TOLD},
        kind=one.kind,
        status=Status(one.status.status_code),
        start_time=one.start_time,
        end_time=one.end_time,
        instrumentation_scope=one.instrumentation_scope,
    )


def _blank(told: Any, hidden: Sequence[str]) -> Any:
    """Return what is told with every secret blanked out, as in the log."""
    if isinstance(told, str):
        for secret in hidden:
            told = told.replace(secret, "[secret]")
        return told
    if isinstance(told, dict):
        return {name: _blank(value, hidden) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_blank(value, hidden) for value in told]
    return told
