"""How much of the language model's day each reader has used: nobody is to use up what is there for all."""

from collections import Counter
from datetime import date

from digestbot.actions import Clock


class Shares:
    """Up to *most* tokens a reader and UTC day. Only in memory: who asked for what is nobody's business."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._clock = clock
        self._day = date.min
        self._spent: Counter[int] = Counter()

    def is_left(self, chat_id: int, tokens: int) -> bool:
        """Tell whether *tokens* more are within the share of who reads in a chat; the first always are."""
        spent = self._of_today()[chat_id]
        return not spent or spent + tokens <= self._most

    def spend(self, chat_id: int, tokens: int) -> None:
        """Count *tokens*; fewer than none gives some back."""
        self._of_today()[chat_id] += tokens

    def _of_today(self) -> Counter[int]:
        today = self._clock().date()
        if self._day != today:
            self._day = today
            self._spent.clear()
        return self._spent
