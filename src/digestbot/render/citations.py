"""Papers as other programs read them: BibTeX, RIS, Markdown and JSON."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import chain, count

from digestbot.core.paper import Paper
from digestbot.core.text import fold
from digestbot.render.markup import arxiv, markdown
from digestbot.render.message import Document
from digestbot.render.split import clip, units

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{special: f"\\{special}" for special in "&%$#_{}"},
}
_MATH = re.compile(r"\$[^$\\{}]*(?:(?:\\[A-Za-z]+|\\[,;!%&_#{}]|\{[^{}$]*\})[^$\\{}]*)*\$")
_CAPITALS = re.compile(r"(?<![\w\\])(?:\w+[A-Z]\w*|[A-Z]{2,})(?!\w)")
_PARTICLES = frozenset("da de del della den der di dos du el la le ten ter van von zu".split())  # noqa: SIM905
_SHORTEST_TITLE = 10
_SMALL = frozenset(("a", "an", "the", "on", "in", "of", "for", "to", "and", "is", "are", "how", "what"))


class Format(StrEnum):
    """What a list of papers can be written as; the values travel in buttons and end files' names."""

    BIBTEX = "bib"
    RIS = "ris"
    MARKDOWN = "md"
    JSON = "json"


NAMES = {Format.BIBTEX: "BibTeX", Format.RIS: "RIS", Format.MARKDOWN: "Markdown", Format.JSON: "JSON"}


def written(papers: Sequence[Paper], form: Format) -> Document:
    """Return *papers*, in their order, as a file."""
    match form:
        case Format.BIBTEX:
            keys = _keys(papers)
            text = "\n\n".join(bibtex(paper, next(keys)) for paper in papers)
        case Format.RIS:
            text = "\n\n".join(map(ris, papers))
        case Format.MARKDOWN:
            text = "\n".join(map(_markdown, papers))
        case Format.JSON:
            text = json.dumps([_record(paper) for paper in papers], ensure_ascii=False, indent=2)
    return Document(f"papers.{form}", f"{text}\n".encode(errors="replace"))


def bibtex(paper: Paper, key: str | None = None) -> str:
    """Return a paper as arXiv itself cites it."""
    return _entry(paper, key or _key(paper), " and ".join(map(_bibtex_name, paper.authors)), paper.title)


def short_bibtex(paper: Paper, limit: int) -> str:
    """Return an entry of *limit* units at most: first without other authors, then with part of the title.

    Where the names alone are too long, it goes without; where nothing helps, it is the paper's address.
    """
    whole = bibtex(paper)
    if units(whole) <= limit:
        return whole
    first = "".join(map(_bibtex_name, paper.authors[:1]))
    for authors in (f"{first} and others" if len(paper.authors) > 1 else first, ""):
        most = units(paper.title)
        while most >= min(_SHORTEST_TITLE, units(paper.title)):
            entry = _entry(paper, _key(paper), authors, clip(paper.title, most), is_short=True)
            over = units(entry) - limit
            if over <= 0:
                return entry
            most -= max(1, over // 2)  # a letter may be written with many
    return clip(arxiv(paper), limit)


def ris(paper: Paper) -> str:
    """Return a paper as RIS, https://en.wikipedia.org/wiki/RIS_(file_format): a tag a line."""
    tags = [("TY", "UNPB"), ("TI", paper.title)]
    tags += [("AU", _inverted(author)) for author in paper.authors]
    tags += [("PY", str(_year(paper)))]
    if paper.published_at:
        tags.append(("DA", f"{paper.published_at:%Y/%m/%d}/"))
    tags += [("AB", paper.abstract), *(("KW", keyword) for keyword in paper.ai_keywords)]
    tags += [("PB", "arXiv"), ("AN", f"arXiv:{paper.id}"), ("UR", arxiv(paper)), ("ER", "")]
    return "\n".join(f"{tag}  - {' '.join(value.split())}" for tag, value in tags if value or tag == "ER")


def latex(text: str) -> str:
    """Return *text* so that LaTeX shows it as it is; formulas between dollars stay formulas."""
    return _around_formulas(text, _escaped)


def _entry(paper: Paper, key: str, authors: str, title: str, *, is_short: bool = False) -> str:
    fields = {"title": _bibtex_title(title), "author": authors, "year": str(_year(paper)), "eprint": paper.id}
    fields["archivePrefix"] = "arXiv"
    if not is_short:
        if paper.categories and "/" not in paper.id:  # an old id names its archive itself
            fields["primaryClass"] = latex(paper.categories[0])
        fields["url"] = arxiv(paper)
    told = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{told}\n}}"


def _bibtex_title(title: str) -> str:
    """Return a title in which capitals stay: BibTeX's styles write all else small."""
    return _around_formulas(title, lambda part: _CAPITALS.sub(lambda word: f"{{{word[0]}}}", _escaped(part)))


def _escaped(text: str) -> str:
    return "".join(_LATEX.get(c, c) for c in text)


def _around_formulas(text: str, written: Callable[[str], str]) -> str:
    """Return *text* with all that is no formula as it is to be *written*."""
    parts = map(written, _MATH.split(text))
    return "".join(chain.from_iterable(zip(parts, [*_MATH.findall(text), ""], strict=True)))


def _bibtex_name(name: str) -> str:
    """Return a name that BibTeX takes for one: "and" and commas would part it."""
    told = latex(" ".join(name.split()))
    is_odd = "," in told or re.search(r"\band\b", told, re.IGNORECASE)
    return f"{{{told}}}" if is_odd else told


def _inverted(name: str) -> str:
    """Return "Family, Given"; particles belong to the family."""
    words = name.split()
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return f"{' '.join(words[start:])}, {' '.join(words[:start])}" if start > 0 else name


def _key(paper: Paper) -> str:
    """Return `lecun2025path`: an author, the year, a word of the title; the id where there are none."""
    family = _ascii(_inverted(paper.authors[0]).partition(",")[0]) if paper.authors else ""
    said = (word for word in map(_ascii, paper.title.split()) if len(word) > 1 and word not in _SMALL)
    if not family:
        return f"arxiv{_ascii(paper.id)}"
    return f"{family[:20]}{_year(paper)}{next(said, '')[:15]}"


def _keys(papers: Sequence[Paper]) -> Iterator[str]:
    """Yield a key for each paper, none twice."""
    used: set[str] = set()
    for paper in papers:
        key = _key(paper)
        free = next(
            name for number in count(1) if (name := key if number == 1 else f"{key}-{number}") not in used
        )
        used.add(free)
        yield free


def _ascii(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))


def _year(paper: Paper) -> int:
    """Return the year of the first version: told by arXiv, else by the id, `2510.` or `/0112`."""
    if paper.published_at:
        return paper.published_at.year
    digits = re.match(r"(?:.*/)?(\d\d)", paper.id)
    if digits is None:
        return paper.listed_on.year
    return (1900 if int(digits[1]) > 90 else 2000) + int(digits[1])


def _markdown(paper: Paper) -> str:
    authors = ", ".join(map(markdown, paper.authors))
    return f"- [{markdown(paper.title)}]({arxiv(paper)}){f' – {authors}' if authors else ''} ({_year(paper)})"


def _record(paper: Paper) -> dict[str, object]:
    return {
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "url": arxiv(paper),
        "published_at": paper.published_at.isoformat() if paper.published_at else None,
        "listed_on": paper.listed_on.isoformat(),
        "upvotes": paper.upvotes,
        "keywords": list(paper.ai_keywords),
        "categories": list(paper.categories),
        "organization": paper.organization,
        "code_url": paper.code_url,
        "project_url": paper.project_url,
    }
