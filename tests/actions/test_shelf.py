"""Lists that many ask for are cut up once."""

from dataclasses import replace

from digestbot.actions.shelf import Lists
from digestbot.core.postings import Rules
from tests.builders import a_paper

PAPERS = [a_paper(number, f"Agents of Kind {number}") for number in range(1, 4)]


async def test_a_list_is_made_ready_once_and_again_when_it_changes() -> None:
    """Other topics of other readers are looked for in the same; a vote more, or a paper, is seen at once."""
    lists = Lists(Rules())
    first = await lists.postings(PAPERS, ["agents"])
    assert await lists.postings([*PAPERS], ["kind"]) is first
    assert first.count("agents", first.all) == first.count("kind", first.all) == 3
    risen = [replace(PAPERS[0], upvotes=9), *PAPERS[1:]]
    second = await lists.postings(risen, ["agents"])
    assert second is not first
    assert second.papers[0].upvotes == 9
    assert (await lists.postings(PAPERS[:2], ["agents"])).all.bit_count() == 2


async def test_memory_is_bounded() -> None:
    """Many days are not kept all."""
    lists = Lists(Rules())
    days = [[replace(PAPERS[0], id=f"25{day:02}.{n:05}") for n in range(1000)] for day in range(1, 8)]
    made = [await lists.postings(day, []) for day in days]
    assert await lists.postings(days[-1], []) is made[-1]
    assert await lists.postings(days[0], []) is not made[0]
