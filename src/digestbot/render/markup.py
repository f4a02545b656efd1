"""The one place that makes markup: Jinja templates with everything from outside escaped."""

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from digestbot.core.languages import LANGUAGES
from digestbot.core.paper import Paper
from digestbot.core.rising import DAYS
from digestbot.core.summary import in_sections
from digestbot.core.taste import MOST_PLACES
from digestbot.errors import UserError
from digestbot.render.i18n import SOURCE_LANGUAGE, Words, own_name, words
from digestbot.render.places import shown_zone
from digestbot.render.split import clip, plain
from digestbot.render.summaries import as_html, as_text, section_name

_VIDEO = re.compile(r"\.(?:mp4|mov|qt|webm|m4v)(?:\?|$)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_\[\]>#~|])")


def block(template: str, name: str, language: str, **values: object) -> str:
    """Return one block of a template in a reader's language. Raises KeyError for an unknown block."""
    found = _template(template, language)
    return "".join(found.blocks[name](found.new_context(values))).strip()


def in_short(error: UserError) -> str:
    """Return a reader's error for the command line: plain, in English."""
    return plain(block("errors.jinja", error.id.replace("-", "_"), SOURCE_LANGUAGE, **error.values))


def document(template: str, language: str, **values: object) -> str:
    """Return a whole template."""
    return _template(template, language).render(language=language, **values)


def blocks(template: str) -> set[str]:
    """Return the names of a template's blocks."""
    return set(_template(template, "en").blocks)


def arxiv(paper: Paper) -> str:
    return f"https://arxiv.org/abs/{paper.id}"


def thread_link(thread_id: int, chat_id: int) -> str:
    """Return the address of a thread of a forum; Telegram's own links leave out the -100 of its id."""
    return f"https://t.me/c/{str(chat_id).removeprefix('-100')}/{thread_id}"


def lines(text: str) -> str:
    """Return *text* as HTML, each line one of its own."""
    return str(Markup("<br>").join(text.split("\n")))


def markdown(text: str) -> str:
    """Return *text* so that Markdown, and HTML within it, shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))


def names(authors: tuple[str, ...], most: int) -> str:
    """Return the first *most* authors and how many there are besides: "A. One, B. Two +5"."""
    shown = ", ".join(clip(author, 60) for author in authors[:most])
    return f"{shown} +{len(authors) - most}" if len(authors) > most else shown


def _standing(paper: Paper, spoken: Words) -> str:
    """Return what the community thinks of a paper; of one that nobody could vote on, where it is from."""
    if paper.on_hugging_face:
        return f"▲ {spoken.votes(paper.upvotes)}"
    return f"arXiv {paper.categories[0]}" if paper.categories else "arXiv"


def _repository(address: str) -> str:
    """Return where code is, as people name it: `owner/name`, or the address without its beginning."""
    return re.sub(r"^https?://(?:www\.)?(?:github\.com/)?|/+$", "", address)


@cache
def _template(template: str, language: str) -> Template:
    return _environment(language).get_template(template)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("digestbot.render"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    spoken = words(language)
    install: Any = environment
    install.install_gettext_callables(spoken.gettext, spoken.ngettext, newstyle=True)
    environment.filters |= {
        "arxiv": arxiv,
        "clip": clip,
        "markdown": markdown,
        "names": names,
        "own_name": own_name,
        "bullets": lambda summary, limit: as_html(summary, language, limit),
        "told": lambda summary: as_text(summary, language),
        "in_sections": in_sections,
        "section_name": lambda section: section_name(section, language),
        "is_video": lambda url: bool(_VIDEO.search(url)),
        "number": spoken.number,
        "rate": spoken.rate,
        "signed": spoken.signed,
        "percent": spoken.percent,
        "standing": lambda paper: _standing(paper, spoken),
        "comments": spoken.comments,
        "stars": spoken.stars,
        "repository": _repository,
        "day": spoken.day,
        "moment": spoken.moment,
        "clock": spoken.clock,
        "zone": shown_zone,
        "thread_link": thread_link,
        "weekdays": spoken.weekdays,
        "language_name": lambda language: LANGUAGES.get(language, language),
    }
    environment.globals |= {
        "languages": LANGUAGES,
        "colon": spoken.colon,
        "comma": spoken.comma,
        "days_to_rise": DAYS,
        "most_places": MOST_PLACES,
    }
    return environment
