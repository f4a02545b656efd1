"""The screens of the settings, as every reader sees them."""

import pytest

from digestbot.core.languages import LANGUAGES
from digestbot.core.subscriber import ChatKind
from digestbot.core.threads import Route
from digestbot.render import Renderer, forum
from digestbot.render.message import Button, Press
from digestbot.render.split import shown_units
from tests.builders import a_subscriber

RENDER = Renderer(4096, 100, 100)
SCREENS = (
    "language",
    "time",
    "days",
    "maximum",
    "summaries",
    "votes",
    "silent",
    "pictures",
    "notice",
    "pause",
)


def presses(button: Button) -> Press:
    assert isinstance(button.does, Press)
    return button.does


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_asks_offers_and_leads_back(screen: str, language: str) -> None:
    """There is a question, something to choose, and last the way back; each code fits into a button."""
    message = RENDER.say(f"choose_{screen}", a_subscriber(language=language))
    *offered, (back,) = message.buttons
    assert message.html
    assert presses(back) == Press("settings")
    codes = [presses(button).code() for row in offered for button in row]
    assert len(codes) == len(set(codes)) > 1
    assert all(code.startswith("1:") and len(code.encode()) <= 64 for code in codes)


def test_the_settings_lead_to_every_screen() -> None:
    """No screen is without a button."""
    shown = [presses(button) for row in RENDER.say("settings", a_subscriber()).buttons for button in row]
    assert {press.words[0] for press in shown if press.verb == "choose"} == set(SCREENS)


@pytest.mark.parametrize("is_on", [True, False])
def test_what_is_chosen_has_a_tick(is_on: bool) -> None:
    """Of two choices the present one."""
    reader = a_subscriber(silent=is_on, pictures=is_on, tells_nothing=is_on)
    for screen in ("silent", "pictures", "notice"):
        on, off = RENDER.say(f"choose_{screen}", reader).buttons[0]
        assert [on.text.startswith("✓"), off.text.startswith("✓")] == [is_on, not is_on]


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_groups_many_routes_some_are_shown(language: str) -> None:
    """Two hundred of the longest fit into the message: thirty, each with its button, and how many more."""
    topics = tuple(f"{number} {'가' * 96}" for number in range(200))
    routes = {2**31 - number: Route(topic, 2**31 - number) for number, topic in enumerate(topics, 1)}
    reader = a_subscriber(
        language=language, kind=ChatKind.SUPERGROUP, chat_id=-(10**13), topics=topics, thread_id=2**31 - 1
    )
    message = forum.group(reader, routes, 5, is_forum=True)
    assert shown_units(message.html) < 4096
    assert "\n+170\n" in message.html
    codes = [presses(button).code() for row in message.buttons for button in row]
    assert [code.split(":")[1] for code in codes] == ["unroute"] * 30 + ["thread", "thread", "settings"]
    assert all(len(code.encode()) <= 64 for code in codes)


def test_the_settings_of_a_group_lead_to_its_own_options() -> None:
    """In the place of pictures, for which its digest is too short."""
    group = RENDER.say("settings", a_subscriber(kind=ChatKind.GROUP))
    private = RENDER.say("settings", a_subscriber())
    theirs, mine = (
        {presses(button) for row in message.buttons for button in row} for message in (group, private)
    )
    assert theirs - mine == {Press("group")}
    assert mine - theirs == {Press("choose", ("pictures",))}
    assert "Picture" in private.html
    assert "Picture" not in group.html
    assert "This group's settings" in group.html
