"""Batches whose files are taken in again: their digests get the mark of a commit, so that the files are known no more.

A batch that a newer one replaces is set aside while the newer commit is under way, so that it can still fail: it keeps
everything but its id and digest, which the newer one takes. A batch whose statements stay in the lake is let go: it
keeps its id, and only its file may be submitted again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from hoptrace.catalog.tables import BATCHES, REJECTED_ROWS

_SIGN = "~"
"""What a mark begins with; it stands in no digest."""


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


def let_go(connection: sa.Connection, batches: Sequence[str], commit_id: str) -> None:
    """The files of these batches may be submitted again, under other ids."""
    update = sa.update(BATCHES).where(BATCHES.c.batch == sa.bindparam("which"))
    update = update.values(digest=BATCHES.c.digest + _mark(commit_id))
    connection.execute(update, [{"which": batch} for batch in batches])


def hold_again(connection: sa.Connection, commit_id: str) -> None:
    """The commit came to nothing: the files that it let go are known again."""
    mark = _mark(commit_id)
    known = sa.func.substr(BATCHES.c.digest, 1, sa.func.length(BATCHES.c.digest) - len(mark))
    of_commit = BATCHES.c.digest.endswith(mark, autoescape=True)
    connection.execute(sa.update(BATCHES).where(of_commit).values(digest=known))


def is_let_go() -> sa.ColumnElement[bool]:
    """Whether a batch's file may be submitted again."""
    return BATCHES.c.digest.contains(_SIGN)


def file_digest(digest: str) -> str:
    """The digest of a batch's file, of what stands in the column."""
    return digest.partition(_SIGN)[0]


def _mark(commit_id: str) -> str:
    return f"{_SIGN}{commit_id}"


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
