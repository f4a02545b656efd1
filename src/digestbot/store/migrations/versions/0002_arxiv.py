"""arXiv beside Hugging Face: what it tells of a paper, and who wants it. All that is there has neither."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEW: list[tuple[str, str, sa.types.TypeEngine[Any], Any]] = [
    ("papers", "categories", sa.JSON(), "[]"),
    ("papers", "on_hugging_face", sa.Boolean(), sa.true()),
    ("subscribers", "categories", sa.JSON(), "[]"),
]


def upgrade() -> None:
    for table, name, kind, given in NEW:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column(name, kind, server_default=given, nullable=False))
        with op.batch_alter_table(table) as changed:  # the default was for the rows of that moment only
            changed.alter_column(name, existing_type=kind, server_default=None)
