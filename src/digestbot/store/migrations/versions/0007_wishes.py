"""Fewest votes, sound, pictures, a line where there is nothing, and pauses that end."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("minimum_votes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("silent", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("pictures", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("tells_nothing", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("paused_until", sa.Date()),
        sa.Column("missed_since", sa.Date()),
    ):
        op.add_column("subscribers", column)
    op.add_column("digests", sa.Column("since", sa.Date()))
