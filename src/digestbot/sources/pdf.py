"""Reads the text of a PDF: `python -m digestbot.sources.pdf < paper.pdf`, a paragraph a line.

This is a program of its own because a stranger's PDF may crash PDFium, eat memory or never end; see `child`.
Exits with 0 and the text, or with anything else.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from statistics import median

import pypdfium2

from digestbot.sources.child import limit

MOST_PAGES = 300
MOST_CHARACTERS = 400_000
"""What is read at most, counted before the references are cut off."""

_LINE_END = re.compile("(?<![\\w-])([\\w-]*)(?:[-\xad]\r?\n|[\x02\xad\ufffe])(?=(\\w?))")
"""A hyphen at the end of a line; PDFium marks most of them itself, and takes the line break away."""
_REFERENCES = re.compile(r"(?:[\dIVX]+\.?\s+)?(?:references|bibliography|literature cited)", re.IGNORECASE)
_APPENDIX = re.compile(r"(?:[A-Z]\.?\s+)?(?:appendix|appendices|supplement)[^.]{0,60}", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\A\s*[0-9]{1,4}\r?\n|\n[0-9]{1,4}\s*\Z")
_SHORT = 0.75
"""A line below this share of the usual length ends its paragraph."""


def text_of(pdf: bytes) -> str:
    """Return the text of *pdf*, a paragraph a line, without its references. Raises PdfiumError."""
    lines = _join("\n".join(_pages(pypdfium2.PdfDocument(pdf)))).splitlines()
    kept = [line.strip() for line in lines if line.strip()]
    return "\n".join(_paragraphs(without_references(kept)))


def without_references(lines: list[str]) -> list[str]:
    """Return *lines* without the list of references, as far as its end can be told.

    It ends where the appendix begins; with none after it, it is the end of a paper, if in the latter half.
    """
    first = max((at for at, line in enumerate(lines) if _REFERENCES.fullmatch(line)), default=len(lines))
    after = (at for at in range(first, len(lines)) if _APPENDIX.fullmatch(lines[at]))
    end = next(after, len(lines))
    if end == len(lines) and first < end // 2:
        return lines
    return lines[:first] + lines[end:]


def _pages(document: pypdfium2.PdfDocument) -> Iterator[str]:
    """Give the text of each page; one that can't be read costs itself alone."""
    free = MOST_CHARACTERS
    for index in range(min(len(document), MOST_PAGES)):
        with suppress(pypdfium2.PdfiumError):
            text = document[index].get_textpage().get_text_range()[:free]
            free -= len(text)
            yield _PAGE_NUMBER.sub("", text)
        if not free:
            break


def _join(text: str) -> str:
    r"""Return *text* with each word whole; what has hyphens of its own, or a digit, keeps this one too.

    >>> _join("a meth-\nod, state-of-\nthe-art, GPT-\n4")
    'a method, state-of-the-art, GPT-4'
    """
    return _LINE_END.sub(lambda found: found[1] + _hyphen(found[1], found[2]), text)


def _hyphen(before: str, after: str) -> str:
    one_word = before.isalpha() and not before.isupper() and after.islower()
    return "" if one_word else "-"


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Give *lines* as paragraphs: a short line ends one."""
    lines = list(lines)
    usual = median(map(len, lines)) if lines else 0
    paragraph: list[str] = []
    for line in lines:
        paragraph.append(line)
        if len(line) < _SHORT * usual:
            yield " ".join(paragraph)
            paragraph = []
    if paragraph:
        yield " ".join(paragraph)


def main() -> None:
    limit()
    text = text_of(sys.stdin.buffer.read())
    sys.stdout.buffer.write(text.encode("utf-8", "ignore"))


if __name__ == "__main__":
    main()
