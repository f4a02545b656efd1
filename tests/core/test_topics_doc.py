"""The examples of docs/topics.md do what they say."""

import re
from pathlib import Path

import pytest

from digestbot.core.postings import Postings, Rules
from digestbot.core.query import parse
from digestbot.vocabulary import load_synonyms
from tests.builders import a_paper

DOC = (Path(__file__).parents[2] / "docs" / "topics.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
EXAMPLES = ROW.findall(DOC)
FIELDS = re.findall(r"`([^`]+)`", DOC.split("## Fields")[1].split("## Muting")[0])
RULES = Rules(load_synonyms())


def test_there_are_ten() -> None:
    """At least; so that none is lost to a change of the table's form."""
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize(("topic", "brings", "not_brings"), EXAMPLES)
def test_an_example_brings_what_it_says(topic: str, brings: str, not_brings: str) -> None:
    """The paper with the first title and not the one with the second."""
    papers = [a_paper(1, brings, abstract="Nothing else."), a_paper(2, not_brings, abstract="Nothing else.")]
    postings = Postings(papers, RULES, [topic])
    assert [paper.id for paper in postings.of(postings.brought([topic]))] == [papers[0].id]


@pytest.mark.parametrize("topic", [field for field in FIELDS if len(field) > 2])
def test_the_fields_shown_can_be_parsed(topic: str) -> None:
    """Nobody is refused who copies from the page."""
    assert str(parse(topic))


@pytest.mark.parametrize(
    "spelling", ["fine-tuning", "finetuning", "fine tuning", "β", "beta", "agent*", '"RAG"']
)
def test_what_it_shows_in_passing_can_be_parsed(spelling: str) -> None:
    """These are in the text around the tables."""
    assert f"`{spelling}`" in DOC
    assert str(parse(spelling))
