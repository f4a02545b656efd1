"""Votes on papers, what was learned from them, and what is not to be learned."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("taste", sa.Text(), nullable=True))
    op.create_table(
        "votes",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.String(), nullable=False),
        sa.Column("opinion", sa.SmallInteger(), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        _mine("votes"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name=op.f("fk_votes_paper_id_papers")),
        sa.PrimaryKeyConstraint("subscriber_id", "paper_id", name=op.f("pk_votes")),
    )
    op.create_table(
        "unlearned",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        _mine("unlearned"),
        sa.PrimaryKeyConstraint("subscriber_id", "word", name=op.f("pk_unlearned")),
    )


def _mine(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subscriber_id"],
        ["subscribers.id"],
        name=op.f(f"fk_{table}_subscriber_id_subscribers"),
        ondelete="CASCADE",
    )
