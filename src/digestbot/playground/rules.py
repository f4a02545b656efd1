"""What Telegram refuses, in its own words."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100
MAX_BUTTONS = 100
MAX_ROW = 8
MAX_CALLBACK_DATA = 64
MAX_COPY_TEXT = 256
MAX_CALLBACK_ANSWER = 200
MAX_COMMANDS = 100
MAX_COMMAND = 32
MAX_COMMAND_DESCRIPTION = 256
MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120
MAX_NAME = 64
MAX_INLINE_RESULTS = 50

CHAT_NOT_FOUND = "chat not found"
MESSAGE_EMPTY = "message text is empty"
MESSAGE_TOO_LONG = "message is too long"
EDIT_TOO_LONG = "MESSAGE_TOO_LONG"
CAPTION_TOO_LONG = "message caption is too long"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
EDIT_NOT_FOUND = "message to edit not found"
CANNOT_EDIT = "message can't be edited"
NO_TEXT_TO_EDIT = "there is no text in the message to edit"
NO_CAPTION_TO_EDIT = "there is no caption in the message to edit"
DELETE_NOT_FOUND = "message to delete not found"
CANNOT_DELETE = "message can't be deleted for everyone"
COPY_NOT_FOUND = "message to copy not found"
REPLY_NOT_FOUND = "message to be replied not found"
MEMBERS_HIDDEN = "member list is inaccessible"
THREAD_NOT_FOUND = "message thread not found"
THREAD_CLOSED = "TOPIC_CLOSED"
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
UPGRADED = "group chat was upgraded to a supergroup chat"
MARKUP_TOO_LONG = "reply markup is too long"
BUTTON_DATA_INVALID = "BUTTON_DATA_INVALID"
WRONG_FILE = "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"
POLLED_TWICE = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class RefusalError(Exception):
    """Telegram's *no*: error code, description and the parameters a client may act on."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(text: str, **parameters: int) -> RefusalError:
    return RefusalError(400, f"Bad Request: {text}", **parameters)


def forbidden(text: str) -> RefusalError:
    return RefusalError(403, f"Forbidden: {text}")


def too_many_requests(retry_after: int) -> RefusalError:
    return RefusalError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def checked_url(url: str, what: str) -> str:
    """Return *url* if Telegram would open it; it guesses http:// for a bare host."""
    parts = urlsplit(url if "://" in url or url.startswith(("tg:", "ton:")) else f"http://{url}")
    if parts.scheme in {"tg", "ton", "tonsite"}:
        return url
    if parts.scheme not in {"http", "https"}:
        raise bad_request(f"{what} '{url}' is invalid: Unsupported URL protocol")
    if not _is_public_host(parts.hostname or ""):
        raise bad_request(f"{what} '{url}' is invalid: Wrong HTTP URL")
    return parts._replace(path=parts.path or "/").geturl()


def _is_public_host(host: str) -> bool:
    return ":" in host or re.fullmatch(r"[^\s.]+(\.[^\s.]+)+", host) is not None


def check_utf8(text: str) -> str:
    """Return *text* unless half of a surrogate pair was left in it."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise bad_request("strings must be encoded in UTF-8")
    return text


def check_command(command: str, description: str) -> None:
    if not command:
        raise bad_request("command must be non-empty")
    if len(command) > MAX_COMMAND:
        raise bad_request(f"command length must not exceed {MAX_COMMAND}")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > MAX_COMMAND_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {MAX_COMMAND_DESCRIPTION}")
    if re.fullmatch(r"[a-z0-9_]+", command) is None:
        raise bad_request("BOT_COMMAND_INVALID")


def check_language(code: str) -> None:
    if code and re.fullmatch(r"[a-z]{2}", code) is None:
        raise bad_request("invalid language code specified")


def check_secret(token: str) -> None:
    if len(token) > 256:
        raise bad_request("secret token is too long")
    if re.fullmatch(r"[A-Za-z0-9_-]*", token) is None:
        raise bad_request("secret token contains unallowed characters")
