"""Who may use the bot."""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    OPEN = "open"
    INVITE = "invite"
    """Who was invited by an owner, or is a subscriber already."""
    ALLOWLIST = "allowlist"


class Answer(StrEnum):
    """What is done about somebody who speaks to us."""

    ADMIT = "admit"
    IF_KNOWN = "if-known"
    """Admitted who is a subscriber, or holds an invitation."""
    REFUSE = "refuse"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Access:
    """*allowed* and *denied* are Telegram's numbers of people and groups."""

    mode: Mode = Mode.OPEN
    allowed: frozenset[int] = frozenset()
    denied: frozenset[int] = frozenset()

    def answer(self, user: int | None, chat: int | None) -> Answer:
        """Return what is done about a *user* who speaks in a *chat*; a private one has the user's number."""
        place = user if chat is None else chat
        if self.denied & {user, chat}:
            return Answer.IGNORE
        if self.mode is Mode.OPEN or place in self.allowed:
            return Answer.ADMIT
        return Answer.IF_KNOWN if self.mode is Mode.INVITE else Answer.REFUSE

    def keeps(self, chat: int) -> bool:
        """Tell whether a subscriber may go on getting digests."""
        return self.answer(chat, chat) in (Answer.ADMIT, Answer.IF_KNOWN)
