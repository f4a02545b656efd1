"""What Telegram tells us about chats: blocked, kicked, let in again, promoted, given another id."""

from dataclasses import replace

import structlog
from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted, ChatMemberUpdated, Update
from telegram.error import BadRequest, Forbidden
from telegram.ext import ChatMemberHandler, MessageHandler, filters

from digestbot.bot.asked import chat_of, member_of, message_of
from digestbot.bot.context import Context
from digestbot.bot.sender import call
from digestbot.core.subscriber import Chat, ChatKind, SubscriberState
from digestbot.render import behalf
from digestbot.render.message import Message

log = structlog.get_logger()

_OUT = (ChatMember.LEFT, ChatMember.BANNED)


async def membership_changed(update: Update, context: Context) -> None:
    change = update.my_chat_member
    assert change is not None  # noqa: S101 - MY_CHAT_MEMBER lets no other through
    chat = chat_of(update)
    could, can = (_may_write(one, chat.kind) for one in (change.old_chat_member, change.new_chat_member))
    if could and not can:
        await _out(context, chat)
    elif can and not could:
        await _in(update, context, change, chat)


async def _in(update: Update, context: Context, change: ChatMemberUpdated, chat: Chat) -> None:
    """Go on where digests came before; ask about a channel who brought us into it."""
    if chat.kind is not ChatKind.CHANNEL:
        await context.desk.membership.unblocked(chat)
        return
    person = await context.desk.membership.reader(member_of(update))
    channel = await context.desk.channels.note(
        replace(chat, language=person.language), change.chat.title or "", person.chat_id
    )
    await context.desk.membership.unblocked(chat)
    await _tell(context, person.chat_id, behalf.added(channel, person))


async def _out(context: Context, chat: Chat) -> None:
    """Let digests wait; tell who brought us into a channel."""
    await context.desk.membership.blocked(chat)
    channel = await context.desk.channels.lost(chat)
    if channel and channel.owner_id is not None:
        owner = await context.desk.membership.reader(Chat(channel.owner_id, ChatKind.PRIVATE))
        said = context.desk.render.say("channel_lost", owner, channel=channel)
        await _tell(context, channel.owner_id, said)


async def _tell(context: Context, person_id: int, message: Message) -> None:
    """Write to a person in private, if they ever wrote to us."""
    try:
        await context.bot.send_message(person_id, **call(message))
    except (BadRequest, Forbidden) as error:
        log.info("a person was not told of their channel", person=person_id, reason=str(error))


def _may_write(we: ChatMember, kind: ChatKind) -> bool:
    if kind is ChatKind.CHANNEL:
        return isinstance(we, ChatMemberAdministrator) and bool(we.can_post_messages)
    if isinstance(we, ChatMemberRestricted):
        return bool(we.is_member and we.can_send_messages)
    return we.status not in _OUT


async def joined(update: Update, context: Context) -> None:
    """Say in a group that we were just added to, or that was made with us in it, how its digests begin; not
    where they went before.
    """
    message = message_of(update)
    is_ours = message.group_chat_created or any(one.id == context.bot.id for one in message.new_chat_members)
    reader = await context.reader(update)
    if is_ours and reader.state is SubscriberState.UNSUBSCRIBED:
        await context.reply(update, context.desk.render.say("joined", reader))


async def moved(update: Update, context: Context) -> None:
    message = message_of(update)
    if message.migrate_to_chat_id is not None:
        await context.desk.membership.moved(message.chat_id, message.migrate_to_chat_id)


HANDLERS = [
    ChatMemberHandler(membership_changed, ChatMemberHandler.MY_CHAT_MEMBER),
    MessageHandler(filters.StatusUpdate.NEW_CHAT_MEMBERS | filters.StatusUpdate.CHAT_CREATED, joined),
    MessageHandler(filters.StatusUpdate.MIGRATE, moved),
]
