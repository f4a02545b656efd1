"""What who manages channels is told of them; and their settings screens, made to speak of a channel."""

import re
from collections.abc import Sequence
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


def channels(reader: Subscriber, theirs: Sequence[Subscriber]) -> Message:
    """Return the channels of a person, each a button that opens its settings."""
    html = block("says.jinja", "channels", reader.language, channels=theirs)
    return Message(html, tuple((_aimed(Button(one.title, Press("settings")), one),) for one in theirs))


def added(channel: Subscriber, reader: Subscriber) -> Message:
    """Return the question to who brought us into a channel, or that its digests go on."""
    html = block("says.jinja", "channel_added", reader.language, channel=channel)
    return Message(html, _choices_of_channel(channel, reader.language))


def shared(channel: Subscriber, reader: Subscriber) -> Message:
    """Return what another admin of a channel is told when they begin to look after it."""
    html = block("says.jinja", "channel_shared", reader.language, channel=channel)
    return Message(html, _choices_of_channel(channel, reader.language))


def _choices_of_channel(channel: Subscriber, language: str) -> Rows:
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
