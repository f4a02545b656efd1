"""Hugging Face daily papers: the list of one day, each entry a Paper or set aside with its reason.

The API is at https://huggingface.co/docs/hub/api. What it answers has changed over the years: pictures came
as `mediaUrl`, later as `mediaUrls`; `submittedOnDailyAt` since March 2025, `organization` since October.
An entry's own `publishedAt` (not its paper's) is New York time labelled as UTC, so it is never read.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

import structlog
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from digestbot.core.paper import Paper, add, canonical_id
from digestbot.core.text import visible
from digestbot.errors import SourceError
from digestbot.sources.http import Http
from digestbot.sources.listing import REJECTED_LENGTH, FetchedDay, Rejected, clean

PAGE_SIZE = 100
"""The most entries that the API gives at once; its default is 50."""
MAX_PAGES = 20
"""A bound for a broken server: 2,000 papers, where a real day lists some dozens."""
_URL = re.compile(r"https?://[^\s/]\S{0,2000}", re.IGNORECASE)

log = structlog.get_logger()


class HuggingFace:
    """The daily papers at *url*; *token* is an access token, which only raises the limit on requests."""

    name = "huggingface"
    open_days = 2
    """A list grows by half until the next night, now and then later."""

    def __init__(self, http: Http, url: str, token: str | None) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}/api/daily_papers"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def fetch_day(self, day: date) -> FetchedDay:
        """Return what is listed for the UTC *day*. Raises SourceError when any page of it can't be had."""
        papers: dict[str, Paper] = {}
        rejected: dict[Rejected, None] = {}
        for number in range(MAX_PAGES):
            page = await self._page(day, number)
            held = len(papers) + len(rejected)
            _sort_out(page, day, papers, rejected)
            is_news = len(papers) + len(rejected) > held
            if len(page) < PAGE_SIZE or not is_news:  # a server may repeat its last page for ever
                break
        else:
            log.warning("source list cut", source=self.name, day=day.isoformat(), papers=len(papers))
        return FetchedDay(day, tuple(papers.values()), tuple(rejected))

    async def _page(self, day: date, number: int) -> list[Any]:
        params: dict[str, str | int] = {"date": day.isoformat(), "limit": PAGE_SIZE, "p": number}
        try:
            answer = await self._http.get_json(self._url, params, self._headers)
        except SourceError as error:
            if error.values.get("status") != 400:
                raise
            reason = f"does not know the day {day}; one that has not begun in UTC is refused"
            raise SourceError("source-no-such-day", url=error.values["url"], reason=reason) from error
        if not isinstance(answer, list):
            reason = f"{_json(answer)[:200]} instead of a list"
            raise SourceError("source-shape", url=self._url, reason=reason)
        return answer


def _sort_out(page: list[Any], day: date, papers: dict[str, Paper], rejected: dict[Rejected, None]) -> None:
    """Add each entry of *page* to *papers* by id, or to *rejected*. Of two readings the later counts."""
    for entry in page:
        try:
            paper = to_paper(entry, day)
        except (KeyError, TypeError, ValueError) as error:  # the shapes of a bad entry, no wider
            rejected[Rejected(_json(entry)[:REJECTED_LENGTH], _reason(error))] = None
        else:
            add(papers, paper)


def to_paper(entry: Any, day: date) -> Paper:
    """Return the paper of one raw *entry* of the list of *day*.

    Raises ValueError, KeyError or TypeError where the entry is not one: no arXiv id, no title, a field of
    another type. A field that is not there, or null, is empty; a link that is none is left out.
    """
    listed = _Entry.model_validate(entry)
    paper = listed.paper
    submitter = paper.submitted_on_daily_by or listed.submitted_by
    organization = paper.organization or listed.organization
    told = paper.submitted_on_daily_at.date() if paper.submitted_on_daily_at else day
    media = [*paper.media_urls, *listed.media_urls, *listed.media_url]
    return Paper(
        id=paper.id,
        title=paper.title,
        abstract=paper.summary or listed.summary,
        authors=tuple(author.name for author in paper.authors if author.name and not author.hidden),
        upvotes=paper.upvotes,
        listed_on=min(told, day),  # no list holds what comes after it; the latest day is never given up
        published_at=paper.published_at,
        comments=listed.num_comments,
        ai_summary=paper.ai_summary or None,
        ai_keywords=tuple(dict.fromkeys(filter(None, paper.ai_keywords))),
        thumbnail=listed.thumbnail,
        media=tuple(dict.fromkeys(url for url in media if url)),
        code_url=paper.github_repo,
        code_stars=paper.github_stars,
        project_url=paper.project_page,
        organization=organization.shown if organization else None,
        submitter=submitter.shown if submitter else None,
    )


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _link(value: object) -> object:
    """Return a web link without the line ends inside it, as browsers read it; None for another text."""
    if not isinstance(value, str):
        return value
    link = clean(re.sub(r"[\t\r\n]", "", value))
    return link if _URL.fullmatch(link) else None


def _arxiv_id(value: str) -> str:
    found = canonical_id(value)
    if found is None:
        raise ValueError("is not an arXiv id")
    return found


def _title(value: str) -> str:
    if not visible(value):
        raise ValueError("shows nothing")
    return value


def _moment(value: object) -> datetime:
    """Return ISO 8601 *value* in UTC; without a zone it is taken to be in UTC, as all of the API's are."""
    if not isinstance(value, str):
        raise ValueError("is not an ISO 8601 time")  # noqa: TRY004 - pydantic collects ValueErrors only
    moment = datetime.fromisoformat(value)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("is out of the calendar") from None


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


_Text = Annotated[str, BeforeValidator(_cleaned)]
_Link = Annotated[str | None, BeforeValidator(_link)]
_Count = Annotated[int, Field(lt=2**31), AfterValidator(lambda number: max(number, 0))]
_Moment = Annotated[datetime, BeforeValidator(_moment)]


class _Wire(BaseModel):
    """A JSON object as the API writes it; what we do not use is ignored, and null is as good as left out."""

    model_config = ConfigDict(strict=True, frozen=True, alias_generator=to_camel, validate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {name: field for name, field in value.items() if field is not None}


class _Author(_Wire):
    name: _Text = ""
    hidden: bool = False


class _Account(_Wire):
    """A person or an organization: `fullname` is for people to read, `name` is in URLs."""

    fullname: _Text = ""
    name: _Text = ""

    @property
    def shown(self) -> str | None:
        return self.fullname or self.name or None


class _Paper(_Wire):
    id: Annotated[str, AfterValidator(_arxiv_id)]
    title: Annotated[_Text, AfterValidator(_title)]
    summary: _Text = ""
    authors: list[_Author] = []
    upvotes: _Count = 0
    published_at: _Moment | None = None
    submitted_on_daily_at: _Moment | None = None
    submitted_on_daily_by: _Account | None = None
    ai_summary: _Text = ""
    ai_keywords: list[_Text] = []
    media_urls: list[_Link] = []
    github_repo: _Link = None
    github_stars: _Count | None = None
    project_page: _Link = None
    organization: _Account | None = None


class _Entry(_Wire):
    paper: _Paper
    summary: _Text = ""
    num_comments: _Count = 0
    thumbnail: _Link = None
    media_url: Annotated[list[_Link], BeforeValidator(_as_list)] = []
    media_urls: Annotated[list[_Link], BeforeValidator(_as_list)] = []
    submitted_by: _Account | None = None
    organization: _Account | None = None


def _reason(error: Exception) -> str:
    """Return what is wrong, e.g. `paper.upvotes: Input should be a valid integer`."""
    if not isinstance(error, ValidationError):
        return f"{type(error).__name__}: {error}"[:200]
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(map(str, mistake['loc'])) or 'entry'}: {mistake['msg']}" for mistake in mistakes]
    return "; ".join(told)[:200]


def _json(value: Any) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        return "(nested too deeply)"
