"""Which thread of a forum a paper goes to: by the topic that brought it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from digestbot.core.digest import Pick


@dataclass(frozen=True, slots=True)
class Route:
    """What a topic brings goes to a thread."""

    topic: str
    thread_id: int


def thread_of(topics: Sequence[str], routes: Sequence[Route], common: int | None = None) -> int | None:
    """Return the thread for a paper that *topics* brought, the best first; *common* is for all others."""
    if not routes:
        return common
    threads = {route.topic: route.thread_id for route in routes}
    return next((threads[topic] for topic in topics if topic in threads), common)


def grouped(picks: Sequence[Pick], routes: Sequence[Route]) -> tuple[Pick, ...]:
    """Return *picks* with those of each thread together; the thread of the best one comes first."""
    threads: dict[int | None, list[Pick]] = {}
    for pick in picks:
        threads.setdefault(thread_of(pick.topics, routes), []).append(pick)
    return tuple(chain.from_iterable(threads.values()))


def end_of_part(
    topics: Sequence[Sequence[str]], first: int, routes: Sequence[Route], common: int | None = None
) -> int:
    """Return the number of the first paper after *first* that goes to another thread, or how many there are.

    *topics* are those that brought each paper.
    """
    here = thread_of(topics[first], routes, common) if first < len(topics) else None
    rest = range(first + 1, len(topics))
    return next((place for place in rest if thread_of(topics[place], routes, common) != here), len(topics))


def rerouted(
    routes: Sequence[Route], topic: str, thread_id: int | None, topics: Sequence[str]
) -> tuple[Route, ...]:
    """Return the routes for *topics* after *topic* was given a thread, or (None) none of its own."""
    others = [route for route in routes if route.topic != topic and route.topic in topics]
    return (*others, Route(topic, thread_id)) if thread_id is not None else tuple(others)


def handed_on(routes: Sequence[Route], topic: str, heir: str) -> tuple[Route, ...]:
    """Return the routes after *heir* took the place of *topic*; a route that it had before is kept."""
    if any(route.topic == heir for route in routes):
        return tuple(route for route in routes if route.topic != topic)
    return tuple(replace(route, topic=heir) if route.topic == topic else route for route in routes)
