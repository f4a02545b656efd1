"""ChatMember objects, one for each standing a person or the bot can have in a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .messages import Author

if TYPE_CHECKING:
    from .chats import Chat

_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_OF_A_CHANNEL = ("can_post_messages", "can_edit_messages")
_OF_A_GROUP = ("can_pin_messages", "can_manage_topics")
_GRANTED = {
    "can_manage_chat",
    "can_delete_messages",
    "can_post_messages",
    "can_edit_messages",
    "can_invite_users",
}
_MAY_SEND = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def chat_member(chat: Chat, who: Author, status: str) -> dict[str, Any]:
    """Return Telegram's ChatMember for *who* with *status* in *chat*."""
    body: dict[str, Any] = {"user": who.as_json(), "status": status}
    match status:
        case "creator":
            body["is_anonymous"] = False
        case "administrator":
            rights = _RIGHTS + (_OF_A_CHANNEL if chat.type == "channel" else _OF_A_GROUP)
            body |= {"can_be_edited": False, "is_anonymous": False}
            body |= {right: right in _GRANTED for right in rights}
            if who.id in chat.may_not_post:
                body["can_post_messages"] = False
        case "kicked":
            body["until_date"] = 0
        case "restricted":
            body |= {"until_date": 0, "is_member": True} | dict.fromkeys(_MAY_SEND, False)
    return body


def bot_member(chat: Chat, status: str) -> dict[str, Any]:
    member = chat_member(chat, chat.world.bot, status)
    if status == "administrator" and not chat.bot_can_post:
        member["can_post_messages"] = False
    return member
