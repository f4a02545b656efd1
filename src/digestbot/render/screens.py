"""The screens of the settings: what each offers, and the way back to all of them."""

from collections.abc import Callable, Mapping

from digestbot.core.languages import LANGUAGES
from digestbot.core.subscriber import ChatKind, Subscriber, SubscriberState
from digestbot.core.summary import Style
from digestbot.render.i18n import SUMMARY_LANGUAGES, own_name, words
from digestbot.render.message import Button, Press, Rows, in_rows


def settings(reader: Subscriber) -> Rows:
    """Return a button to each of the screens."""
    t = words(reader.language).gettext

    def to(text: str, what: str) -> Button:
        return Button(text, Press("choose", (what,)))

    is_paused = reader.state is not SubscriberState.ACTIVE
    # a group's digest is too short for a picture
    own = Button(t("This group"), Press("group")) if reader.kind.is_group else to(t("Pictures"), "pictures")
    # nobody is welcomed in a channel, where all others choose their first topics
    first = ((Button(t("Choose topics"), Press("pick", ("0",))),),) if reader.kind is ChatKind.CHANNEL else ()
    return (
        *first,
        (to(t("Language"), "language"), to(t("Time"), "time")),
        (to(t("Days"), "days"), to(t("Maximum"), "maximum")),
        (to(t("Summaries"), "summaries"), Button(t("Sources"), Press("sources"))),
        (to(t("Votes"), "votes"), to(t("Sound"), "silent")),
        (own, to(t("Empty days"), "notice")),
        (Button(t("Resume"), Press("resume")) if is_paused else to(t("Pause"), "pause"),),
    )


def screen(name: str, reader: Subscriber) -> Rows:
    """Return what the screen *name* offers, and the way back; nothing where there is no such screen."""
    if name not in _SCREENS:
        return ()
    return (*_SCREENS[name](reader), back(reader.language))


def back(language: str) -> tuple[Button, ...]:
    """Return the way back to all settings."""
    return (Button(words(language).gettext("« Back"), Press("settings")),)


def ticked(text: str, is_chosen: bool) -> str:
    return f"✓ {text}" if is_chosen else text


def _values(what: str, *offered: str) -> tuple[Button, ...]:
    return tuple(Button(value, Press("set", (what, value.replace(":", "")))) for value in offered)


def _languages(_reader: Subscriber) -> Rows:
    return (tuple(Button(own, Press("set", ("language", code))) for code, own in LANGUAGES.items()),)


def _times(_reader: Subscriber) -> Rows:
    hours = [f"{hour:02}:00" for hour in range(5, 23)]
    return in_rows(_values("time", *hours), 6)


def _days(reader: Subscriber) -> Rows:
    t = words(reader.language).gettext
    return (
        (Button(t("Monday to Friday"), Press("set", ("days", "mon-fri"))),),
        (Button(t("Every day"), Press("set", ("days", "all"))),),
        (Button(t("Mondays only"), Press("set", ("days", "mon"))),),
    )


def _maximum(_reader: Subscriber) -> Rows:
    return (_values("maximum", "3", "5", "10", "15", "20", "30"),)


def _votes(reader: Subscriber) -> Rows:
    any_number = Button(words(reader.language).gettext("Any"), Press("set", ("votes", "0")))
    return ((any_number, *_values("votes", "3", "5", "10", "20")),)


def _sound(reader: Subscriber) -> Rows:
    t = words(reader.language).gettext
    return _either("silent", t("Without sound"), t("With sound"), is_on=reader.silent)


def _pictures(reader: Subscriber) -> Rows:
    t = words(reader.language).gettext
    return _either("pictures", t("With picture"), t("Without picture"), is_on=reader.pictures)


def _notice(reader: Subscriber) -> Rows:
    t = words(reader.language).gettext
    return _either("notice", t("A short line"), t("Nothing"), is_on=reader.tells_nothing)


def _either(what: str, on: str, off: str, *, is_on: bool) -> Rows:
    """Return the two buttons of what is on or off, the present one ticked."""
    return (
        (
            Button(ticked(on, is_on), Press("set", (what, "on"))),
            Button(ticked(off, not is_on), Press("set", (what, "off"))),
        ),
    )


def _pauses(reader: Subscriber) -> Rows:
    t = words(reader.language).gettext
    lengths = {"1": t("1 day"), "3": t("3 days"), "7": t("1 week"), "14": t("2 weeks")}
    return (
        tuple(Button(text, Press("pause", (days,))) for days, text in lengths.items()),
        (Button(t("Until I resume"), Press("pause")),),
    )


def _summaries(reader: Subscriber) -> Rows:
    """Return a button for each style and each language of summaries, ticked where it is chosen."""
    t = words(reader.language).gettext
    names = {Style.BULLETS: t("Bullets"), Style.SECTIONS: t("Sections")}
    styles = [
        Button(ticked(names[style], style is reader.style), Press("set", ("style", style))) for style in Style
    ]
    offered = dict.fromkeys((*SUMMARY_LANGUAGES, reader.reads))
    languages = [
        Button(ticked(own_name(tag), tag == reader.reads), Press("set", ("summary-language", tag)))
        for tag in offered
    ]
    return (tuple(styles), *in_rows(languages, 3))


_SCREENS: Mapping[str, Callable[[Subscriber], Rows]] = {
    "choose_language": _languages,
    "choose_time": _times,
    "choose_days": _days,
    "choose_maximum": _maximum,
    "choose_summaries": _summaries,
    "choose_votes": _votes,
    "choose_silent": _sound,
    "choose_pictures": _pictures,
    "choose_notice": _notice,
    "choose_pause": _pauses,
}
