"""Finding papers again: search, papers like one, looks back, and what a reader keeps."""

from telegram import Update

from digestbot.bot.asked import chat_of, meant, member_of, pressed
from digestbot.bot.context import Context, command, on_press
from digestbot.bot.gate import in_private
from digestbot.core import wishes
from digestbot.core.digest import Listing, View, ViewKind
from digestbot.core.subscriber import ChatKind, Subscriber
from digestbot.errors import UserError
from digestbot.render.buttons import keep_label
from digestbot.render.citations import Format, written


async def search(update: Update, context: Context) -> None:
    reader = await context.reader(update)
    listing = await context.desk.library.search(context.said, reader)
    await context.show(update, listing, reader)


async def similar(update: Update, context: Context) -> None:
    await _alike(update, context, meant(update, context.said, UserError("usage-similar")))


async def like_pressed(update: Update, context: Context) -> None:
    query, (paper_id,) = pressed(update, words=1)
    await _alike(update, context, paper_id)
    await query.answer()


async def week(update: Update, context: Context) -> None:
    """The recap of a week has the chart of the reader's topics below it."""
    listing, reader = await _recap(update, context, ViewKind.TOP_WEEK)
    if listing.cards and reader.topics:
        trend, picture = await context.desk.trends.look(reader)
        await context.show_picture(update, picture, context.desk.render.trend(trend, reader.language))


async def month(update: Update, context: Context) -> None:
    await _recap(update, context, ViewKind.TOP_MONTH)


async def saved(update: Update, context: Context) -> None:
    reader = await in_private(update, context)
    await context.show(update, await context.desk.library.look(View(ViewKind.SAVED), reader), reader)


async def save_pressed(update: Update, context: Context) -> None:
    """In private a press keeps a paper or lets it go; in a group it goes to who pressed."""
    query, (paper_id,) = pressed(update, words=1)
    membership, render, reader = context.desk.membership, context.desk.render, await context.reader(update)
    if chat_of(update).kind is ChatKind.PRIVATE:
        is_saved = await membership.toggle_saved(chat_of(update), paper_id)
        said = render.say("now_saved" if is_saved else "no_longer_saved", reader)
        label = keep_label(reader.language, is_saved=is_saved)
        await context.relabel(query, {query.data or "": label}, said)
        await context.desk.tastes.learn(chat_of(update))
        return
    member = await membership.reader(member_of(update))
    if not member.id:
        raise UserError("needs-start", bot=context.bot.username)
    is_new = await membership.save(member_of(update), paper_id)
    await context.desk.tastes.learn(member_of(update))
    await context.toast(query, render.say("saved_for_member" if is_new else "saved_before", member))


async def export(update: Update, context: Context) -> None:
    """Write the reader's papers, or all that is kept of them, as a file."""
    reader = await in_private(update, context)
    if context.words:
        await _hand_over(update, context, reader, context.words[0].lower())
        return
    papers = await context.desk.library.saved(reader)
    if not papers:
        raise UserError("nothing-saved")
    await context.reply(update, context.desk.render.say("export", reader, count=len(papers)))


async def export_pressed(update: Update, context: Context) -> None:
    query, form = pressed(update, words=0, more=1)
    if form:
        await _hand_over(update, context, await in_private(update, context), form[0])
    else:
        await export(update, context)
    await query.answer()


async def _hand_over(update: Update, context: Context, reader: Subscriber, form: str) -> None:
    if form in wishes.EVERYTHING:
        rows = await context.desk.membership.all_of(chat_of(update))
        await context.hand_over(update, context.desk.render.everything(rows))
        return
    names = {"bibtex": Format.BIBTEX, "markdown": Format.MARKDOWN, **{known.value: known for known in Format}}
    if form not in names:
        raise UserError("usage-export")
    papers = await context.desk.library.saved(reader)
    if not papers:
        raise UserError("nothing-saved")
    await context.hand_over(update, written(papers, names[form]))


async def _recap(update: Update, context: Context, kind: ViewKind) -> tuple[Listing, Subscriber]:
    view = wishes.recap(context.words, kind)
    reader = await context.reader(update)
    listing = await context.desk.library.look(view, reader)
    await context.show(update, listing, reader)
    return listing, reader


async def _alike(update: Update, context: Context, paper_id: str) -> None:
    reader = await context.reader(update)
    await context.show(update, await context.desk.library.similar(paper_id, reader), reader)


HANDLERS = [
    command("search", search),
    command("similar", similar),
    command("week", week),
    command("month", month),
    command("saved", saved),
    command("export", export),
    on_press("like", like_pressed),
    on_press("save", save_pressed),
    on_press("export", export_pressed),
]
