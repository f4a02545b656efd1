"""Reads the text of arXiv's HTML: `python -m digestbot.sources.latexml < page.html`, a paragraph a line.

LaTeXML makes it, https://math.nist.gov/~BMiller/LaTeXML/. A program of its own, as `pdf` is: the parser takes
minutes for a page that is nested deeply enough.
"""

import re
import sys
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digestbot.sources.child import limit
from digestbot.sources.listing import clean

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


def text_of(page: str) -> str:
    """Return the article of LaTeXML's *page*, on one line a paragraph; "" where there is none."""
    article = LexborHTMLParser(page).css_first("article.ltx_document")
    return "\n".join(_paragraphs(_pieces(article))) if article else ""


def tex(formula: str) -> str:
    r"""Return *formula* with its numbers and commonest signs as one writes them outside of TeX.

    >>> tex(r"\mathbf{92.1}\%\leq 1{,}000\times\left(x\right)")
    '92.1%≤ 1,000×\\left(x\\right)'
    """
    return _TEX_SIGN.sub(lambda found: _TEX_SIGNS[found[0]], _TEX_STYLE.sub(r"\1", formula))


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


def main() -> None:
    """Read a page on stdin, say its text."""
    limit()
    text = text_of(sys.stdin.buffer.read().decode("utf-8", "replace"))
    sys.stdout.buffer.write(text.encode("utf-8", "ignore"))


if __name__ == "__main__":
    main()
