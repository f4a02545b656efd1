"""What owners tell everybody, and what they have to know of."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NOW = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("source_days", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("digests", sa.Column("announcement", sa.Text()))
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", NOW, nullable=False),
        sa.Column("digest_id", sa.Integer()),
        sa.Column("shown_in", sa.BigInteger()),
        sa.Column("shown_as", sa.Integer()),
        sa.Column("language", sa.String()),
        sa.ForeignKeyConstraint(
            ["digest_id"],
            ["digests.id"],
            name=op.f("fk_broadcasts_digest_id_digests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
    )
    op.create_index(op.f("ix_broadcasts_digest_id"), "broadcasts", ["digest_id"])
    op.create_table(
        "incidents",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("since", NOW, nullable=False),
        sa.Column("told_at", NOW),
        sa.Column("ended_at", NOW),
        sa.PrimaryKeyConstraint("kind", "about", name=op.f("pk_incidents")),
    )
