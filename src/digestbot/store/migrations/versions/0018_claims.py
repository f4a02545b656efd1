"""How often a delivery was claimed: who was taken for dead meanwhile knows by it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("claims", sa.Integer(), server_default="0", nullable=False))
