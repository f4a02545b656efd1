"""When a paper last got more votes than it had."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("papers", sa.Column("risen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_papers_risen_at"), "papers", ["risen_at"])
