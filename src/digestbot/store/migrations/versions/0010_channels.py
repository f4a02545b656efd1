"""Channels, and who brought us there."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("title", sa.Text(), nullable=False, server_default=""))
    op.add_column("subscribers", sa.Column("owner_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_subscribers_owner_id"), "subscribers", ["owner_id"])
