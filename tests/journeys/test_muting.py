"""What brought a paper is muted with a tap, and taken back with another."""

from digestbot.demo import Stage
from digestbot.playground.people import Person
from tests.journeys.conftest import ask, refused


async def test_a_topic_is_muted_under_its_paper(stage: Stage, ann: Person) -> None:
    """The paper's own view offers it; the answer has an undo; what is muted is offered no more."""
    await ask(ann, '/add agents, "mixture of experts" OR storage')
    await ask(ann, "/today")
    listing = ann.private.messages[-1]
    await ann.taps("2", on=listing)
    detail = await ann.private.hears()
    labels = [row[0].text for row in detail.buttons if row[0].text.startswith("Mute")]
    (label,) = labels
    await ann.taps(label, on=detail)
    told = await ann.private.hears()
    assert told.text.startswith("Muted: -")
    assert "🔇 -" in await ask(ann, "/topics")
    await ann.taps("« Back to the list", on=detail)
    await ann.private.hears()
    await ann.taps("Undo", on=told)
    assert (await ann.private.hears()).text.startswith("No longer muted: -")
    assert "🔇" not in await ask(ann, "/topics")
    assert refused(stage) == []


async def test_a_button_of_a_topic_that_is_gone_says_so(stage: Stage, ann: Person) -> None:
    """Nothing is muted in the name of a topic that is removed, or is somebody else's."""
    await ask(ann, "/add agents")
    await ask(ann, "/today")
    await ann.taps("1")
    detail = await ann.private.hears()
    button = detail.button("Mute “agents”")
    assert button is not None
    await ask(ann, "/remove agents")
    press = await ann.forges(str(button.callback_data), detail)
    assert "no longer works" in (await press.answered()).text
    assert "You have no topics yet" in await ask(ann, "/topics")


async def test_unmute_alone_names_what_is_muted(ann: Person) -> None:
    """As an example that works."""
    await ask(ann, "/mute kv cache")
    assert "/unmute (kv cache)" in await ask(ann, "/unmute")
    assert "No longer muted: -(kv cache)" in await ask(ann, "/unmute (kv cache)")


async def test_what_is_added_to_hide_is_told_as_muted(stage: Stage, ann: Person) -> None:
    """Not what it would have brought; beside a topic, each is told for itself."""
    told = await ask(ann, "/add -diffusion")
    assert "Muted: -diffusion. Papers that hold it no longer come" in told
    assert "would have brought" not in told
    assert [button.text for row in ann.private.messages[-1].buttons for button in row] == ["Undo"]
    assert "Muted already: -diffusion" in await ask(ann, "/add -diffusion")
    told = await ask(ann, "/add agents, -video")
    assert "Added: agents\nMuted: -video." in told
    assert "agents would have brought" in told
    assert "video would have brought" not in told
    told = await ask(ann, "/add agents, -bold")
    assert "Muted: -bold." in told
    assert "You had already: agents\nNext digest: " in told
    assert "Narrow" not in [button.text for row in ann.private.messages[-1].buttons for button in row]


async def test_not_hides_as_a_minus_does(stage: Stage, ann: Person) -> None:
    """However it is said, it is shown as muted and can be unmuted; what asks is not told as muted."""
    assert "Muted: -diffusion." in await ask(ann, "/add NOT diffusion")
    assert "Muted: -video." in await ask(ann, "/mute NOT video")
    assert "Muted: -(kv cache)." in await ask(ann, "/mute - kv cache")
    shown = (await ask(ann, "/topics")).splitlines()[1:4]
    assert shown == ["🔇 -diffusion · muted", "🔇 -video · muted", "🔇 -(kv cache) · muted"]
    assert "/unmute diffusion" in await ask(ann, "/unmute")
    assert "No longer muted: -diffusion" in await ask(ann, "/unmute NOT diffusion")
    told = await ask(ann, "/mute (NOT agents)")
    assert told.startswith("Added: -(NOT agents)")
    assert "Muted" not in told
    assert refused(stage) == []
