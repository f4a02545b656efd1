"""Which summary a reader gets: the first in the operator's order that its source bears out."""

from collections.abc import Sequence

from digestbot.core.archive import Entry
from digestbot.core.extract import extract
from digestbot.core.grounding import Source
from digestbot.core.paper import Paper
from digestbot.core.summary import Bullet, Style, Summary, SummarySource
from digestbot.core.synonyms import Synonyms
from digestbot.core.text import sentences

FREE = (SummarySource.HUGGINGFACE, SummarySource.EXTRACT)
"""What costs nothing: it is made from what the paper came with, in English."""


def free(paper: Paper, source: SummarySource, synonyms: Synonyms) -> Summary | None:
    """Return the summary of a FREE source, without the sentences that *paper* does not bear out."""
    if not paper.abstract.strip():
        return None
    if source is SummarySource.HUGGINGFACE:
        bullets: tuple[Bullet, ...] = tuple(map(Bullet, sentences(paper.ai_summary or "")))
    else:
        bullets = extract(paper.abstract)
    held = Source(f"{paper.title}\n{paper.abstract}", synonyms)
    kept = tuple(bullet for bullet in bullets if held.check(bullet.text, "en").ok)
    return Summary(bullets=kept, source=source, language="en", checked=True) if kept else None


def imported(told: tuple[str, Entry] | None) -> Summary | None:
    """Return what an archive told of a paper, in the language that it is said to be in."""
    if told is None or not told[1].bullets:
        return None
    bullets = tuple(Bullet(" ".join(bullet.split())) for bullet in told[1].bullets)
    return Summary(bullets=bullets, source=SummarySource.ARCHIVE, language=told[0], checked=False)


def best(
    found: Sequence[Summary | None], archived: Summary | None, language: str, style: Style
) -> Summary | None:
    """Return the summary to show: an archive's in the reader's *language*, else the first that was *found*,
    else an archive's in another one. Sections are for those who asked for them.
    """
    fits = archived and archived.language.split("-")[0] == language.split("-", maxsplit=1)[0]
    order = [archived, *found] if fits else [*found, archived]
    chosen = next(filter(None, order), None)
    if chosen is None or style is Style.SECTIONS:
        return chosen
    return chosen.plain()
