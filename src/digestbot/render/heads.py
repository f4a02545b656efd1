"""What stands above a list of papers, and what is said instead where there are none."""

from digestbot.core.digest import TOP_DAYS, How, Listing, ViewKind
from digestbot.render.markup import block
from digestbot.render.message import Message, Part

_NAMES = {ViewKind.SEARCH: "found", ViewKind.SIMILAR: "similar", ViewKind.SAVED: "saved"}


def of(listing: Listing, language: str, first: int) -> str:
    """Return what stands above the page of a list that begins with its card number *first* (from 0)."""
    kind = listing.view.kind
    if kind in _NAMES:
        told = {"about": listing.about, "matched": listing.matched, "shown": len(listing.cards)}
        return block("papers.jinja", f"{_NAMES[kind]}_head", language, **told)
    has_topics = any(card.topics for card in listing.cards)
    if kind in TOP_DAYS:
        days = TOP_DAYS[kind]
        return block("papers.jinja", "top_head", language, days=days, is_mine=has_topics, day=listing.day)
    if first and kind is ViewKind.DIGEST:
        count = len(listing.cards)
        return block("papers.jinja", "continued_head", language, first=first + 1, last=count)
    return block(
        "papers.jinja",
        "digest_head" if kind is ViewKind.DIGEST else "day_head",
        language,
        since=listing.since,
        day=listing.day,
        by_votes=not has_topics,
        shown=count_new(listing),
        matched=listing.matched,
        listed=listing.listed,
    )


def of_post(listing: Listing, language: str) -> str:
    """Return what stands above a digest in a channel."""
    told = {"since": listing.since, "day": listing.day, "shown": count_new(listing), "listed": listing.listed}
    return block("papers.jinja", "post_head", language, **told)


def of_part(listing: Listing, language: str, *, is_whole: bool) -> str:
    """Return what stands above a digest, or a part of it, in a group."""
    if is_whole:
        return of(listing, language, 0)
    return block("papers.jinja", "digest_title", language, since=listing.since, day=listing.day)


def flagged(html: str, language: str, *, may_repeat: bool) -> str:
    """Return a message's text, after a line that it may have come before, if it *may_repeat* one."""
    return f"{block('papers.jinja', 'repeat_flag', language)}\n{html}" if may_repeat else html


def count_new(listing: Listing) -> int:
    """Return how many of the papers that are shown are new ones."""
    return sum(card.how is How.NEW for card in listing.cards)


def nothing_today(listing: Listing, language: str, *, is_answered: bool = True) -> Part:
    """Return the digest of a day without papers; a channel's is not *is_answered* by commands."""
    html = block("papers.jinja", "nothing_today", language, listed=listing.listed, is_answered=is_answered)
    return Part(Message(html, silent=True), 0)


def nothing(listing: Listing, language: str) -> Message:
    """Return the answer to who looks at a list without papers."""
    kind, day, listed = listing.view.kind, listing.day, listing.listed
    if kind in _NAMES:
        told = {"about": listing.about, "meant": listing.meant}
        return Message(block("papers.jinja", f"no_{_NAMES[kind]}", language, **told))
    if TOP_DAYS.get(kind, 1) > 1 and listed:
        return Message(block("papers.jinja", "no_top", language, days=TOP_DAYS[kind], listed=listed))
    everything = f"/date {day} all" if kind is ViewKind.MINE else "/today all"
    return Message(
        block("papers.jinja", "nothing_that_day", language, day=day, listed=listed, all=everything)
    )
