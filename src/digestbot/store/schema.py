"""Every table, and a time type that is UTC on both databases."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

WRITES = "digestbot_writes"
"""The execution option of a connection that `Store.write` gives."""

INDEX = "paper_words"
"""The index of papers' words, which `store.search` makes: no table that SQLAlchemy knows."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UTCDateTime(sa.TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite forgets the zone; this puts it back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def insert(connection: AsyncConnection, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    """Return an INSERT that knows ON CONFLICT, which each kind of database has of its own."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - it is 3 MB, which a SQLite file needs not

    return postgresql.insert(table)


def upsert(connection: AsyncConnection, table: sa.Table) -> sa.Insert:
    """Return the statement that inserts a row, or writes it over the one with the same primary key."""
    statement = insert(connection, table)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=[*table.primary_key], set_=others)


papers = sa.Table(
    "papers",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    # Handed out in the order of first sight, by one transaction at a time; what cursors count by.
    sa.Column("arrival", sa.Integer, nullable=False, unique=True),
    sa.Column("first_seen_at", UTCDateTime, nullable=False),
    # When it last got more votes than it had.
    sa.Column("risen_at", UTCDateTime, index=True),
    sa.Column("listed_on", sa.Date, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("abstract", sa.Text, nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("upvotes", sa.Integer, nullable=False),
    sa.Column("published_at", UTCDateTime),
    sa.Column("comments", sa.Integer, nullable=False),
    sa.Column("ai_summary", sa.Text),
    sa.Column("ai_keywords", sa.JSON, nullable=False),
    sa.Column("thumbnail", sa.Text),
    sa.Column("media", sa.JSON, nullable=False),
    sa.Column("code_url", sa.Text),
    sa.Column("code_stars", sa.Integer),
    sa.Column("project_url", sa.Text),
    sa.Column("organization", sa.Text),
    sa.Column("submitter", sa.Text),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("on_hugging_face", sa.Boolean, nullable=False),
)

source_days = sa.Table(
    "source_days",
    metadata,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("papers", sa.Integer, nullable=False, default=0),
    sa.Column("rejected", sa.Integer, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    # Readings that failed since one did not.
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("error", sa.Text),
    sa.Column("fetched_at", UTCDateTime),
)

rejected_entries = sa.Table(
    "rejected_entries",
    metadata,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("seen_at", UTCDateTime, nullable=False),
)

archived = sa.Table(
    "archived",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("language", sa.String, nullable=False),
    sa.Column("paper_id", sa.String, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("upvotes", sa.Integer),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("picture", sa.Text),
    sa.Column("video", sa.Text),
    # Their Markdown, so that a day can be written as it was.
    sa.Column("heading", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

# What was paid for: the summaries that the language model wrote. Others are made anew from the paper.
summaries = sa.Table(
    "summaries",
    metadata,
    sa.Column("paper_id", sa.String, primary_key=True),
    sa.Column("language", sa.String, primary_key=True),
    sa.Column("style", sa.String, primary_key=True),
    # [[section or null, text], …]
    sa.Column("bullets", sa.JSON, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("input", sa.String, nullable=False),
    sa.Column("prompt", sa.String, nullable=False),
    # Of the title and abstract that it was held against; another one makes it out of date.
    sa.Column("fingerprint", sa.String, nullable=False),
    sa.Column("written_at", UTCDateTime, nullable=False),
)

# Each time that the model was asked for a summary, whatever came of it.
summary_attempts = sa.Table(
    "summary_attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
    sa.Column("paper_id", sa.String, nullable=False),
    sa.Column("language", sa.String, nullable=False),
    sa.Column("style", sa.String, nullable=False),
    sa.Column("fingerprint", sa.String, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("prompt", sa.String, nullable=False),
    sa.Column("tokens", sa.Integer, nullable=False),
    # Bullets that it wrote, and those of them that were not kept: [[fault, what, text], …]
    sa.Column("written", sa.Integer, nullable=False),
    sa.Column("dropped", sa.JSON, nullable=False),
    # Why nothing came of it; NULL when something did.
    sa.Column("error", sa.Text),
    sa.Index("ix_summary_attempts_of", "paper_id", "language", "style"),
)

full_texts = sa.Table(
    "full_texts",
    metadata,
    sa.Column("paper_id", sa.String, primary_key=True),
    # NULL where it could not be had.
    sa.Column("text", sa.Text),
    sa.Column("fetched_at", UTCDateTime, nullable=False, index=True),
)

subscribers = sa.Table(
    "subscribers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("chat_id", sa.BigInteger, nullable=False, unique=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("language", sa.String, nullable=False),
    sa.Column("zone", sa.String, nullable=False),
    sa.Column("at", sa.Time, nullable=False),
    sa.Column("weekdays", sa.JSON, nullable=False),
    sa.Column("maximum", sa.Integer, nullable=False),
    sa.Column("style", sa.String, nullable=False, server_default="bullets"),
    # NULL: summaries are in the language that the bot speaks.
    sa.Column("summary_language", sa.String),
    # arXiv's, of which the reader wants to hear besides what Hugging Face lists.
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("minimum_votes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("silent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("pictures", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("tells_nothing", sa.Boolean, nullable=False, server_default=sa.false()),
    # On the reader's calendar. A pause with an end is over when the digest after it is planned.
    sa.Column("paused_until", sa.Date),
    sa.Column("missed_since", sa.Date),
    # Of a forum: where digests go, and what goes elsewhere, [[topic, thread], …].
    sa.Column("thread_id", sa.Integer),
    sa.Column("routes", sa.JSON, nullable=False, server_default="[]"),
    # Of a channel: its name, and who brought us there.
    sa.Column("title", sa.Text, nullable=False, server_default=""),
    sa.Column("owner_id", sa.BigInteger, index=True),
    sa.Column("cursor", sa.Integer, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    # NULL when nothing is due: paused without an end, unsubscribed, blocked.
    sa.Column("next_due_at", UTCDateTime),
    sa.Column("last_slot_at", UTCDateTime),
    sa.Column("created_at", UTCDateTime, nullable=False),
    # What was learned from votes, as JSON: [[word, as it is shown, weight, votes], …]; NULL: nothing.
    sa.Column("taste", sa.Text),
)

# Who is due, in the order in which they are planned: at nine, all are due at once.
sa.Index("ix_subscribers_due", subscribers.c.next_due_at, subscribers.c.id)

# Admins of a channel, besides who brought us there, who look after its digests too.
managers = sa.Table(
    "managers",
    metadata,
    sa.Column("subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
)

topics = sa.Table(
    "topics",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("topic", sa.String, nullable=False),
    # The same topic written otherwise has the same key.
    sa.Column("key", sa.String, nullable=False),
    sa.UniqueConstraint("subscriber_id", "key"),
)

# Papers that a reader keeps.
saved = sa.Table(
    "saved",
    metadata,
    sa.Column("subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("paper_id", sa.ForeignKey(papers.c.id), primary_key=True),
    sa.Column("saved_at", UTCDateTime, nullable=False),
)

# What readers think of papers: useful 1, not for me -1; 0: nothing is to be learned of one that is saved.
votes = sa.Table(
    "votes",
    metadata,
    sa.Column("subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("paper_id", sa.ForeignKey(papers.c.id), primary_key=True),
    sa.Column("opinion", sa.SmallInteger, nullable=False),
    sa.Column("voted_at", UTCDateTime, nullable=False),
)

# Words that a reader does not want to be learned.
unlearned = sa.Table(
    "unlearned",
    metadata,
    sa.Column("subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("word", sa.String, primary_key=True),
)

# What was searched for, so that a button can name it; whose search it was is not kept.
searches = sa.Table(
    "searches",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("words", sa.Text, nullable=False, unique=True),
    sa.Column("asked_at", UTCDateTime, nullable=False, index=True),
)

# Updates that came by webhook and are taken: what Telegram posts again is not done again.
updates_taken = sa.Table(
    "updates_taken",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("taken_at", UTCDateTime, nullable=False, index=True),
    # Until it is handled, by who claims it:
    sa.Column("posted", sa.Text),
    sa.Column("claimed_until", UTCDateTime, index=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default="1"),
)

# What is told, without the words: readers who are told the same share one.
digests = sa.Table(
    "digests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # [[paper id, [topic, …]], …]; then, where there is something to tell, how it came and its bar.
    sa.Column("picks", sa.JSON, nullable=False),
    sa.Column("left_out", sa.JSON, nullable=False),
    sa.Column("listed", sa.Integer, nullable=False),
    # Of a recap: the day of the first digest that a pause kept back.
    sa.Column("since", sa.Date),
    sa.Column("created_at", UTCDateTime, nullable=False, index=True),
    # What an owner tells everybody, instead of papers.
    sa.Column("announcement", sa.Text),
    # Others were told it too: it does not go with the one who is forgotten.
    sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()),
)

# What an owner tells everybody, from the draft on; the ledger knows whom it reached.
broadcasts = sa.Table(
    "broadcasts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    # NULL: it is a draft.
    sa.Column("digest_id", sa.ForeignKey(digests.c.id, ondelete="CASCADE"), index=True),
    # The message that shows how far it is: its chat, its number there, its language.
    sa.Column("shown_in", sa.BigInteger),
    sa.Column("shown_as", sa.Integer),
    sa.Column("language", sa.String),
)

# What the owners have to know of: told once when it begins, and once when it is over.
incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("about", sa.String, primary_key=True),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("since", UTCDateTime, nullable=False),
    sa.Column("told_at", UTCDateTime),
    sa.Column("ended_at", UTCDateTime),
)

# Where the bot is for guests only.
invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("code", sa.String, primary_key=True),
    sa.Column("uses_left", sa.Integer, nullable=False),
    sa.Column("expires_at", UTCDateTime, nullable=False),
)

# Who is told which digest, and how far that got; `core.delivery` explains the columns.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("subscriber_id", sa.ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False),
    # No foreign key, and no index, which it would need: to keep that in order was half of what is written.
    sa.Column("digest_id", sa.Integer, nullable=False),
    sa.Column("slot_at", UTCDateTime, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("done", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tried_at", UTCDateTime),
    sa.Column("doubts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("doubt_upto", sa.Integer, nullable=False, server_default="0"),
    sa.Column("unconfirmed", sa.Boolean, nullable=False, server_default=sa.false()),
    # NULL: it is over. In flight: its sender is taken for dead after it. Else: not before it.
    sa.Column("act_at", UTCDateTime),
    sa.Column("claims", sa.Integer, nullable=False, server_default="0"),
    sa.Column("error", sa.Text),
    sa.Column("ended_at", UTCDateTime),
    # Of the broadcast that it tells; NULL: it tells of papers.
    sa.Column("broadcast_id", sa.Integer),
    sa.UniqueConstraint("subscriber_id", "slot_at"),
)
# The queue, in its order. What is over takes no room in it, nor what is of no broadcast in the other: the
# migrations say so, to both dialects, for which both would have to be loaded here.
sa.Index("ix_deliveries_queue", deliveries.c.act_at, deliveries.c.id)
sa.Index("ix_deliveries_broadcast", deliveries.c.broadcast_id)


def is_ours(name: str | None, kind: str, _parents: object = None) -> bool:
    """Tell Alembic whether it should compare a table: not the index, nor those that FTS5 keeps it in."""
    return kind != "table" or name is None or not name.startswith(INDEX)
