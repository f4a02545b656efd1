"""The bot's own pages: commands, descriptions, menu, inline results."""

import asyncio

import pytest
from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat, MenuButtonCommands


async def test_commands_are_kept_by_scope_and_language(bot, ann):
    """Each pair of scope and language has its own menu."""
    await bot.set_my_commands([BotCommand("top", "Best papers")])
    await bot.set_my_commands([BotCommand("top", "좋은 논문")], language_code="ko")
    await bot.set_my_commands([BotCommand("admin", "Care")], scope=BotCommandScopeChat(ann.id))
    assert (await bot.get_my_commands())[0].description == "Best papers"
    assert (await bot.get_my_commands(language_code="ko"))[0].description == "좋은 논문"
    assert (await bot.get_my_commands(scope=BotCommandScopeChat(ann.id)))[0].command == "admin"
    assert await bot.get_my_commands(scope=BotCommandScopeAllPrivateChats()) == ()
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


@pytest.mark.parametrize(
    ("command", "description", "error"),
    [
        ("Top", "x", "BOT_COMMAND_INVALID"),
        ("top-papers", "x", "BOT_COMMAND_INVALID"),
        ("", "x", "command must be non-empty"),
        ("x" * 33, "x", "command length must not exceed 32"),
        ("top", "", "command description must be non-empty"),
        ("top", "x" * 257, "command description length must not exceed 256"),
    ],
)
async def test_bad_commands_are_refused_all_together(telegram, wire, command, description, error):
    """One bad command, and none is set."""
    commands = [{"command": "ok", "description": "fine"}, {"command": command, "description": description}]
    assert await wire.error("setMyCommands", commands=commands) == f"Bad Request: {error}"
    assert telegram.bot.commands == {}


async def test_menus_telegram_refuses(wire):
    """A hundred commands at most, two-letter languages, chats that exist."""
    many = [{"command": f"c{number}", "description": "x"} for number in range(101)]
    assert await wire.error("setMyCommands", commands=many) == "Bad Request: BOT_COMMANDS_TOO_MUCH"
    assert (
        await wire.error("setMyCommands", language_code="kor")
        == "Bad Request: invalid language code specified"
    )
    scope = {"type": "chat", "chat_id": 404}
    assert await wire.error("setMyCommands", scope=scope) == "Bad Request: chat not found"


async def test_names_and_descriptions(bot, wire):
    """What is not there in a language is told in the default one."""
    await bot.set_my_description("Papers, daily.")
    await bot.set_my_description("매일 논문.", language_code="ko")
    await bot.set_my_short_description("Papers")
    await bot.set_my_name("Digest of papers")
    assert (await bot.get_my_description("ko")).description == "매일 논문."
    assert (await bot.get_my_description("de")).description == "Papers, daily."
    assert (await bot.get_my_short_description()).short_description == "Papers"
    assert (await bot.get_my_name()).name == "Digest of papers"
    assert "too long" in await wire.error("setMyShortDescription", short_description="x" * 121)


async def test_the_menu_button(bot, ann):
    """A chat's menu button is what was set."""
    assert await bot.set_chat_menu_button(ann.id, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(ann.id)).type == "commands"


async def test_inline_answers_telegram_refuses(telegram, bot, wire, ann):
    """Too many results, the same id twice, bad markup, a question nobody asked."""
    article = {"type": "article", "id": "1", "title": "x", "input_message_content": {"message_text": "x"}}
    assert (
        await wire.error("answerInlineQuery", inline_query_id="1", results=[article] * 51)
        == "Bad Request: RESULTS_TOO_MUCH"
    )
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await wire.error("answerInlineQuery", inline_query_id="1", results=[article]) == too_old
    asking = asyncio.create_task(ann.inline("kv cache"))
    (update,) = await bot.get_updates(timeout=5)
    question = update.inline_query.id
    error = await wire.error("answerInlineQuery", inline_query_id=question, results=[article, article])
    assert error == "Bad Request: RESULT_ID_DUPLICATE"
    broken = article | {"input_message_content": {"message_text": "<b>", "parse_mode": "HTML"}}
    error = await wire.error("answerInlineQuery", inline_query_id=question, results=[broken])
    assert error.startswith("Bad Request: can't parse entities: ")
    assert await wire("answerInlineQuery", inline_query_id=question, results=[article], next_offset="1")
    assert (await asking).next_offset == "1"
    assert await wire.error("answerInlineQuery", inline_query_id=question, results=[]) == too_old
