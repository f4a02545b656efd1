"""A digest comes at the reader's own hour, once, through bad days of the source, of Telegram and of ours."""

from datetime import UTC, datetime, timedelta

import pytest

from digestbot.demo import Stage
from digestbot.playground.faults import Fault
from digestbot.playground.hub import MALFORMED, malformed, status
from digestbot.playground.people import Person
from tests.journeys.conftest import TUESDAY, ask, digests, papers, refused

WEDNESDAY = TUESDAY + timedelta(days=1)


def at(hour: int, minute: int = 0, second: int = 0, day: int = 15) -> datetime:
    return datetime(2025, 10, day, hour, minute, second, tzinfo=UTC)


@pytest.fixture
async def agent_reader(ann: Person) -> Person:
    """Ann, who follows agents and reads at nine in Berlin (seven, UTC)."""
    for words in ("/start", "/add agents", "/timezone Berlin", "/time 9:00"):
        await ask(ann, words)
    return ann


async def test_the_digest_comes_at_the_readers_hour_and_not_before(
    stage: Stage, agent_reader: Person
) -> None:
    """Nine in Berlin is seven in UTC; one message, with what matches and what was looked at."""
    await stage.at(at(6, 59, 59))
    assert digests(agent_reader) == []
    await stage.at(at(7))
    (digest,) = digests(agent_reader)
    assert "2 of 5 match your topics" in digest
    assert digest.index("Agents that Plan") < digest.index("Video Diffusion Models and Agents")
    assert refused(stage) == []


async def test_ticks_of_the_same_morning_send_nothing_more(stage: Stage, agent_reader: Person) -> None:
    """Late papers wait for the next morning; /today shows them at once."""
    await stage.at(at(7))
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, "Late Agents")
    await stage.at(at(7, 1))
    await stage.at(at(21))
    assert len(digests(agent_reader)) == 1
    assert "Late Agents" in await _after(agent_reader, "/today")
    await stage.at(at(7, day=16))
    assert "Late Agents" in digests(agent_reader)[1]
    assert "Agents that Plan" not in digests(agent_reader)[1]


async def test_moving_the_hour_does_not_bring_a_second_digest_that_day(
    stage: Stage, agent_reader: Person
) -> None:
    """Who has had a digest today gets the next one tomorrow, whatever hour they choose now."""
    await stage.at(at(7))
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, "Late Agents")
    await _after(agent_reader, "/time 18:00")
    await stage.at(at(16))
    assert len(digests(agent_reader)) == 1
    await stage.at(at(16, day=16))
    assert len(digests(agent_reader)) == 2


@pytest.mark.parametrize("words", ["/start", "/time 8:30", "/days sat", "/timezone Seoul", "/resume"])
async def test_a_change_right_after_the_hour_costs_no_digest(
    stage: Stage, agent_reader: Person, words: str
) -> None:
    """What is due and not planned yet comes today all the same, and the next one as was wished."""
    stage.clock.now = at(7, 0, 20)
    await ask(agent_reader, words)
    await stage.at(at(7, 1))
    assert len(digests(agent_reader)) == 1
    await stage.at(at(8))
    assert len(digests(agent_reader)) == 1


async def test_a_weekend_is_silent(stage: Stage, agent_reader: Person) -> None:
    """Nothing is listed on weekends, so nothing is said; Monday brings what Friday listed late."""
    await stage.at(at(7))
    friday = TUESDAY + timedelta(days=3)
    await stage.at(at(7, day=16))
    await stage.at(at(7, day=17))
    stage.hub.days[friday] = papers(friday, "Friday Agents")
    for day in (18, 19):
        await stage.at(at(7, day=day))
    assert len(digests(agent_reader)) == 1
    await stage.at(at(7, day=20))
    assert "Friday Agents" in digests(agent_reader)[1]


async def test_who_wishes_has_a_line_on_days_without_papers(stage: Stage, ann: Person) -> None:
    """Nothing listed, on a weekend too, and nothing that matches: each is told, without a sound."""
    for words in ("/start", "/add unheard", "/notice on", "/days all"):
        await ask(ann, words)
    said = []
    for day in range(15, 20):
        await stage.at(at(8, day=day))
        said.append(await ann.private.hears())
    assert said[0].text == "No paper for you today: 5 new ones were looked at. /today"
    assert {line.text for line in said[1:]} == {"No new papers are listed today."}
    assert all(line.silent for line in said)
    assert refused(stage) == []


async def test_no_topics_bring_the_most_votes_up_to_the_maximum(stage: Stage, ann: Person) -> None:
    """Without topics the best of the day come; the rest is one command away."""
    await ask(ann, "/start")
    await ask(ann, "/max 2")
    await stage.at(at(8))
    (digest,) = digests(ann)
    assert "The 2 with the most votes of 5 new papers" in digest
    assert "+3 more: /today" in digest


async def test_a_pause_loses_nothing(stage: Stage, agent_reader: Person) -> None:
    """What is listed during a pause comes once, with the first digest afterwards."""
    await ask(agent_reader, "/pause")
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, "Wednesday Agents")
    await stage.at(at(7))
    await stage.at(at(7, day=16))
    assert digests(agent_reader) == []
    await ask(agent_reader, "/resume")
    await stage.at(at(7, day=17))
    (digest,) = digests(agent_reader)
    assert "Agents that Plan" in digest
    assert "Wednesday Agents" in digest


async def test_a_source_that_is_down_costs_no_paper(stage: Stage, agent_reader: Person) -> None:
    """A day that failed is read at the next poll, and its papers come with the next digest."""
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, "Wednesday Agents")
    stage.hub.fail(status(404), day=WEDNESDAY)
    await stage.at(at(7))
    assert "Wednesday" not in digests(agent_reader)[0].split("\n", 1)[1]
    stage.hub.heal()
    await stage.at(at(7, day=16))
    assert "Wednesday Agents" in digests(agent_reader)[1]


async def test_bad_entries_cost_only_themselves(stage: Stage, agent_reader: Person) -> None:
    """Malformed entries among good ones: the good ones come."""
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, "Wednesday Agents")
    stage.hub.fail(malformed, day=WEDNESDAY)
    await stage.at(at(7))
    assert "Wednesday Agents" in digests(agent_reader)[0]
    async with stage.app.store.read() as tables:
        day = await tables.days.get("huggingface", WEDNESDAY)
    assert day is not None
    assert day.rejected == len(MALFORMED)


async def test_a_flood_wait_is_obeyed_and_nothing_is_lost(stage: Stage, agent_reader: Person) -> None:
    """Telegram says 60 s: the digest waits 60 s, then arrives once."""
    stage.telegram.refuse_next(retry_after=60)
    await stage.at(at(7))
    await stage.at(at(7, 0, 59))
    assert digests(agent_reader) == []
    await stage.at(at(7, 1, 1))
    assert len(digests(agent_reader)) == 1


async def test_a_failing_telegram_is_tried_again(stage: Stage, agent_reader: Person) -> None:
    """5xx means that nothing was sent: it is sent later, once, without a flag."""
    stage.telegram.fail_next(Fault.error(), count=2)
    for minute in range(4):
        await stage.at(at(7, minute))
    (digest,) = digests(agent_reader)
    assert digest.startswith("Your papers")


async def test_an_unconfirmed_digest_is_repeated_once_and_says_so(stage: Stage, agent_reader: Person) -> None:
    """The answer was lost, not the message: the second copy is flagged, and there is no third."""
    stage.telegram.fail_next(Fault.lost(), count=5)
    for minute in range(9):
        await stage.at(at(7, minute))
    first, second = digests(agent_reader)
    assert first.startswith("Your papers")
    assert second.startswith("Possible repeat: Telegram did not confirm the first copy.\nYour papers")


async def test_who_blocks_the_bot_is_left_alone_until_they_return(stage: Stage, agent_reader: Person) -> None:
    """A 403 ends the digests; /start brings them back from the newest list on."""
    agent_reader.blocks_bot()
    await stage.settled()
    await stage.at(at(7))
    assert digests(agent_reader) == []
    assert refused(stage) == []  # Telegram had told that we are blocked; nothing was even tried
    await ask(agent_reader, "/start")
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, "Wednesday Agents")
    await stage.at(at(7, day=16))
    assert len(digests(agent_reader)) == 1


async def test_long_digests_are_split_between_cards(stage: Stage, ann: Person) -> None:
    """Thirty papers make several messages; every card is whole, in order, and there once."""
    await ask(ann, "/start")
    await ask(ann, "/max 30")
    titles = [f"{'A Very Long Title ' * 5}{number:02}" for number in range(30)]
    stage.hub.days[WEDNESDAY] = papers(WEDNESDAY, *titles)
    await stage.at(at(8))
    sent = [
        message for message in ann.private.messages if message.text.startswith(("Your papers", "continued"))
    ]
    assert len(sent) > 1
    shown = [
        line.split(".")[0] for message in sent for line in message.text.splitlines() if line[:1].isdigit()
    ]
    assert shown == [str(number) for number in range(1, 31)]
    assert refused(stage) == []


async def _after(person: Person, text: str) -> str:
    """Return the answer to *text*, past all that was not heard yet."""
    while person.private.unheard:
        await person.private.hears()
    return await ask(person, text)
