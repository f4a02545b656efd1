"""Pictures of trends: real PNGs, with every letter in them."""

import struct
from datetime import date, timedelta

import pytest

from digestbot.core.languages import LANGUAGES
from digestbot.core.trends import Trend, weekly
from digestbot.render.charts import can_write, draw, labels
from digestbot.render.i18n import words
from tests.builders import a_paper

LAST = date(2025, 10, 14)
PAPERS = [a_paper(number, listed_on=LAST - timedelta(days=5 * number), upvotes=number) for number in range(9)]


TOPICS = ["agents", "확산 모델", "拡散モデル", "扩散模型", "δ 🦙", "x" * 300, "$x_{$"]


@pytest.mark.parametrize(
    ("language", "topic"), [*((one, "") for one in LANGUAGES), *(("ko", topic) for topic in TOPICS)]
)
def test_a_trend_is_drawn_with_every_letter(language: str, topic: str) -> None:
    """A missing letter is a warning, and a warning fails a test; no text is taken for markup."""
    png = draw(Trend((topic,) if topic else (), bool(topic), weekly(PAPERS, LAST)), language)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (960, 540)


@pytest.mark.parametrize("language", ["ko", "ja"])
def test_labels_are_in_the_readers_language(language: str) -> None:
    """None of their letters is missing, so none of them gives way to English."""
    assert can_write("".join(labels(words(language))))
    trend = Trend((), is_asked=False, weeks=weekly(PAPERS, LAST))
    assert draw(trend, language) != draw(trend, "en")
