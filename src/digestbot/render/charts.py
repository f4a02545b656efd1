"""Pictures: the weeks of a trend as a PNG. Only this file knows matplotlib, which is loaded at the first."""

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from digestbot.core.trends import Trend
from digestbot.render.i18n import SOURCE_LANGUAGE, Words, words
from digestbot.render.split import clip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INCHES, _DOTS = (8.0, 4.5), 120
_PAPERS, _VOTES = "#2f6f9f", "#d98032"
_LONGEST_TITLE = 60


def draw(trend: Trend, language: str) -> bytes:
    """Return a PNG of 960 × 540 points: bars for the papers of each week, a line for their votes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - most bots are never asked
    from matplotlib.figure import Figure  # noqa: PLC0415

    spoken = words(language if can_write("".join(labels(words(language)))) else SOURCE_LANGUAGE)
    figure = Figure(figsize=_INCHES, dpi=_DOTS, layout="constrained")
    FigureCanvasAgg(figure)
    papers = figure.subplots()
    _plot(papers, trend, spoken)
    figure.suptitle(_title(trend, spoken), fontfamily=_families(), fontsize=14, parse_math=False)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _plot(papers: "Axes", trend: Trend, spoken: Words) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    week, below, above = labels(spoken)
    days = [spoken.short_day(week.first) for week in trend.weeks]
    votes = papers.twinx()
    papers.bar(days, [week.papers for week in trend.weeks], color=_PAPERS, width=0.6)
    votes.plot(days, [week.votes for week in trend.weeks], color=_VOTES, marker="o")
    for axes, label, colour in ((papers, below, _PAPERS), (votes, above, _VOTES)):
        axes.set_ylabel(label, color=colour, fontfamily=_families())
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines["top"].set_visible(False)
    papers.set_xlabel(week, fontfamily=_families())
    papers.tick_params(axis="x", rotation=30)
    for tick in papers.get_xticklabels():
        tick.set_fontfamily(_families())


def labels(spoken: Words) -> tuple[str, str, str]:
    """Return what stands at the axes: of the weeks, the papers and the votes."""
    t = spoken.gettext
    return t("Week from"), t("Papers"), t("Votes")


def _title(trend: Trend, spoken: Words) -> str:
    """Return what the trend is of; in general words where the fonts lack a letter of it."""
    t = spoken.gettext
    named = clip(spoken.comma.join(trend.topics), _LONGEST_TITLE) if trend.topics else t("All papers")
    return next((title for title in (named, t("Papers and votes")) if can_write(title)), "")


@cache
def _families() -> list[str]:
    """Return the fonts that we have, each for what those before it lack; one with Korean is among them."""
    from matplotlib import font_manager  # noqa: PLC0415

    package = find_spec("koreanize_matplotlib")  # only its font: it would change matplotlib for all
    assert package is not None  # noqa: S101 - a dependency of ours
    assert package.origin is not None  # noqa: S101
    font = Path(package.origin).parent / "fonts" / "NanumGothic.ttf"
    font_manager.fontManager.addfont(font)
    return ["DejaVu Sans", font_manager.FontProperties(fname=font).get_name()]


@cache
def _letters() -> frozenset[int]:
    from matplotlib import font_manager  # noqa: PLC0415

    files = [font_manager.findfont(family) for family in _families()]
    return frozenset(code for file in files for code in font_manager.get_font(file).get_charmap())


def can_write(text: str) -> bool:
    """Tell whether our fonts have every letter of *text*."""
    return all(ord(letter) in _letters() or letter.isspace() for letter in text)
