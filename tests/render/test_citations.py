"""Papers as other programs read them."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.paper import Paper
from digestbot.render.buttons import COPY_LIMIT
from digestbot.render.citations import Format, bibtex, latex, ris, short_bibtex, written
from digestbot.render.split import units
from tests.builders import a_paper

PUBLISHED = datetime(2024, 12, 31, 23, 0, tzinfo=UTC)


def cited(**more: Any) -> Paper:
    given = {
        "title": "A Path",
        "authors": ("Yann LeCun",),
        "published_at": PUBLISHED,
        "categories": ("cs.AI",),
    }
    return a_paper(1, **{**given, **more})


def test_an_entry_as_arxiv_writes_it() -> None:
    """With eprint, archive and class; the year is the first version's."""
    assert bibtex(cited()) == (
        "@misc{lecun2024path,\n"
        "  title = {A Path},\n"
        "  author = {Yann LeCun},\n"
        "  year = {2024},\n"
        "  eprint = {2510.00001},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.AI},\n"
        "  url = {https://arxiv.org/abs/2510.00001}\n"
        "}"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("50% of R&D_x #1 for $5", r"50\% of R\&D\_x \#1 for \$5"),
        ("{a} ~ ^ \\b", r"\{a\} \textasciitilde{} \textasciicircum{} \textbackslash{}b"),
        ("On $x_1^{2}$ & more", r"On $x_1^{2}$ \& more"),
        (r"$\alpha$-fair and $\mathcal{O}(n)$", r"$\alpha$-fair and $\mathcal{O}(n)$"),
        ("It costs $5 or $6", r"It costs $5 or $6"),
        ("$x} \\input{/etc/passwd}$", r"\$x\} \textbackslash{}input\{/etc/passwd\}\$"),
        ("확산 – naïve", "확산 – naïve"),
    ],
)
def test_latex_shows_what_was_written(text: str, written: str) -> None:
    """Specials are escaped, formulas between dollars are kept where their braces are closed."""
    assert latex(text) == written


def test_capitals_survive_a_bibliography_style() -> None:
    """Names such as LLaMA and BERT are held together; a sentence's first letter is not."""
    entry = bibtex(cited(title="Deep LLaMA and BERT: A Study of $E=mc^2$"))
    assert "title = {Deep {LLaMA} and {BERT}: A Study of $E=mc^2$}" in entry


@pytest.mark.parametrize(
    ("paper_id", "year", "field"),
    [
        ("cs/0112017", 2001, "eprint = {cs/0112017}"),
        ("hep-th/9711200", 1997, "eprint = {hep-th/9711200}"),
        ("0704.0001", 2007, "eprint = {0704.0001}"),
    ],
)
def test_old_ids(paper_id: str, year: int, field: str) -> None:
    """The id tells the year where nobody else does, and holds the archive itself."""
    entry = bibtex(cited(id=paper_id, published_at=None))
    assert field in entry
    assert f"year = {{{year}}}" in entry
    assert ("primaryClass" in entry) == ("/" not in paper_id)


def test_authors_as_bibtex_parts_them() -> None:
    """All of them, "and" between; who has a comma or an "and" in the name is one all the same."""
    entry = bibtex(cited(authors=("Ann Lee", "Lab A, Team and Friends", "김민준", "{x}\\y")))
    assert r"author = {Ann Lee and {Lab A, Team and Friends} and 김민준 and \{x\}\textbackslash{}y}" in entry
    assert "author" not in bibtex(cited(authors=()))


def test_ris_has_a_tag_a_line() -> None:
    """Family names first, particles with them; nothing of a paper begins a line of its own."""
    lines = ris(
        cited(
            authors=("Laurens van der Maaten", "Plato"),
            title="A\nER  - trick",
            abstract="One.",
            ai_keywords=("maps",),
        )
    ).split("\n")
    assert lines == [
        "TY  - UNPB",
        "TI  - A ER - trick",
        "AU  - van der Maaten, Laurens",
        "AU  - Plato",
        "PY  - 2024",
        "DA  - 2024/12/31/",
        "AB  - One.",
        "KW  - maps",
        "PB  - arXiv",
        "AN  - arXiv:2510.00001",
        "UR  - https://arxiv.org/abs/2510.00001",
        "ER  - ",
    ]


def test_a_short_entry_keeps_what_identifies() -> None:
    """First the others go, then the title's end; the id stays."""
    assert short_bibtex(cited(), COPY_LIMIT) == bibtex(cited())
    many = short_bibtex(cited(authors=tuple(f"Some Author {n}" for n in range(50))), COPY_LIMIT)
    assert "author = {Some Author 0 and others}" in many
    assert "title = {A Path}" in many
    long = short_bibtex(cited(title="A Very Long Title " * 40), COPY_LIMIT)
    assert "author = {Yann LeCun}" in long
    assert "…}" in long


@given(
    title=st.text(max_size=400),
    authors=st.lists(st.text(max_size=300), max_size=5),
    category=st.text(max_size=20),
)
def test_what_is_copied_fits_whatever_was_written(title: str, authors: list[str], category: str) -> None:
    """At most 256 characters, at least one; and braces that close."""
    entry = short_bibtex(cited(title=title, authors=tuple(authors), categories=(category,)), COPY_LIMIT)
    assert 1 <= units(entry) <= COPY_LIMIT
    if entry.startswith("@misc"):
        assert "2510.00001" in entry
        bare = re.sub(r"\\[\\{}]", "", entry)
        assert bare.count("{") == bare.count("}")


def test_files_hold_each_paper_once() -> None:
    """In the order given, with keys that are told apart."""
    papers = [cited(), a_paper(2, "A Path", authors=("Yann LeCun",), published_at=PUBLISHED)]
    files = {form: written(papers, form) for form in Format}
    assert [file.name for file in files.values()] == ["papers.bib", "papers.ris", "papers.md", "papers.json"]
    assert re.findall(r"@misc{(.*),", files[Format.BIBTEX].data.decode()) == [
        "lecun2024path",
        "lecun2024path-2",
    ]
    assert files[Format.RIS].data.decode().count("TY  - ") == 2
    assert files[Format.MARKDOWN].data.decode().splitlines()[0] == (
        "- [A Path](https://arxiv.org/abs/2510.00001) – Yann LeCun (2024)"
    )
    assert [paper["id"] for paper in json.loads(files[Format.JSON].data)] == ["2510.00001", "2510.00002"]
