"""The daily_papers API of Hugging Face, on a port of this machine, with every way we know it to fail.

async with HuggingFaceServer() as hub:
    hub.days[date(2025, 10, 14)] = [entry(id="2510.12586", title="…", upvotes=7)]
    hub.fail(status(503), times=2)
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from .outside import (
    Asked,
    Fault,
    OutsideServer,
    body,
    html_page,
    json_answer,
    reset,
    stall,
    status,
    too_many,
    truncated,
)

_OF_THE_ENTRY = ("mediaUrl", "numComments", "submittedBy", "thumbnail")
_OF_BOTH = ("mediaUrls", "organization")
_CDN = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers"


def entry(
    *,
    id: str = "2510.00001",  # noqa: A002 - the API's own word
    title: str = "A Small Model of Everything",
    abstract: str = "We show a small model.\nIt fits into a pocket.",
    upvotes: int = 1,
    day: date | None = None,
    authors: Sequence[str] = ("Ann Author", "Bo Writer"),
    **more: Any,
) -> dict[str, Any]:
    """Return a raw entry as the API writes it, listed on *day* if given (older entries don't tell theirs).

    *more* goes where the API has it: into the entry, its paper, or both.
    """
    published = f"{(day or date(2025, 10, 2)) - timedelta(days=1)}T17:59:59.000Z"
    paper: dict[str, Any] = {
        "id": id,
        "authors": [{"_id": f"{n:024x}", "name": name, "hidden": False} for n, name in enumerate(authors)],
        "publishedAt": published,
        "title": title,
        "summary": abstract,
        "upvotes": upvotes,
        "discussionId": "68edb7abde1fee572713a7ed",
    }
    if day is not None:
        paper["submittedOnDailyAt"] = f"{day}T01:17:25.740Z"
    paper |= {name: value for name, value in more.items() if name not in _OF_THE_ENTRY}
    outer = {name: value for name, value in more.items() if name in _OF_THE_ENTRY + _OF_BOTH}
    return {
        "paper": paper,
        "publishedAt": published.replace("T17", "T13"),
        "title": title,
        "summary": abstract,
        "thumbnail": f"{_CDN}/{id}.png",
        "numComments": 1,
        "isAuthorParticipating": False,
        **outer,
    }


MALFORMED: tuple[Any, ...] = (
    "2510.12586",
    None,
    {"error": "not found"},
    {"paper": "2510.12586", "title": "A text where the paper should be"},
    {"paper": {"id": "2510.12586", "upvotes": 3}},
    {"paper": {"id": "not an id", "title": "No id", "upvotes": 3}},
    {"paper": {"id": "2510.12586", "title": "Votes in words", "upvotes": "many"}},
)
"""Entries that are none, each in its own way."""


class HuggingFaceServer(OutsideServer):
    """Serves `days` (those that are not there are empty, as weekends are), paged, most votes first.

    A date after `today` answers 400. With a `token`, another one in a request answers 401.
    """

    def __init__(self, today: date = date.max) -> None:
        super().__init__("/api/daily_papers")
        self.today = today
        self.token: str | None = None
        self.days: dict[date, list[Any]] = {}

    def listed(self, day: date) -> list[Any]:
        """Return the day's entries, most votes first; junk among them keeps to the end."""
        return sorted(self.days.get(day, []), key=_votes, reverse=True)

    def page(self, request: web.Request, number: int) -> web.Response:
        limit = int(request.query.get("limit", "50"))
        entries = self.listed(self.day_of(request) or self.today)
        return json_answer(
            entries[number * limit : (number + 1) * limit], headers={"RateLimit": '"api";r=499;t=300'}
        )

    def truth(self, request: web.Request) -> web.Response:
        if self.token and request.headers.get("Authorization") not in (None, f"Bearer {self.token}"):
            return json_answer({"error": "Invalid credentials in Authorization header"}, 401)
        if problem := self._problem(request):
            return json_answer({"error": problem}, 400)
        return self.page(request, int(request.query.get("p", "0")))

    def day_of(self, request: web.Request) -> date | None:
        text = request.query.get("date")
        return date.fromisoformat(text) if text else None

    def _problem(self, request: web.Request) -> str | None:
        try:
            day = self.day_of(request)
            limit, number = int(request.query.get("limit", "50")), int(request.query.get("p", "0"))
        except ValueError:
            return "Invalid query"
        if not 1 <= limit <= 100 or number < 0:
            return "Invalid limit or p"
        return "Date must not be in the future" if day and day > self.today else None


async def error_object(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    """A JSON object with status 200, where a list should be."""
    return json_answer({"error": "Internal error, try again"})


async def list_of_strings(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    return json_answer(["2510.12586", "2510.12587"])


async def malformed(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    """The day's good entries with every malformed one among them."""
    good = hub.listed(hub.day_of(request) or hub.today)
    return json_answer([*MALFORMED[:3], *good, *MALFORMED[3:]])


async def same_page(hub: HuggingFaceServer, request: web.Request) -> web.Response:
    """The first page, whichever is asked for."""
    return hub.page(request, 0)


def _votes(listed: Any) -> int:
    paper = listed.get("paper") if isinstance(listed, dict) else None
    votes = paper.get("upvotes") if isinstance(paper, dict) else None
    return votes if isinstance(votes, int) else -1


__all__ = [  # what a test of it needs is all here
    "MALFORMED",
    "Asked",
    "Fault",
    "HuggingFaceServer",
    "body",
    "entry",
    "error_object",
    "html_page",
    "list_of_strings",
    "malformed",
    "reset",
    "same_page",
    "stall",
    "status",
    "too_many",
    "truncated",
]
