"""The full text of an arXiv paper: of its HTML, and where arXiv has none, of its PDF.

Not every paper has HTML, and none for its first hours; see https://info.arxiv.org/about/accessible_HTML.html.
Errors are those of `http`, and `fulltext-none` where a paper is there and its text is not.

Both are made from a stranger's file: deep nesting keeps lexbor busy for hours with Python's lock in its hand,
and a PDF may crash PDFium or eat all memory. So each is read by a program of its own, `latexml.py` or
`pdf.py`, which limits itself and is ended when its time is over.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from digestbot.errors import SourceError
from digestbot.sources.child import program, said_by
from digestbot.sources.http import Format, Http, Pace
from digestbot.sources.listing import clean

MOST_CHARACTERS = 60_000
"""How much of a text is kept; some 15,000 tokens."""
LEAST_CHARACTERS = 1000
"""What is shorter is a note, a cover or a failed conversion."""
SECONDS_BETWEEN = 3.0
"""What arXiv's terms of use ask for, https://info.arxiv.org/help/api/tou.html."""
SECONDS_TO_READ = 20.0
READ_HTML = program("digestbot.sources.latexml")
READ_PDF = program("digestbot.sources.pdf")


class FullTexts:
    """Full texts at *url*, politely: one request at a time, *rest* seconds apart.

    A page or a PDF is read in *patience* seconds or not at all, one at a time, by READ_HTML and *read_pdf*:
    programs that are given it and say its text, a paragraph a line.
    """

    def __init__(
        self,
        http: Http,
        url: str,
        *,
        rest: float = SECONDS_BETWEEN,
        patience: float = SECONDS_TO_READ,
        read_pdf: Sequence[str] = READ_PDF,
    ) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._pace = Pace(rest)
        self._patience = patience
        self._read_pdf = read_pdf
        self._reading = asyncio.Lock()

    async def fetch(self, paper_id: str) -> str:
        """Return the text of a paper, at most 60,000 characters of it, on one line a paragraph.

        Raises SourceError, `fulltext-none` where neither HTML nor PDF holds one.
        """
        return await self._from_html(paper_id) or await self._from_pdf(paper_id)

    async def _from_html(self, paper_id: str) -> str | None:
        """Return the text, or None where the PDF must do."""
        try:
            page = await self._http.get(f"{self._url}/html/{paper_id}", PAGE, pace=self._pace)
        except SourceError as error:
            if _is_missing(error) or error.id == "source-too-large":
                return None
            raise
        with suppress(ValueError):
            return await self._text(READ_HTML, page)
        return None

    async def _from_pdf(self, paper_id: str) -> str:
        url = f"{self._url}/pdf/{paper_id}"
        try:
            pdf = await self._http.get(url, PDF, pace=self._pace)
            return await self._text(self._read_pdf, pdf)
        except SourceError as error:
            if _is_missing(error):
                raise SourceError("fulltext-none", url=url, reason="neither HTML nor PDF") from None
            raise
        except ValueError as error:
            raise SourceError("fulltext-none", url=url, reason=f"PDF: {error}") from None

    async def _text(self, reader: Sequence[str], paper: bytes) -> str:
        """Return what *reader* finds in *paper*. Raises ValueError where that is no full text."""
        async with self._reading:
            said = await said_by(reader, paper, self._patience)
        text = cut(filter(None, map(clean, said.splitlines())))
        if len(text) < LEAST_CHARACTERS:
            raise ValueError(f"{len(text)} characters of text")
        return text


def cut(paragraphs: Iterable[str], most: int = MOST_CHARACTERS) -> str:
    """Return the first *paragraphs*, a line each, of *most* characters in all.

    The first one is cut at a word if it alone is longer.

    >>> cut(["One two.", "Three four."], 10), cut(["One two."], 6)
    ('One two.', 'One')
    """
    kept: list[str] = []
    free = most
    for paragraph in paragraphs:
        if len(paragraph) > free:
            return "\n".join(kept) if kept else paragraph[:most].rpartition(" ")[0] or paragraph[:most]
        kept.append(paragraph)
        free -= len(paragraph) + 1
    return "\n".join(kept)


def _is_missing(error: SourceError) -> bool:
    return error.values.get("status") in (404, 410)


async def _page(page: bytes) -> bytes:
    return page


async def _pdf(pdf: bytes) -> bytes:
    if b"%PDF-" not in pdf[:1024]:
        raise ValueError("no PDF")
    return pdf


PAGE: Format[bytes] = Format("a page", "text/html", _page)
PDF: Format[bytes] = Format("a PDF", "application/pdf", _pdf)
