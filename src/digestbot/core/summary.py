"""A paper in a few words, and whose words they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class SummarySource(StrEnum):
    LLM = "llm"
    """Written by the operator's language model for this paper, language and style."""
    HUGGINGFACE = "huggingface"
    """Written by a model of Hugging Face's, in English; comes with the feed."""
    EXTRACT = "extractive"
    """The abstract's own sentences, some of them, shortened."""
    ARCHIVE = "archive"
    """From a digest of others that was imported."""


class Style(StrEnum):
    """How a reader wants summaries."""

    BULLETS = "bullets"
    SECTIONS = "sections"


class Section(StrEnum):
    """What a bullet is about, where the style asks for it; in the order in which they are shown."""

    NEW = "new"
    TECHNICAL = "technical"
    RESULTS = "results"


class Input(StrEnum):
    """What a model was given to read, and a summary was held against."""

    ABSTRACT = "abstract"
    FULLTEXT = "fulltext"


@dataclass(frozen=True, slots=True)
class Bullet:
    """One point of a summary, as plain text on one line."""

    text: str
    section: Section | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A paper in a few words, at least one bullet."""

    bullets: tuple[Bullet, ...]
    source: SummarySource
    language: str
    """A BCP-47 tag: `ko`, `pt-BR`."""
    checked: bool
    """Every number, name and link of it was found in what it was made from."""
    model: str | None = None
    input: Input = Input.ABSTRACT
    prompt: str | None = None
    """The version of the prompt that a model was given."""
    written_on: date | None = None

    def plain(self) -> "Summary":
        """Return the same without sections."""
        return replace(self, bullets=tuple(Bullet(bullet.text) for bullet in self.bullets))


def in_sections(bullets: Sequence[Bullet]) -> list[tuple[Section | None, list[Bullet]]]:
    """Return *bullets* by section, in the order in which sections are shown; those without one come first."""
    found: dict[Section | None, list[Bullet]] = {}
    for section in (None, *Section):
        if within := [bullet for bullet in bullets if bullet.section is section]:
            found[section] = within
    return [*found.items()]
