"""The buttons by which a reader votes, and takes back what was learned from votes."""

from collections.abc import Sequence

from digestbot.core.paper import Opinion
from digestbot.core.taste import Learned, Taste
from digestbot.render.i18n import words
from digestbot.render.message import Button, Press

ON_A_PAGE = 8


def vote_buttons(paper_id: str, language: str, opinion: Opinion) -> tuple[Button, ...]:
    """Return the buttons that say what a reader thinks of a paper, ticked where they said so."""
    t = words(language).gettext
    said = {
        "up": (t("👍 Useful"), opinion is Opinion.USEFUL),
        "down": (t("👎 Not for me"), opinion is Opinion.NOT_FOR_ME),
    }
    return tuple(
        Button(f"✓ {text}" if is_so else text, Press("vote", (paper_id, name)))
        for name, (text, is_so) in said.items()
    )


def page_of(taste: Taste, page: int) -> tuple[int, Sequence[Learned]]:
    """Return the number of the page that there is, and its words."""
    last = max(0, (len(taste) - 1) // ON_A_PAGE)
    here = min(page, last)
    return here, taste[here * ON_A_PAGE : (here + 1) * ON_A_PAGE]


def profile_buttons(taste: Taste, page: int, language: str) -> tuple[tuple[Button, ...], ...]:
    """Return a button for each word of a page that has it forgotten, and the ways on."""
    t = words(language).gettext
    here, shown = page_of(taste, page)
    forget = [Button(f"✕ {one.shown}", Press("unlearn", (str(here), one.word))) for one in shown]
    turns = [
        *([Button(t("‹ Previous"), Press("profile", (str(here - 1),)))] if here else []),
        *(
            [Button(t("Next ›"), Press("profile", (str(here + 1),)))]
            if (here + 1) * ON_A_PAGE < len(taste)
            else []
        ),
    ]
    return (
        *(tuple(forget[start : start + 2]) for start in range(0, len(forget), 2)),
        *([tuple(turns)] if turns else []),
        (Button(t("Forget all votes"), Press("forget", ("ask",))),),
    )
