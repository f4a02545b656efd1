"""Deliveries without an index of their digests, which was up to half of what planning wrote.

Readers who are told the same are planned all over a run, so each chunk of them wrote to nearly every page of
that index. What it was needed for is known otherwise: whether others were told a digest too, and which
deliveries are of a broadcast.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("digests", sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE digests SET shared = true WHERE announcement IS NOT NULL OR id IN "
        "(SELECT digest_id FROM deliveries GROUP BY digest_id HAVING count(*) > 1)"
    )
    op.drop_index(op.f("ix_deliveries_digest_id"), "deliveries")
    with op.batch_alter_table("deliveries") as changed:
        changed.drop_constraint(op.f("fk_deliveries_digest_id_digests"), type_="foreignkey")
        changed.add_column(sa.Column("broadcast_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE deliveries SET broadcast_id = "
        "(SELECT broadcasts.id FROM broadcasts WHERE broadcasts.digest_id = deliveries.digest_id) "
        "WHERE digest_id IN (SELECT digest_id FROM broadcasts)"
    )
    told = sa.text("broadcast_id IS NOT NULL")
    op.create_index(
        "ix_deliveries_broadcast",
        "deliveries",
        ["broadcast_id"],
        sqlite_where=told,
        postgresql_where=told,
    )
