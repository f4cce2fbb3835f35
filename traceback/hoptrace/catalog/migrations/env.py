"""What alembic runs: the migrations, on the connection that `hoptrace.catalog.database.upgrade` gives."""

from __future__ import annotations

from alembic import context

from hoptrace.catalog.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
