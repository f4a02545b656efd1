"""Votes teach the bot words; the reader reads them, has them forgotten, and sees what they do."""

from datetime import timedelta

import pytest

from digestbot.demo import Stage
from digestbot.playground.messages import Message
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, digests, papers, refused

DAY = timedelta(days=1)
OUTSIDE = "Outside your topics: chosen by what your votes taught me"
NIGHT, AGENTS, STORAGE, BOLD, VIDEO = (f"2510.{number:05}" for number in range(1400, 1405))


async def vote(person: Person, paper_id: str, button: str) -> Message:
    """Open a paper, vote, and return the message with its buttons as they are now."""
    await ask(person, f"/summary {paper_id}")
    press = await person.taps(button)
    assert "/profile" in (await press.answered()).text
    return await person.private.hears()


async def test_votes_move_papers_and_bring_one_from_outside(
    stage: Stage, ann: Person, minjun: Person
) -> None:
    """What is liked comes earlier, a paper on no topic comes last; without votes nothing changes."""
    for person in (ann, minjun):
        await ask(person, "/start")
        await ask(person, "/add agents")
    voted = await vote(ann, NIGHT, "👍 Useful")
    assert voted.button("✓ 👍 Useful")
    assert voted.button("👎 Not for me")
    await vote(ann, VIDEO, "👍 Useful")
    await stage.at(NOON + DAY)
    titles = ["Agents of Sleep", "Agents of Iron", "Agents of Diffusion", "Diffusion of Salt", "Sheep"]
    stage.hub.days[TUESDAY + DAY] = papers(TUESDAY + DAY, *titles)
    await stage.at(NOON + 2 * DAY)
    plain, tasted = digests(minjun)[1], digests(ann)[1]
    assert [titles[0], titles[1], titles[2]] == _order(plain, titles)
    assert [titles[0], titles[2], titles[1], titles[3]] == _order(tasted, titles)
    assert tasted.index(titles[3]) < tasted.index(OUTSIDE)
    assert "3 of 5 match your topics" in tasted
    while ann.private.unheard:
        await ann.private.hears()
    told = await ask(ann, "/why 2510.01503")
    assert "as number 4, from outside your topics" in told
    assert "What your votes taught me of its words: Diffusion +" in told
    assert "What your votes taught me" not in await ask(minjun, "/why 2510.01504")
    assert refused(stage) == []


async def test_the_profile_is_read_and_words_are_forgotten(stage: Stage, ann: Person) -> None:
    """Each word with its weight and from how many papers; one is removed, then all; saves count too."""
    assert "Nothing yet." in await ask(ann, "/profile")
    await ask(ann, f"/summary {STORAGE}")
    await ann.taps("☆ Save")
    await ann.private.hears()
    assert "Nothing yet." in await ask(ann, "/profile")
    await vote(ann, NIGHT, "👍 Useful")
    await vote(ann, VIDEO, "👍 Useful")
    await vote(ann, BOLD, "👎 Not for me")
    told = await ask(ann, "/profile")
    assert "2 useful, 1 not for you, 1 more saved" in told
    assert "Diffusion · 2 papers" in told
    assert "+0." in told
    await ann.taps("Next ›")
    second = await ann.private.hears()
    assert second.edited
    assert "Diffusion" not in second.text
    await ann.taps("‹ Previous")
    await ann.private.hears()
    await ann.taps("✕ Diffusion")
    assert "Diffusion" not in (await ann.private.hears()).text
    await ask(ann, f"/summary {NIGHT}")
    await ann.taps("✓ 👍 Useful")
    assert (await ann.private.hears()).button("👍 Useful")
    assert "1 useful, 1 not for you" in await ask(ann, "/profile")
    await ann.taps("Forget all votes")
    assert "This can't be undone." in (await ann.private.hears()).text
    await ann.taps("No, keep them")
    assert "1 useful" in (await ann.private.hears()).text
    await ann.taps("Forget all votes")
    await ann.private.hears()
    await ann.taps("Yes, forget them")
    assert "Nothing yet." in (await ann.private.hears()).text
    assert "Mixture" in await ask(ann, "/saved")
    assert refused(stage) == []


async def test_a_compound_is_shown_whole(stage: Stage, ann: Person) -> None:
    """In the profile and on the button that has it forgotten."""
    await vote(ann, STORAGE, "👍 Useful")
    told = await ask(ann, "/profile")
    assert "Mixture-of-Experts · 1 paper" in told
    assert "Experts ·" not in told.replace("Mixture-of-Experts", "")
    assert ann.private.messages[-1].button("✕ Mixture-of-Experts")


async def test_who_stops_leaves_no_votes(stage: Stage, ann: Person) -> None:
    """Deleted is deleted: votes, words, and what was not to be learned."""
    await vote(ann, NIGHT, "👍 Useful")
    await ask(ann, "/profile")
    await ann.taps("✕ Diffusion")
    await ann.private.hears()
    async with stage.app.store.read() as tables:
        known = await tables.subscribers.in_chat(ann.private.id)
        assert known is not None
        assert await tables.tastes.votes(known.id)
    await ask(ann, "/stop")
    await ann.taps("Yes, delete everything")
    await ann.private.hears()
    async with stage.app.store.read() as tables:
        assert await tables.tastes.votes(known.id) == {}
        assert await tables.tastes.unlearned(known.id) == frozenset()
        assert await tables.tastes.taste(known.id) == ()
    assert "Nothing yet." in await ask(ann, "/profile")


async def test_a_members_vote_is_the_members_own(stage: Stage, ann: Person, minjun: Person) -> None:
    """In a group nobody sees a vote, and it teaches nothing of the group."""
    lab = stage.telegram.group("Lab", members=[minjun], admins=[ann])
    await ask(minjun, "/start")
    await ann.says(f"/summary {NIGHT}", in_=lab)
    shown = await lab.hears()
    stranger = stage.telegram.user("Ben", "en")
    stranger.joins(lab)
    for button in ("👍 Useful", "☆ Save"):
        told = (await (await stranger.taps(button, on=shown)).answered()).text
        assert told.startswith("What you save and vote on is yours alone, and I don't know you yet.")
        assert told.endswith("send /start; then tap again.")
    press = await minjun.taps("👍 Useful", on=shown)
    assert "개인 채팅에서 본인만" in (await press.answered()).text
    press = await ann.taps("👍 Useful", on=shown)
    assert "/start" in (await press.answered()).text
    assert "유용 1편" in await ask(minjun, "/profile")
    await ann.says("/profile", in_=lab)
    assert "That is for you alone. Send it in our private chat: @" in (await lab.hears()).text
    assert refused(stage) == []


@pytest.mark.parametrize(
    "code",
    ["vote:2510.01400:x", "vote:0000.00000:up", "unlearn:0:nothing", "unlearn:x:y", "profile:x", "vote"],
)
async def test_forged_votes_change_nothing(stage: Stage, ann: Person, code: str) -> None:
    """They are answered."""
    await ask(ann, "/start")
    press = await ann.forges(f"1:{code}", ann.private.messages[-1])
    assert (await press.answered()).text
    assert "Nothing yet." in await ask(ann, "/profile")


def _order(digest: str, titles: list[str]) -> list[str]:
    return sorted((title for title in titles if title in digest), key=digest.index)
