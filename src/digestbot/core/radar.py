"""A reader's topics as the payload of a deep link: `t.me/bot?start=…`, to be handed to others.

Telegram lets through 64 of the characters A-Z a-z 0-9 _ and -,
https://core.telegram.org/bots/features#deep-linking.
"""

import base64
import binascii
from collections.abc import Sequence

LONGEST = 64
_MARK = "t"
"""What begins a payload of topics, so that there can be others."""
_INVITES = "i"
"""What begins an invitation."""


def pack(topics: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the payload that holds as many of *topics* as fit, the first ones first, and those."""
    kept: list[str] = []
    for topic in topics:
        if "\n" not in topic and len(_encoded([*kept, topic])) <= LONGEST:
            kept.append(topic)
    return _encoded(kept), tuple(kept)


def unpack(payload: str) -> tuple[str, ...]:
    """Return the topics that a payload holds; none where it is not one of ours."""
    if not payload.startswith(_MARK) or len(payload) > LONGEST:
        return ()
    bare = payload[len(_MARK) :]
    try:
        told = base64.b64decode(bare + "=" * (-len(bare) % 4), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ()
    return tuple(topic for topic in told.split("\n") if topic)


def inviting(code: str) -> str:
    """Return the payload of an invitation."""
    return _INVITES + code


def invitation(payload: str) -> str | None:
    """Return the code of the invitation that a payload is, None where it is none."""
    return payload[len(_INVITES) :] or None if payload.startswith(_INVITES) else None


def _encoded(topics: Sequence[str]) -> str:
    return _MARK + base64.urlsafe_b64encode("\n".join(topics).encode()).decode().rstrip("=")
