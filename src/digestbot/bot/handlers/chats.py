"""What Telegram tells us about chats: blocked, kicked, let in again, given another id."""

from telegram import ChatMember, Update
from telegram.ext import ChatMemberHandler, MessageHandler, filters

from digestbot.bot.context import Context, chat_of, message_of

_OUT = (ChatMember.LEFT, ChatMember.BANNED)


async def membership_changed(update: Update, context: Context) -> None:
    change = update.my_chat_member
    assert change is not None  # noqa: S101 - MY_CHAT_MEMBER lets no other through
    if change.new_chat_member.status in _OUT:
        await context.desk.membership.blocked(chat_of(update))
    elif change.old_chat_member.status in _OUT:
        await context.desk.membership.unblocked(chat_of(update))


async def moved(update: Update, context: Context) -> None:
    message = message_of(update)
    if message.migrate_to_chat_id is not None:
        await context.desk.membership.moved(message.chat_id, message.migrate_to_chat_id)


HANDLERS = [
    ChatMemberHandler(membership_changed, ChatMemberHandler.MY_CHAT_MEMBER),
    MessageHandler(filters.StatusUpdate.MIGRATE, moved),
]
