"""Trouble on order: floods, server errors, cut connections, lost answers, stalls."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from enum import Enum
from typing import Self

_SAYING = ("send", "edit", "copy", "forward")


class Trouble(Enum):
    """What goes wrong with a call."""

    FLOOD = "429 with retry_after; nothing happened"
    ERROR = "500; nothing happened"
    BAD_GATEWAY = "502 with an HTML body; nothing happened"
    RESET = "connection cut before anything happened"
    LOST = "done, but the connection is cut before the answer"
    STALL = "answered only after some seconds"


@dataclass(frozen=True)
class Fault:
    """One kind of trouble, and which calls it meets: by method ("*" for all) and by chat."""

    trouble: Trouble
    seconds: float = 0
    method: str | None = None
    chat: int | None = None

    @classmethod
    def flood(cls, retry_after: int) -> Self:
        return cls(Trouble.FLOOD, retry_after)

    @classmethod
    def error(cls) -> Self:
        return cls(Trouble.ERROR)

    @classmethod
    def bad_gateway(cls) -> Self:
        return cls(Trouble.BAD_GATEWAY)

    @classmethod
    def reset(cls) -> Self:
        return cls(Trouble.RESET)

    @classmethod
    def lost(cls, seconds: float = 0) -> Self:
        """Accept the call, keep silent for *seconds*, then cut the connection."""
        return cls(Trouble.LOST, seconds)

    @classmethod
    def stall(cls, seconds: float) -> Self:
        return cls(Trouble.STALL, seconds)

    def on(self, method: str | None = None, chat: int | None = None) -> Self:
        """Return the same fault for one method ("*": every one) or one chat only."""
        return replace(self, method=method, chat=chat)

    def meets(self, method: str, chat: int | None) -> bool:
        """Return whether a call meets it; by default all that says something in a chat."""
        if self.chat is not None and self.chat != chat:
            return False
        if self.method is None:
            return method.startswith(_SAYING) and method != "sendChatAction"
        return self.method in {"*", method}


@dataclass
class _Planned:
    fault: Fault
    probability: float
    left: int | None


class Faults:
    """The trouble in store, asked once for each call."""

    def __init__(self) -> None:
        self._random = random.Random(0)  # noqa: S311 - repeatable on purpose
        self._planned: list[_Planned] = []

    def plan(self, fault: Fault, *, probability: float = 1, count: int | None = None) -> None:
        self._planned.append(_Planned(fault, probability, count))

    @property
    def planned(self) -> list[Fault]:
        """Return the trouble that is still to come, in its order."""
        return [planned.fault for planned in self._planned]

    def clear(self) -> None:
        self._planned.clear()

    def draw(self, method: str, chat: int | None) -> Fault | None:
        """Return the fault this call meets, if any; the first planned goes first."""
        for planned in self._planned:
            if not planned.fault.meets(method, chat) or self._random.random() >= planned.probability:
                continue
            if planned.left is not None:
                planned.left -= 1
                if planned.left <= 0:
                    self._planned.remove(planned)
            return planned.fault
        return None
