"""What arXiv tells of a paper. All that is there came from Hugging Face."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("papers") as papers:
        papers.add_column(sa.Column("categories", sa.JSON(), server_default="[]", nullable=False))
        papers.add_column(
            sa.Column("on_hugging_face", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
    with op.batch_alter_table("papers") as papers:  # the defaults were for the rows of that moment only
        papers.alter_column("categories", existing_type=sa.JSON(), server_default=None)
        papers.alter_column("on_hugging_face", existing_type=sa.Boolean(), server_default=None)
