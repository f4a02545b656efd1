"""Logging: one event a line, its values as fields, and no secret in any of it.

`log = structlog.get_logger()`, then `log.info("digest planned", chat=7, matched=5, of=13)`.
"""

import logging
import sys
from collections.abc import Iterable
from enum import StrEnum

import orjson
import structlog
from stamina.instrumentation import set_on_retry_hooks

_NOISY = "aiosqlite alembic apscheduler asyncio httpcore httpcore2 httpx httpx2 openai stamina telegram"
_TOLD = {
    **dict.fromkeys(("telegram.ext.Updater", "apscheduler.executors"), logging.CRITICAL),
    **dict.fromkeys(("psycopg.pool", "pyrate_limiter"), logging.CRITICAL),
    "apscheduler.scheduler": logging.ERROR,  # that a job still runs when it is due again is as it should be
}
"""Of a Telegram or a database that is away, and of a job that failed or was ended, we say a line of ours."""


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Blanks every secret out of the finished line, tracebacks included."""

    secrets: tuple[str, ...] = ()

    def format(self, record: logging.LogRecord) -> str:
        return blank(super().format(record), self.secrets)


def blank(told: str, secrets: Iterable[str]) -> str:
    """Return what is told without the secrets."""
    for secret in secrets:
        told = told.replace(secret, "[secret]")
    return told


class Format(StrEnum):
    CONSOLE = "console"
    JSON = "json"


def set_up(level: str, secrets: Iterable[str] = (), form: Format = Format.CONSOLE) -> None:
    """Send all logging to stderr from *level* on; each of *secrets* is blanked out."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = _Redacting(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendered(form)],
    )
    formatter.secrets = tuple(secret for secret in secrets if secret)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _NOISY.split():
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for name, least in _TOLD.items():
        logging.getLogger(name).setLevel(least)
    set_on_retry_hooks([])  # who asks again tells it
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=False,
    )


def _rendered(form: Format) -> list[structlog.typing.Processor]:
    """Return what makes a line; a traceback never shows the values of variables, which may be anybody's."""
    if form is Format.JSON:
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_json),
        ]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def _json(event: object, **_more: object) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
