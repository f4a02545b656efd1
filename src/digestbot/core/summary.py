"""A paper in a few words, and whose words they are."""

from dataclasses import dataclass
from enum import StrEnum

from digestbot.core.archive import Entry
from digestbot.core.paper import Paper
from digestbot.core.text import sentences

LEADING_SENTENCES = 2


class SummarySource(StrEnum):
    HUGGINGFACE = "huggingface"
    """Written by a model of Hugging Face's; comes with the feed."""
    ARCHIVE = "archive"
    """From a digest of others that was imported."""
    EXTRACT = "extract"
    """The abstract's own leading sentences."""


@dataclass(frozen=True, slots=True)
class Summary:
    text: str
    source: SummarySource


def choose(paper: Paper, language: str = "", told: tuple[str, Entry] | None = None) -> Summary | None:
    """Return the best summary at hand, or None where the paper has no text to take one from.

    *told* is what an archive told, and in which language: for its readers, or where there is nothing else.
    """
    if told and told[1].bullets and (told[0] == language or not (paper.ai_summary or paper.abstract)):
        return Summary("\n".join(f"• {bullet}" for bullet in told[1].bullets), SummarySource.ARCHIVE)
    if paper.ai_summary:
        return Summary(paper.ai_summary, SummarySource.HUGGINGFACE)
    leading = " ".join(sentences(paper.abstract)[:LEADING_SENTENCES])
    return Summary(leading, SummarySource.EXTRACT) if leading else None
