"""Pictures: the weeks of a trend as a PNG, drawn as an SVG with the font in fonts/.

Only this file knows resvg. It draws in a process of its own: in ours all would wait for it, as it keeps
Python's lock for as long as it takes.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from itertools import count
from unicodedata import east_asian_width

from digestbot.core.trends import Trend
from digestbot.render.i18n import Words, words
from digestbot.render.markup import document
from digestbot.render.split import clip

FONT = files("digestbot.render") / "fonts" / "NotoSansCJK-subset.otf"
_LEFT, _RIGHT, _TOP, _BOTTOM = 130, 1130, 150, 600
"""Where the axes stand in the 1280 × 720 of the picture, the size that Telegram shows without scaling."""
_DRAW = (
    "import sys, resvg_py; sys.stdout.buffer.write(resvg_py.svg_to_bytes("
    "svg_string=sys.stdin.buffer.read().decode(), skip_system_fonts=True, font_files=[sys.argv[1]]))"
)
_LONG = 30
"""Seconds that a picture may take; it takes a fifth of one."""
_STEPS = 4
_NICE = (1, 2, 3, 4, 5, 6, 8, 10)
_LONGEST_TITLE = 48
_CHARSETS = (("euc_jp", 0xA3, 0xCF), ("gb2312", 0xB0, 0xD7))
"""Rows of character sets that the font has: kana, Greek and Cyrillic, and the ideographs in common use."""


@dataclass(frozen=True, slots=True)
class Column:
    """A week of the picture, in its points."""

    x: float
    papers: float
    votes: float
    day: str
    """Empty where the label of the week before or after needs the room."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line across, and what it means to either axis."""

    y: float
    papers: str
    votes: str


def draw(trend: Trend, language: str) -> bytes:
    """Return a PNG of 1280 × 720 points: bars for the papers of each week, a line for their votes."""
    with as_file(FONT) as font:
        command = [sys.executable, "-I", "-c", _DRAW, str(font)]
        drawn = svg(trend, language).encode()
        return subprocess.run(command, input=drawn, stdout=subprocess.PIPE, check=True, timeout=_LONG).stdout  # noqa: S603


def svg(trend: Trend, language: str) -> str:
    """Return what is drawn."""
    spoken = words(language)
    papers = step(max(week.papers for week in trend.weeks))
    votes = step(max(week.votes for week in trend.weeks))
    room = (_RIGHT - _LEFT) / len(trend.weeks)
    last = len(trend.weeks) - 1
    columns = [
        Column(
            x=_LEFT + room * (at + 0.5),
            papers=_height(week.papers / papers),
            votes=_height(week.votes / votes),
            day="" if (last - at) % 2 else spoken.short_day(week.first),
        )
        for at, week in enumerate(trend.weeks)
    ]
    lines = [
        Line(_height(at), spoken.number(papers * at), spoken.number(votes * at)) for at in range(_STEPS + 1)
    ]
    axes = {"left": _LEFT, "right": _RIGHT, "bottom": _BOTTOM}
    return document(
        "trend.svg.jinja", language, title=_title(trend, spoken), columns=columns, lines=lines, **axes
    )


def step(most: int) -> int:
    """Return how far apart the lines across are, so that the top one is at *most* or little above it."""
    scales: Iterator[int] = (10**digits for digits in count())
    return next(nice * scale for scale in scales for nice in _NICE if nice * scale * _STEPS >= most)


def _height(steps: float) -> float:
    return round(_BOTTOM - (_BOTTOM - _TOP) * steps / _STEPS, 1)


def _title(trend: Trend, spoken: Words) -> str:
    """Return what the trend is of; in general words where the font lacks a letter of it."""
    t = spoken.gettext
    named = spoken.comma.join(trend.topics) if trend.topics else t("All papers")
    broad = len(named) + sum(east_asian_width(letter) in "WF" for letter in named)
    short = clip(named, _LONGEST_TITLE * len(named) // broad)
    return short if can_write(short) else t("Papers and votes")


def can_write(text: str) -> bool:
    """Tell whether our font has every letter of *text*."""
    return all(_has(letter) for letter in text)


def _has(letter: str) -> bool:
    if letter < "\u0100":
        return letter.isprintable()
    if "가" <= letter <= "힣" or letter in "‘’“”–—…、。「」《》":
        return True
    for charset, first, last in _CHARSETS:
        with suppress(UnicodeEncodeError):
            if first <= letter.encode(charset)[0] <= last:
                return True
    return False
