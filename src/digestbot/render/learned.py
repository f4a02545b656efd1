"""The buttons by which a reader votes, and takes back what was learned from votes."""

from digestbot.core.paper import Opinion
from digestbot.core.taste import Taste
from digestbot.render.buttons import page_of, turns
from digestbot.render.i18n import words
from digestbot.render.message import Button, Press, Rows, in_rows
from digestbot.render.screens import ticked

ON_A_PAGE = 8


def vote_buttons(paper_id: str, language: str, opinion: Opinion) -> tuple[Button, ...]:
    """Return the buttons that say what a reader thinks of a paper, ticked where they said so."""
    t = words(language).gettext
    up = ticked(t("👍 Useful"), opinion is Opinion.USEFUL)
    down = ticked(t("👎 Not for me"), opinion is Opinion.NOT_FOR_ME)
    return Button(up, Press("vote", (paper_id, "up"))), Button(down, Press("vote", (paper_id, "down")))


def profile_buttons(taste: Taste, page: int, language: str) -> Rows:
    """Return a button for each word of a page that has it forgotten, and the ways on."""
    t = words(language).gettext
    shown, here, last = page_of(taste, page, ON_A_PAGE)
    forget = [Button(f"✕ {one.shown}", Press("unlearn", (str(here), one.word))) for one in shown]
    before = Press("profile", (str(here - 1),)) if here else None
    after = Press("profile", (str(here + 1),)) if here < last else None
    all_votes = Button(t("Forget all votes"), Press("forget", ("ask",)))
    return (*in_rows(forget, 2), *turns(before, after, language), (all_votes,))
