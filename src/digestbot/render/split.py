"""How long a text is for Telegram, and where it may be cut."""

import html
import re
from collections.abc import Sequence

_TAG = re.compile(r"<[^>]*>")  # templates escape every text, so a bare < or > is markup


def units(text: str) -> int:
    """Return the length of plain *text* in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def plain(markup: str) -> str:
    """Return what is left of Telegram HTML once its tags and entities are read."""
    return html.unescape(_TAG.sub("", markup))


def shown_units(markup: str) -> int:
    """Return the length of Telegram HTML as Telegram counts it, in UTF-16 code units."""
    return units(plain(markup))


def clip(text: str, limit: int) -> str:
    """Return *text*, or its beginning up to a word's end and "…", so that it has *limit* units at most."""
    if units(text) <= limit:
        return text
    cut = text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", errors="ignore")
    at_word = cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut
    return at_word.rstrip(" ,.;:") + "…"


def fitting(head: str, blocks: Sequence[str], tail: str, limit: int) -> int:
    """Return how many of *blocks*, in order, fit between *head* and *tail* in *limit* units; at least one.

    Each block costs a blank line before it.
    """
    left = limit - shown_units(head) - shown_units(tail)
    for count, block in enumerate(blocks):
        left -= shown_units(block) + units("\n\n")
        if left < 0:
            return max(count, 1)
    return len(blocks)
