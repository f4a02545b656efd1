"""Votes, sound, pictures, empty days and pauses, as a reader sets them and sees them kept."""

from datetime import timedelta

import pytest

from digestbot.demo import Stage
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, digests, papers, refused

A_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("screen", "choice", "shown"),
    [
        ("Votes", "10", "Votes at least: 10"),
        ("Sound", "Without sound", "Sound: off"),
        ("Pictures", "Without picture", "Picture: off"),
        ("Empty days", "A short line", "On days without papers: a short line"),
        ("Pause", "1 week", "Next digest: Tue, Oct 21"),
    ],
)
async def test_each_has_a_screen_with_a_way_back(
    stage: Stage, ann: Person, screen: str, choice: str, shown: str
) -> None:
    """One message: to the screen, back, there again, and the choice is among all settings."""
    await ask(ann, "/start")
    await ask(ann, "/settings")
    for tap in (screen, "« Back", screen):
        await ann.taps(tap)
        await ann.private.hears()
    await ann.taps(choice)
    told = await ann.private.hears()
    assert told.edited
    assert shown in told.text
    assert "Next digest: " in told.text
    assert refused(stage) == []


async def test_each_has_a_command(stage: Stage, ann: Person) -> None:
    """The answer says what is set and when the next digest comes; without a word, the screen; else, help."""
    await ask(ann, "/start")
    for said, told in {
        "/votes 5": "fewer than 5 votes",
        "/votes off": "any number of votes",
        "/silent on": "without a sound",
        "/pictures off": "without a picture",
        "/notice on": "a short line",
        "/pause 5 days": "one recap",
    }.items():
        answer = await ask(ann, said)
        assert told in answer
        assert "Next digest: " in answer
    assert "Mon, Oct 20" in await ask(ann, "/pause until monday")
    assert "Shall your digests come without a sound?" in await ask(ann, "/silent")
    assert "/notice off" in await ask(ann, "/notice perhaps")
    assert "/votes 5" in await ask(ann, "/votes many")
    assert "/pause until Monday" in await ask(ann, "/pause for ever")
    assert refused(stage) == []


@pytest.mark.parametrize(
    "change",
    [
        "/add agents", "/add agents, -survey", "/remove experts", "/mute survey", "/unmute night",
        "/time 9:00", "/timezone Seoul", "/days all", "/max 3", "/votes 3", "/silent on", "/pictures off",
        "/notice on", "/language en", "/summaries sections", "/pause 3 days", "/resume", "/subscribe",
        "/sources none",
    ],
)  # fmt: skip
async def test_each_change_tells_when_the_next_digest_comes(stage: Stage, ann: Person, change: str) -> None:
    """Whatever is changed by words; what may be taken back by a tap tells it then, too."""
    for words in ("/start", "/add experts", "/mute night"):
        await ask(ann, words)
    assert "\nNext digest: " in await ask(ann, change)
    if undo := ann.private.messages[-1].button("Undo"):
        await ann.presses(ann.private.messages[-1], undo).answered()
        assert "\nNext digest: " in (await ann.private.hears()).text
    assert refused(stage) == []


async def test_they_are_kept(stage: Stage, ann: Person) -> None:
    """A silent digest without a picture, without what has too few votes, which /whynot explains."""
    await ask(ann, "/start")
    for said in ("/votes 48", "/silent on", "/pictures off", "/notice on"):
        await ask(ann, said)
    await stage.at(NOON + A_DAY)
    digest = await ann.private.hears()
    assert digest.silent
    assert (digest.link_preview or {}).get("is_disabled")
    assert "Storage" in digest.text
    assert "Risky" not in digest.text
    assert "/votes changes that" in await ask(ann, "/whynot 2510.01403")
    await stage.at(NOON + 2 * A_DAY)
    line = await ann.private.hears()
    assert line.silent
    assert "No new papers are listed today" in line.text
    assert "Diffusion Models at Night" in await ask(ann, "/today")
    assert refused(stage) == []


async def test_a_pause_ends_by_itself_with_a_recap(stage: Stage, ann: Person) -> None:
    """Two days are kept back and come as one recap on the day that was named."""
    await ask(ann, "/start")
    assert "Fri, Oct 17" in await ask(ann, "/pause until friday")
    for ahead in (1, 2):
        day = TUESDAY + ahead * A_DAY
        stage.hub.days[day] = papers(day, f"Kept Back {ahead}")
        await stage.at(NOON + ahead * A_DAY)
    assert digests(ann) == []
    assert "Paused until then; /resume ends it sooner." in await ask(ann, "/settings")
    await stage.at(NOON + 3 * A_DAY)
    (recap,) = digests(ann)
    assert recap.startswith("Your recap, Wed, Oct 15, 2025 to Fri, Oct 17, 2025")
    assert "Kept Back 1" in recap
    assert "Kept Back 2" in recap
    assert refused(stage) == []


async def test_an_early_end_is_told_with_its_recap(stage: Stage, ann: Person) -> None:
    """Who goes on before anything was kept back hears of no recap; afterwards, of one."""
    await ask(ann, "/start")
    await ask(ann, "/pause 5 days")
    assert "recap" not in await ask(ann, "/resume")
    await ask(ann, "/pause 5 days")
    await stage.at(NOON + A_DAY)
    assert "The first one is a recap of what you missed." in await ask(ann, "/resume")
    await stage.at(NOON + 2 * A_DAY)
    (recap,) = digests(ann)
    assert recap.startswith("Your recap, Wed, Oct 15, 2025 to Thu, Oct 16, 2025")
    assert refused(stage) == []


async def test_an_offset_is_told_as_it_was_typed(ann: Person) -> None:
    """Everywhere: not as POSIX has it, with the sign turned round."""
    told = [await ask(ann, words) for words in ("/timezone UTC+9", "/settings", "/time 9:00", "/add agents")]
    assert [text for text in told if "UTC+9" not in text or "Etc" in text] == []
    assert "(UTC+9)" in told[-1]
    assert "21:00 (UTC+9)" in await ask(ann, "/time 21:00")


async def test_what_may_be_several_zones_is_asked(ann: Person) -> None:
    """Each with the command that chooses it; nothing is changed."""
    asked = await ask(ann, "/timezone IST")
    assert "“IST” can mean several zones" in asked
    assert "/timezone Asia/Kolkata\n/timezone Asia/Jerusalem\n/timezone Europe/Dublin" in asked
    assert "(UTC)" in await ask(ann, "/settings")
    assert "Your time zone is Asia/Kolkata." in await ask(ann, "/timezone India")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("/time 아침 7시", "07:00"),
        ("/time 晚上八点半", "20:30"),
        ("/days weekend", "Days: Sat, Sun"),
        ("/pause 일주일", "Oct 21"),
        ("/pause 一周", "Oct 21"),
        ("/silent 켬", "Sound: off"),
        ("/language 英文", "From now on I speak English."),
    ],
)
async def test_words_may_be_in_any_language(ann: Person, words: str, shown: str) -> None:
    """Whatever the bot speaks with who types them."""
    await ask(ann, "/start")
    assert shown in await ask(ann, words) + await ask(ann, "/settings")
