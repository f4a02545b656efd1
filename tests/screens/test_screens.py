"""The transcripts in docs/screens are what a reader sees now."""

from pathlib import Path

from tests.screens.__main__ import pages

FOLDER = Path(__file__).parents[2] / "docs" / "screens"


async def test_the_screens_in_the_docs_are_those_of_today() -> None:
    """`make screens` writes them anew."""
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == await pages()
