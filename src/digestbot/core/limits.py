"""How much one reader may ask for."""

from dataclasses import dataclass

from digestbot.core.search import LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    topics: int = 50
    topic: int = 100
    """Characters."""
    saved: int = 500
    """Papers."""
    search: int = LONGEST
    """Characters."""
    user_per_minute: int = 50
    """Commands and presses of one person. Fewer than the answers that may go out: one has to tell of it."""
    chat_per_minute: int = 120
    """The same of all in a group."""
