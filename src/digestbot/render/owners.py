"""What those are told who run the bot, and what they tell everybody."""

from digestbot.core.broadcast import Progress
from digestbot.core.incident import Incident
from digestbot.core.overview import Overview
from digestbot.core.subscriber import Subscriber
from digestbot.render.heads import flagged
from digestbot.render.i18n import words
from digestbot.render.markup import block
from digestbot.render.message import Button, Message, Press

_TEMPLATE = "owners.jinja"


def announcement(text: str, language: str, *, may_repeat: bool = False) -> Message:
    """Return what an owner tells everybody."""
    return Message(
        flagged(block(_TEMPLATE, "announcement", language, text=text), language, may_repeat=may_repeat)
    )


def draft(number: int, count: int, language: str) -> Message:
    """Return the question whether the broadcast *number* is to be sent to so many."""
    t = words(language).gettext
    return Message(
        block(_TEMPLATE, "draft", language, count=count),
        (
            (Button(t("Send to all"), _press("send", number)),),
            (Button(t("Don't send"), _press("drop", number)),),
        ),
    )


def dropped(language: str) -> Message:
    return Message(block(_TEMPLATE, "dropped", language))


def progress(reached: Progress, language: str) -> Message:
    """Return how far a broadcast is, with a button that stops it."""
    stop = Button(words(language).gettext("Stop"), _press("stop", reached.id))
    html = block(_TEMPLATE, "progress", language, progress=reached)
    return Message(html, ((stop,),) if reached.can_be_stopped else ())


def invitation(link: str, code: str, uses: int, days: int, language: str) -> Message:
    """Return a link that lets so many people in, with a button that takes it back."""
    t = words(language).gettext
    html = block(_TEMPLATE, "invitation", language, link=link, uses=uses, days=days)
    return Message(html, ((Button(t("Take back"), Press("invite", (code,))),),))


def taken_back(language: str) -> Message:
    return Message(block(_TEMPLATE, "taken_back", language))


def overview(view: Overview, reader: Subscriber) -> Message:
    """Return the answer to `/admin`."""

    def named(state: str) -> str:
        return block(_TEMPLATE, "state", reader.language, state=state)

    return Message(block(_TEMPLATE, "overview", reader.language, view=view, reader=reader, named=named))


def incident(one: Incident, language: str) -> Message:
    """Return what the owners are told of a trouble, or of its end."""
    told = {"kind": str(one.trouble.kind), "told": one.trouble.details}
    return Message(block(_TEMPLATE, "incident", language, incident=one, **told))


def _press(wish: str, number: int) -> Press:
    return Press("broadcast", (wish, str(number)))
