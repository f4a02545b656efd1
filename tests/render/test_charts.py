"""Pictures of trends: real PNGs, with every letter in them."""

import struct
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from fontTools.ttLib import TTFont

from digestbot.core.languages import LANGUAGES
from digestbot.core.trends import Trend, weekly
from digestbot.render.charts import FONT, can_write, draw, step, svg
from tests.builders import a_paper

LAST = date(2025, 10, 14)
PAPERS = [a_paper(number, listed_on=LAST - timedelta(days=5 * number), upvotes=number) for number in range(9)]
TOPICS = ["agents", "확산 모델", "拡散モデル", "扩散模型", "δ 🦙", "X" * 300, "챗봇" * 99, "<&$x_{$"]
SVG = "{http://www.w3.org/2000/svg}"


def a_trend(topic: str = "") -> Trend:
    return Trend((topic,) if topic else (), bool(topic), weekly(PAPERS, LAST))


def texts(trend: Trend, language: str) -> list[str]:
    """Return what is written, the title first."""
    return [text.text or "" for text in ET.fromstring(svg(trend, language)).iter(f"{SVG}text")]


def test_the_font_has_the_letters_that_we_say() -> None:
    """Neither more nor less: what it lacks would be drawn as an empty box."""
    said = {code for code in range(0x110000) if not 0xD800 <= code < 0xE000 and can_write(chr(code))}
    assert set(TTFont(str(FONT)).getBestCmap()) == said


@pytest.mark.parametrize("topic", ["", *TOPICS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trend_is_drawn_with_every_letter(language: str, topic: str) -> None:
    """Labels are in the reader's language, and no text is taken for markup or outgrows the picture."""
    trend = a_trend(topic)
    png = draw(trend, language)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (1280, 720)
    written = texts(trend, language)
    assert can_write("".join(written))
    font = TTFont(str(FONT))
    letters, widths = font.getBestCmap(), font["hmtx"].metrics
    assert sum(widths[letters[ord(letter)]][0] for letter in written[0]) * 38 / 1000 <= 1200


def test_a_title_names_the_topics_where_they_can_be_written() -> None:
    """Else it says in general words what is shown."""
    assert [texts(a_trend(topic), "zh")[0] for topic in ("扩散模型", "δ 🦙", "")] == [
        "扩散模型",
        "论文与票数",
        "全部论文",
    ]


def test_what_is_written_is_drawn() -> None:
    """The font is found: other words make another picture."""
    assert len({draw(a_trend(), language) for language in LANGUAGES}) == len(LANGUAGES)
    assert texts(a_trend(), "ja")[:3] == ["すべての論文", "論文", "投票"]


def test_bars_and_points_stand_at_their_numbers() -> None:
    """As high on their axes as papers and votes are many."""
    trend = a_trend()
    drawn = ET.fromstring(svg(trend, "en"))
    bars = [float(bar.attrib["height"]) for bar in drawn.findall(f"{SVG}rect[@width='52']")]
    assert bars == pytest.approx([450 * week.papers / 4 for week in trend.weeks], abs=0.1)
    points = [float(point.attrib["cy"]) for point in drawn.findall(f"{SVG}circle[@stroke]")]
    most = 4 * step(max(week.votes for week in trend.weeks))
    assert points == pytest.approx([600 - 450 * week.votes / most for week in trend.weeks], abs=0.1)


@pytest.mark.parametrize(
    ("most", "apart"), [(0, 1), (1, 1), (4, 1), (5, 2), (18, 5), (25, 8), (33, 10), (41, 20), (1514, 400)]
)
def test_lines_across_are_at_round_numbers(most: int, apart: int) -> None:
    """Four of them reach the highest bar, and not far beyond."""
    assert step(most) == apart
