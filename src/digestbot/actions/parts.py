"""The messages of digests, put into words and made ready once for all who are told the same."""

import asyncio
import hashlib
import html
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from digestbot.actions.library import digest_listing
from digestbot.actions.messenger import Packed, Sender
from digestbot.actions.summarize import Summarizer
from digestbot.core.delivery import Delivery
from digestbot.core.digest import Listing
from digestbot.core.paper import Paper
from digestbot.core.subscriber import ChatKind, Reader
from digestbot.core.summary import Style
from digestbot.core.threads import end_of_part
from digestbot.render import Renderer, owners
from digestbot.render.message import Message, Part
from digestbot.render.split import plain
from digestbot.store import Store

_KEPT = 500
"""Messages that are remembered."""
_FRESH = 600
"""Seconds after which votes and summaries are looked up again."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A message, and how many of the digest's picks it shows."""

    message: Message
    packed: Packed
    cards: int

    @property
    def hash(self) -> str:
        """What names the message in a log, without telling it."""
        return hashlib.sha256(self.message.html.encode()).hexdigest()[:16]


class _Which(NamedTuple):
    """All that a message depends on: for whom it is the same, it is made once."""

    digest_id: int
    first: int
    may_repeat: bool
    day: date
    language: str
    reads: str
    style: Style
    silent: bool
    pictures: bool
    kind: ChatKind
    end: int
    """The number of the pick that goes to another thread."""
    fresh: int


class Parts:
    """Makes the messages of digests."""

    def __init__(
        self, store: Store, summarizer: Summarizer, renderer: Renderer, sender: Sender | None
    ) -> None:
        self._store = store
        self._summarizer = summarizer
        self._renderer = renderer
        self._sender = sender
        self._made: OrderedDict[_Which, Ready] = OrderedDict()
        self._turn = asyncio.Lock()

    async def next(self, delivery: Delivery, reader: Reader, now: datetime) -> Ready:
        """Return the message that comes next."""
        which = _which(delivery, reader, now)
        ready = self._made.get(which)
        if ready is None:
            async with self._turn:  # many want the same: one makes it
                if which not in self._made:
                    self._made[which] = await self._make(delivery, reader)
            ready = self._made[which]
            if len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return ready

    async def all(self, delivery: Delivery, reader: Reader) -> list[Message]:
        """Return all the messages of a digest."""
        messages: list[Message] = []
        while not messages or delivery.done < len(delivery.digest.picks):
            ready = await self._make(delivery, reader)
            messages.append(ready.message)
            delivery = delivery._replace(done=delivery.done + ready.cards)
        return messages

    def in_plain_words(self, ready: Ready) -> Ready:
        """Return the same with neither markup nor buttons, for when Telegram does not understand ours."""
        text = html.escape(plain(ready.message.html), quote=False)
        return self._packed(replace(ready.message, html=text, buttons=(), preview=None), ready.cards)

    async def _make(self, delivery: Delivery, reader: Reader) -> Ready:
        if text := delivery.digest.announcement:
            message = owners.announcement(text, reader.language, may_repeat=delivery.may_repeat)
            return self._packed(replace(message, silent=reader.silent), 0)
        listing = digest_listing(delivery, await self._papers(delivery), reader)
        cards = await self._summarizer.fill(listing.cards, reader.reads, reader.style)
        part = self._part(replace(listing, cards=cards), delivery, reader)
        message = replace(
            part.message,
            preview=part.message.preview if reader.pictures else None,
            silent=reader.silent or part.message.silent,
        )
        is_last = delivery.done + part.cards >= len(cards)  # also where a paper is not there any more
        rest = len(delivery.digest.picks) - delivery.done
        return self._packed(message, rest if is_last else part.cards)

    def _part(self, listing: Listing, delivery: Delivery, reader: Reader) -> Part:
        flag, words = delivery.may_repeat, self._renderer
        if reader.kind.is_group:
            end = _end(delivery, reader)
            return words.compact(listing, reader.language, delivery.done, end, may_repeat=flag)
        if reader.kind is ChatKind.CHANNEL:
            return words.post(listing, reader.language, delivery.done, may_repeat=flag)
        return words.digest(listing, reader.language, delivery.done, may_repeat=flag)

    def _packed(self, message: Message, cards: int) -> Ready:
        return Ready(message, self._sender.pack(message) if self._sender else message, cards)

    async def _papers(self, delivery: Delivery) -> Mapping[str, Paper]:
        async with self._store.read() as tables:
            return await tables.papers.get_many(_ids(delivery))


def _ids(delivery: Delivery) -> Iterable[str]:
    return (pick.paper_id for pick in delivery.digest.picks)


def _end(delivery: Delivery, reader: Reader) -> int:
    if not reader.routes:
        return len(delivery.digest.picks)
    topics = [pick.topics for pick in delivery.digest.picks]
    return end_of_part(topics, delivery.done, reader.routes, reader.thread_id)


def _which(delivery: Delivery, reader: Reader, now: datetime) -> _Which:
    return _Which(
        digest_id=delivery.digest_id,
        first=delivery.done,
        may_repeat=delivery.may_repeat,
        day=reader.schedule.day_of(delivery.slot_at),
        language=reader.language,
        reads=reader.reads,
        style=reader.style,
        silent=reader.silent,
        pictures=reader.pictures,
        kind=reader.kind,
        end=_end(delivery, reader),
        fresh=int(now.timestamp()) // _FRESH,
    )
