"""A paper in a few words, and whose words they are."""

from dataclasses import dataclass
from enum import StrEnum

from digestbot.core.paper import Paper
from digestbot.core.text import sentences

LEADING_SENTENCES = 2


class SummarySource(StrEnum):
    HUGGINGFACE = "huggingface"
    """Written by a model of Hugging Face's; comes with the feed."""
    EXTRACT = "extract"
    """The abstract's own leading sentences."""


@dataclass(frozen=True, slots=True)
class Summary:
    text: str
    source: SummarySource


def choose(paper: Paper) -> Summary | None:
    """Return the best summary at hand, or None where the paper has no text to take one from."""
    if paper.ai_summary:
        return Summary(paper.ai_summary, SummarySource.HUGGINGFACE)
    leading = " ".join(sentences(paper.abstract)[:LEADING_SENTENCES])
    return Summary(leading, SummarySource.EXTRACT) if leading else None
