"""Results of many calls in frames of a few, compressed; those of before stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table and the columns that point into it."""
    op.create_table(
        "trace_frames",
        sa.Column("frame_id", sa.Integer, primary_key=True),
        sa.Column("lines", sa.LargeBinary, nullable=False),
    )
    with op.batch_alter_table("traces") as table:
        table.add_column(sa.Column("frame_id", sa.Integer))
        table.add_column(sa.Column("line", sa.Integer))


def downgrade() -> None:
    """Take them out again, with the results that stand in frames."""
    op.execute("DELETE FROM traces WHERE frame_id IS NOT NULL")
    with op.batch_alter_table("traces") as table:
        table.drop_column("line")
        table.drop_column("frame_id")
    op.drop_table("trace_frames")
