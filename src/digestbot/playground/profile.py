"""The bot about itself, its chats, its menus and its webhook: one function per Bot API method."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .access import find_chat
from .keyboards import read_markup
from .members import bot_member, chat_member
from .methods import QUERY_LIFE, Method, read_words
from .params import Params
from .rules import (
    MAX_COMMANDS,
    MAX_DESCRIPTION,
    MAX_INLINE_RESULTS,
    MAX_NAME,
    MAX_SHORT_DESCRIPTION,
    MEMBERS_HIDDEN,
    MESSAGE_EMPTY,
    QUERY_TOO_OLD,
    bad_request,
    check_command,
    check_language,
    check_secret,
)
from .world import Webhook, World

SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
CHAT_SCOPES = {"chat", "chat_administrators", "chat_member"}


def get_me(world: World, asked: Params) -> Any:
    return world.bot.as_me()


# -- the menu of commands ----------------------------------------------------------------------


def _scope(world: World, asked: Params) -> tuple[str, str]:
    """Return the key commands are kept under: scope and language."""
    scope = asked.record("scope") or {"type": "default"}
    language = asked.text("language_code")
    check_language(language)
    kind = scope.get("type")
    if kind in SCOPES:
        return kind, language
    if kind not in CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat = find_chat(world, Params({"chat_id": scope.get("chat_id")}))
    return f"{kind}:{chat.id}:{scope.get('user_id', '')}", language


def set_my_commands(world: World, asked: Params) -> bool:
    commands = asked.objects("commands")
    key = _scope(world, asked)
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    kept = []
    for command in commands:
        name = str(command.get("command", "")).strip().removeprefix("/")
        description = str(command.get("description", "")).strip()
        check_command(name, description)
        kept.append({"command": name, "description": description})
    world.bot.commands[key] = kept
    return True


def get_my_commands(world: World, asked: Params) -> Any:
    return world.bot.commands.get(_scope(world, asked), [])


def delete_my_commands(world: World, asked: Params) -> bool:
    world.bot.commands.pop(_scope(world, asked), None)
    return True


def set_chat_menu_button(world: World, asked: Params) -> bool:
    button = asked.record("menu_button") or {"type": "default"}
    if button.get("type") not in {"default", "commands", "web_app"}:
        raise bad_request("MenuButton has unsupported type")
    chat = find_chat(world, asked) if asked.has("chat_id") else None
    world.bot.menu_buttons[chat.id if chat else 0] = button
    return True


def get_chat_menu_button(world: World, asked: Params) -> Any:
    return world.bot.menu_buttons.get(asked.integer("chat_id"), {"type": "commands"})


# -- name and descriptions ---------------------------------------------------------------------


def _set_words(kept: dict[str, str], asked: Params, name: str, limit: int) -> bool:
    language, words = asked.text("language_code"), asked.text(name).strip()
    check_language(language)
    if len(words) > limit:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    if words:
        kept[language] = words
    else:
        kept.pop(language, None)
    return True


def _get_words(kept: dict[str, str], asked: Params, name: str) -> Any:
    return {name: kept.get(asked.text("language_code")) or kept.get("", "")}


def set_my_name(world: World, asked: Params) -> bool:
    return _set_words(world.bot.names, asked, "name", MAX_NAME)


def get_my_name(world: World, asked: Params) -> Any:
    return {"name": _get_words(world.bot.names, asked, "name")["name"] or world.bot.name}


def set_my_description(world: World, asked: Params) -> bool:
    return _set_words(world.bot.descriptions, asked, "description", MAX_DESCRIPTION)


def get_my_description(world: World, asked: Params) -> Any:
    return _get_words(world.bot.descriptions, asked, "description")


def set_my_short_description(world: World, asked: Params) -> bool:
    return _set_words(world.bot.short_descriptions, asked, "short_description", MAX_SHORT_DESCRIPTION)


def get_my_short_description(world: World, asked: Params) -> Any:
    return _get_words(world.bot.short_descriptions, asked, "short_description")


# -- chats and members -------------------------------------------------------------------------


def get_chat(world: World, asked: Params) -> Any:
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    full = {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    return find_chat(world, asked).as_json() | full


def get_chat_member(world: World, asked: Params) -> Any:
    chat = find_chat(world, asked)
    number = asked.integer("user_id")
    if number == world.bot.id:
        return bot_member(chat, chat.bot_status)
    if chat.type == "channel" and chat.bot_status != "administrator":
        raise bad_request(MEMBERS_HIDDEN)
    person = world.people.get(number)
    if person is None:
        raise bad_request("invalid user_id specified" if number <= 0 else "member not found")
    status = "member" if chat.person is person else chat.members.get(number, "left")
    return chat_member(chat, person, status)


def get_chat_administrators(world: World, asked: Params) -> Any:
    chat = find_chat(world, asked)
    if chat.person:
        raise bad_request("there are no administrators in the private chat")
    ranks = {"creator", "administrator"}
    people = [
        chat_member(chat, world.people[number], has) for number, has in chat.members.items() if has in ranks
    ]
    return people + ([bot_member(chat, chat.bot_status)] if chat.bot_status in ranks else [])


def get_chat_member_count(world: World, asked: Params) -> int:
    chat = find_chat(world, asked)
    return 2 if chat.person else 1 + sum(status not in {"left", "kicked"} for status in chat.members.values())


def leave_chat(world: World, asked: Params) -> bool:
    chat = find_chat(world, asked)
    if chat.person:
        raise bad_request("chat member status can't be changed in private chats")
    chat.set_bot("left", world.bot)
    return True


def get_file(world: World, asked: Params) -> Any:
    wanted = asked.text("file_id")
    if not wanted:
        raise bad_request("file_id not specified")
    if wanted not in world.files:
        raise bad_request("invalid file_id")
    file = world.files[wanted]
    if file.size > 20 * 1024 * 1024:
        raise bad_request("file is too big")
    return file.as_document() | {"file_path": f"documents/{file.file_id}"}


# -- inline ------------------------------------------------------------------------------------


def answer_inline_query(world: World, asked: Params) -> bool:
    question = world.questions.get(asked.text("inline_query_id"))
    results = asked.objects("results")
    if len(results) > MAX_INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if question is None or question.is_answered or world.clock() - question.at > QUERY_LIFE:
        raise bad_request(QUERY_TOO_OLD)
    if len({str(result.get("id")) for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        _check_result(result)
    question.results = results
    question.next_offset = asked.text("next_offset")
    question.is_personal = asked.flag("is_personal")
    question.button = asked.record("button") or None
    question.settle()
    return True


def _check_result(result: dict[str, Any]) -> None:
    if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    read_markup(result.get("reply_markup"))
    if result.get("type") != "article":
        return
    if not result.get("title"):
        raise bad_request("can't parse inline query result: Can't find field \"title\"")
    content = result.get("input_message_content") or {}
    if "message_text" in content and not read_words(Params(content), "message_text", "entities").text:
        raise bad_request(MESSAGE_EMPTY)


# -- the webhook -------------------------------------------------------------------------------


def set_webhook(world: World, asked: Params) -> bool:
    url, secret = asked.text("url"), asked.text("secret_token")
    check_secret(secret)
    parts = urlsplit(url)
    is_here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if url and parts.scheme != "https" and not is_here:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if url and not is_here and parts.port not in {None, 80, 88, 443, 8443}:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if asked.flag("drop_pending_updates"):
        world.updates.clear()
    world.updates.allow(asked.array("allowed_updates") if asked.has("allowed_updates") else None)
    world.webhook = Webhook(url, secret, asked.integer("max_connections", 40)) if url else None
    world.updates.wake()
    return True


def delete_webhook(world: World, asked: Params) -> bool:
    if asked.flag("drop_pending_updates"):
        world.updates.clear()
    world.webhook = None
    world.updates.wake()
    return True


def get_webhook_info(world: World, asked: Params) -> Any:
    hook = world.webhook
    body: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending),
    }
    if hook:
        body["max_connections"] = hook.max_connections
        if hook.last_error and hook.last_error_at:
            body["last_error_date"] = int(hook.last_error_at.timestamp())
            body["last_error_message"] = hook.last_error
    if world.updates.allowed is not None:
        body["allowed_updates"] = sorted(world.updates.allowed)
    return body


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatMemberCount": get_chat_member_count,
    "getChatAdministrators": get_chat_administrators,
    "leaveChat": leave_chat,
    "getFile": get_file,
    "answerInlineQuery": answer_inline_query,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
