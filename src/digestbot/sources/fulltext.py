"""The full text of an arXiv paper: of its HTML, and where arXiv has none, of its PDF.

Not every paper has HTML, and none for its first hours; see https://info.arxiv.org/about/accessible_HTML.html.
Errors are those of `http`, and `fulltext-none` where a paper is there and its text is not.

Both are made from a stranger's file: deep nesting keeps lexbor busy for hours with Python's lock in its hand,
and a PDF may crash PDFium or eat all memory. So each is read by a program of its own, `pdf.py` and this
module's `main`, which limits itself and is ended when its time is over.
"""

import asyncio
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digestbot.errors import SourceError
from digestbot.sources.http import Format, Http, Pace
from digestbot.sources.listing import clean

MOST_CHARACTERS = 60_000
"""How much of a text is kept; some 15,000 tokens."""
LEAST_CHARACTERS = 1000
"""What is shorter is a note, a cover or a failed conversion."""
SECONDS_BETWEEN = 3.0
"""What arXiv's terms of use ask for, https://info.arxiv.org/help/api/tou.html."""
SECONDS_TO_READ = 20.0
READ_HTML = (sys.executable, "-P", "-m", "digestbot.sources.fulltext")
READ_PDF = (sys.executable, "-P", "-m", "digestbot.sources.pdf")
_MOST_BYTES = 4 * 1024 * 1024
"""Of the child's answer; more than it ever has to say."""
_ENVIRONMENT = {"LD_LIBRARY_PATH", "SYSTEMROOT"}
"""What Python itself needs; the child is told none of our secrets."""

_LEFT_OUT = {
    *("annotation", "annotation-xml", "button", "dialog", "footer", "form", "nav", "noscript", "script"),
    *("style", "svg", "template"),
    *("ltx_bibliography", "ltx_ERROR", "ltx_note_mark", "ltx_note_type", "ltx_pubnotes", "ltx_tag_note"),
}
_BLOCKS = {
    *("article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4"),
    *("h5", "h6", "li", "ol", "p", "pre", "section", "table", "tr", "ul"),
    *("ltx_p", "ltx_tr", "ltx_block", "ltx_caption"),
}
_CELLS = {"td", "th", "ltx_td", "ltx_th"}
_BREAK = "\x1e"
_NEXT_CELL = "\x1f"
"""Neither is in a paragraph: `clean` drops both."""
_TEX_STYLE = re.compile(
    r"\\(?:boldsymbol|bm|mathbf|mathcal|mathit|mathrm|mathsf|operatorname|text[a-z]{0,6})\s?\{([^{}]*)\}"
)
_TEX_SIGNS = {
    **dict(zip((r"\%", r"\$", r"\#", r"\&", "{,}", r"\,", r"\;", r"\ "), "%$#&,   ", strict=True)),
    **dict(zip((r"\times", r"\pm", r"\approx", r"\sim", r"\cdot", r"\to"), "×±≈~·→", strict=True)),
    **dict(zip((r"\leq", r"\le", r"\geq", r"\ge"), "≤≤≥≥", strict=True)),
}
_TEX_SIGN = re.compile(
    "|".join(re.escape(sign) + (r"(?![a-zA-Z])" if sign[-1].isalpha() else "") for sign in _TEX_SIGNS)
)


class FullTexts:
    """Full texts at *url*, politely: one request at a time, *rest* seconds apart.

    A page or a PDF is read in *patience* seconds or not at all, one at a time, by *read_html* and *read_pdf*:
    programs that are given it and say its text, a paragraph a line.
    """

    def __init__(
        self,
        http: Http,
        url: str,
        *,
        rest: float = SECONDS_BETWEEN,
        patience: float = SECONDS_TO_READ,
        read_html: Sequence[str] = READ_HTML,
        read_pdf: Sequence[str] = READ_PDF,
    ) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._pace = Pace(rest)
        self._patience = patience
        self._read_html = read_html
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
            return await self._text(self._read_html, page)
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
            said = await _said_by(reader, paper, self._patience)
        text = cut(filter(None, map(clean, said.splitlines())))
        if len(text) < LEAST_CHARACTERS:
            raise ValueError(f"{len(text)} characters of text")
        return text


def text_of(page: str) -> str:
    """Return the article of LaTeXML's *page*, on one line a paragraph; "" where there is none."""
    article = LexborHTMLParser(page).css_first("article.ltx_document")
    return cut(_paragraphs(_pieces(article))) if article else ""


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


def tex(formula: str) -> str:
    r"""Return *formula* with its numbers and commonest signs as one writes them outside of TeX.

    >>> tex(r"\mathbf{92.1}\%\leq 1{,}000\times\left(x\right)")
    '92.1%≤ 1,000×\\left(x\\right)'
    """
    return _TEX_SIGN.sub(lambda found: _TEX_SIGNS[found[0]], _TEX_STYLE.sub(r"\1", formula))


def _is_missing(error: SourceError) -> bool:
    return error.values.get("status") in (404, 410)


def _pieces(article: LexborNode) -> Iterator[str]:
    """Give the text of *article* in pieces, with a break around each block and a mark after each cell.

    Without recursion: a page may be nested deeper than Python's stack.
    """
    rest: list[LexborNode | str] = [article]
    while rest:
        node = rest.pop()
        if isinstance(node, str):
            yield node
        elif node.tag == "-text":
            yield node.text_content or ""
        else:
            before, inside, after = _opened(node)
            yield before
            rest.append(after)
            rest.extend(inside)


def _opened(node: LexborNode) -> tuple[str, list[LexborNode], str]:
    """Return what is read before, in (last first) and after *node*."""
    names = {node.tag, *(node.attributes.get("class") or "").split()}
    if names & _LEFT_OUT:
        return "", [], ""
    if node.tag == "math" and (formula := node.attributes.get("alttext")):
        return tex(formula), [], ""
    inside = list(node.iter(include_text=True))[::-1]
    if names & _CELLS:
        return "", inside, " " if "ltx_eqn_cell" in names else _NEXT_CELL
    if names & _BLOCKS:
        return _BREAK, inside, _BREAK
    if "ltx_note_content" in names:
        return " (", inside, ") "
    return ("^" if node.tag == "sup" else ""), inside, ""


def _paragraphs(pieces: Iterable[str]) -> Iterator[str]:
    """Give the paragraphs that *pieces* make; one without a letter or a digit is none."""
    paragraph: list[str] = []
    for piece in pieces:
        if piece != _BREAK:
            paragraph.append(piece)
            continue
        text = " | ".join(filter(None, map(clean, "".join(paragraph).split(_NEXT_CELL))))
        if any(map(str.isalnum, text)):
            yield text
        paragraph = []


async def _said_by(reader: Sequence[str], paper: bytes, patience: float) -> str:
    """Return what *reader* says to *paper*. Raises ValueError, with a reason, where it fails or is too slow.

    However this ends, it leaves no process.
    """
    child = await _start(reader)
    try:
        async with asyncio.timeout(patience):
            text = await _answer(child, paper)
            code = await child.wait()
    except TimeoutError:
        raise ValueError(f"not read in {patience:g} s") from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.communicate()
    if code != 0:
        raise ValueError(f"can't be read, its reader ended with {code}")
    return text.decode("utf-8", "replace")


async def _start(reader: Sequence[str]) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if name in _ENVIRONMENT}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))  # where we ourselves were found
    try:
        return await asyncio.create_subprocess_exec(
            *reader,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
    except OSError as error:
        raise ValueError(f"no process to read it: {error}") from None


async def _answer(child: asyncio.subprocess.Process, paper: bytes) -> bytes:
    assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - both are pipes
    with suppress(BrokenPipeError, ConnectionResetError):  # it ended before it had read all
        child.stdin.write(paper)
        await child.stdin.drain()
    child.stdin.close()
    try:
        await child.stdout.readexactly(_MOST_BYTES)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    raise ValueError(f"more than {_MOST_BYTES} bytes of text")


async def _page(page: bytes) -> bytes:
    return page


async def _pdf(pdf: bytes) -> bytes:
    if b"%PDF-" not in pdf[:1024]:
        raise ValueError("no PDF")
    return pdf


PAGE: Format[bytes] = Format("a page", "text/html", _page)
PDF: Format[bytes] = Format("a PDF", "application/pdf", _pdf)


def main() -> None:
    """Read a page on stdin, say its text."""
    from digestbot.sources.pdf import limit  # noqa: PLC0415 - PDFium has no place in the bot's own process

    limit()
    text = text_of(sys.stdin.buffer.read().decode("utf-8", "replace"))
    sys.stdout.buffer.write(text.encode("utf-8", "ignore"))


if __name__ == "__main__":
    main()
