"""Summaries by a language model, and how each reader wants them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "summaries",
        sa.Column("paper_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("style", sa.String(), nullable=False),
        sa.Column("bullets", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("input", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "language", "style", name=op.f("pk_summaries")),
    )
    op.create_table(
        "summary_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paper_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("style", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_attempts")),
    )
    op.create_index(op.f("ix_summary_attempts_at"), "summary_attempts", ["at"])
    op.create_index("ix_summary_attempts_of", "summary_attempts", ["paper_id", "language", "style"])
    op.create_table(
        "full_texts",
        sa.Column("paper_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_full_texts")),
    )
    op.create_index(op.f("ix_full_texts_fetched_at"), "full_texts", ["fetched_at"])
    # Not in a batch: SQLite would drop the table for it, and every topic with it.
    op.add_column("subscribers", sa.Column("style", sa.String(), server_default="bullets", nullable=False))
    op.add_column("subscribers", sa.Column("summary_language", sa.String(), nullable=True))
