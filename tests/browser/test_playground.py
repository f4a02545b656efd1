"""What a visitor does and sees, in a real browser, with the real bot."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from digestbot.theatre import Theatre
from tests.browser.conftest import NARROW, Visit

ROOT = Path(__file__).parent.parent.parent


def tap(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def entry(page: Page, name: str) -> Locator:
    """A chat in the list."""
    return page.locator("#chats button", has=page.locator(".name", has_text=name))


def log(page: Page) -> Locator:
    """The messages that are shown."""
    return page.get_by_role("log")


def digests(page: Page, head: str = "Your papers") -> Locator:
    return log(page).get_by_role("article").filter(has_text=head)


async def height(locator: Locator) -> float:
    box = await locator.bounding_box()
    assert box is not None
    return box["height"]


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message").fill(text)
    await page.keyboard.press("Enter")


async def start(page: Page) -> None:
    """Subscribe, and read the answer."""
    await say(page, "/start")
    await expect(log(page)).to_contain_text("Welcome. Each day")


async def test_a_newcomer_comes_to_a_first_digest_by_taps(visit: Visit) -> None:
    """Open, Start, to the next digest: no word typed."""
    async with visit() as page:
        await tap(page, "Start").click()
        await expect(log(page)).to_contain_text("Welcome. Each day")
        await tap(page, "To next digest").click()
        await expect(digests(page)).to_have_count(1)
        await expect(log(page)).to_contain_text("Wed, Oct 15")


async def test_a_button_edits_the_message_in_place(visit: Visit) -> None:
    """A number opens its paper where the list was; Back brings the list again."""
    async with visit() as page:
        await say(page, "/start")
        await say(page, "/top 3")
        top = log(page).get_by_role("article").filter(has_text="1.")
        await expect(top).to_have_count(1)
        shown = await log(page).get_by_role("article").count()
        number = await top.get_attribute("id")
        await tap(page, "1").click()
        message = page.locator(f"#{number}")
        await expect(message).to_contain_text("Abstract")
        await expect(message).to_contain_text("edited")
        await tap(page, "« Back to the list").click()
        await expect(message).not_to_contain_text("Abstract")
        await expect(log(page).get_by_role("article")).to_have_count(shown)


async def test_a_long_abstract_opens_and_closes(visit: Visit) -> None:
    """An expandable quote shows three lines until it is tapped."""
    async with visit() as page:
        await say(page, "/top 3")
        await tap(page, "1").click()
        await expect(log(page)).to_contain_text("Abstract")
        quote = log(page).locator("blockquote.expandable")
        before = await height(quote)
        await tap(page, "Show all").click()
        after = await height(quote)
        assert after > before * 1.3
        await tap(page, "Show less").click()
        assert await height(quote) == before


async def test_the_clock_brings_the_morning(visit: Visit) -> None:
    """An hour brings nothing; a day brings the digest, at its own hour, to whoever looks elsewhere too."""
    async with visit() as page:
        await say(page, "/start")
        await expect(log(page)).to_contain_text("Next digest: Wed, Oct 15, 08:00 (UTC).")
        await tap(page, "+1 hour").click()
        await expect(page.locator("#now")).to_contain_text("Oct 14, 11:00 UTC")
        await expect(digests(page)).to_have_count(0)
        await entry(page, "민준").click()
        await tap(page, "+1 day").click()
        await expect(page.locator("#now")).to_contain_text("Oct 15, 11:00 UTC")
        await entry(page, "Ann").get_by_label("1 unread").click()
        await expect(digests(page)).to_contain_text("10:00")


@pytest.mark.parametrize(
    ("label", "status"), [("429: too many requests, wait 10 s", 429), ("500: server error", 500)]
)
async def test_a_refused_digest_is_tried_again_and_comes_once(
    visit: Visit, theatre: Theatre, label: str, status: int
) -> None:
    """The log tells, the digest waits, then it is there; nothing comes twice."""
    async with visit() as page:
        await start(page)
        await page.get_by_label(label).check()
        await tap(page, "To next digest").click()
        await expect(page.locator("#calls .bad .status")).to_have_text(str(status))
        await expect(page.get_by_text("Digests that wait to be sent, or sent again: 1")).to_be_visible()
        await expect(page.get_by_label("None", exact=True)).to_be_checked()
        await expect(digests(page)).to_have_count(0)
        await tap(page, "+1 hour").click()
        await expect(digests(page)).to_have_count(1)
        await expect(page.get_by_text("Digests that wait")).to_be_hidden()
        await expect(log(page)).not_to_contain_text("Possible repeat")
    calls = theatre.stage.telegram.called("sendMessage")
    assert [call.status for call in calls] == [200, status, 200]


async def test_a_digest_of_which_nobody_knows_is_repeated_and_says_so(visit: Visit) -> None:
    """The time-out came after Telegram took it: the second copy has a heading."""
    async with visit() as page:
        await start(page)
        await page.get_by_label("Time-out, after it was accepted").check()
        await tap(page, "To next digest").click()
        await expect(page.locator("#calls .bad .status").first).to_have_text("cut off")
        await tap(page, "+1 hour").click()
        await expect(digests(page)).to_have_count(2)
        await expect(digests(page).last).to_contain_text("Possible repeat")


async def test_who_blocks_the_bot_gets_nothing(visit: Visit) -> None:
    """Blocked, nobody's digest is due; writing to the bot brings it back."""
    async with visit() as page:
        await say(page, "/start")
        await expect(page.locator("#due")).to_contain_text("Ann")
        await tap(page, "Block the bot").click()
        await expect(page.get_by_text("You blocked the bot.")).to_be_visible()
        await expect(page.locator("#due")).to_contain_text("Nobody gets digests yet")
        await tap(page, "Unblock the bot").click()
        await expect(page.locator("#due")).to_contain_text("Ann")


async def test_the_page_speaks_korean_to_who_does(visit: Visit) -> None:
    """In the browser's language, and so does the bot with 민준; a choice is kept."""
    async with visit(locale="ko-KR") as page:
        await entry(page, "민준").click()
        await tap(page, "시작").click()
        await expect(log(page)).to_contain_text("반갑습니다")
        await tap(page, "다음 소식으로").click()
        await expect(digests(page, "논문 소식")).to_have_count(1)
        await expect(page.locator("html")).to_have_attribute("lang", "ko")
        await page.get_by_label("이 페이지의 언어").select_option("en")
        await expect(tap(page, "To next digest")).to_be_visible()
        await page.reload()
        await expect(tap(page, "To next digest")).to_be_visible()


async def test_both_languages_have_every_word(visit: Visit) -> None:
    """A word of the page that is missing in one language would show as an error there."""
    async with visit() as page:
        keys = (
            "import('/web/words.js').then(({ WORDS }) => Object.values(WORDS).map((one) => Object.keys(one)))"
        )
        english, korean = await page.evaluate(keys)
        assert english == korean
        used = "[...document.querySelectorAll('[data-word]')].map((one) => one.dataset.word)"
        assert set(await page.evaluate(used)) <= set(english)


async def test_a_telephone_shows_one_pane_at_a_time_in_the_dark(visit: Visit) -> None:
    """360 px wide: nothing sticks out, there is a way between the panes, and dark is dark."""
    async with visit(viewport=NARROW, color_scheme="dark", has_touch=True, is_mobile=True) as page:
        await entry(page, "Ann").tap()
        await tap(page, "Start").tap()
        await tap(page, "Newest papers").tap()
        await tap(page, "Clock and log").tap()
        await tap(page, "To next digest").tap()
        await expect(log(page)).to_be_hidden()
        await tap(page, "Chats").tap()
        await entry(page, "Ann").get_by_label("unread").tap()
        await expect(digests(page)).to_have_count(1)
        await expect(page.locator("#side")).to_be_hidden()
        for pane in ("Chats", "Chat", "Clock and log"):
            await tap(page, pane).tap()
            assert await page.evaluate("document.documentElement.scrollWidth") == 360
        back = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
        assert max(await page.evaluate(back)) < 60


async def test_a_reload_loses_nothing(visit: Visit) -> None:
    """The server has it all: the same chat is open, with all that was said."""
    async with visit() as page:
        await entry(page, "민준").click()
        await say(page, "/start")
        await expect(log(page).get_by_role("article")).to_have_count(2)
        before = await log(page).inner_text()
        await page.reload()
        await expect(page.get_by_role("heading", name="민준")).to_be_visible()
        assert await log(page).inner_text() == before


async def test_foreign_text_never_becomes_a_part_of_the_page(visit: Visit, theatre: Theatre) -> None:
    """Titles, names of files, buttons, addresses: whatever they hold, they are shown as text."""
    evil = "<img src=x onerror=\"document.title='owned'\">"
    ann = theatre.stage.telegram.chats[0]
    async with visit() as page:
        await entry(page, "Ann").click()
        await say(page, evil)
        await expect(log(page).get_by_text(evil, exact=True)).to_have_count(1)
        bot = theatre.stage.running.bot.bot
        keys = {"inline_keyboard": [[{"text": evil, "callback_data": "none"}]]}
        await bot.send_message(ann.id, evil, reply_markup=keys, api_kwargs={"entities": []})  # type: ignore[arg-type]
        await bot.send_document(ann.id, b"<script>", filename=f"{evil}.html")
        await expect(tap(page, evil)).to_be_visible()
        await expect(log(page).get_by_text(evil, exact=True)).to_have_count(3)
        assert await page.locator("main img").count() == 0
        assert await page.title() == "digestbot playground"


async def test_the_keyboard_is_enough(visit: Visit) -> None:
    """A slash opens the menu, arrows and Enter choose from it, Escape closes it."""
    async with visit() as page:
        field = page.get_by_role("textbox", name="Message")
        await expect(field).to_be_enabled()  # as soon as the page knows whom it is written to
        await field.focus()
        await page.keyboard.type("/to")
        items = page.get_by_role("menuitem")
        await expect(items).to_have_count(3)
        assert [(await item.inner_text()).split()[0] for item in await items.all()] == [
            "/today",
            "/top",
            "/topics",
        ]
        await page.keyboard.press("Escape")
        await expect(items).to_have_count(0)
        await page.keyboard.type("pi")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await expect(log(page)).to_contain_text("You have no topics yet")
        await expect(log(page).get_by_role("article").first).to_contain_text("/topics")


async def test_who_walks_by_keyboard_is_not_thrown_back(visit: Visit, theatre: Theatre) -> None:
    """News draw the lists again and edits their message; the focus stays where it was."""
    async with visit() as page:
        await start(page)
        await say(page, "/top 3")
        await expect(entry(page, "Ann")).to_contain_text("Top papers")
        await entry(page, "민준").focus()
        bot, ann = theatre.stage.running.bot.bot, theatre.stage.telegram.chats[0]
        await bot.send_message(ann.id, "news")
        await expect(entry(page, "Ann")).to_contain_text("news")
        await expect(entry(page, "민준")).to_be_focused()
        await tap(page, "2").press("Enter")
        await expect(log(page)).to_contain_text("Abstract")
        assert await page.evaluate("document.activeElement.closest('article') !== null")


async def test_a_link_to_the_bot_is_followed_into_the_readers_own_chat(
    visit: Visit, theatre: Theatre
) -> None:
    """A topic is handed on: Ann shares, 민준 taps the link in the group."""
    async with visit() as page:
        await start(page)
        await say(page, "/add diffusion models")
        await say(page, "/share")
        link = log(page).get_by_role("link", name="https://t.me/digest_bot?start=")
        address = await link.get_attribute("href")
        await entry(page, "Reading group").click()
        await page.get_by_label("Write as").select_option(label="민준")
        await say(page, f"see {address}")
        await log(page).get_by_role("link").first.click()
        await expect(page.get_by_role("heading", name="민준")).to_be_visible()
        await expect(log(page).get_by_role("article").last).to_contain_text("diffusion models")
        minjun = theatre.stage.telegram.chats[1]
        assert minjun.messages[0].text == f"/start {str(address).partition('start=')[2]}"


async def test_a_groups_topics_are_apart(visit: Visit, theatre: Theatre) -> None:
    """What is said in one topic is answered there; who speaks can be chosen."""
    async with visit() as page:
        await entry(page, "Reading group").click()
        await tap(page, "Papers").click()
        await page.get_by_label("Write as").select_option(label="Ann")
        await say(page, "/top 3")
        await expect(log(page).get_by_role("article")).to_have_count(2)
        await tap(page, "Off-topic").click()
        await expect(log(page).get_by_role("article")).to_have_count(0)
        group = theatre.stage.telegram.chats[2]
        thread = next(number for number, name in group.threads.items() if name == "Papers")
        assert [message.thread for message in group.messages if message.text] == [thread, thread]


async def test_typing_is_shown_until_the_answer(visit: Visit, theatre: Theatre) -> None:
    """As in Telegram's own clients, under the name."""
    async with visit() as page:
        await start(page)
        bot, ann = theatre.stage.running.bot.bot, theatre.stage.telegram.chats[0]
        await bot.send_chat_action(ann.id, "typing")
        await expect(page.locator("#doing")).to_have_text("typing…")
        await bot.send_message(ann.id, "done")
        await expect(page.locator("#doing")).to_have_text("private chat")


async def test_text_looks_as_its_entities_say(visit: Visit, theatre: Theatre) -> None:
    """Styles within styles, a spoiler that opens, a link that can be followed, one that can't is text."""
    html = (
        "<b>bold <i>both</i></b> <tg-spoiler>secret</tg-spoiler> <code>/add a</code> "
        '<a href="https://arxiv.org/abs/2510.12586">paper</a> 🧪<u>한국어</u>'
    )
    async with visit() as page:
        await start(page)
        bot, ann = theatre.stage.running.bot.bot, theatre.stage.telegram.chats[0]
        await bot.send_message(ann.id, html, parse_mode="HTML")
        message = log(page).get_by_role("article").last
        await expect(message.locator("strong em")).to_have_text("both")
        await expect(message.locator("u")).to_have_text("한국어")
        assert (
            await message.get_by_role("link", name="paper").get_attribute("rel")
            == "noopener noreferrer nofollow"
        )
        secret = message.get_by_role("button", name="Hidden text, press to show")
        await secret.press("Enter")
        await expect(message.locator(".spoiler.shown")).to_have_text("secret")
        await message.get_by_text("/add a").click()
        await expect(page.get_by_role("textbox", name="Message")).to_have_value("/add a")


async def test_files_are_seen_and_saved(visit: Visit, theatre: Theatre) -> None:
    """A photo is drawn; a document is saved under its own name."""
    async with visit() as page:
        await start(page)
        bot, ann = theatre.stage.running.bot.bot, theatre.stage.telegram.chats[0]
        await bot.send_photo(ann.id, (ROOT / "docs" / "img" / "playground-phone.png").read_bytes())
        photo = log(page).get_by_role("img", name="Photo")
        await expect(photo).to_be_visible()
        assert (
            await photo.evaluate("image => image.decode().then(() => image.naturalWidth)") == NARROW["width"]
        )
        await bot.send_document(ann.id, b"@article{}", filename="papers.bib")
        async with page.expect_download() as saving:
            await page.get_by_label("Save papers.bib").click()
        saved = await saving.value
        assert saved.suggested_filename == "papers.bib"


async def test_a_place_is_shared_from_the_menu(visit: Visit) -> None:
    """The bot asks for it where it asks for a time zone."""
    async with visit() as page:
        await start(page)
        await tap(page, "Menu").click()
        await page.get_by_role("menuitem", name="Share my location").click()
        await expect(log(page)).to_contain_text("Europe/Berlin")
