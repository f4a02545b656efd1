"""Votes on papers, and what was learned from them."""

from telegram import Update

from digestbot.bot.asked import chat_of, member_of, number_of, pressed
from digestbot.bot.context import Context, command, on_press
from digestbot.bot.gate import in_private
from digestbot.core.paper import Opinion
from digestbot.core.subscriber import Chat, ChatKind, Subscriber
from digestbot.errors import UserError
from digestbot.render.message import Message

_OPINIONS = {"up": Opinion.USEFUL, "down": Opinion.NOT_FOR_ME}


async def vote_pressed(update: Update, context: Context) -> None:
    """In private the buttons show the vote; in a group it goes to who pressed, and nobody sees it."""
    query, (paper_id, name) = pressed(update, words=2)
    if name not in _OPINIONS:
        raise UserError("old-button")
    desk, chat = context.desk, member_of(update)
    reader = await desk.membership.reader(chat)
    is_private = chat_of(update).kind is ChatKind.PRIVATE
    if not is_private and not reader.id:
        raise UserError("needs-start", bot=context.bot.username)
    holds = await desk.tastes.vote(chat, paper_id, _OPINIONS[name])
    said = desk.render.say("voted", reader, opinion=holds, is_private=is_private)
    if is_private:
        await context.relabel(query, desk.render.votes(paper_id, reader.language, holds), said)
    else:
        await context.toast(query, said)


async def profile(update: Update, context: Context) -> None:
    reader = await in_private(update, context)
    await context.reply(update, await _profile(context, reader, chat_of(update)))


async def profile_pressed(update: Update, context: Context) -> None:
    """Show another page."""
    query, (page,) = pressed(update, words=1)
    reader = await in_private(update, context)
    await context.replace(query, await _profile(context, reader, chat_of(update), number_of(page)))


async def unlearn_pressed(update: Update, context: Context) -> None:
    """Forget a word, and show the page where it stood."""
    query, (page, word) = pressed(update, words=2)
    reader = await in_private(update, context)
    await context.desk.tastes.unlearn(chat_of(update), word)
    await context.replace(query, await _profile(context, reader, chat_of(update), number_of(page)))


async def forget_pressed(update: Update, context: Context) -> None:
    """Ask, then delete all votes."""
    query, (answer,) = pressed(update, words=1)
    reader = await in_private(update, context)
    if answer == "ask":
        await context.replace(query, context.desk.render.say("ask_forget", reader))
        return
    if answer == "yes":
        await context.desk.tastes.forget(chat_of(update))
    await context.replace(query, await _profile(context, reader, chat_of(update)))


async def _profile(context: Context, reader: Subscriber, chat: Chat, page: int = 0) -> Message:
    learned = await context.desk.tastes.profile(chat)
    return context.desk.render.profile(
        reader,
        learned.taste,
        page,
        useful=learned.useful,
        not_for_me=learned.not_for_me,
        saved=learned.saved,
    )


HANDLERS = [
    command("profile", profile),
    on_press("vote", vote_pressed),
    on_press("profile", profile_pressed),
    on_press("unlearn", unlearn_pressed),
    on_press("forget", forget_pressed),
]
