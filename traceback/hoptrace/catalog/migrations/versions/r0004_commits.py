"""Indexes by which each trace finds the commits that are new or pending, however many there are."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_commits_state", "commits", ["state"])
    op.create_index("ix_commits_lake_version", "commits", ["lake_version"])


def downgrade() -> None:
    """Take them out again."""
    op.drop_index("ix_commits_lake_version", "commits")
    op.drop_index("ix_commits_state", "commits")
