"""A paper in a few words, without an LLM."""

from digestbot.core.summary import Summary, SummarySource, choose
from tests.builders import a_paper


def test_the_feeds_own_summary_comes_first() -> None:
    """Where the source has one."""
    paper = a_paper(ai_summary="It draws pixels.")
    assert choose(paper) == Summary("It draws pixels.", SummarySource.HUGGINGFACE)


def test_else_the_abstract_begins() -> None:
    """Two sentences, none of which ends at an abbreviation or a decimal point."""
    abstract = "We follow Ada et al. (2024) and gain 3.5 points. Bo helped, e.g. with code. The rest is long."
    summary = choose(a_paper(abstract=abstract))
    assert summary is not None
    assert summary.source is SummarySource.EXTRACT
    assert summary.text == abstract.removesuffix(" The rest is long.")


def test_nothing_is_made_of_nothing() -> None:
    """A paper without a text has no summary."""
    assert choose(a_paper(abstract="  ")) is None
