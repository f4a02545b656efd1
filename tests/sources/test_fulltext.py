"""Full texts from our own arXiv: what is read, what is left out, and that no stranger's file hurts us."""

import asyncio
import os
import sys
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from digestbot.errors import SourceError
from digestbot.playground.papers import (
    Fault,
    Manuscript,
    PapersServer,
    body,
    html_page,
    lines_of,
    page_of,
    pdf_of,
    pdf_with,
    reset,
    stall,
    status,
    stub,
    truncated,
)
from digestbot.sources import pdf
from digestbot.sources.fulltext import LEAST_CHARACTERS, MOST_CHARACTERS, FullTexts, cut
from digestbot.sources.http import Http
from digestbot.sources.latexml import tex, text_of
from tests.sources.conftest import quick

PAPER = "2510.12586"
WORDS = "Every pocket holds a model & a map that fits. " * 30
MANUSCRIPT = Manuscript(
    "Small Models",
    (
        (
            "Introduction",
            (f"The model has $7.5\\times 10^{{9}}$ weights. {WORDS}", "It costs <b>nothing</b>."),
        ),
        ("Results", ("It reaches 92.1 points.",)),
    ),
)
NOTE = (
    "<p>4.6<span class=ltx_note><sup class=ltx_note_mark>1</sup><span class=ltx_note_content>"
    "<span class=ltx_tag_note>1</span>At noon.</span></span>m</p>"
)
EQUATION = (
    "<table class=ltx_equation><tr><td class=ltx_eqn_cell><math alttext='x=1'><mi>x</mi></math></td>"
    "<td class=ltx_eqn_cell>(1)</td></tr></table>"
)
DEFLATED = b"/Filter /FlateDecode"


@pytest.fixture
async def arxiv() -> AsyncIterator[PapersServer]:
    async with PapersServer() as server:
        server.papers[PAPER] = MANUSCRIPT
        yield server


@pytest.fixture
def texts(arxiv: PapersServer, http: Http) -> FullTexts:
    return FullTexts(http, arxiv.url, rest=0)


def paths(arxiv: PapersServer) -> list[str]:
    return [asked.path for asked in arxiv.requests]


def only_pdf(arxiv: PapersServer) -> None:
    arxiv.papers[PAPER] = Manuscript(MANUSCRIPT.title, MANUSCRIPT.sections, html=False)


def reader(place: Path, code: str) -> tuple[str, ...]:
    """Return a program that notes its process id at *place* and runs *code*."""
    return sys.executable, "-c", f"import os; open({str(place)!r}, 'w').write(str(os.getpid()))\n{code}"


async def until_noted(place: Path) -> None:
    for _ in range(1000):
        if has_text(place):
            return
        await asyncio.sleep(0.01)


def has_text(place: Path) -> bool:
    return place.exists() and place.read_text() != ""


def is_gone(place: Path) -> bool:
    """Tell whether the process noted at *place* is gone, and no zombie either."""
    with pytest.raises(ProcessLookupError):
        os.kill(int(place.read_text()), 0)
    return True


def inflating(block: bytes, times: int) -> bytes:
    """Return what inflates to *times* times *block*, made without inflating it."""
    packer = zlib.compressobj(9)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (times - 1) + packer.flush()


READ_PDF = "import runpy; runpy.run_module('digestbot.sources.pdf', run_name='__main__')"


async def test_html_is_read(arxiv: PapersServer, texts: FullTexts) -> None:
    """A paragraph a line, a formula once; no navigation, button, script or reference; one request."""
    assert (await texts.fetch(PAPER)).splitlines() == [
        "Small Models",
        "Ann Author Bo Writer",
        "Abstract",
        "We show a small model. It fits into a pocket.",
        "1 Introduction",
        f"The model has 7.5× 10^{{9}} weights. {WORDS}".strip(),
        "It costs <b>nothing</b>.",
        "2 Results",
        "It reaches 92.1 points.",
    ]
    assert paths(arxiv) == [f"/html/{PAPER}"]


async def test_without_html_the_pdf_is_read(arxiv: PapersServer, texts: FullTexts) -> None:
    """The same words, without the references."""
    only_pdf(arxiv)
    text = await texts.fetch(PAPER)
    assert text.startswith("Small Models\n")
    assert " ".join(WORDS.split()) in " ".join(text.split())
    assert "It reaches 92.1 points." in text
    assert "References" not in text
    assert "What was known before" not in text
    assert paths(arxiv) == [f"/html/{PAPER}", f"/pdf/{PAPER}"]


@pytest.mark.parametrize(
    "fault", [html_page, stub(PAPER), body(b"", "text/html"), body(b"\xff<article class=ltx_document>")]
)
async def test_a_page_that_is_not_the_paper(arxiv: PapersServer, texts: FullTexts, fault: Fault) -> None:
    """Status 200 with something else is as good as none: the PDF is read, and the page not asked again."""
    arxiv.fail(fault, times=1)
    assert "It reaches 92.1 points." in await texts.fetch(PAPER)
    assert paths(arxiv) == [f"/html/{PAPER}", f"/pdf/{PAPER}"]


async def test_neither_html_nor_pdf(arxiv: PapersServer, texts: FullTexts) -> None:
    """Both are asked once, and the error names the PDF."""
    with pytest.raises(SourceError) as caught:
        await texts.fetch("2510.99999")
    assert caught.value.id == "fulltext-none"
    assert caught.value.values == {"url": f"{arxiv.url}/pdf/2510.99999", "reason": "neither HTML nor PDF"}
    assert len(arxiv.requests) == 2


async def test_a_short_text_is_none(arxiv: PapersServer, texts: FullTexts) -> None:
    """A withdrawn paper's note is no full text, in HTML as in PDF."""
    arxiv.papers[PAPER] = Manuscript("Withdrawn", (("Note", ("This paper was withdrawn.",)),))
    with pytest.raises(SourceError, match=r"PDF: 1[0-9]{2} characters") as caught:
        await texts.fetch(PAPER)
    assert caught.value.id == "fulltext-none"
    assert LEAST_CHARACTERS == 1000


async def test_a_large_page_gives_way_to_the_pdf(arxiv: PapersServer) -> None:
    """HTML beyond the limit of size costs one request."""
    arxiv.fail(body(b"<article class=ltx_document>" + b"<p>x</p>" * 50_000, "text/html"), times=1)
    async with quick(max_mib=0.1) as http:
        assert "92.1" in await FullTexts(http, arxiv.url, rest=0).fetch(PAPER)
    assert len(arxiv.requests) == 2


@pytest.mark.parametrize(("code", "asked"), [(403, 1), (429, 3), (503, 3)])
async def test_a_server_that_refuses_is_left_alone(
    arxiv: PapersServer, texts: FullTexts, code: int, asked: int
) -> None:
    """A refusal is no missing page: the PDF is not asked for on top."""
    arxiv.fail(status(code))
    with pytest.raises(SourceError, match=f"HTTP {code}"):
        await texts.fetch(PAPER)
    assert paths(arxiv) == [f"/html/{PAPER}"] * asked


@pytest.mark.parametrize("fault", [truncated, reset, stall, status(503)])
async def test_a_passing_fault_is_asked_again(arxiv: PapersServer, fault: Fault) -> None:
    """One bad answer costs no text."""
    arxiv.fail(fault, times=1)
    async with quick(timeout=0.3) as http:
        assert "92.1" in await FullTexts(http, arxiv.url, rest=0).fetch(PAPER)


async def test_a_redirect_is_followed(arxiv: PapersServer, texts: FullTexts) -> None:
    """ArXiv may lead to the paper's version."""
    arxiv.fail(status(302, Location=f"/html/{PAPER}v2"), times=1)
    assert "92.1" in await texts.fetch(PAPER)
    assert paths(arxiv)[-1] == f"/html/{PAPER}v2"


@pytest.mark.parametrize("html", [True, False])
async def test_an_id_with_a_slash(arxiv: PapersServer, texts: FullTexts, html: bool) -> None:
    """Papers from before 2007 are found."""
    arxiv.papers["cs/0112017"] = Manuscript("Old", MANUSCRIPT.sections, html=html)
    assert (await texts.fetch("cs/0112017")).startswith("Old\n")


async def test_one_request_at_a_time_with_a_rest(arxiv: PapersServer, http: Http) -> None:
    """Three papers wanted at once are asked for one by one, PDFs as well."""
    only_pdf(arxiv)
    arxiv.papers["a"] = arxiv.papers["b"] = MANUSCRIPT
    at_once: list[int] = []
    ended: list[float] = []

    async def slow(server: PapersServer, request: web.Request) -> web.Response:
        at_once.append(len(server.requests) - len(ended))
        await asyncio.sleep(0.05)
        ended.append(time.monotonic())
        return server.truth(request)

    arxiv.fail(slow)
    texts = FullTexts(http, arxiv.url, rest=0.2)
    assert all(await asyncio.gather(*map(texts.fetch, ("a", PAPER, "b"))))
    assert at_once == [1, 1, 1, 1]
    starts = [asked.at for asked in arxiv.requests]
    assert all(start - end >= 0.199 for start, end in zip(starts[1:], ended, strict=False))


async def test_a_long_text_is_cut_at_a_paragraph(arxiv: PapersServer, texts: FullTexts) -> None:
    """At most 60,000 characters, and no half sentence."""
    arxiv.papers[PAPER] = Manuscript("Long", (("All", (WORDS,) * 100),))
    text = await texts.fetch(PAPER)
    assert MOST_CHARACTERS - len(WORDS) - 2 <= len(text) <= MOST_CHARACTERS
    assert text.endswith("that fits.")


async def test_a_long_pdf_is_cut(arxiv: PapersServer, texts: FullTexts) -> None:
    """The same limit holds."""
    arxiv.papers[PAPER] = Manuscript("Long", (("All", (WORDS,) * 100),), html=False)
    assert 50_000 < len(await texts.fetch(PAPER)) <= MOST_CHARACTERS


@pytest.mark.parametrize(
    ("data", "id_", "asked"),
    [
        (b"%PDF-1.7\n" + b"nothing" * 1000, "fulltext-none", 1),
        (pdf_of(["A line."] * 60)[:-400], "fulltext-none", 1),
        (pdf_with([inflating(b" ", 1)[:-3]], DEFLATED), "fulltext-none", 1),
        (b"", "source-garbled", 3),
        (b"<!doctype html><title>Your PDF is being made</title>", "source-garbled", 3),
    ],
)
async def test_a_garbled_pdf(
    arxiv: PapersServer, texts: FullTexts, data: bytes, id_: str, asked: int
) -> None:
    """What is no PDF is asked again, what PDFium can't read is not."""
    arxiv.fail(status(404), times=1)
    arxiv.fail(body(data, "application/pdf"))
    with pytest.raises(SourceError) as caught:
        await texts.fetch(PAPER)
    assert caught.value.id == id_
    assert caught.value.values["url"] == f"{arxiv.url}/pdf/{PAPER}"
    assert len(arxiv.requests) == 1 + asked


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("while True: pass", "not read in"),
        ("import time; time.sleep(60)", "not read in"),
        ("import os; os.abort()", "ended with -6"),
        ("import sys; sys.exit(3)", "ended with 3"),
        ("import sys\nwhile True: sys.stdout.write('text' * 1000)", "more than"),
        ("from digestbot.sources.child import limit; limit(); bytearray(2**31)", "ended with 1"),
    ],
)
async def test_a_reader_that_fails(
    arxiv: PapersServer, http: Http, tmp_path: Path, code: str, reason: str
) -> None:
    """Whatever happens in it, we wait no longer than we said, and no process stays."""
    only_pdf(arxiv)
    noted = tmp_path / "pid"
    texts = FullTexts(http, arxiv.url, rest=0, patience=0.7, read_pdf=reader(noted, code))
    started = time.monotonic()
    with pytest.raises(SourceError, match=reason) as caught:
        await texts.fetch(PAPER)
    assert caught.value.id == "fulltext-none"
    assert time.monotonic() - started < 5
    assert is_gone(noted)


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        (pdf_with([inflating(b"BT /F1 10 Tf (A) Tj ET " * 40_000, 900)], DEFLATED), "ended with|not read"),
        (pdf_with([inflating(b"BT /F1 10 Tf (A) Tj ET " * 40_000, 8)] * 90, DEFLATED), "not read|ended with"),
        (pdf_with([b""], page_count=10**9), "characters"),
    ],
    ids=["memory", "time", "pages"],
)
async def test_a_bomb(arxiv: PapersServer, http: Http, tmp_path: Path, bomb: bytes, reason: str) -> None:
    """A PDF of a few hundred KB that unpacks to GiBs or takes minutes costs a moment and no process."""
    only_pdf(arxiv)
    arxiv.fail(status(404), times=1)
    arxiv.fail(body(bomb, "application/pdf"))
    noted = tmp_path / "pid"
    texts = FullTexts(http, arxiv.url, rest=0, patience=1, read_pdf=reader(noted, READ_PDF))
    started = time.monotonic()
    with pytest.raises(SourceError, match=reason):
        await texts.fetch(PAPER)
    assert time.monotonic() - started < 5
    assert is_gone(noted)


async def test_a_page_nested_too_deep(arxiv: PapersServer, http: Http) -> None:
    """It would keep us busy for hours; the loop goes on meanwhile, and the PDF is read instead."""
    arxiv.fail(body(b"<article class=ltx_document>" + b"<div>" * 1_000_000, "text/html"), times=1)
    fetching = asyncio.create_task(FullTexts(http, arxiv.url, rest=0, patience=1).fetch(PAPER))
    longest = 0.0
    while not fetching.done():
        before = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - before)
    assert "92.1" in fetching.result()
    assert longest < 2


async def test_cancelling_ends_the_reader(arxiv: PapersServer, http: Http, tmp_path: Path) -> None:
    """A shutdown in the middle of a PDF leaves no process, and stays a cancellation."""
    only_pdf(arxiv)
    noted = tmp_path / "pid"
    texts = FullTexts(http, arxiv.url, rest=0, read_pdf=reader(noted, "while True: pass"))
    fetching = asyncio.create_task(texts.fetch(PAPER))
    await until_noted(noted)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert is_gone(noted)


async def test_the_reader_is_told_no_secret(
    arxiv: PapersServer, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PDF that takes the reader over finds no token in its environment."""
    monkeypatch.setenv("DIGESTBOT_TELEGRAM__TOKEN", "1:secret")
    only_pdf(arxiv)
    told = (sys.executable, "-c", "import os; print('known', dict(os.environ), '.' * 1000)")
    text = await FullTexts(http, arxiv.url, rest=0, read_pdf=told).fetch(PAPER)
    assert text.startswith("known {'")
    assert "secret" not in text


async def test_a_machine_without_the_reader(arxiv: PapersServer, http: Http) -> None:
    """Where no process can be started the error is ours."""
    only_pdf(arxiv)
    with pytest.raises(SourceError, match="no process") as caught:
        await FullTexts(http, arxiv.url, rest=0, read_pdf=("/nowhere/python",)).fetch(PAPER)
    assert caught.value.id == "fulltext-none"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>4.6<sup class='ltx_note_mark'>1</sup> m</p>", "4.6 m"),
        (NOTE, "4.6 (At noon.) m"),
        ("<p>10<sup>5</sup></p>", "10^5"),
        ("<p>a</p>b<p>c</p>", "a\nb\nc"),
        ("<p><i>a</i>\n<i>b</i></p>", "a b"),
        ("<table><tr><td></td><td>A</td><th>4.6</th><td></td></tr><tr><td>B</td></tr></table>", "A | 4.6\nB"),
        ("<span class='ltx_tr'><span class='ltx_td'>A</span><span class='ltx_td'>2</span></span>", "A | 2"),
        (EQUATION, "x=1 (1)"),
        ("<math><semantics><mi>x</mi><annotation>x</annotation></semantics></math>", "x"),
        ("<figure><img alt='A'><figcaption>Figure 1: B</figcaption><svg>C</svg></figure>", "Figure 1: B"),
        ("<li><span class=ltx_tag>•</span><p>a</p></li>", "a"),
        ("<p>\\foo<span class='ltx_ERROR undefined'>\\bar</span></p>", "\\foo"),
        ("<p>a\x00b\x1ec&#xD800;&nbsp;e\u0301</p>", "ab c\ufffd é"),
        ("<p>논문 &lt;b&gt;", "논문 <b>"),
        ("", ""),
    ],
)
def test_the_text_of_a_page(html: str, text: str) -> None:
    """Each of LaTeXML's shapes, and some that it never makes."""
    assert text_of(f"<nav>N</nav><article class='ltx_document'>{html}</article><footer>F</footer>") == text


def test_a_page_without_an_article() -> None:
    """There is no text in what is not LaTeXML's."""
    assert text_of("<p>Hello") == text_of("") == ""


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        (r"\mathbf{92.1}\%", "92.1%"),
        (r"1{,}000\,\mathrm{GB}", "1,000 GB"),
        (r"\leq 5\leftarrow\le6\geq", r"≤ 5\leftarrow≤6≥"),
        (r"\textbf{a}_{\text{b}}", "a_{b}"),
    ],
)
def test_tex(formula: str, plain: str) -> None:
    """Numbers stand as in a sentence; what is TeX at heart stays TeX."""
    assert tex(formula) == plain


def test_cut() -> None:
    """A single long paragraph is cut at a word, or anywhere."""
    assert cut(["One two.", "Three four.", "x"], 10) == "One two."
    assert cut(["ab", "cd"], 5) == "ab\ncd"
    assert cut(["One two."], 6) == "One"
    assert cut(["Onetwo"], 3) == "One"


def test_words_of_a_pdf_are_whole() -> None:
    """A hyphen at the end of a line goes where it only breaks a word."""
    lines = [
        "A meth-",
        "od that is state-of-",
        "the-art, as GPT-",
        "4 and BERT-",
        "like ones, in 1-",
        "2 hours.",
    ]
    text = " ".join(pdf.text_of(pdf_of(lines)).split())
    assert text == "A method that is state-of-the-art, as GPT-4 and BERT-like ones, in 1-2 hours."


def test_a_short_line_ends_its_paragraph() -> None:
    """Headings and last lines do; a page's own number is left out, a number in a table is not."""
    line = "A line that is as long as all the others are"
    lines = ["1 Heading", line, line, "and its end.", "17", line, line, line, "3"]
    assert pdf.text_of(pdf_of(lines)).split("\n") == [
        "1 Heading",
        f"{line} {line} and its end.",
        "17",
        f"{line} {line} {line}",
    ]


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["a", "b", "References", "[1] c"], ["a", "b"]),
        (["a", "b", "5. REFERENCES", "[1] c", "[2] d"], ["a", "b"]),
        (["References", "a", "b", "c"], ["References", "a", "b", "c"]),
        (["a", "b", "References", "[1] c", "A. Appendix on d", "e"], ["a", "b", "A. Appendix on d", "e"]),
        (["a", "b", "References are few.", "c"], ["a", "b", "References are few.", "c"]),
        ([], []),
    ],
)
def test_references_are_left_out(lines: list[str], kept: list[str]) -> None:
    """From their heading to an appendix, or in the latter half to the end."""
    assert pdf.without_references(lines) == kept


def test_a_bad_page_costs_itself_alone() -> None:
    """A page whose content breaks off leaves the others readable."""
    good = b"BT /F1 10 Tf 50 700 Td (Good) Tj ET"
    assert pdf.text_of(pdf_with([good, b"BT /F1 ((( <<", good])) == "Good Good"


def test_our_own_papers_are_what_arxiv_has() -> None:
    """The server's page holds what must be left out, and its PDF more than a page."""
    page = page_of(MANUSCRIPT)
    for part in ("What was known before", "Report issue", "<annotation", "a script", "Back to Abstract"):
        assert part in page
    assert lines_of(MANUSCRIPT)[-2] == "References"
    assert pdf_of(["x"] * 51).count(b"/Type /Page ") == 2
