"""What readers save and search for, and the index of the papers' words."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from digestbot.core.paper import Paper
from digestbot.store.search import create, fill

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_ONCE = 500
# The columns that the index is made of, as they are at this revision.
_papers = sa.table(
    "papers",
    sa.column("arrival", sa.Integer()),
    sa.column("id", sa.String()),
    sa.column("title", sa.Text()),
    sa.column("abstract", sa.Text()),
    sa.column("authors", sa.JSON()),
    sa.column("ai_keywords", sa.JSON()),
    sa.column("organization", sa.Text()),
    sa.column("listed_on", sa.Date()),
)


def upgrade() -> None:
    op.create_table(
        "saved",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_saved_subscriber_id_subscribers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_saved_paper_id_papers")),
        sa.PrimaryKeyConstraint("subscriber_id", "paper_id", name=op.f("pk_saved")),
    )
    op.create_table(
        "searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searches")),
        sa.UniqueConstraint("words", name=op.f("uq_searches_words")),
    )
    op.create_index(op.f("ix_searches_asked_at"), "searches", ["asked_at"])
    create(op.get_bind())
    last = 0
    while papers := _next(op.get_bind(), last):  # some at a time: an archive need not fit into memory
        fill(op.get_bind(), papers)
        last = papers[-1][0]


def _next(connection: sa.Connection, last: int) -> list[tuple[int, Paper]]:
    """Return the papers that arrived after number *last*, some of them."""
    query = sa.select(_papers).where(_papers.c.arrival > last).order_by(_papers.c.arrival).limit(_AT_ONCE)
    return [(row.arrival, _paper(row)) for row in connection.execute(query)]


def _paper(row: sa.Row[Any]) -> Paper:
    return Paper(
        id=row.id,
        title=row.title,
        abstract=row.abstract,
        authors=tuple(row.authors),
        ai_keywords=tuple(row.ai_keywords),
        organization=row.organization,
        listed_on=row.listed_on,
    )
