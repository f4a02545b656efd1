"""Ways to make a topic bring less."""

import pytest

from digestbot.core.narrow import Way, narrower
from digestbot.core.query import parse


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
