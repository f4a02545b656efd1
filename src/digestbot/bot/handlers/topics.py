"""What a reader follows."""

from functools import partial

from telegram import Update

from digestbot.actions.topics import TopicsChanged
from digestbot.bot.asked import chat_of, lines, number_of, pressed, pressed_ids
from digestbot.bot.context import Context, command, on_press
from digestbot.bot.gate import may_change
from digestbot.core import wishes
from digestbot.core.digest import asks
from digestbot.core.narrow import Way, narrower
from digestbot.errors import UserError
from digestbot.render.message import Message

MOST_TRIALS = 5
"""Topics whose yield is told when many are added at once."""


async def topics(update: Update, context: Context) -> None:
    reader = await context.reader(update)
    counts = await context.desk.library.counts(reader)
    await context.reply(update, context.desk.render.say("topics", reader, counts=counts))


async def add(update: Update, context: Context) -> None:
    wanted = wishes.topics(lines(update, context.words))
    done = await context.desk.membership.topics.add(chat_of(update), wanted)
    await context.reply(update, await added(context, done))


async def undo_pressed(update: Update, context: Context) -> None:
    """Take back what was just added."""
    query, ids = pressed_ids(update)
    membership, chat = context.desk.membership, chat_of(update)
    topics = await membership.topics.named(chat, ids)
    if not topics:
        raise UserError("old-button")
    done = await membership.topics.remove(chat, topics)
    said = "topics_removed" if asks(topics) else "unmuted"
    await context.replace(query, context.desk.render.say(said, done.reader, removed=done.changed, missing=()))


async def keep_pressed(update: Update, context: Context) -> None:
    """Leave it as it is, without buttons."""
    query, ids = pressed_ids(update)
    kept = await context.desk.membership.topics.named(chat_of(update), ids)
    reader = await context.reader(update)
    await context.replace(query, context.desk.render.say("topics_kept", reader, kept=kept))


async def narrow_pressed(update: Update, context: Context) -> None:
    """Show ways to get less of a topic, with what each would bring; or go one of them."""
    query, (broad, *way) = pressed(update, words=1, more=1)
    membership, chat = context.desk.membership, chat_of(update)
    try:
        topic, chosen = number_of(broad), Way(way[0]) if way else None
    except ValueError:
        raise UserError("old-button") from None
    if chosen:
        await context.replace(
            query, await added(context, await membership.topics.narrow(chat, topic, chosen))
        )
        return
    topics = await membership.topics.named(chat, [topic])
    if not topics:
        raise UserError("old-button")
    reader = await context.reader(update)
    library = context.desk.library
    trials = {way: await library.trial(text, reader) for way, text in narrower(topics[0]).items()}
    broad_one = await library.trial(topics[0], reader)
    await context.replace(query, context.desk.render.narrowing(broad_one, topic, trials, reader))


async def added(context: Context, done: TopicsChanged) -> Message:
    """Return what is said of topics that were added: what each would have brought, or what it hides."""
    if not asks([*done.changed, *done.unchanged]):
        return _muted(context, done)
    asked = [topic for topic in done.changed if asks([topic])]
    muted = [topic for topic in done.changed if topic not in asked]
    trials = [await context.desk.library.trial(topic, done.reader) for topic in asked[:MOST_TRIALS]]
    return context.desk.render.added(done.reader, asked, done.unchanged, trials, done.ids, muted)


def _muted(context: Context, done: TopicsChanged) -> Message:
    return context.desk.render.muted(done.reader, done.changed, done.unchanged, done.ids)


async def remove(update: Update, context: Context) -> None:
    unwanted = wishes.topics(lines(update, context.words))
    done = await context.desk.membership.topics.remove(chat_of(update), unwanted)
    answer = context.desk.render.say(
        "topics_removed", done.reader, removed=done.changed, missing=done.unchanged
    )
    await context.reply(update, answer)


async def mute_pressed(update: Update, context: Context) -> None:
    """Hide what the topic brings that brought a paper; the paper stays shown."""
    query, (topic_id, *_) = pressed_ids(update)
    done = await context.desk.membership.topics.mute(chat_of(update), topic_id)
    await context.reply(update, _muted(context, done))
    await query.answer()


async def mute(update: Update, context: Context) -> None:
    unwanted = wishes.muted(lines(update, context.words))
    if not unwanted:
        raise UserError("usage-mute")
    done = await context.desk.membership.topics.add(chat_of(update), unwanted)
    await context.reply(update, await added(context, done))


async def unmute(update: Update, context: Context) -> None:
    wanted = wishes.muted(lines(update, context.words))
    if not wanted:
        muted = [topic for topic in (await context.reader(update)).topics if not asks([topic])]
        raise UserError("usage-unmute", muted=muted)
    done = await context.desk.membership.topics.remove(chat_of(update), wanted)
    answer = context.desk.render.say("unmuted", done.reader, removed=done.changed, missing=done.unchanged)
    await context.reply(update, answer)


async def test(update: Update, context: Context) -> None:
    topic = context.said
    if not topic:
        raise UserError("usage-test")
    reader = await context.reader(update)
    trial = await context.desk.library.trial(context.desk.membership.topics.checked(topic), reader)
    await context.reply(update, context.desk.render.say("trial", reader, trials=[trial]))


async def sources(update: Update, context: Context) -> None:
    chat, members = chat_of(update), context.desk.membership
    if context.words:
        wanted = partial(wishes.sources, context.said, offered=members.offered)
        reader = await members.set_categories(chat, wanted)
    else:
        reader = await members.reader(chat)
    await context.reply(update, context.desk.render.sources(reader, members.offered))


async def sources_pressed(update: Update, context: Context) -> None:
    query, _ = pressed(update)
    members = context.desk.membership
    reader = await members.reader(chat_of(update))
    await context.replace(query, context.desk.render.sources(reader, members.offered))


async def source_pressed(update: Update, context: Context) -> None:
    query, (category,) = pressed(update, words=1)
    members = context.desk.membership
    reader = await members.toggle_category(chat_of(update), category)
    await context.replace(query, context.desk.render.sources(reader, members.offered))


HANDLERS = [
    command("topics", topics),
    command("add", may_change(add)),
    on_press("undo", may_change(undo_pressed)),
    on_press("keep", may_change(keep_pressed)),
    on_press("narrow", may_change(narrow_pressed)),
    command("remove", may_change(remove)),
    command("mute", may_change(mute)),
    on_press("mute", may_change(mute_pressed)),
    command("unmute", may_change(unmute)),
    command("test", test),
    command("sources", may_change(sources)),
    on_press("sources", sources_pressed),
    on_press("source", may_change(source_pressed)),
]
