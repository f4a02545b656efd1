"""What every source answers with: the papers of a day, what was set aside, and texts in one form."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from digestbot.core.paper import Paper

REJECTED_LENGTH = 2000
"""How much of a bad entry is kept, in characters."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that could not be read. *entry* is its JSON, ASCII only, cut at 2,000 characters."""

    entry: str
    reason: str


@dataclass(frozen=True, slots=True)
class FetchedDay:
    """One reading of the list of *day*, in its order. A paper tells its own `listed_on`."""

    day: date
    papers: tuple[Paper, ...]
    rejected: tuple[Rejected, ...]
    cut: str | None = None
    """Why the rest of the list could not be read; None when this is all of it."""


def clean(text: str) -> str:
    """Return *text* on one line, in NFC, without control characters, NUL and lone surrogates.

    Databases refuse the latter two: PostgreSQL the one, everyone the other.
    """
    kept = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", " ".join(kept.split()))
