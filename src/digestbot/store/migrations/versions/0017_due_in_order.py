"""Who is due, in the order in which they are planned."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_subscribers_next_due_at"), "subscribers")
    op.create_index("ix_subscribers_due", "subscribers", ["next_due_at", "id"])
