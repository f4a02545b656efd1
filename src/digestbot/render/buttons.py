"""The buttons under each message, and what they ask for."""

from collections.abc import Sequence

from digestbot.core.digest import Card, View, ViewKind
from digestbot.core.paper import Paper
from digestbot.core.subscriber import Subscriber, SubscriberState
from digestbot.core.summary import Style
from digestbot.render.citations import NAMES, Format, short_bibtex
from digestbot.render.i18n import LANGUAGES, SUMMARY_LANGUAGES, own_name, words
from digestbot.render.markup import arxiv
from digestbot.render.message import Button, Copy, Press

PER_ROW = 8
"""Buttons in a row that a phone still shows well; Telegram's own limit too."""

COPY_LIMIT = 256
"""Characters that a button can copy, https://core.telegram.org/bots/api#copytextbutton."""

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


def links(paper: Paper) -> Rows:
    code = f"Code ★{paper.code_stars}" if paper.code_stars else "Code"
    more = [
        *([Button(code, paper.code_url)] if paper.code_url else []),
        *([Button("Project", paper.project_url)] if paper.project_url else []),
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
    return f"★ {t('Saved')}" if is_saved else f"☆ {t('Save')}"


def under_list(view: View, language: str) -> Rows:
    """Return what else can be done with a list."""
    t = words(language).gettext
    return ((Button(t("Export"), Press("export")),),) if view.kind is ViewKind.SAVED else ()


def choices(name: str, reader: Subscriber) -> Rows:
    """Return the buttons of a short answer; most have none."""
    t = words(reader.language).gettext
    match name:
        case "welcome" | "welcome_back":
            language = next(code for code in LANGUAGES if code != reader.language)
            return (
                (Button(t("Newest papers"), list_press(View(ViewKind.TODAY), 0)),),
                (Button(LANGUAGES[language], Press("set", ("start-language", language))),),
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
        case "export":
            return (tuple(Button(NAMES[form], Press("export", (form,))) for form in Format),)
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
