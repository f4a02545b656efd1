"""A person's settings screens, made to speak of a channel that they manage."""

import re
from dataclasses import replace

from digestbot.core.subscriber import Subscriber, SubscriberState
from digestbot.render.i18n import words
from digestbot.render.markup import block
from digestbot.render.message import Button, Message, Press, Rows

COMMANDS = (
    "add", "remove", "topics", "mute", "unmute", "sources", "settings", "time", "timezone", "days", "max",
    "votes", "language", "summaries", "silent", "pictures", "notice", "pause", "resume", "subscribe",
    "unsubscribe",
)  # fmt: skip
"""What can be said on behalf of a channel."""
VERB = "for"
_LONGEST_CODE = 64
_COMMAND = re.compile(rf"(?<![\w/:.<])/(?=(?:{'|'.join(COMMANDS)})\b)")


def on_behalf(message: Message, channel: Subscriber) -> Message:
    """Return an answer to who manages *channel*: its buttons and its commands mean the channel."""
    html = _COMMAND.sub(f"/channels {channel.id} ", message.html)
    rows = (tuple(_aimed(button, channel) for button in row) for row in message.buttons)
    kept = (tuple(button for button in row if _fits(button)) for row in rows)
    head = block("says.jinja", "for_channel", channel.language, channel=channel)
    return replace(message, html=f"{head}\n{html}", buttons=tuple(row for row in kept if row))


def opening(channel: Subscriber) -> Button:
    """Return the button that opens a channel's settings."""
    return _aimed(Button(channel.title, Press("settings")), channel)


def choices_of_channel(channel: Subscriber, language: str) -> Rows:
    t = words(language).gettext
    begin = Button(t("Bring digests there"), Press("resume"))
    new = channel.state is SubscriberState.UNSUBSCRIBED
    buttons = [*([begin] if new else []), Button(t("Settings"), Press("settings"))]
    return tuple((_aimed(button, channel),) for button in buttons)


def _aimed(button: Button, channel: Subscriber) -> Button:
    if not isinstance(button.does, Press):
        return button
    return replace(button, does=Press(VERB, (str(channel.id), button.does.verb, *button.does.words)))


def _fits(button: Button) -> bool:
    return not isinstance(button.does, Press) or len(button.does.code().encode()) <= _LONGEST_CODE
