"""Digests that many readers share, and a ledger that knows doubts; a waiting one has a time to act."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NOW = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("picks", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("created_at", NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
    )
    op.create_index(op.f("ix_digests_created_at"), "digests", ["created_at"])
    # Buttons of old digests hold the delivery's id: its digest is given the same.
    op.execute(
        "INSERT INTO digests (id, picks, left_out, listed, created_at) "
        "SELECT id, picks, left_out, listed, created_at FROM deliveries"
    )
    _advance_ids("digests")
    op.rename_table("deliveries", "deliveries_before")
    _drop_names()
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=False),
        sa.Column("slot_at", NOW, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", NOW, nullable=True),
        sa.Column("doubts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("doubt_upto", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unconfirmed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("act_at", NOW, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("ended_at", NOW, nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_deliveries_subscriber_id_subscribers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["digest_id"], ["digests.id"], name=op.f("fk_deliveries_digest_id_digests")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("subscriber_id", "slot_at", name=op.f("uq_deliveries_subscriber_id")),
    )
    op.execute(
        "INSERT INTO deliveries "
        "(id, subscriber_id, digest_id, slot_at, state, done, attempts, doubts, act_at, error, ended_at) "
        "SELECT id, subscriber_id, id, slot_at, state, done, attempts, "
        "CASE WHEN may_repeat THEN 1 ELSE 0 END, "
        "CASE WHEN state IN ('planned', 'sending') THEN act_at END, error, ended_at "
        "FROM deliveries_before"
    )
    op.drop_table("deliveries_before")
    _advance_ids("deliveries")
    op.create_index(op.f("ix_deliveries_digest_id"), "deliveries", ["digest_id"])
    waiting = sa.text("act_at IS NOT NULL")
    op.create_index(
        "ix_deliveries_queue",
        "deliveries",
        ["act_at", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _drop_names() -> None:
    """Free what PostgreSQL keeps under the old names: they are unique in a schema, not in a table."""
    if op.get_bind().dialect.name == "postgresql":
        for name in (
            "fk_deliveries_subscriber_id_subscribers",
            "uq_deliveries_subscriber_id",
            "pk_deliveries",
        ):
            op.drop_constraint(name, "deliveries_before")
        op.execute("ALTER SEQUENCE deliveries_id_seq RENAME TO deliveries_before_id_seq")
    op.drop_index("ix_deliveries_state_act_at", "deliveries_before")


def _advance_ids(table: str) -> None:
    """Let PostgreSQL count on from the ids that were copied."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
        )
