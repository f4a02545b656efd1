"""The buttons under each message, and what they ask for."""

from collections.abc import Mapping, Sequence

from digestbot.core.digest import Card, Trial, View, ViewKind
from digestbot.core.languages import LANGUAGES, ZONES
from digestbot.core.narrow import MANY_VOTES, Way
from digestbot.core.paper import Paper
from digestbot.core.query import key
from digestbot.core.subscriber import Subscriber, SubscriberState
from digestbot.core.summary import Style
from digestbot.render.i18n import SUMMARY_LANGUAGES, own_name, words
from digestbot.render.markup import arxiv
from digestbot.render.message import Button, Press

PER_ROW = 8
"""Buttons in a row that a phone still shows well; Telegram's own limit too."""

Rows = tuple[tuple[Button, ...], ...]


def number(view: View, first: int, rank: int, card: Card) -> Button:
    return Button(str(rank), Press("paper", (card.paper.id, str(view), str(first))))


def list_press(view: View, first: int) -> Press:
    return Press("list", (str(view), str(first)))


def rows_of(buttons: Sequence[Button]) -> Rows:
    return tuple(tuple(buttons[start : start + PER_ROW]) for start in range(0, len(buttons), PER_ROW))


def source_choices(reader: Subscriber, offered: Sequence[str]) -> Rows:
    """Return a button for each arXiv category, ticked where it is chosen, and the way to the settings."""
    t = words(reader.language).gettext
    ticked = {category: f"✓ {category}" for category in reader.categories}
    buttons = [Button(ticked.get(known, known), Press("source", (known,))) for known in offered]
    rows = [tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3)]
    return (*rows, (Button(t("« Back"), Press("settings")),))


def switch(paper: Paper, language: str, back: Press | None) -> Button:
    """Return the button that shows *paper* in another language."""
    return Button(
        f"🌐 {own_name(language)}", Press("in", (language, paper.id, *(back.words if back else ())))
    )


def links(paper: Paper, language: str) -> Rows:
    t = words(language).gettext
    code = f"{t('Code')} ★{paper.code_stars}" if paper.code_stars else t("Code")
    more = [
        *([Button(code, paper.code_url)] if paper.code_url else []),
        *([Button(t("Project"), paper.project_url)] if paper.project_url else []),
    ]
    hub = Button("Hugging Face", f"https://huggingface.co/papers/{paper.id}")
    return (
        (
            Button("arXiv", arxiv(paper)),
            Button("PDF", f"https://arxiv.org/pdf/{paper.id}"),
            *([hub] if paper.on_hugging_face else []),
        ),
        *([tuple(more)] if more else []),
    )


def choices(name: str, reader: Subscriber) -> Rows:
    """Return the buttons of a short answer; most have none."""
    t = words(reader.language).gettext
    match name:
        case "welcome" | "welcome_back":
            return (
                *([(Button(t("Choose topics"), Press("pick", ("0",))),)] if not reader.topics else []),
                (Button(t("Newest papers"), list_press(View(ViewKind.TODAY), 0)),),
                tuple(
                    Button(own, Press("set", ("start-language", code)))
                    for code, own in LANGUAGES.items()
                    if code != reader.language
                ),
                (Button(t("Settings"), Press("settings")),),
            )
        case "settings":
            paused = reader.state is not SubscriberState.ACTIVE
            toggle = Button(t("Resume"), Press("resume")) if paused else Button(t("Pause"), Press("pause"))
            return (
                (
                    Button(t("Language"), Press("choose", ("language",))),
                    Button(t("Time"), Press("choose", ("time",))),
                ),
                (
                    Button(t("Days"), Press("choose", ("days",))),
                    Button(t("Maximum"), Press("choose", ("maximum",))),
                ),
                (
                    Button(t("Summaries"), Press("choose", ("summaries",))),
                    Button(t("Sources"), Press("sources")),
                ),
                (toggle,),
            )
        case "ask_stop":
            return (
                (Button(t("Yes, delete everything"), Press("stop", ("yes",))),),
                (Button(t("No, keep it"), Press("stop", ("no",))),),
            )
    options = _options(name, reader)
    return (*options, (Button(t("« Back"), Press("settings")),)) if options else ()


def _options(name: str, reader: Subscriber) -> Rows:
    """Return a button for each value that one of the screens of the settings offers."""
    t = words(reader.language).gettext

    def values(verb: str, *offered: str) -> tuple[Button, ...]:
        return tuple(Button(value, Press("set", (verb, value.replace(":", "")))) for value in offered)

    match name:
        case "choose_language":
            return (tuple(Button(own, Press("set", ("language", code))) for code, own in LANGUAGES.items()),)
        case "choose_summaries":
            return _summaries(reader)
        case "choose_time":
            hours = [f"{hour:02}:00" for hour in range(5, 23)]
            return tuple(values("time", *hours[start : start + 6]) for start in (0, 6, 12))
        case "choose_days":
            return (
                (Button(t("Monday to Friday"), Press("set", ("days", "mon-fri"))),),
                (Button(t("Every day"), Press("set", ("days", "all"))),),
                (Button(t("Mondays only"), Press("set", ("days", "mon"))),),
            )
        case "choose_maximum":
            return (values("maximum", "3", "5", "10", "15", "20", "30"),)
    return ()


_TOPICS_ON_A_PAGE = 12
_FIRST_HOURS = ("07:00", "08:00", "09:00", "12:00", "18:00", "21:00")


def choices_of_popular(reader: Subscriber, offered: Sequence[tuple[str, int]], page: int) -> Rows:
    """Return a page of topics, two in a row, ticked where they are followed, and the ways on."""
    t = words(reader.language).gettext
    mine = {key(topic) for topic in reader.topics}
    last = max(0, (len(offered) - 1) // _TOPICS_ON_A_PAGE)
    here = min(page, last)
    shown = offered[here * _TOPICS_ON_A_PAGE : (here + 1) * _TOPICS_ON_A_PAGE]
    buttons = [
        Button(_ticked(f"{topic} · {count}", key(topic) in mine), Press("topic", (str(here), topic)))
        for topic, count in shown
    ]
    turns = [
        *([Button(t("‹ Previous"), Press("pick", (str(here - 1),)))] if here else []),
        *([Button(t("Next ›"), Press("pick", (str(here + 1),)))] if here < last else []),
    ]
    return (
        *(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)),
        *([tuple(turns)] if turns else []),
        (Button(t("Done"), Press("picked")),),
    )


def choices_of_hour(zone: str) -> Rows:
    """Return some hours to choose from, on the clock of *zone*."""
    buttons = [Button(hour, Press("hour", (hour.replace(":", ""), zone))) for hour in _FIRST_HOURS]
    return tuple(buttons[:3]), tuple(buttons[3:])


def likely_zone(reader: Subscriber) -> str:
    """Return the reader's time zone; where it is nobody's in particular, the one of their language."""
    given = reader.schedule.zone
    return ZONES.get(reader.language, given) if given == "UTC" else given


_MOST_IDS = 8
"""Of topics in one button; more of them would not fit."""


def choices_of_added(ids: Sequence[int], language: str) -> Rows:
    """Return what can be done about topics that were just added, with these *ids*."""
    t = words(language).gettext
    if not ids or len(ids) > _MOST_IDS:
        return ()
    named = tuple(map(str, ids))
    narrow = [Button(t("Narrow"), Press("narrow", named))] if len(ids) == 1 else []
    return ((Button(t("Keep"), Press("keep", named)), *narrow, Button(t("Undo"), Press("undo", named))),)


def choices_of_narrowing(topic_id: int, ways: Mapping[Way, Trial], language: str) -> Rows:
    """Return a button for each way to narrow a topic, with how many papers would be left."""
    t = words(language).gettext
    names = {
        Way.TITLE: t("Only in titles"),
        Way.CODE: t("Only with code"),
        Way.VOTES: t("%(votes)s votes and more") % {"votes": MANY_VOTES},
    }
    named = str(topic_id)
    return (
        *(
            (Button(f"{names[way]} · {trial.matched}", Press("narrow", (named, way))),)
            for way, trial in ways.items()
        ),
        (Button(t("Keep"), Press("keep", (named,))), Button(t("Undo"), Press("undo", (named,)))),
    )


def _summaries(reader: Subscriber) -> Rows:
    """Return a button for each style and each language of summaries, ticked where it is chosen."""
    t = words(reader.language).gettext
    names = {Style.BULLETS: t("Bullets"), Style.SECTIONS: t("Sections")}
    styles = [
        Button(_ticked(names[style], style is reader.style), Press("set", ("style", style)))
        for style in Style
    ]
    offered = dict.fromkeys((*SUMMARY_LANGUAGES, reader.reads))
    languages = [
        Button(_ticked(own_name(tag), tag == reader.reads), Press("set", ("summary-language", tag)))
        for tag in offered
    ]
    rows = [tuple(languages[start : start + 3]) for start in range(0, len(languages), 3)]
    return (tuple(styles), *rows)


def _ticked(text: str, is_chosen: bool) -> str:
    return f"✓ {text}" if is_chosen else text
