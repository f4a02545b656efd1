"""The order in which papers are shown."""

from collections.abc import Iterable

from digestbot.core.paper import Paper


def by_votes(papers: Iterable[Paper]) -> list[Paper]:
    """Return *papers*, most upvotes first; of equals the newer listing, then the higher id, comes first."""
    return sorted(papers, key=lambda paper: (paper.upvotes, paper.listed_on, paper.id), reverse=True)
