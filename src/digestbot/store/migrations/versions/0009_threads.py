"""The threads of forums that digests go to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("thread_id", sa.Integer(), nullable=True))
    op.add_column("subscribers", sa.Column("routes", sa.JSON(), nullable=False, server_default="[]"))
