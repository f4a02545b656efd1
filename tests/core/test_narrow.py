"""Ways to make a topic bring less."""

import pytest

from digestbot.core.narrow import Way, muting, narrower
from digestbot.core.query import key, parse


@pytest.mark.parametrize(
    ("topic", "ways"),
    [
        ("rag", "tcv"),
        ('"world model" -survey', "tcv"),
        ("agents OR planning", "tcv"),
        ("title:agents", "cv"),
        ("-survey", ""),
        ("(rag) has:code", "v"),
    ],
)
def test_a_topic_is_narrowed_where_the_language_can_say_it(topic: str, ways: str) -> None:
    """Each way gives a topic that can be read."""
    found = narrower(topic)
    assert "".join(found) == ways
    assert all(parse(narrow) for narrow in found.values())
    if Way.TITLE in found:
        assert found[Way.TITLE] == f"title:({topic})"


@pytest.mark.parametrize(
    ("topic", "mutes"),
    [
        ("agents", "-agents"),
        ("논문", "-논문"),
        ("diffusion models", "-(diffusion models)"),
        ('"a b" OR c', '-("a b" OR c)'),
        ("rag -survey", "-(rag -survey)"),
        ("title:agents", "-(title:agents)"),
    ],
)
def test_all_that_a_topic_brings_is_muted(topic: str, mutes: str) -> None:
    """What mutes it is the topic as a whole, not its first word."""
    assert muting(topic) == mutes
    assert parse(mutes).mutes
    assert key(mutes) != key(topic)
