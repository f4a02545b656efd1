"""A paper that a digest left out, and that rises, comes after all: once, and says so."""

from datetime import date, timedelta
from typing import Any

from digestbot.demo import Stage
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, digests, papers, refused

DAY = timedelta(days=1)
RISING = "Rising: an earlier digest left it out"


async def test_a_paper_that_rises_is_shown_once(stage: Stage, ann: Person, minjun: Person) -> None:
    """Left out on Wednesday, risen until Thursday: it is marked then, and does not come on Friday."""
    for words in ("/start", "/add agents, video", "/max 2"):
        await ask(ann, words)
    await ask(minjun, "/start")
    stage.hub.days[TUESDAY] += papers(TUESDAY, "Agents of Old", "Agents of Late", first=20)
    await stage.at(NOON + DAY)
    (first,) = digests(ann)
    assert "Agents of Late" not in first
    left = f"{TUESDAY:%y%m}.01421"
    told = await _after(ann, f"/whynot {left}")
    assert "votes within 3 days, a later digest shows it after all." in told
    _vote(stage, left, 400)
    _list(stage, TUESDAY + DAY, "Agents of Wednesday")
    await stage.at(NOON + 2 * DAY)
    second = digests(ann)[1]
    assert second.index("Agents of Wednesday") < second.index("Agents of Late") < second.index(RISING)
    assert "1 of 1 match your topics" in second
    assert "as number 2: an earlier one had left it out" in await _after(ann, f"/why {left}")
    _list(stage, TUESDAY + 2 * DAY, "Agents of Thursday")
    await stage.at(NOON + 3 * DAY)
    assert "Agents of Late" not in digests(ann)[2]
    assert all(RISING not in digest for digest in digests(minjun))
    assert refused(stage) == []


async def test_no_more_than_two_rise_into_a_digest(stage: Stage, ann: Person) -> None:
    """Of three that rose the two that are highest above what they needed; the third, the day after."""
    for words in ("/start", "/add agents", "/max 4"):
        await ask(ann, words)
    stage.hub.days[TUESDAY] = papers(TUESDAY, *[f"Agents of Number {number}" for number in range(7)])
    await stage.at(NOON + DAY)
    assert "+3 more" in digests(ann)[0]
    for number, votes in ((4, 900), (5, 700), (6, 800)):
        _vote(stage, f"{TUESDAY:%y%m}.{1400 + number:05}", votes)
    for ahead, risen in ((1, [4, 6]), (2, [5])):
        _list(stage, TUESDAY + ahead * DAY, f"Agents of Day {ahead}")
        await stage.at(NOON + (ahead + 1) * DAY)
        digest = digests(ann)[ahead]
        assert [number for number in range(7) if f"Agents of Number {number}" in digest] == risen
        assert digest.count(RISING) == len(risen)
    assert refused(stage) == []


async def test_in_a_group_a_rising_paper_says_so_in_words(stage: Stage, ann: Person) -> None:
    """Its line has room for one, behind the sign that not everybody can see."""
    lab = stage.telegram.group("Lab", admins=[ann])
    for words in ("/start", "/add agents, video", "/max 2"):
        await ann.says(words, in_=lab)
        await lab.hears()
    stage.hub.days[TUESDAY] += papers(TUESDAY, "Agents of Old", "Agents of Late", first=20)
    await stage.at(NOON + DAY)
    assert "rising" not in (await lab.hears()).text
    _vote(stage, f"{TUESDAY:%y%m}.01421", 400)
    _list(stage, TUESDAY + DAY, "Agents of Wednesday")
    await stage.at(NOON + 2 * DAY)
    assert "Agents of Late · ▲ 400 votes · 📈 rising\n" in (await lab.hears()).text
    assert refused(stage) == []


async def test_what_is_muted_or_too_late_does_not_rise(stage: Stage, ann: Person, minjun: Person) -> None:
    """Who mutes what it is about is not shown it, nor anybody after three days."""
    for person in (ann, minjun):
        for words in ("/start", "/add agents, video", "/max 2"):
            await ask(person, words)
    stage.hub.days[TUESDAY] += papers(TUESDAY, "Agents of Old", "Agents of Late", first=20)
    await stage.at(NOON + DAY)
    await _after(ann, "/mute late")
    _vote(stage, f"{TUESDAY:%y%m}.01421", 400)
    _list(stage, TUESDAY + DAY, "Agents of Wednesday")
    await stage.at(NOON + 2 * DAY)
    assert "Agents of Late" not in digests(ann)[1]
    assert "Agents of Late" in digests(minjun)[1]
    _vote(stage, f"{TUESDAY:%y%m}.01420", 400)
    _list(stage, TUESDAY + 6 * DAY, "Agents of Monday")
    await stage.at(NOON + 6 * DAY)
    assert "Agents of Old" not in digests(minjun)[2]
    assert refused(stage) == []


async def test_what_gets_the_votes_that_one_wants_comes_then(
    stage: Stage, ann: Person, minjun: Person
) -> None:
    """Listed with too few, it comes with the next digest that it has them for, alone if need be; once."""
    for person, least in ((ann, 60), (minjun, 0)):
        for words in ("/start", "/add agents", "/days all", f"/votes {least}"):
            await ask(person, words)
    stage.hub.days[TUESDAY] = papers(TUESDAY, "Agents of Old", "Agents of Late", first=20)
    for paper in ("20", "21"):
        _vote(stage, f"{TUESDAY:%y%m}.014{paper}", 59)
    await stage.at(NOON + DAY)
    assert digests(ann) == []
    late = f"{TUESDAY:%y%m}.01421"
    assert "within 3 days, a later digest shows it." in await _after(ann, f"/whynot {late}")
    _vote(stage, late, 60)
    _list(stage, TUESDAY + DAY, "Agents of Wednesday")
    await stage.at(NOON + 2 * DAY)
    (alone,) = digests(ann)
    assert "Nothing new for you. What follows has the votes you want by now." in alone
    assert "Agents of Late" in alone
    assert "Agents of Old" not in alone
    assert RISING in alone
    assert "an earlier one had left it out" in await _after(ann, f"/why {late}")
    for day, votes in ((TUESDAY + DAY, 400), (TUESDAY + 2 * DAY, 70)):
        _list(stage, day, f"Agents of {day:%A}")
        (entry,) = _entries(stage, day)
        entry["paper"]["upvotes"] = votes
    await stage.at(NOON + 3 * DAY)
    beside = digests(ann)[1]
    assert beside.index("Agents of Thursday") < beside.index("Agents of Wednesday") < beside.index(RISING)
    assert "Agents of Late" not in beside
    assert all(RISING not in digest for digest in digests(minjun))
    assert refused(stage) == []


def _vote(stage: Stage, paper_id: str, upvotes: int) -> None:
    """Let a paper of the list have so many votes."""
    (paper,) = [entry["paper"] for entry in _entries(stage, TUESDAY) if entry["paper"]["id"] == paper_id]
    paper["upvotes"] = upvotes


def _list(stage: Stage, day: date, title: str) -> None:
    stage.hub.days[day] = papers(day, title)


def _entries(stage: Stage, day: date) -> Any:
    return stage.hub.days[day]


async def _after(person: Person, text: str) -> str:
    while person.private.unheard:
        await person.private.hears()
    return await ask(person, text)
