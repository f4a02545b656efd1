"""The papers of arXiv as pages and PDFs, on a port of this machine, with every way we know it to fail.

async with PapersServer() as arxiv:
    arxiv.papers["2510.12586"] = Manuscript("A Title", (("Introduction", ("We show a small model.",)),))
    arxiv.fail(status(503), times=2)
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from aiohttp import web

from .outside import Fault, OutsideServer, body, html_page, reset, stall, status, truncated

_VERSION = re.compile(r"v[0-9]+$")
_LINES_ON_A_PAGE = 50
_LETTERS_ON_A_LINE = 90


@dataclass(frozen=True)
class Manuscript:
    """A paper as its authors wrote it. *sections*: a heading and its paragraphs each.

    In a paragraph, `$x$` is a formula; it reads the same in a PDF. *html* and *pdf* tell what arXiv has.
    """

    title: str
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    abstract: str = "We show a small model. It fits into a pocket."
    authors: tuple[str, ...] = ("Ann Author", "Bo Writer")
    references: tuple[str, ...] = ("[1] C. Elder. What was known before. 2019.",)
    html: bool = True
    pdf: bool = True


class PapersServer(OutsideServer):
    """Serves `papers`, which are kept by arXiv id, at `/html/{id}` and `/pdf/{id}`; with a version or not."""

    def __init__(self) -> None:
        super().__init__("/{kind:html|pdf}/{id:.+}")
        self.papers: dict[str, Manuscript] = {}

    def truth(self, request: web.Request) -> web.Response:
        kind, paper_id = request.match_info["kind"], _VERSION.sub("", request.match_info["id"])
        paper = self.papers.get(paper_id)
        if kind == "html" and paper and paper.html:
            return web.Response(text=page_of(paper), content_type="text/html")
        if kind == "pdf" and paper and paper.pdf:
            return web.Response(body=pdf_of(lines_of(paper)), content_type="application/pdf")
        return web.Response(status=404, text=_NONE.format(kind.upper(), paper_id), content_type="text/html")

    def day_of(self, request: web.Request) -> date | None:
        """Return None: nobody asks for a day here."""


def stub(paper_id: str) -> Fault:
    """Return a fault that answers as arXiv does for a page that it could not make, with status 200."""
    return body(_NONE.format("HTML", paper_id).encode(), "text/html")


def page_of(paper: Manuscript) -> str:
    """Return the page that LaTeXML makes of *paper*, within arXiv's own frame."""
    titles = "".join(f"<li>{escape(title)}</li>" for title, _ in paper.sections)
    sections = "".join(_section(number, *section) for number, section in enumerate(paper.sections, 1))
    items = "".join(f'<li class="ltx_bibitem">{escape(item)}</li>' for item in paper.references)
    names = "".join(f'<span class="ltx_personname">{escape(name)}</span> ' for name in paper.authors)
    return _PAGE.format(
        title=escape(paper.title),
        titles=titles,
        names=names,
        abstract=_marked_up(paper.abstract),
        sections=sections,
        items=items,
    )


def lines_of(paper: Manuscript) -> list[str]:
    """Return *paper* as it is set in type, a line each."""
    lines = [paper.title, ", ".join(paper.authors), "Abstract", *_set(paper.abstract)]
    for number, (title, paragraphs) in enumerate(paper.sections, 1):
        lines += [f"{number} {title}", *(line for text in paragraphs for line in _set(text))]
    return [*lines, "References", *(line for item in paper.references for line in _set(item))]


def pdf_of(lines: Sequence[str]) -> bytes:
    """Return a PDF that shows *lines* in Helvetica, 50 on a page."""
    starts = range(0, max(1, len(lines)), _LINES_ON_A_PAGE)
    return pdf_with([_shown(lines[start : start + _LINES_ON_A_PAGE]) for start in starts])


def pdf_with(contents: Sequence[bytes], extra: bytes = b"", page_count: int | None = None) -> bytes:
    """Return a PDF with a page for each of *contents*, in PDF's own operators.

    *extra* goes into each content's dictionary, as `/Filter /FlateDecode`; *page_count* may be a lie.
    """
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(contents)))
    count = len(contents) if page_count is None else page_count
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        font,
        *_pages(contents, extra),
    ]
    return _file(objects)


def _pages(contents: Sequence[bytes], extra: bytes) -> Iterator[bytes]:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R %s >>"
    for index, content in enumerate(contents):
        yield page % (5 + 2 * index, b"/Resources << /Font << /F1 3 0 R >> >>")
        yield b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), extra, content)


def _file(objects: Sequence[bytes]) -> bytes:
    """Return a PDF of *objects*, numbered from 1, with the table that says where each begins."""
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size, table = len(objects) + 1, len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, b"".join(places))
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, table)
    return bytes(made)


def _shown(lines: Sequence[str]) -> bytes:
    shown = [b"(%s) Tj T*" % re.sub(rb"([\\()])", rb"\\\1", _letters(line)) for line in lines]
    return b"BT /F1 10 Tf 14 TL 50 740 Td\n%s\nET" % b"\n".join(shown)


def _letters(line: str) -> bytes:
    return line.encode("cp1252", "replace")


def _set(text: str) -> list[str]:
    return textwrap.wrap(text.replace("$", ""), _LETTERS_ON_A_LINE)


def _section(number: int, title: str, paragraphs: Sequence[str]) -> str:
    heading = f'<span class="ltx_tag ltx_tag_section">{number} </span>{escape(title)}'
    texts = (
        f'<div class="ltx_para" id="S{number}.p{at}"><p class="ltx_p">{_marked_up(text)}</p></div>{_REPORT}'
        for at, text in enumerate(paragraphs, 1)
    )
    inside = f'<h2 class="ltx_title ltx_title_section">{heading}</h2>{"".join(texts)}'
    return f'<section class="ltx_section" id="S{number}">{inside}</section>\n'


def _marked_up(text: str) -> str:
    """Return *text* as HTML; a formula as MathML, with its TeX twice, as LaTeXML has it."""
    pieces = escape(text).split("$")
    return "".join(_MATH.format(piece) if index % 2 else piece for index, piece in enumerate(pieces))


_NONE = "<!DOCTYPE html><html><title>No {0}</title><body><h1>No {0} for '{1}'</h1></body></html>"

_REPORT = '<button class="sr-only button" style="display: none;">Report issue for preceding element</button>'

_MATH = (
    '<math alttext="{0}" class="ltx_Math" display="inline"><semantics><mrow><mi>{0}</mi></mrow>'
    '<annotation-xml encoding="MathML-Content"><ci>{0}</ci></annotation-xml>'
    '<annotation encoding="application/x-tex">{0}</annotation></semantics></math>'
)

_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>.ltx_p {{ color: black }}</style><script>let shown = "a script";</script></head><body>
<header class="desktop_header"><nav class="html-header-nav"><a href="/abs">Back to Abstract</a></nav></header>
<nav class="ltx_page_navbar"><ol class="ltx_toclist">{titles}</ol></nav>
<div class="ltx_page_main"><div class="ltx_page_content"><article class="ltx_document ltx_authors_1line">
<h1 class="ltx_title ltx_title_document">{title}</h1>
<div class="ltx_authors"><span class="ltx_creator ltx_role_author">{names}</span></div>
<div class="ltx_abstract"><h6 class="ltx_title ltx_title_abstract">Abstract</h6>
<p class="ltx_p">{abstract}</p></div>
<nav class="ltx_TOC"><ol class="ltx_toclist">{titles}</ol></nav>
{sections}<section class="ltx_bibliography" id="bib">
<h2 class="ltx_title ltx_title_bibliography">References</h2>
<ul class="ltx_biblist">{items}</ul></section></article></div>
<footer class="ltx_page_footer">Generated by LaTeXML <button>Report Issue</button></footer></div>
</body></html>
"""

__all__ = [  # what a test of it needs is all here
    "Fault",
    "Manuscript",
    "PapersServer",
    "body",
    "html_page",
    "lines_of",
    "page_of",
    "pdf_of",
    "pdf_with",
    "reset",
    "stall",
    "status",
    "stub",
    "truncated",
]
