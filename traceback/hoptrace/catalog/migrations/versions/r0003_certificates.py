"""Certificates of STIR/SHAKEN signers and trust anchors, as they were loaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "certificates",
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False, index=True),
        sa.Column("url", sa.String),
        sa.Column("anchor", sa.Boolean, nullable=False),
        sa.Column("pem", sa.Text, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Take it out again."""
    op.drop_table("certificates")
