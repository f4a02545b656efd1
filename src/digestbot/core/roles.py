"""What a process does: all of it, or a share of what many do together on one PostgreSQL."""

from enum import StrEnum


class Role(StrEnum):
    ALL = "all"
    WEB = "web"
    """Answers updates."""
    WORKER = "worker"
    """Reads lists, plans and sends; of several, one leads."""

    @property
    def answers(self) -> bool:
        return self is not Role.WORKER

    @property
    def delivers(self) -> bool:
        return self is not Role.WEB
