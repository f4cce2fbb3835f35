"""Batches that newer ones replace: set aside while the newer commit is under way, so that it can still fail.

A batch that is set aside keeps everything but its id and digest, which the newer one takes: both get the mark of the
commit that replaces it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from hoptrace.catalog.tables import BATCHES, REJECTED_ROWS


def set_aside(connection: sa.Connection, batches: Sequence[str], commit_id: str) -> None:
    """Make room for newer batches of the same files."""
    mark = _mark(commit_id)
    for batch in batches:
        _rename(connection, batch, lambda text: text + mark)


def bring_back(connection: sa.Connection, commit_id: str) -> None:
    """The newer commit came to nothing: what it set aside is in again."""
    mark = _mark(commit_id)
    for batch in _aside(connection, mark):
        _rename(connection, batch, lambda text: text.removesuffix(mark))


def throw_away(connection: sa.Connection, commit_id: str) -> None:
    """The newer commit is in: what it set aside is replaced."""
    batches = _aside(connection, _mark(commit_id))
    connection.execute(sa.delete(REJECTED_ROWS).where(REJECTED_ROWS.c.batch.in_(batches)))
    connection.execute(sa.delete(BATCHES).where(BATCHES.c.batch.in_(batches)))


def _mark(commit_id: str) -> str:
    return f"~{commit_id}"


def _aside(connection: sa.Connection, mark: str) -> list[str]:
    query = sa.select(BATCHES.c.batch).where(BATCHES.c.batch.endswith(mark, autoescape=True))
    return list(connection.execute(query).scalars())


def _rename(connection: sa.Connection, batch: str, new: Callable[[str], str]) -> None:
    # Rejected rows refer to their batch: the renamed one must stand before they can move to it.
    found = connection.execute(sa.select(BATCHES).where(BATCHES.c.batch == batch)).mappings().one()
    row = dict(found) | {"batch": new(batch), "digest": new(found["digest"])}
    connection.execute(sa.insert(BATCHES), row)
    move = sa.update(REJECTED_ROWS).where(REJECTED_ROWS.c.batch == batch).values(batch=row["batch"])
    connection.execute(move)
    connection.execute(sa.delete(BATCHES).where(BATCHES.c.batch == batch))
