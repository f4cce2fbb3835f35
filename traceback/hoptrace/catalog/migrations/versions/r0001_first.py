"""The first tables.

They are written out here, not taken from `hoptrace.catalog.tables`, which moves on with later revisions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make every table of the first version."""
    _directory()
    _batches()
    _clocks()
    _traces()


def downgrade() -> None:
    """Drop every table of the first version."""
    tables = (
        "traces",
        "clocks",
        "clock_versions",
        "rejected_rows",
        "named_carriers",
        "batches",
        "commits",
        "trunks",
        "carriers",
    )
    for name in tables:
        op.drop_table(name)


def _directory() -> None:
    texts = ("name", "country", "ocn", "spc", "rmd_number", "frn", "contact_email", "timezone")
    op.create_table(
        "carriers",
        sa.Column("carrier_id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in texts),
        sa.Column("aliases", sa.JSON, nullable=False),
        sa.Column("listed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "trunks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("carrier_id", sa.String, sa.ForeignKey("carriers.carrier_id"), nullable=False, index=True),
        sa.Column("trunk", sa.String, nullable=False),
        sa.Column("peer", sa.String),
        sa.Column("customer", sa.String),
        sa.Column("valid_from", TIME),
        sa.Column("valid_to", TIME),
    )


def _batches() -> None:
    op.create_table(
        "commits",
        sa.Column("commit_id", sa.String, primary_key=True),
        sa.Column("carrier_id", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("lake_version", sa.Integer),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "batches",
        sa.Column("batch", sa.String, primary_key=True),
        sa.Column("commit_id", sa.String, sa.ForeignKey("commits.commit_id"), nullable=False, index=True),
        sa.Column("carrier_id", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("submitted_at", TIME, nullable=False),
        sa.Column("first_time", TIME),
        sa.Column("last_time", TIME),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.Column("receipt", sa.JSON, nullable=False),
        sa.Column("header", sa.LargeBinary),
        sa.UniqueConstraint("carrier_id", "digest"),
    )
    op.create_table("named_carriers", sa.Column("carrier_id", sa.String, primary_key=True))
    op.create_table(
        "rejected_rows",
        sa.Column("batch", sa.String, sa.ForeignKey("batches.batch"), primary_key=True),
        sa.Column("row", sa.BigInteger, primary_key=True),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
    )


def _clocks() -> None:
    op.create_table(
        "clock_versions",
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("lake_version", sa.Integer, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "clocks",
        sa.Column("version", sa.Integer, sa.ForeignKey("clock_versions.version"), primary_key=True),
        sa.Column("carrier_id", sa.String, primary_key=True),
        sa.Column("offset", sa.Float, nullable=False),
        sa.Column("spread", sa.Float, nullable=False),
        sa.Column("matches", sa.BigInteger, nullable=False),
    )


def _traces() -> None:
    op.create_table(
        "traces",
        sa.Column("trace_id", sa.Integer, primary_key=True),
        sa.Column("call_ref", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("campaign", sa.String),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Index("ix_traces_call_ref", "call_ref"),
    )
