"""Finding papers again: search, papers like one, looks back, and what a reader keeps."""

import json
from datetime import timedelta

import pytest

from digestbot.demo import Stage
from digestbot.playground.messages import Message
from digestbot.playground.people import Person
from tests.journeys.conftest import NOON, TUESDAY, ask, papers, refused

HOSTILE = (
    "x" * 10_000,
    "diffusion " * 1_000,
    '"',
    "NEAR(diffusion",
    "-",
    "🦙",
    "%s {{ 7 }}",
    "\x00",
    "a:b*" * 40,
)


async def test_all_that_is_known_of_a_paper_is_one_tap_away(stage: Stage, minjun: Person) -> None:
    """Bullets, abstract, where it is from, its code; links, and all that can be done with it."""
    stage.hub.days[TUESDAY] = papers(
        TUESDAY,
        "Open Agents",
        githubRepo="https://github.com/lab/open-agents",
        githubStars=1234,
        organization={"name": "lab", "fullname": "The & Lab"},
    )
    await stage.at(NOON)
    await ask(minjun, "/add open agents")
    await ask(minjun, "/today")
    await minjun.taps("1")
    detail = await minjun.private.hears()
    assert detail.edited
    for told in (
        "▲ 추천 50표",
        "The & Lab",
        "lab/open-agents",
        "★ 스타 1,234개",
        "🏷 open agents",
        "• It ends well.\n발췌",
    ):
        assert told in detail.text
    assert "<blockquote expandable>This paper is about Open Agents." in str(detail.html)
    links = {button.text: button.url for row in detail.buttons for button in row if button.url}
    assert links == {
        "arXiv": "https://arxiv.org/abs/2510.01400",
        "PDF": "https://arxiv.org/pdf/2510.01400",
        "Hugging Face": "https://huggingface.co/papers/2510.01400",
        "코드 ★1,234": "https://github.com/lab/open-agents",
    }
    others = [button.text for row in detail.buttons for button in row if not button.url]
    assert others == [
        "☆ 저장", "비슷한 논문", "BibTeX", "👍 유용해요", "👎 관심 없어요",
        "‘open agents’ 숨기기", "« 목록으로",
    ]  # fmt: skip
    assert refused(stage) == []


async def test_a_search_is_paged_in_place(stage: Stage, ann: Person) -> None:
    """The words are found in the whole archive; pages and papers open in place and lead back."""
    stage.hub.days[TUESDAY] += papers(
        TUESDAY, *[f"Llama {'and so on ' * 20}{n}" for n in range(60)], first=10
    )
    await stage.at(stage.clock.now)
    first = await ask(ann, '/search LLAMAS "so on" -diffusion')
    assert 'Search: LLAMAS "so on" -diffusion\nThe best 30 of 60 papers' in first
    await ann.taps("Next ›")
    second = await ann.private.hears()
    assert second.edited
    assert "\n1." not in second.text
    shown = next(button.text for row in second.buttons for button in row if button.text.isdigit())
    await ann.taps(shown)
    assert "Llama" in (await ann.private.hears()).text
    await ann.taps("« Back to the list")
    assert (await ann.private.hears()).text == second.text
    await ann.taps("‹ Previous")
    assert (await ann.private.hears()).text == first
    assert refused(stage) == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("diffusion", "2 papers, the best first"),
        ("확산 모델", "2 papers, the best first"),
        ("2510.01401", "Agents that Plan"),
        ("mixture of experts", "1 paper"),
        ("unheard", "I found no paper for “unheard”"),
        ("", "/search kv cache"),
        *((text, "") for text in HOSTILE),
    ],
)
async def test_whatever_is_searched_for_is_answered(
    stage: Stage, ann: Person, words: str, answer: str
) -> None:
    """Papers, or what to send instead; never an apology."""
    told = await ask(ann, f"/search {words}")
    assert answer in told
    assert "our side" not in told
    assert refused(stage) == []


@pytest.mark.parametrize("typed", ["difusion modles", "Mixture of Expert5", "agnets"])
async def test_a_typing_error_is_answered_with_what_finds_papers(
    stage: Stage, ann: Person, typed: str
) -> None:
    """As a search that can be tapped; of words that are like nothing, nothing is made up."""
    told = await ask(ann, f"/search {typed}")
    assert f"I found no paper for “{typed}”." in told
    meant = told.partition("Did you mean this? ")[2]
    assert meant.startswith("/search ")
    assert "the best first" in (found := await ask(ann, meant)) or "1 paper" in found
    assert "Did you mean" not in await ask(ann, "/search unheard of")
    assert "Did you mean" not in await ask(ann, "/search machine unlearnin")  # none is about that
    assert refused(stage) == []


async def test_old_buttons_of_searches_are_answered(stage: Stage, ann: Person) -> None:
    """A search that is not known, or no number, changes nothing."""
    await ask(ann, "/search agents")
    message = ann.private.messages[-1]
    for code in (
        "s.999",
        "s.x",
        "s.",
        "s.99999999999999999999",
        "l.nonsense",
        "l.0000.00000",
        "k.:x",
        "d.-1",
    ):
        press = await ann.forges(f"1:list:{code}:0", message)
        assert (await press.answered()).text, code
    for code in ("1:save:0000.00000", "1:save", "1:like:0000.00000", "1:export:exe", "1:save:a:b"):
        press = await ann.forges(code, message)
        assert (await press.answered()).text, code


async def test_papers_like_one(stage: Stage, ann: Person) -> None:
    """By id, as a reply to a link, and by a button that leaves the paper where it is."""
    assert "Video Diffusion Models and Agents" in await ask(ann, "/similar 2510.01400")
    link = await ann.says("https://arxiv.org/abs/2510.01400")
    await ann.private.hears()
    await ann.says("/similar", reply_to=link)
    assert "More like “Diffusion Models at Night”" in (await ann.private.hears()).text
    await ask(ann, "/top 1")
    await ann.taps("1")
    detail = await ann.private.hears()
    await ann.taps("More like this", on=detail)
    answer = await ann.private.hears()
    assert not answer.edited
    assert "Video Diffusion Models and Agents" in answer.text
    assert "/similar 2510.12586" in await ask(ann, "/similar")
    assert "not among the papers" in await ask(ann, "/similar 0000.00000")
    assert refused(stage) == []


async def test_a_look_back_is_on_my_topics(stage: Stage, ann: Person) -> None:
    """The week's and the month's papers with the most votes, of mine alone."""
    assert "on your topics" not in await ask(ann, "/week")
    await ask(ann, "/add unheard")
    assert "None of the 5 papers of the week is on your topics" in await ask(ann, "/week")
    assert "None of the 5 papers of the month" in await ask(ann, "/month")
    await ask(ann, "/add agents")
    for command, head in (("/week", "Top papers of the week"), ("/month 5", "Top papers of the month")):
        told = await ask(ann, command)
        assert head in told
        assert "on your topics" in told
        assert "Agents that Plan" in told
        assert "Mixture" not in told
        if command == "/week":
            assert (await ann.private.hears()).photo
    assert "/month 5" in await ask(ann, "/month year")
    assert refused(stage) == []


async def test_a_paper_is_saved_and_let_go(stage: Stage, ann: Person) -> None:
    """The button says what it is; the list shows the last saved first, and follows."""
    assert "no papers yet" in await ask(ann, "/saved")
    for paper in ("2510.01400", "2510.01401"):
        await ask(ann, f"/summary {paper}")
        press = await ann.taps("☆ Save")
        assert "/saved" in (await press.answered()).text
        assert (await ann.private.hears()).button("★ Saved")
    await ask(ann, "/today all")
    await ann.taps("1")
    assert (await ann.private.hears()).button("★ Saved")
    listed = await ask(ann, "/saved")
    assert "Your 2 saved papers" in listed
    assert listed.index("Agents that Plan") < listed.index("Diffusion Models at Night")
    await ann.taps("1")
    await ann.private.hears()
    await ann.taps("★ Saved")
    let_go = await ann.private.hears()
    assert let_go.button("☆ Save")
    assert "Abstract" in let_go.text
    await ann.taps("« Back to the list")
    assert "Your saved paper\n" in (await ann.private.hears()).text
    assert "Welcome. Each day" in await ask(ann, "/start")
    assert "Diffusion Models at Night" in await ask(ann, "/saved")
    assert refused(stage) == []


async def test_what_is_saved_has_pages(stage: Stage, ann: Person) -> None:
    """The last saved first, there and back, and a paper leads back to its page."""
    stage.hub.days[TUESDAY] += papers(TUESDAY, *[f"Kept {n}" for n in range(40)], first=10)
    await stage.at(NOON)
    await ask(ann, "/start")
    start = ann.private.messages[-1]
    for number in range(40):
        stage.clock.now += timedelta(seconds=2)  # faster than that nobody is answered for long
        await (await ann.forges(f"1:save:2510.{1410 + number:05}", start)).answered()
    first = await ask(ann, "/saved")
    while not first.startswith("Your 40 saved papers"):
        first = (await ann.private.hears()).text
    assert "1. Kept 39" in first
    await ann.taps("Next ›")
    second = await ann.private.hears()
    assert second.edited
    assert "Kept 39" not in second.text
    shown = next(button.text for row in second.buttons for button in row if button.text.isdigit())
    await ann.taps(shown)
    assert "Abstract" in (await ann.private.hears()).text
    await ann.taps("« Back to the list")
    assert (await ann.private.hears()).text == second.text
    await ann.taps("‹ Previous")
    assert (await ann.private.hears()).text == first
    assert [line for line in refused(stage) if "not modified" not in line] == []  # the button is not there


async def test_a_members_save_goes_to_the_members_own_list(stage: Stage, ann: Person, minjun: Person) -> None:
    """In a group anyone may save; who never started the bot is told how, and nothing shows in the group."""
    lab = stage.telegram.group("Lab", members=[minjun], admins=[ann])
    await ask(minjun, "/start")
    await ann.says("/summary 2510.01400", in_=lab)
    shown = await lab.hears()
    assert shown.button("☆ Save")
    press = await minjun.taps("☆ Save", on=shown)
    assert "내 목록에 저장했습니다" in (await press.answered()).text
    press = await minjun.taps("☆ Save", on=shown)
    assert "이미 내 목록에" in (await press.answered()).text
    press = await ann.taps("☆ Save", on=shown)
    told = await press.answered()
    assert told.is_alert
    assert f"@{stage.telegram.bot.username}" in told.text
    assert "/start" in told.text
    assert "Diffusion Models at Night" in await ask(minjun, "/saved")
    for command in ("/saved", "/export"):
        await minjun.says(command, in_=lab)
        assert "private chat" in (await lab.hears()).text
    assert refused(stage) == []


async def test_saved_papers_are_exported(stage: Stage, ann: Person) -> None:
    """As a file in each format, by buttons or by word."""
    assert "no papers yet" in await ask(ann, "/export")
    assert "no papers yet" in await ask(ann, "/export json")
    for paper in ("2510.01400", "2510.01403"):
        await ask(ann, f"/summary {paper}")
        await ann.taps("☆ Save")
        await ann.private.hears()
    files = {}
    assert "Your 2 saved papers as a file" in await ask(ann, "/export")
    for name in ("BibTeX", "RIS", "Markdown", "JSON"):
        await ann.taps(name)
        files[name] = _file(await ann.private.hears())
    assert files["BibTeX"][0] == "papers.bib"
    assert files["BibTeX"][1].count("@misc{") == 2
    assert "eprint = {2510.01400}" in files["BibTeX"][1]
    assert r"\& Risky\_Title with $x^2$" in files["BibTeX"][1]
    assert files["RIS"][1].count("ER  - ") == 2
    assert files["Markdown"][1].count("- [") == 2
    assert [paper["id"] for paper in json.loads(files["JSON"][1])] == ["2510.01403", "2510.01400"]
    await ann.says("/export RIS")
    assert _file(await ann.private.hears()) == files["RIS"]
    await ask(ann, "/saved")
    await ann.taps("Export")
    assert "In which format?" in (await ann.private.hears()).text
    assert "/export bib" in await ask(ann, "/export exe")
    assert refused(stage) == []


async def test_all_that_is_stored_is_handed_over(stage: Stage, ann: Person) -> None:
    """As JSON, from the page on privacy too; to nobody else, and not into a group."""
    await ask(ann, "/add agents")
    await ask(ann, "/summary 2510.01400")
    await ann.taps("☆ Save")
    await ann.private.hears()
    await ann.says("/export ALL")
    name, text = _file(await ann.private.hears())
    told = json.loads(text)
    assert name == "digestbot.json"
    assert [row["chat_id"] for row in told["subscribers"]] == [ann.private.id]
    assert [row["topic"] for row in told["topics"]] == ["agents"]
    assert [row["paper_id"] for row in told["saved"]] == ["2510.01400"]
    await ask(ann, "/privacy")
    await ann.taps("All my data")
    assert _file(await ann.private.hears()) == (name, text)
    lab = stage.telegram.group("Lab", admins=[ann])
    await ann.says("/export all", in_=lab)
    assert "private chat" in (await lab.hears()).text
    await ann.says("/privacy", in_=lab)
    told_there = await lab.hears()
    assert "In our private chat /export all sends you" in told_there.text
    assert "its admins delete with /stop here" in told_there.text
    assert told_there.buttons == ()
    assert refused(stage) == []


async def test_bibtex_is_copied_by_a_button(stage: Stage, ann: Person) -> None:
    """Within what Telegram lets a button copy, however long the title and however many the authors."""
    entry = papers(
        TUESDAY, "On Long Titles & " * 30, first=70, authors=[f"Ann Author {n}" for n in range(90)]
    )
    stage.hub.days[TUESDAY] += entry
    await stage.at(stage.clock.now)
    for paper in ("2510.01400", "2510.01470"):
        await ask(ann, f"/summary {paper}")
        button = ann.private.messages[-1].button("BibTeX")
        assert button is not None
        assert button.copy_text is not None
        assert button.copy_text.startswith("@misc{")
        assert f"eprint = {{{paper}}}" in button.copy_text
        assert button.copy_text.endswith("}")
    assert refused(stage) == []


async def test_who_stops_leaves_no_saved_papers(stage: Stage, ann: Person) -> None:
    """Deleted is deleted."""
    await ask(ann, "/summary 2510.01400")
    await ann.taps("☆ Save")
    await ann.private.hears()
    async with stage.app.store.read() as tables:
        known = await tables.subscribers.in_chat(ann.private.id)
        assert known is not None
        assert await tables.saved.of(known.id) == ["2510.01400"]
    await ask(ann, "/stop")
    await ann.taps("Yes, delete everything")
    await ann.private.hears()
    async with stage.app.store.read() as tables:
        assert await tables.saved.of(known.id) == []
    assert "no papers yet" in await ask(ann, "/saved")


def _file(message: Message) -> tuple[str, str]:
    assert message.document is not None
    assert message.document.data is not None
    return message.document.name, message.document.data.decode()


@pytest.mark.parametrize(
    "words",
    [
        "2025년 10월 14일",
        "10월 14일 전체",
        "14.10.2025",
        "어제",
        "昨日",
        "昨天 全部",
        "Tuesday",
        "Oct 14 all",
    ],
)
async def test_a_day_may_be_said_in_words(stage: Stage, ann: Person, words: str) -> None:
    """In any of the bot's languages; on the calendar of who asks."""
    await stage.at(NOON + timedelta(days=1))
    assert "Agents that Plan" in await ask(ann, f"/date {words}")
    assert refused(stage) == []


@pytest.mark.parametrize(
    ("day", "is_weekend"), [("1999-01-01", False), ("2025-10-11", True), ("2025-10-12", True)]
)
async def test_only_weekends_are_said_to_have_no_papers(ann: Person, day: str, *, is_weekend: bool) -> None:
    """A weekday without a list is one that the bot does not know of."""
    told = await ask(ann, f"/date {day}")
    assert told.startswith("No papers are listed on" if is_weekend else "I have no papers of")
    assert ("Weekends have none" in told) is is_weekend
