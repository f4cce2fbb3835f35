"""Clocks that drift, carriers' habits of writing times, shifts of single batches, learned weights.

Clock tables of before get the values that mean nothing of it: no drift, no habit.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns and the table."""
    with op.batch_alter_table("clock_versions") as table:
        table.add_column(sa.Column("weights", sa.JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("clocks") as table:
        for name in ("drift", "reference", "hours"):
            table.add_column(sa.Column(name, sa.Float, nullable=False, server_default="0"))
        table.add_column(sa.Column("start_is_answer", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("tick", sa.Float))
    op.create_table(
        "clock_shifts",
        sa.Column("version", sa.Integer, sa.ForeignKey("clock_versions.version"), primary_key=True),
        sa.Column("batch", sa.String, primary_key=True),
        sa.Column("carrier_id", sa.String, nullable=False),
        sa.Column("shift", sa.Float, nullable=False),
        sa.Column("matches", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Take them out again."""
    op.drop_table("clock_shifts")
    with op.batch_alter_table("clocks") as table:
        for name in ("drift", "reference", "hours", "start_is_answer", "tick"):
            table.drop_column(name)
    with op.batch_alter_table("clock_versions") as table:
        table.drop_column("weights")
