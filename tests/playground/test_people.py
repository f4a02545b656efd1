"""People, groups and channels: what the bot is told."""

from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, InlineQueryHandler


async def received(bot: Bot) -> Any:
    """Return what the bot was told and has not confirmed before."""
    updates = await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return updates


async def test_an_application_answers_start(telegram, url):
    """A polling Application hears /start, a press and an inline question, and its answers are seen."""

    async def start(update, context):
        keys = InlineKeyboardMarkup([[InlineKeyboardButton("Settings", callback_data="settings")]])
        await update.message.reply_html(f"<b>Hi {update.effective_user.first_name}</b>", reply_markup=keys)

    async def settings(update, context):
        await update.callback_query.answer("here")
        await update.callback_query.edit_message_text("Settings")

    async def inline(update, context):
        content = InputTextMessageContent(update.inline_query.query)
        await update.inline_query.answer([InlineQueryResultArticle("1", "found", content)])

    builder = Application.builder().token(telegram.token).base_url(f"{url}/bot")
    application = builder.base_file_url(f"{url}/file/bot").build()
    handlers = [CommandHandler("start", start), CallbackQueryHandler(settings), InlineQueryHandler(inline)]
    application.add_handlers(handlers)
    updater = application.updater
    assert updater
    async with application:
        await application.start()
        await updater.start_polling()
        ann = telegram.user("Ann")
        await ann.says("/start")
        assert (await ann.private.hears()).text == "Hi Ann"
        press = await ann.taps("Settings")
        assert (await press.answered()).text == "here"
        assert (await ann.private.hears()).text == "Settings"
        answer = await ann.inline("kv cache")
        assert answer.results[0]["input_message_content"] == {"message_text": "kv cache"}
        await ann.chooses(answer)
        await telegram.taken()
        await updater.stop()
        await application.stop()


async def test_blocking_is_told_by_my_chat_member(telegram, bot):
    """Block: member → kicked; writing again unblocks first."""
    ann = telegram.user("Ann")
    await ann.says("/start")
    ann.blocks_bot()
    await ann.says("back")
    start, blocked, unblocked, back = await received(bot)
    assert (start.message.text, back.message.text) == ("/start", "back")
    statuses = [
        (update.my_chat_member.old_chat_member.status, update.my_chat_member.new_chat_member.status)
        for update in (blocked, unblocked)
    ]
    assert statuses == [("member", "kicked"), ("kicked", "member")]


async def test_a_group_adds_promotes_and_kicks_the_bot(telegram, bot, ann):
    """Service message and my_chat_member as Telegram sends them."""
    group = telegram.group("Lab", admins=[ann], with_bot=False)
    group.add_bot(ann)
    group.promote_bot(ann)
    group.kick_bot(ann)
    first, added, *others = await received(bot)
    changes = [first, *others]
    assert added.message.new_chat_members[0].username == "digest_bot"
    assert [change.my_chat_member.new_chat_member.status for change in changes] == [
        "member",
        "administrator",
        "kicked",
    ]
    assert changes[0].my_chat_member.from_user.first_name == "Ann"


async def test_privacy_mode_hides_small_talk(telegram, bot, ann):
    """In a group the bot gets commands and replies to itself; as administrator everything."""
    group = telegram.group("Lab", [ann])
    await ann.says("small talk", in_=group)
    await ann.says("/top@other_bot", in_=group)
    await ann.says("/top@digest_bot", in_=group)
    mine = await bot.send_message(group.id, "question?")
    await ann.says("answer", in_=group, reply_to=group.find(mine.message_id))
    group.promote_bot()
    await ann.says("more talk", in_=group)
    texts = [update.message.text for update in await received(bot) if update.message]
    assert texts == ["/top@digest_bot", "answer", "more talk"]
    with pytest.raises(ValueError, match="Bob is not in"):
        await telegram.user("Bob").says("x", in_=group)


async def test_migration_sends_both_service_messages(telegram, bot, ann):
    """Old and new group point to each other; the bot joins the new, and never leaves the old."""
    group = telegram.group("Lab", [ann])
    new = group.migrate()
    to, joined, since = await received(bot)
    assert to.message.migrate_to_chat_id == new.id
    assert (joined.my_chat_member.chat.id, joined.my_chat_member.new_chat_member.status) == (new.id, "member")
    assert (since.message.chat.type, since.message.migrate_from_chat_id) == ("supergroup", group.id)


async def test_channels_post_and_anonymous_administrators_speak(telegram, bot, ann):
    """A channel's post is a channel_post; an anonymous administrator speaks as the group."""
    news, group = telegram.channel("News", admins=[ann]), telegram.group("Lab", [ann])
    await news.says("/start")
    await group.says("/settings")
    post, command = await received(bot)
    assert (post.channel_post.text, post.channel_post.from_user) == ("/start", None)
    assert command.message.sender_chat.id == group.id
    assert command.message.from_user.username == "GroupAnonymousBot"


async def test_members_come_and_go(telegram, bot, ann):
    """As administrator the bot learns of members by chat_member."""
    group = telegram.group("Lab", [])
    await received(bot)  # names the kinds it wants
    group.promote_bot()
    ann.joins(group)
    ann.leaves(group)
    kinds = [
        update.chat_member.new_chat_member.status for update in await received(bot) if update.chat_member
    ]
    assert kinds == ["member", "left"]


async def test_a_keyboard_asks_for_the_location(bot, ann):
    """Keys of the reader's keyboard write their text; a location comes as one; the keyboard goes away."""
    keys = ReplyKeyboardMarkup([["Seoul", KeyboardButton("Share", request_location=True)]])
    await bot.send_message(ann.id, "Where are you?", reply_markup=keys)
    await ann.taps("Seoul")
    await ann.shares_location(37.5, 127.0)
    text, place = await received(bot)
    assert (text.message.text, place.message.location.latitude) == ("Seoul", 37.5)
    await bot.send_message(ann.id, "Thanks", reply_markup=ReplyKeyboardRemove())
    assert ann.private.keyboard is None


async def test_edits_and_files_of_people_arrive(bot, ann):
    """The bot gets an edited message, and can download what a person uploads."""
    said = await ann.says("/topic difusion")
    await ann.edits(said, "/topic diffusion")
    await ann.sends_document("topics.json", b"{}")
    first, edited, document = await received(bot)
    assert (first.message.text, edited.edited_message.text) == ("/topic difusion", "/topic diffusion")
    file = await bot.get_file(document.message.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"{}"


async def test_chat_facts(telegram, bot, ann):
    """getChat, members and administrators tell what is so."""
    bob = telegram.user("Bob")
    group = telegram.group("Lab", [bob], admins=[ann])
    assert (await bot.get_chat(group.id)).title == "Lab"
    assert (await bot.get_chat_member(group.id, ann.id)).status == "creator"
    assert (await bot.get_chat_member(group.id, bob.id)).status == "member"
    group.promote_bot()
    assert [admin.user.first_name for admin in await bot.get_chat_administrators(group.id)] == [
        "Ann",
        "Digest",
    ]
    assert await bot.get_chat_member_count(group.id) == 3
    assert await bot.leave_chat(group.id)
    with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
        await bot.get_chat_administrators(ann.id)


async def test_a_channel_tells_its_admins_only_to_a_bot_that_is_one(telegram, bot, wire, ann):
    """And a right to post that is taken away is told by my_chat_member, as a change of rights alone."""
    news = telegram.channel("News", admins=[ann])
    assert (await bot.get_chat_member(news.id, ann.id)).status == "creator"
    news.let_bot_post(False, by=ann)
    (update,) = await received(bot)
    change = update.my_chat_member
    assert change.old_chat_member.status == change.new_chat_member.status == "administrator"
    assert (change.old_chat_member.can_post_messages, change.new_chat_member.can_post_messages) == (
        True,
        False,
    )
    news.demote_bot(by=ann)
    assert (
        await wire.error("getChatMember", chat_id=news.id, user_id=ann.id)
        == "Bad Request: member list is inaccessible"
    )
