"""Ways to make a topic bring less."""

import re
from enum import StrEnum

from digestbot.core.query import is_topic, mutes

MANY_VOTES = 20


class Way(StrEnum):
    """The letters travel in buttons: never give one a new meaning."""

    TITLE = "t"
    """It has to stand in the title."""
    CODE = "c"
    """Only papers with code."""
    VOTES = "v"
    """Only papers with MANY_VOTES and more."""

    @property
    def field(self) -> str:
        """By what a topic can be seen to go this way already."""
        return {Way.TITLE: "title:", Way.CODE: "has:code", Way.VOTES: "votes"}[self]


def narrower(topic: str) -> dict[Way, str]:
    """Return what *topic* is like when it is narrowed in each way; ways that it can't go are left out."""
    if mutes(topic):
        return {}
    written = {
        Way.TITLE: f"title:({topic})",
        Way.CODE: f"({topic}) has:code",
        Way.VOTES: f"({topic}) votes>={MANY_VOTES}",
    }
    return {way: narrow for way, narrow in written.items() if way.field not in topic and is_topic(narrow)}


def muting(topic: str) -> str:
    """Return the topic that hides all papers which *topic* brings."""
    return f"-{topic}" if re.fullmatch(r"\w+", topic) else f"-({topic})"
