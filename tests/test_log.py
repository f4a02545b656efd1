"""Logs: a line an event, and no secret in any of them."""

import logging

import pytest
import structlog

from digestbot import log

TOKEN = "123456:AAbbCCdd-secret_EEff"


def test_the_token_never_appears(capsys: pytest.CaptureFixture[str]) -> None:
    """Not in a value, not in a traceback, not in another library's line."""
    log.set_up("INFO", [TOKEN, ""])
    events = structlog.get_logger()
    events.info("asked", url=f"https://api.telegram.org/bot{TOKEN}/getMe")
    try:
        raise ConnectionError(f"no way to {TOKEN}")  # noqa: TRY301
    except ConnectionError:
        events.exception("failed")
    logging.getLogger("aiohttp").warning("GET /bot%s/getMe", TOKEN)
    told = capsys.readouterr().err
    assert TOKEN not in told
    assert told.count("[secret]") >= 3
    assert "ConnectionError" in told


def test_the_level_is_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    """And other libraries' chatter is kept out."""
    log.set_up("INFO")
    for other in ("psycopg.pool", "pyrate_limiter"):
        logging.getLogger(other).error("chatter")
    logging.getLogger("apscheduler.scheduler").warning("chatter")
    events = structlog.get_logger()
    events.debug("too much")
    events.info("digest planned", chat=7, matched=5)
    logging.getLogger("apscheduler").info("chatter")
    told = capsys.readouterr().err
    assert "digest planned" in told
    assert "chat=7" in told
    assert "too much" not in told
    assert "chatter" not in told
