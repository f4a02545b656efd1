"""May the bot do this here? Every check is made before anything changes."""

from __future__ import annotations

from .chats import Chat
from .messages import Message
from .params import Params
from .rules import (
    CHAT_NOT_FOUND,
    REPLY_NOT_FOUND,
    THREAD_CLOSED,
    THREAD_NOT_FOUND,
    UPGRADED,
    bad_request,
    forbidden,
)
from .world import World


def find_chat(world: World, asked: Params, name: str = "chat_id") -> Chat:
    """Return the chat a call names, by id or @username, if the bot may know it."""
    wanted = asked.text(name)
    if not wanted:
        raise bad_request(f"{name} is empty")
    if wanted.startswith("@"):
        named = (chat for chat in world.chats.values() if chat.username == wanted[1:])
        chat = next(named, None)
    else:
        chat = world.chats.get(asked.integer(name))
    if chat is None:
        raise bad_request(CHAT_NOT_FOUND)
    if chat.migrated_to:
        raise bad_request(UPGRADED, migrate_to_chat_id=chat.migrated_to.id)
    check_standing(chat)
    return chat


def check_standing(chat: Chat) -> None:
    """Refuse with 403 where the bot is not, or not any more."""
    if chat.bot_status == "kicked" and not chat.person:
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def open_chat(world: World, asked: Params) -> Chat:
    """Return the chat a call writes to, if the bot may write there."""
    chat = find_chat(world, asked)
    if person := chat.person:
        if person.is_deleted:
            raise forbidden("user is deactivated")
        if not person.has_started:
            raise forbidden("bot can't initiate conversation with a user")
        if person.has_blocked:
            raise forbidden("bot was blocked by the user")
    elif chat.type == "channel" and (chat.bot_status != "administrator" or not chat.bot_can_post):
        raise bad_request("need administrator rights in the channel chat")
    elif chat.bot_status == "restricted" or not chat.bot_can_post:
        raise bad_request("not enough rights to send text messages to the chat")
    return chat


def find_reply(chat: Chat, asked: Params) -> Message | None:
    """Return the message a new one answers to."""
    wanted = asked.record("reply_parameters")
    number = Params(wanted).integer("message_id") or asked.integer("reply_to_message_id")
    if not number:
        return None
    found = chat.find(number)
    is_lenient = wanted.get("allow_sending_without_reply") or asked.flag("allow_sending_without_reply")
    if found is None and not is_lenient:
        raise bad_request(REPLY_NOT_FOUND)
    return found


def find_thread(chat: Chat, asked: Params, reply: Message | None) -> int | None:
    """Return the forum topic a new message belongs to."""
    thread = asked.integer("message_thread_id")
    if not thread:
        thread = (reply.thread if reply else None) or 0
    if not thread:
        return None
    if thread not in chat.threads:
        raise bad_request(THREAD_NOT_FOUND)
    if thread in chat.closed:
        raise bad_request(THREAD_CLOSED)
    return thread


def find_message(chat: Chat, asked: Params, missing: str) -> Message:
    number = asked.integer("message_id")
    if number <= 0:
        raise bad_request("message identifier is not specified")
    if (found := chat.find(number)) is None:
        raise bad_request(missing)
    return found
