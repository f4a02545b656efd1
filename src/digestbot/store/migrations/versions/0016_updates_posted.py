"""Updates that are taken, until they are handled."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("updates_taken", sa.Column("posted", sa.Text()))
    op.add_column("updates_taken", sa.Column("claimed_until", sa.DateTime(timezone=True)))
    op.add_column("updates_taken", sa.Column("tries", sa.Integer(), nullable=False, server_default="1"))
    op.create_index(op.f("ix_updates_taken_claimed_until"), "updates_taken", ["claimed_until"])
