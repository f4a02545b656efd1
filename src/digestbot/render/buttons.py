"""The buttons under each message, and what they ask for."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from digestbot.core.digest import Card, Trial, View, ViewKind
from digestbot.core.languages import LANGUAGES, ZONES
from digestbot.core.narrow import MANY_VOTES, Way
from digestbot.core.paper import Paper
from digestbot.core.query import key
from digestbot.core.subscriber import NOWHERE, Subscriber
from digestbot.render.citations import NAMES, Format, short_bibtex
from digestbot.render.i18n import own_name, words
from digestbot.render.markup import arxiv
from digestbot.render.message import Button, Copy, Press, Rows, in_rows
from digestbot.render.screens import back, screen, settings, ticked
from digestbot.render.split import clip

T = TypeVar("T")

PER_ROW = 8
"""Buttons in a row that a phone still shows well; Telegram's own limit too."""

COPY_LIMIT = 256
"""Characters that a button can copy, https://core.telegram.org/bots/api#copytextbutton."""


def number(view: View, first: int, rank: int, card: Card) -> Button:
    return Button(str(rank), Press("paper", (card.paper.id, str(view), str(first))))


def list_press(view: View, first: int) -> Press:
    return Press("list", (str(view), str(first)))


def turns(before: Press | None, after: Press | None, language: str) -> Rows:
    """Return a row with the buttons to the pages *before* and *after* the one that is shown, if there are."""
    t = words(language).gettext
    row = [
        *([Button(t("‹ Previous"), before)] if before else []),
        *([Button(t("Next ›"), after)] if after else []),
    ]
    return (tuple(row),) if row else ()


def page_of(things: Sequence[T], page: int, most: int) -> tuple[Sequence[T], int, int]:
    """Return what a *page* of so many at *most* holds, its number, and the last one's; beyond is the last."""
    last = max(0, (len(things) - 1) // most)
    here = min(page, last)
    return things[here * most : (here + 1) * most], here, last


def source_choices(reader: Subscriber, offered: Sequence[str]) -> Rows:
    """Return a button for each arXiv category, ticked where it is chosen, and the way to the settings."""
    buttons = [
        Button(ticked(known, known in reader.categories), Press("source", (known,))) for known in offered
    ]
    return (*in_rows(buttons, 3), back(reader.language))


def switch(paper: Paper, language: str, back: Press | None) -> Button:
    """Return the button that shows *paper* in another language."""
    return Button(
        f"🌐 {own_name(language)}", Press("in", (language, paper.id, *(back.words if back else ())))
    )


def links(paper: Paper, language: str) -> Rows:
    speech = words(language)
    t = speech.gettext
    code = t("Code")
    if paper.code_stars:
        code = f"{code} ★{speech.number(paper.code_stars)}"
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


def keep(card: Card, language: str) -> tuple[Button, ...]:
    """Return the buttons that keep a paper, find others like it, and copy its BibTeX entry."""
    t = words(language).gettext
    return (
        Button(keep_label(language, is_saved=card.is_saved), Press("save", (card.paper.id,))),
        Button(t("More like this"), Press("like", (card.paper.id,))),
        Button("BibTeX", Copy(short_bibtex(card.paper, COPY_LIMIT))),
    )


def keep_label(language: str, *, is_saved: bool) -> str:
    t = words(language).gettext
    return t("★ Saved") if is_saved else t("☆ Save")


def under_list(view: View, language: str) -> Rows:
    """Return what else can be done with a list."""
    t = words(language).gettext
    return ((Button(t("Export"), Press("export")),),) if view.kind is ViewKind.SAVED else ()


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
            return settings(reader)
        case "export":
            return (
                tuple(Button(NAMES[form], Press("export", (form,))) for form in Format),
                _everything(reader.language),
            )
        case "privacy":
            return () if reader.kind.is_group else (_everything(reader.language),)
        case "ask_forget":
            return (
                (Button(t("Yes, forget them"), Press("forget", ("yes",))),),
                (Button(t("No, keep them"), Press("forget", ("no",))),),
            )
        case "ask_stop":
            return (
                (Button(t("Yes, delete everything"), Press("stop", ("yes",))),),
                (Button(t("No, keep it"), Press("stop", ("no",))),),
            )
    return screen(name, reader)


def _everything(language: str) -> tuple[Button, ...]:
    return (Button(words(language).gettext("All my data"), Press("export", ("all",))),)


_TOPICS_ON_A_PAGE = 12
_FIRST_HOURS = ("07:00", "08:00", "09:00", "12:00", "18:00", "21:00")


def choices_of_popular(reader: Subscriber, offered: Sequence[tuple[str, int]], page: int) -> Rows:
    """Return a page of topics, two in a row, ticked where they are followed, and the ways on."""
    mine = {key(topic) for topic in reader.topics}
    shown, here, last = page_of(offered, page, _TOPICS_ON_A_PAGE)
    buttons = [
        Button(ticked(f"{topic} · {count}", key(topic) in mine), Press("topic", (str(here), topic)))
        for topic, count in shown
    ]
    before = Press("pick", (str(here - 1),)) if here else None
    after = Press("pick", (str(here + 1),)) if here < last else None
    done = Button(words(reader.language).gettext("Done"), Press("picked"))
    return (*in_rows(buttons, 2), *turns(before, after, reader.language), (done,))


def choices_of_hour(zone: str) -> Rows:
    """Return some hours to choose from, on the clock of *zone*."""
    buttons = [Button(hour, Press("hour", (hour.replace(":", ""), zone))) for hour in _FIRST_HOURS]
    return in_rows(buttons, 3)


def likely_zone(reader: Subscriber) -> str:
    """Return the reader's time zone; where it is nobody's in particular, the one of their language."""
    given = reader.schedule.zone
    return ZONES.get(reader.language, given) if given == NOWHERE else given


_MOST_IDS = 8
"""Of topics in one button; more of them would not fit."""


def choices_of_added(ids: Sequence[int], language: str, *, can_narrow: bool) -> Rows:
    """Return what can be done about topics that were just added, with these *ids*."""
    t = words(language).gettext
    if not ids or len(ids) > _MOST_IDS:
        return ()
    named = tuple(map(str, ids))
    narrow = [Button(t("Narrow"), Press("narrow", named))] if can_narrow and len(ids) == 1 else []
    return ((Button(t("Keep"), Press("keep", named)), *narrow, Button(t("Undo"), Press("undo", named))),)


def choices_of_muted(ids: Sequence[int], language: str) -> Rows:
    """Return the button that takes back what was just muted."""
    if not ids or len(ids) > _MOST_IDS:
        return ()
    return ((Button(words(language).gettext("Undo"), Press("undo", tuple(map(str, ids)))),),)


_MOST_MUTES = 3
"""Topics of one paper that a button mutes."""


def mute_choices(mutes: Mapping[int, str], language: str) -> Rows:
    """Return a button for each of the topics, by their ids, that brought a paper."""
    label = words(language).gettext("Mute “%(topic)s”")
    shown = [*mutes.items()][:_MOST_MUTES]
    return tuple(
        (Button(label % {"topic": clip(topic, 30)}, Press("mute", (str(topic_id),))),)
        for topic_id, topic in shown
    )


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
