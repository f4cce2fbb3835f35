"""Batches that were withdrawn: by which commit, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "withdrawals",
        sa.Column("batch", sa.String, sa.ForeignKey("batches.batch"), primary_key=True),
        sa.Column("commit_id", sa.String, sa.ForeignKey("commits.commit_id"), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_withdrawals_commit_id", "withdrawals", ["commit_id"])


def downgrade() -> None:
    """Take it out again: every batch counts again."""
    op.drop_table("withdrawals")
