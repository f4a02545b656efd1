"""What a group decides for itself: which thread papers go to."""

from collections.abc import Mapping

from digestbot.core.subscriber import Subscriber
from digestbot.core.threads import Route
from digestbot.render.i18n import words
from digestbot.render.markup import block
from digestbot.render.message import Button, Message, Press, Rows
from digestbot.render.screens import back
from digestbot.render.split import clip

_MOST_ROUTES = 30
"""That a message and its buttons show; the others come up as these go."""


def group(
    reader: Subscriber, routes: Mapping[int, Route], thread_id: int | None, *, is_forum: bool
) -> Message:
    """Return a group's own options, shown in a thread (None: the general one, or there are none).

    *routes* are those of its topics, by their ids.
    """
    routed = {route.topic for route in routes.values()}
    others = [topic for topic in reader.topics if topic not in routed]
    html = block(
        "says.jinja",
        "group",
        reader.language,
        reader=reader,
        routes=[*routes.values()],
        most=_MOST_ROUTES,
        example=next(iter(others or reader.topics), ""),
        is_forum=is_forum,
    )
    choices = (*_removals(routes, reader.language), *_places(reader, thread_id)) if is_forum else ()
    return Message(html, (*choices, back(reader.language)))


def _removals(routes: Mapping[int, Route], language: str) -> Rows:
    """Return a button for each route that takes it away."""
    speech = words(language)
    t = speech.gettext

    def removal(topic_id: int, route: Route) -> Button:
        remove, thread = t("Remove"), t("thread %(number)s") % {"number": route.thread_id}
        text = f"{remove}{speech.colon}{clip(route.topic, 30)} → {thread}"
        return Button(text, Press("unroute", (str(topic_id),)))

    return tuple((removal(*one),) for one in [*routes.items()][:_MOST_ROUTES])


def _places(reader: Subscriber, thread_id: int | None) -> Rows:
    """Return buttons that bring to another thread what has no route: to the one where they stand, or to the
    general one.
    """
    t = words(reader.language).gettext
    here, general = t("Digests to this thread"), t("Digests to the general thread")
    return (
        *([(Button(here, Press("thread", ("here",))),)] if thread_id not in (None, reader.thread_id) else []),
        *([(Button(general, Press("thread", ("general",))),)] if reader.thread_id is not None else []),
    )
