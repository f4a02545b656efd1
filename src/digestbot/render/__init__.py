"""Speaks: the only words and the only markup. Values in, Messages out; it asks nobody anything.

Words live in `templates/` (English) and `locale/` (the other languages).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from digestbot.core.categories import NAMES
from digestbot.core.digest import Card, Listing, Trial, asks
from digestbot.core.narrow import Way
from digestbot.core.paper import Opinion
from digestbot.core.subscriber import Reader, Subscriber
from digestbot.core.taste import Taste
from digestbot.core.trends import Trend
from digestbot.errors import UserError
from digestbot.render import heads
from digestbot.render.buttons import (
    PER_ROW,
    choices,
    choices_of_added,
    choices_of_hour,
    choices_of_muted,
    choices_of_narrowing,
    choices_of_popular,
    keep,
    likely_zone,
    links,
    list_press,
    mute_choices,
    number,
    page_of,
    source_choices,
    switch,
    turns,
    under_list,
)
from digestbot.render.i18n import words
from digestbot.render.learned import ON_A_PAGE, profile_buttons, vote_buttons
from digestbot.render.markup import block
from digestbot.render.message import Button, Document, Message, Offer, Part, Press, in_rows
from digestbot.render.split import clip, fitting, plain, shown_units

_ENTITIES_OF_CARD = 4  # bold rank, link, quote, its source in italics
_ENTITIES_OF_LINE = 1  # its link
_ENTITIES_OF_HEAD = 2  # flag, title
_LONGEST_ABSTRACT = 2000
_ABSTRACT_HEAD = 40
"""Units of the word above it, in any language, and the blank line before."""


class Renderer:
    """Puts things into words. The limits are the messenger's, per message: what is beyond is not shown."""

    def __init__(self, text_limit: int, buttons_limit: int, entities_limit: int) -> None:
        self._text_limit = text_limit
        self._cards_limit = min(
            buttons_limit - PER_ROW,  # room for the row that leads to other pages
            (entities_limit - _ENTITIES_OF_HEAD) // _ENTITIES_OF_CARD,
        )
        self._lines_limit = min(buttons_limit, (entities_limit - _ENTITIES_OF_HEAD) // _ENTITIES_OF_LINE)

    # Lists of papers

    def digest(self, listing: Listing, language: str, first: int = 0, *, may_repeat: bool = False) -> Part:
        """Return the message of a digest that starts with its card number *first* (from 0)."""
        if not listing.matched and not listing.cards:
            return heads.nothing_today(listing, language)
        more = listing.matched - heads.count_new(listing)
        tail = block("papers.jinja", "more", language, count=more) if more else ""
        head = heads.flagged(heads.of(listing, language, first), language, may_repeat=may_repeat)
        return self._part(listing, language, first, head, tail)

    def post(self, listing: Listing, language: str, first: int = 0, *, may_repeat: bool = False) -> Part:
        """Return the same for a channel: nobody sends commands there, and a press would change it for all."""
        if not listing.matched and not listing.cards:
            return heads.nothing_today(listing, language, is_answered=False)
        head = heads.of(listing, language, first) if first else heads.of_post(listing, language)
        head = heads.flagged(head, language, may_repeat=may_repeat)
        part = self._part(listing, language, first, head, "")
        return replace(part, message=replace(part.message, buttons=()))

    def compact(
        self, listing: Listing, language: str, first: int, end: int, *, may_repeat: bool = False
    ) -> Part:
        """Return cards of a digest, *first* up to *end*, in one message: what has no room is counted."""
        if not listing.matched and not listing.cards:
            return heads.nothing_today(listing, language)
        cards = listing.cards[first:end]
        is_whole, is_last = len(cards) == len(listing.cards), end >= len(listing.cards)
        ranked = [*enumerate(cards, first + 1)]
        lines = [block("papers.jinja", "line", language, rank=rank, card=card) for rank, card in ranked]
        left = len(cards) + (listing.matched - heads.count_new(listing) if is_last else 0)
        longest_tail = block("papers.jinja", "more", language, count=left)
        head = heads.flagged(
            heads.of_part(listing, language, is_whole=is_whole), language, may_repeat=may_repeat
        )
        count = fitting(head, lines[: self._lines_limit], longest_tail, self._text_limit)
        if count < len(cards):  # a head with a lower number is no longer
            shown = replace(listing, cards=cards[:count])
            head = heads.flagged(
                heads.of_part(shown, language, is_whole=is_whole), language, may_repeat=may_repeat
            )
        more = left - count
        tail = [block("papers.jinja", "more", language, count=more)] if more else []
        numbers = [number(listing.view, first, rank, card) for rank, card in ranked[:count]]
        return Part(
            Message("\n\n".join([head, *lines[:count], *tail]), in_rows(numbers, PER_ROW)), len(cards)
        )

    def page(self, listing: Listing, language: str, first: int = 0) -> Message:
        """Return a list of papers from card number *first* (from 0), with buttons to the pages around it."""
        if not listing.cards:
            return heads.nothing(listing, language)
        rendered: dict[int, str] = {}
        starts = self._page_starts(listing, language, rendered)
        place = max(index for index, start in enumerate(starts) if start <= max(first, 0))
        head = heads.of(listing, language, starts[place])
        part = self._part(listing, language, starts[place], head, "", rendered)
        before = list_press(listing.view, starts[place - 1]) if place else None
        after = list_press(listing.view, starts[place + 1]) if place + 1 < len(starts) else None
        below = (*turns(before, after, language), *under_list(listing.view, language))
        return Message(part.message.html, (*part.message.buttons, *below), part.message.preview)

    def paper(
        self,
        card: Card,
        language: str,
        back: Press | None = None,
        *,
        other: str | None = None,
        awaited: str | None = None,
        mutes: Mapping[int, str] | None = None,
    ) -> Message:
        """Return one paper: in short, or all we know of it with the way *back* to where it was opened.

        A button switches to the *other* language; *awaited* is the one in which a summary is being written.
        *mutes* are the topics, by their ids, that can be muted.
        """
        name = "detail" if back else "summarized"
        told = {"card": card, "awaited": awaited}
        html = block("papers.jinja", name, language, room=0, **told)
        if back:  # the abstract has what the rest leaves
            room = min(_LONGEST_ABSTRACT, self._text_limit - shown_units(html) - _ABSTRACT_HEAD)
            html = block("papers.jinja", name, language, room=max(room, 0), **told)
        rows = (*links(card.paper, language), keep(card, language))
        rows = (*rows, vote_buttons(card.paper.id, language, card.opinion))
        rows = (*rows, *mute_choices(mutes or {}, language))
        if other:
            rows = (*rows, (switch(card.paper, other, back),))
        if back:
            rows = (*rows, (Button(words(language).gettext("« Back to the list"), back),))
        return Message(html, rows, card.paper.thumbnail)

    def offer(self, card: Card, language: str) -> Offer:
        """Return a paper to be sent in any chat: without buttons that only we could answer."""
        html = block("papers.jinja", "summarized", language, card=card, awaited=None)
        message = Message(html, links(card.paper, language), card.paper.thumbnail)
        description = plain(block("papers.jinja", "offered", language, card=card))
        return Offer(card.paper.id, clip(card.paper.title, 200), clip(description, 200), message)

    def _part(
        self,
        listing: Listing,
        language: str,
        first: int,
        head: str,
        tail: str,
        rendered: dict[int, str] | None = None,
    ) -> Part:
        """Return the part of a list from card *first* on; *rendered* keeps cards for other parts, by rank."""
        known = {} if rendered is None else rendered
        cards = listing.cards[first : first + self._cards_limit]
        for rank, card in enumerate(cards, first + 1):
            if rank not in known:
                known[rank] = block("papers.jinja", "card", language, rank=rank, card=card)
        shown = [known[rank] for rank in range(first + 1, first + len(cards) + 1)]
        count = fitting(head, shown, tail, self._text_limit)
        last = first + count == len(listing.cards)
        html = "\n\n".join([head, *shown[:count], *([tail] if tail and last else [])])
        numbers = [
            number(listing.view, first, rank, card) for rank, card in enumerate(cards[:count], first + 1)
        ]
        preview = cards[0].paper.thumbnail if first == 0 else None
        return Part(Message(html, in_rows(numbers, PER_ROW), preview), count)

    def _page_starts(self, listing: Listing, language: str, rendered: dict[int, str]) -> list[int]:
        starts = [0]
        while True:
            head = heads.of(listing, language, starts[-1])
            following = starts[-1] + self._part(listing, language, starts[-1], head, "", rendered).cards
            if following >= len(listing.cards):
                return starts
            starts.append(following)

    def votes(self, paper_id: str, language: str, opinion: Opinion) -> dict[str, str]:
        """Return what the buttons that say what a reader thinks of a paper say, by their codes."""
        buttons = vote_buttons(paper_id, language, opinion)
        return {button.does.code(): button.text for button in buttons if isinstance(button.does, Press)}

    def profile(self, reader: Subscriber, taste: Taste, page: int = 0, **learned_from: int) -> Message:
        """Return a page of what was learned from so many votes."""
        shown, _, _ = page_of(taste, page, ON_A_PAGE)
        html = block("says.jinja", "profile", reader.language, taste=taste, shown=shown, **learned_from)
        has_votes = any(learned_from.values())
        return Message(html, profile_buttons(taste, page, reader.language) if has_votes else ())

    def everything(self, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> Document:
        """Return all that is kept of a reader, the rows of each table, as a file."""
        text = json.dumps(rows, ensure_ascii=False, indent=2, default=str)
        return Document("digestbot.json", f"{text}\n".encode(errors="replace"))

    # Short answers

    def say(self, name: str, reader: Subscriber, **values: object) -> Message:
        """Return one of the short answers in `templates/says.jinja`, with the buttons that belong to it."""
        return Message(
            block("says.jinja", name, reader.language, reader=reader, **values), choices(name, reader)
        )

    def thread_lost(self, reader: Reader, topics: Sequence[str]) -> Message:
        """Return what a forum is told whose thread is gone to which the papers on *topics* went."""
        return Message(block("says.jinja", "thread_lost", reader.language, topics=topics))

    def added(
        self,
        reader: Subscriber,
        added: Sequence[str],
        known: Sequence[str],
        trials: Sequence[Trial],
        ids: Sequence[int],
        muted: Sequence[str] = (),
    ) -> Message:
        """Return what is said of topics that were *added*: what each would have brought; *ids* are theirs,
        and those of what is *muted* from now on.
        """
        html = block(
            "says.jinja",
            "topics_added",
            reader.language,
            reader=reader,
            added=added,
            muted=muted,
            known=known,
            trials=trials,
        )
        brings = any(trial.matched for trial in trials)
        return Message(html, choices_of_added(ids, reader.language, can_narrow=brings))

    def muted(
        self, reader: Subscriber, added: Sequence[str], known: Sequence[str], ids: Sequence[int]
    ) -> Message:
        """Return what is said of what was muted, with a way to take it back; *ids* are what is new."""
        html = block("says.jinja", "muted", reader.language, reader=reader, added=added, known=known)
        return Message(html, choices_of_muted(ids, reader.language))

    def narrowing(
        self, broad: Trial, topic_id: int, ways: Mapping[Way, Trial], reader: Subscriber
    ) -> Message:
        """Return what a topic brings, and what it would if it were narrowed in each of some *ways*."""
        html = block("says.jinja", "narrowing", reader.language, broad=broad)
        return Message(html, choices_of_narrowing(topic_id, ways, reader.language))

    def popular(self, reader: Subscriber, offered: Sequence[tuple[str, int]], page: int) -> Message:
        """Return a page of topics that are *offered*, each with how many papers are about it."""
        html = block("says.jinja", "popular", reader.language, reader=reader, offered=offered)
        return Message(html, choices_of_popular(reader, offered, page))

    def first_hour(self, reader: Subscriber) -> Message:
        """Return the question for the hour of the digest, on the clock of where the reader seems to live."""
        zone = likely_zone(reader)
        html = block("says.jinja", "first_hour", reader.language, zone=zone)
        return Message(html, choices_of_hour(zone))

    def sources(self, reader: Subscriber, offered: Sequence[str]) -> Message:
        """Return the answer to `/sources`; *offered* are the arXiv categories that can be chosen."""
        known = [(category, NAMES[category], category in reader.categories) for category in offered]
        html = block(
            "says.jinja", "sources", reader.language, offered=known, asks=asks(reader.topics), reader=reader
        )
        return Message(html, source_choices(reader, offered))

    def trend(self, trend: Trend, language: str) -> Message:
        """Return what stands below the picture of a trend."""
        return Message(block("says.jinja", "trend", language, trend=trend))

    def bursts(self, trend: Trend, language: str) -> Message:
        """Return the keywords that burst, with the papers behind each."""
        return Message(block("says.jinja", "bursts", language, bursts=trend.bursts))

    def given_up(self, count: int, chat_id: int, reason: str, language: str) -> Message:
        """Return what the bot's owner is told of digests that were given up, the last one for *chat_id*."""
        told = {"count": count, "chat_id": chat_id, "reason": reason}
        return Message(block("says.jinja", "given_up", language, **told))

    def error(self, error: UserError, language: str) -> Message:
        """Return what a reader is told when something can't be done."""
        name = error.id.replace("-", "_")
        return Message(block("errors.jinja", name, language, **error.values))

    def bug(self, number: str, language: str) -> Message:
        """Return the apology for an error of ours; *number* finds it in the log."""
        return Message(block("errors.jinja", "our_bug", language, number=number))
