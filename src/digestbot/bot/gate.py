"""Who may do this here: one gate per right."""

from functools import wraps

import structlog
from telegram import ChatMember, ChatMemberAdministrator, ChatMemberOwner, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden

from digestbot.bot.asked import chat_of
from digestbot.bot.context import Context, Handler
from digestbot.core.subscriber import ChatKind, Subscriber
from digestbot.errors import UserError

log = structlog.get_logger()


def may_change(handler: Handler) -> Handler:
    """Let through who may change the chat's settings: anyone in private, admins in a group.

    Raises UserError `admins-only`.
    """

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        if not await _is_in_charge(update, context):
            raise UserError("admins-only", bot=context.bot.username)
        await handler(update, context)

    return guarded


async def in_private(update: Update, context: Context) -> Subscriber:
    """Return who reads in a private chat. Raises UserError `only-in-private` elsewhere."""
    if chat_of(update).kind is not ChatKind.PRIVATE:
        raise UserError("only-in-private", bot=context.bot.username)
    return await context.reader(update)


async def _is_in_charge(update: Update, context: Context) -> bool:
    chat, user, message = update.effective_chat, update.effective_user, update.message
    if chat is None or chat.type == ChatType.PRIVATE or update.channel_post is not None:
        return True
    if message is not None and message.sender_chat is not None:
        return message.sender_chat.id == chat.id  # an admin who stays anonymous speaks as the group
    if user is None:
        return False
    return await is_admin(context, chat.id, user.id)


async def is_admin(context: Context, chat_id: int, user_id: int) -> bool:
    """Tell whether a person is an admin of a chat that we are in; where we are not, nobody is."""
    member = await _member(context, chat_id, user_id)
    return isinstance(member, ChatMemberOwner | ChatMemberAdministrator)


async def may_post(context: Context, channel_id: int, user_id: int) -> bool:
    """Tell whether a person, or the bot, may post in a channel that we are in, and say what comes there."""
    member = await _member(context, channel_id, user_id)
    if isinstance(member, ChatMemberAdministrator):
        return bool(member.can_post_messages)
    return isinstance(member, ChatMemberOwner)


async def _member(context: Context, chat_id: int, user_id: int) -> ChatMember | None:
    """Return what a person is in a chat; None where Telegram doesn't tell us."""
    try:
        return await context.bot.get_chat_member(chat_id, user_id)
    except (BadRequest, Forbidden) as error:
        log.info("who is an admin is not told", chat=chat_id, reason=str(error))
        return None
