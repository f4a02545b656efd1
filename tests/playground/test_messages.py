"""Sending, editing and deleting, over the wire."""

import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden

from digestbot.playground import NoSuchButtonError

KEYS = InlineKeyboardMarkup(
    [[InlineKeyboardButton("1", callback_data="a"), InlineKeyboardButton("2", callback_data="b")]]
)


async def test_a_message_is_seen_as_it_was_sent(bot, ann):
    """Text, markup, buttons, preview and silence all reach the reader."""
    sent = await bot.send_message(
        ann.id,
        '<b>한국어</b> 👍 <a href="https://arxiv.org/abs/1">paper</a>',
        parse_mode="HTML",
        reply_markup=KEYS,
        disable_notification=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    seen = await ann.private.hears()
    assert (seen.id, seen.text, seen.silent, seen.has_preview) == (
        sent.message_id,
        "한국어 👍 paper",
        True,
        False,
    )
    assert [[button.callback_data for button in row] for row in seen.buttons] == [["a", "b"]]
    assert seen.links == [("paper", "https://arxiv.org/abs/1")]
    assert sent.parse_entities() == {sent.entities[0]: "한국어", sent.entities[1]: "paper"}


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"text": " \n "}, "message text is empty"),
        ({"text": ""}, "message text is empty"),
        ({"text": "👍" * 2049}, "message is too long"),
        ({"text": "half a \ud83d"}, "strings must be encoded in UTF-8"),
        ({"text": "x", "reply_parameters": [1]}, "object expected as reply parameters"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
        ({"text": "x", "parse_mode": "HTM"}, "unsupported parse_mode"),
        (
            {"text": "<b>", "parse_mode": "html"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
            "can't parse entities: entity beyond end of text",
        ),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 7}, "message thread not found"),
    ],
)
async def test_a_bad_message_is_refused_and_nothing_is_shown(wire, ann, parameters, error):
    """Each mistake gets Telegram's own words, before anything changes."""
    assert await wire.error("sendMessage", chat_id=ann.id, **parameters) == f"Bad Request: {error}"
    assert ann.private.messages == []


@pytest.mark.parametrize(
    ("button", "error"),
    [
        ({"text": "x", "callback_data": "가" * 22}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "callback_data": ""},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"callback_data": "x"}, "can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"text": "x", "url": "not-a-url"},
            "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "url": "ftp://example.com"},
            "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
        ),
        ({"text": "x", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
    ],
)
async def test_a_bad_button_is_refused(wire, ann, button, error):
    """Buttons are checked one by one."""
    markup = {"inline_keyboard": [[button]]}
    assert (
        await wire.error("sendMessage", chat_id=ann.id, text="x", reply_markup=markup)
        == f"Bad Request: {error}"
    )


@pytest.mark.parametrize("rows", [[9], [8] * 13])
async def test_too_many_buttons_are_refused(wire, ann, rows):
    """Eight in a row, a hundred in all."""
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * count for count in rows]}
    assert (
        await wire.error("sendMessage", chat_id=ann.id, text="x", reply_markup=markup)
        == "Bad Request: reply markup is too long"
    )


async def test_length_counts_after_the_markup_is_read(bot, ann):
    """4096 units of text are fine however long their markup is."""
    await bot.send_message(ann.id, f"<b>{'가' * 4094}</b>👍", parse_mode="HTML")
    assert len((await ann.private.hears()).text) == 4095


async def test_an_edit_replaces_text_and_buttons(bot, ann, clock):
    """The reader sees one message, changed; buttons not sent again are gone."""
    sent = await bot.send_message(ann.id, "one", reply_markup=KEYS)
    clock.passes(minutes=1)
    await bot.edit_message_text("two", ann.id, sent.message_id)
    assert (await ann.private.hears()).text == "one"
    changed = await ann.private.hears()
    assert (changed.text, changed.buttons, changed.edited) == ("two", (), clock.now)
    assert [message.text for message in ann.private.messages] == ["two"]


async def test_edits_that_telegram_refuses(bot, wire, ann):
    """Unchanged, unknown, too long, somebody else's, and a photo's missing text."""
    mine = await bot.send_message(ann.id, "<b>one</b>", parse_mode="HTML", reply_markup=KEYS)
    hers = await ann.says("mine")
    photo = await bot.send_photo(ann.id, b"png")
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await bot.edit_message_text(
            "<strong>one</strong>", ann.id, mine.message_id, parse_mode="HTML", reply_markup=KEYS
        )
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(ann.id, mine.message_id, reply_markup=KEYS)
    assert (
        await wire.error("editMessageText", chat_id=ann.id, message_id=999, text="x")
        == "Bad Request: message to edit not found"
    )
    assert (
        await wire.error("editMessageText", chat_id=ann.id, message_id=hers.id, text="x")
        == "Bad Request: message can't be edited"
    )
    assert (
        await wire.error("editMessageText", chat_id=ann.id, message_id=mine.message_id, text="x" * 4097)
        == "Bad Request: MESSAGE_TOO_LONG"
    )
    assert (
        await wire.error("editMessageText", chat_id=ann.id, message_id=photo.message_id, text="x")
        == "Bad Request: there is no text in the message to edit"
    )
    assert ann.private.messages[0].edited is None


async def test_a_message_with_a_readers_keyboard_cannot_be_edited(bot, wire, ann):
    """Only messages without keyboard, or with an inline one, can change."""
    sent = await bot.send_message(ann.id, "Where?", reply_markup=ReplyKeyboardMarkup([["Seoul"]]))
    error = await wire.error("editMessageText", chat_id=ann.id, message_id=sent.message_id, text="x")
    assert error == "Bad Request: message can't be edited"


async def test_addresses_get_their_slash(bot, ann):
    """Telegram completes a bare host, in links and buttons."""
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("site", url="arxiv.org")]])
    await bot.send_message(ann.id, '<a href="https://arxiv.org">a</a>', parse_mode="HTML", reply_markup=keys)
    seen = await ann.private.hears()
    assert (seen.links, seen.buttons[0][0].url) == ([("a", "https://arxiv.org/")], "http://arxiv.org/")
    assert (await (await ann.taps("site")).answered()).url == "http://arxiv.org/"


async def test_deleting(bot, wire, ann, clock):
    """A message can go once, and not after two days."""
    first, second = await bot.send_message(ann.id, "one"), await bot.send_message(ann.id, "two")
    assert await bot.delete_message(ann.id, first.message_id)
    assert (
        await wire.error("deleteMessage", chat_id=ann.id, message_id=first.message_id)
        == "Bad Request: message to delete not found"
    )
    clock.passes(hours=49)
    assert (
        await wire.error("deleteMessage", chat_id=ann.id, message_id=second.message_id)
        == "Bad Request: message can't be deleted for everyone"
    )
    assert [message.text for message in ann.private.messages] == ["two"]


async def test_files_go_up_and_come_down(bot, ann):
    """A document sent by upload can be sent again by its id, and downloaded."""
    sent = await bot.send_document(
        ann.id, b"a,b\n1,2\n", filename="papers.csv", caption="<b>all</b>", parse_mode="HTML"
    )
    seen = await ann.private.hears()
    assert (seen.document.name, seen.document.data, seen.text) == ("papers.csv", b"a,b\n1,2\n", "all")
    await bot.send_document(ann.id, sent.document.file_id)
    assert (await ann.private.hears()).document.data == b"a,b\n1,2\n"
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a,b\n1,2\n"
    copied = await bot.copy_message(ann.id, ann.id, sent.message_id)
    assert ann.private.find(copied.message_id).document == seen.document


async def test_files_that_telegram_refuses(wire, bot, ann):
    """No file, an unknown id, a caption beyond 1024 units."""
    assert await wire.error("sendPhoto", chat_id=ann.id) == "Bad Request: there is no photo in the request"
    assert "wrong remote file identifier" in await wire.error("sendPhoto", chat_id=ann.id, photo="x")
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(ann.id, b"png", caption="x" * 1025)
    assert await wire.error("getFile", file_id="x") == "Bad Request: invalid file_id"
    assert ann.private.messages == []


async def test_entities_instead_of_markup(bot, wire, ann):
    """A client may send entities; what Telegram finds by itself it finds again."""
    entities = [
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "text_link", "offset": 3, "length": 1, "url": "https://arxiv.org/abs/1"},
        {"type": "hashtag", "offset": 5, "length": 3},
    ]
    await wire("sendMessage", chat_id=ann.id, text="👍 p #AI", entities=entities)
    seen = await ann.private.hears()
    assert [entity.type for entity in seen.entities] == ["bold", "text_link", "hashtag"]
    bad = [{"type": "text_link", "offset": 0, "length": 1, "url": "not-a-url"}]
    error = await wire.error("sendMessage", chat_id=ann.id, text="x", entities=bad)
    assert error == "Bad Request: entity URL 'not-a-url' is invalid: Wrong HTTP URL"
    error = await wire.error("sendMessage", chat_id=ann.id, text="x", entities=[{"type": "huge"}])
    assert error == "Bad Request: can't parse entities: unsupported type of the entity"


async def test_captions_can_be_edited(bot, wire, ann):
    """A photo's caption changes; a text message has none."""
    photo = await bot.send_photo(ann.id, "https://example.org/chart.png", caption="one")
    text = await bot.send_message(ann.id, "text")
    await bot.edit_message_caption(ann.id, photo.message_id, caption="<b>two</b>", parse_mode="HTML")
    seen = ann.private.messages[0]
    assert (seen.text, seen.photo.url) == ("two", "https://example.org/chart.png")
    error = await wire.error("editMessageCaption", chat_id=ann.id, message_id=text.message_id, caption="x")
    assert error == "Bad Request: there is no caption in the message to edit"


async def test_typing_is_seen(bot, wire, ann):
    """A chat action is noted; an unknown one refused."""
    await bot.send_chat_action(ann.id, "typing")
    assert ann.private.actions == ["typing"]
    error = await wire.error("sendChatAction", chat_id=ann.id, action="dancing")
    assert error == "Bad Request: wrong parameter action in request"


async def test_chats_the_bot_cannot_write_to(telegram, bot, wire, ann):
    """Each reason has its own code and words."""
    stranger = telegram.user("Bob")
    group, former = telegram.group("Lab", [ann]), telegram.group("Old", [ann])
    big, left = telegram.group("Big", [ann], supergroup=True), telegram.group("Left", [ann], with_bot=False)
    group.kick_bot()
    big.kick_bot()
    new = former.migrate()
    ann.blocks_bot()
    gone = telegram.user("Eve", started=True)
    gone.deletes_account()
    say = {"text": "x"}
    assert await wire.error("sendMessage", chat_id=404, **say) == "Bad Request: chat not found"
    assert await wire.error("sendMessage", **say) == "Bad Request: chat_id is empty"
    assert (
        await wire.error("sendMessage", chat_id=stranger.id, **say)
        == "Forbidden: bot can't initiate conversation with a user"
    )
    assert await wire.error("sendMessage", chat_id=ann.id, **say) == "Forbidden: bot was blocked by the user"
    assert await wire.error("sendMessage", chat_id=gone.id, **say) == "Forbidden: user is deactivated"
    assert (
        await wire.error("sendMessage", chat_id=group.id, **say)
        == "Forbidden: bot was kicked from the group chat"
    )
    assert (
        await wire.error("sendMessage", chat_id=big.id, **say)
        == "Forbidden: bot was kicked from the supergroup chat"
    )
    assert (
        await wire.error("sendMessage", chat_id=left.id, **say)
        == "Forbidden: bot is not a member of the group chat"
    )
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(former.id, "x")
    assert moved.value.new_chat_id == new.id
    with pytest.raises(Forbidden):
        await bot.send_message(ann.id, "x")
    ann.unblocks_bot()
    await bot.send_message(ann.id, "again")
    await bot.send_message(new.id, "moved")


async def test_channels_and_topics(telegram, bot, wire, ann):
    """A channel wants an administrator; a topic must exist; a reply stays in its topic."""
    news = telegram.channel("News", admins=[ann], username="lab_news")
    assert (await bot.send_message("@lab_news", "post")).sender_chat.title == "News"
    news.demote_bot()
    assert (
        await wire.error("sendMessage", chat_id=news.id, text="x")
        == "Bad Request: need administrator rights in the channel chat"
    )
    forum = telegram.group("Lab", [ann], forum=True)
    topic = forum.add_topic("Papers")
    first = await bot.send_message(forum.id, "in topic", message_thread_id=topic)
    answer = await bot.send_message(forum.id, "answer", reply_parameters=ReplyParameters(first.message_id))
    assert answer.message_thread_id == topic
    assert answer.reply_to_message.text == "in topic"
    forum.close_topic(topic)
    assert (
        await wire.error("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic)
        == "Bad Request: TOPIC_CLOSED"
    )
    forum.delete_topic(topic)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "x", message_thread_id=topic)


async def test_callback_answers(bot, wire, ann, clock):
    """A press can be answered in time, with 200 characters, and the reader sees it."""
    await bot.send_message(ann.id, "choose", reply_markup=KEYS)
    press = await ann.taps("2")
    assert (
        await wire.error("answerCallbackQuery", callback_query_id=press.id, text="x" * 201)
        == "Bad Request: MESSAGE_TOO_LONG"
    )
    assert press.answer is None
    await bot.answer_callback_query(press.id, "saved", show_alert=True)
    toast = await press.answered()
    assert (toast.text, toast.is_alert) == ("saved", True)
    late = await ann.taps("1")
    clock.passes(hours=1)
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await wire.error("answerCallbackQuery", callback_query_id=late.id) == too_old
    assert await wire.error("answerCallbackQuery", callback_query_id="1") == too_old
    with pytest.raises(NoSuchButtonError, match="no button '3' in 'Ann'; there is \\['1', '2'\\]"):
        await ann.taps("3")


async def test_silence_is_explained(ann):
    """A wait in vain names the chat and what is there."""
    await ann.says("hello?")
    with pytest.raises(TimeoutError, match=r"nothing new in 'Ann' \(private \d+\)(.|\n)*Ann: 'hello\?'"):
        await ann.private.hears(timeout=0.01)
