"""Which summary a reader gets: the first in the operator's order that its source bears out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from digestbot.core.archive import Entry
from digestbot.core.extract import extract
from digestbot.core.grounding import Source, Verdict
from digestbot.core.paper import Paper
from digestbot.core.summary import Bullet, Style, Summary, SummarySource
from digestbot.core.synonyms import Synonyms
from digestbot.core.text import sentences

FREE = (SummarySource.HUGGINGFACE, SummarySource.EXTRACT)
"""What costs nothing: it is made from what the paper came with, in English."""
_SHORT = 300
"""Characters of a source that may have only one thing to say."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """Bullets that a source bears out, and those that it does not."""

    kept: tuple[Bullet, ...]
    dropped: tuple[tuple[Bullet, Verdict], ...]


def free(paper: Paper, source: SummarySource, synonyms: Synonyms) -> Summary | None:
    """Return the summary of a FREE source, without the sentences that *paper* does not bear out."""
    if not paper.abstract.strip():
        return None
    if source is SummarySource.HUGGINGFACE:
        bullets: tuple[Bullet, ...] = tuple(map(Bullet, sentences(paper.ai_summary or "")))
    else:
        bullets = extract(paper.abstract)
    kept = sift(bullets, text_of(paper), "en", synonyms).kept
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


def text_of(paper: Paper) -> str:
    """Return what summaries of *paper* are held against, whatever else a model was given."""
    return f"{paper.title}\n{paper.abstract}"


def fingerprint(paper: Paper) -> str:
    """Return what changes when title or abstract do."""
    return hashlib.sha256(text_of(paper).encode(errors="replace")).hexdigest()[:16]


def sift(bullets: Sequence[Bullet], source: str, language: str, synonyms: Synonyms) -> Sifted:
    """Return which *bullets* the text of a *source* bears out."""
    held = Source(source, synonyms)
    judged = [(bullet, held.check(bullet.text, language)) for bullet in bullets]
    kept = tuple(bullet for bullet, verdict in judged if verdict.ok)
    return Sifted(kept, tuple((bullet, verdict) for bullet, verdict in judged if not verdict.ok))


def suffices(sifted: Sifted, source: str) -> bool:
    """Tell whether what was kept makes a summary: two bullets, or one of a source that is short."""
    return len(sifted.kept) >= (1 if len(source) < _SHORT else 2)


def complaints(sifted: Sifted) -> list[str]:
    """Return what a model is told of an answer that does not suffice."""
    told = [f"“{bullet.text}” – {verdict.reason}" for bullet, verdict in sifted.dropped]
    return told or ["too few bullets could be read in it"]
