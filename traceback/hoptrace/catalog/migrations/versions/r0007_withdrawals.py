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
    """Take it out again: every batch counts again, and its file is known again."""
    op.drop_table("withdrawals")
    _know_files_again(op.get_bind())


def _know_files_again(connection: sa.Connection) -> None:
    """Take the marks of withdrawals off the digests, but where a newer batch of the carrier has the plain one."""
    at = sa.table("batches", *map(sa.column, ("batch", "carrier_id", "digest")))
    for batch, carrier, marked in connection.execute(sa.select(at).order_by(at.c.batch)).all():
        plain, sign, commit_id = marked.partition("~")
        # What a submission has set aside ends with its mark too, and waits for it to be settled.
        if not sign or batch.endswith(sign + commit_id):
            continue
        same = sa.select(at).where(at.c.carrier_id == carrier, at.c.digest == plain)
        if connection.execute(same).first() is None:
            connection.execute(sa.update(at).where(at.c.batch == batch).values(digest=plain))
