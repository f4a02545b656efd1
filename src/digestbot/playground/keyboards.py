"""Reading reply_markup: inline keyboards, the reader's keyboards, and their removal."""

from __future__ import annotations

from typing import Any

from .messages import Button, Keyboard, Rows
from .rules import (
    BUTTON_DATA_INVALID,
    MARKUP_TOO_LONG,
    MAX_BUTTONS,
    MAX_CALLBACK_DATA,
    MAX_COPY_TEXT,
    MAX_ROW,
    bad_request,
    checked_url,
)

OTHER_ACTIONS = (
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)


def read_markup(markup: Any) -> tuple[Rows, Keyboard | None]:
    """Return the inline buttons and the reader's keyboard a markup asks for."""
    if markup is None:
        return (), None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _rows(markup["inline_keyboard"], _inline_button, "inline keyboard"), None
    if "keyboard" in markup:
        return (), Keyboard(_rows(markup["keyboard"], _key, "keyboard"))
    if markup.get("remove_keyboard") is True:
        return (), Keyboard(())
    return (), None


def _rows(raw: Any, read: Any, what: str) -> Rows:
    if not isinstance(raw, list) or not all(isinstance(row, list) for row in raw):
        raise bad_request(f'field "{what.replace(" ", "_")}" of the ReplyMarkup must be an Array of Arrays')
    rows = tuple(tuple(read(button) for button in row) for row in raw if row)
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in rows):
        raise bad_request(MARKUP_TOO_LONG)
    return rows


def _key(raw: Any) -> Button:
    if isinstance(raw, str):
        raw = {"text": raw}
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    if not raw["text"]:
        raise bad_request("keyboard button text must be non-empty")
    return Button(raw["text"], raw=raw)


def _inline_button(raw: Any) -> Button:
    trouble = "can't parse inline keyboard button"
    if not isinstance(raw, dict):
        raise bad_request("InlineKeyboardButton must be an Object")
    if "text" not in raw:
        raise bad_request(f'{trouble}: Can\'t find field "text"')
    if not isinstance(raw["text"], str):
        raise bad_request(f'{trouble}: Field "text" must be of type String')
    if not raw["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    url, data = raw.get("url"), raw.get("callback_data")
    copied = (raw.get("copy_text") or {}).get("text")
    if url:
        url = checked_url(url, "inline keyboard button URL")
        raw = raw | {"url": url}
    elif data:
        _check_data(data)
    elif copied is not None:
        if not 1 <= len(copied) <= MAX_COPY_TEXT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    elif not any(action in raw for action in OTHER_ACTIONS):
        raise bad_request(f"{trouble}: Text buttons are unallowed in the inline keyboard")
    return Button(raw["text"], None if url else data or None, url or None, copied, raw)


def _check_data(data: Any) -> None:
    if not isinstance(data, str) or len(data.encode()) > MAX_CALLBACK_DATA:
        raise bad_request(BUTTON_DATA_INVALID)
