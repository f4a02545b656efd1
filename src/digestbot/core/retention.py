"""How long what is no longer needed is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Days, each from the last time that it was of use."""

    deliveries: int = 90
    searches: int = 90
    attempts: int = 365
    """At summaries; the report counts them."""
    texts: int = 30
