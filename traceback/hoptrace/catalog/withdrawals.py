"""Withdrawals: they are entered here, and tell at which versions of the lake batches count."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from hoptrace.catalog.database import guard
from hoptrace.catalog.replacing import is_let_go, let_go
from hoptrace.catalog.spans import as_utc
from hoptrace.catalog.tables import BATCHES, COMMITS, WITHDRAWALS, CommitState

_BY = COMMITS.alias("by")
_TERMS = (
    sa.select(
        *(BATCHES.c.batch, BATCHES.c.carrier_id, BATCHES.c.first_time, BATCHES.c.last_time, BATCHES.c.statements),
        *(COMMITS.c.lake_version.label("since"), _BY.c.lake_version.label("until")),
        *(_BY.c.commit_id.label("withdrawn_by"), _BY.c.state.label("withdrawal_state")),
    )
    .select_from(
        BATCHES.join(COMMITS)
        .outerjoin(WITHDRAWALS, WITHDRAWALS.c.batch == BATCHES.c.batch)
        .outerjoin(_BY, _BY.c.commit_id == WITHDRAWALS.c.commit_id)
    )
    .order_by(BATCHES.c.batch)
)


@dataclass(frozen=True, slots=True)
class Term:
    """At which versions of the lake a batch counts: from `since` on, and before `until` where it was withdrawn.

    With the first and last start time of its statements, None where it has none, and how many they were.
    """

    batch: str
    carrier: str
    first_time: datetime | None
    last_time: datetime | None
    since: int = 0
    until: int | None = None
    statements: int = 0

    def holds(self, lake_version: int) -> bool:
        """Whether the batch counts at this version."""
        return self.since <= lake_version and (self.until is None or lake_version < self.until)


class Withdrawals:
    """The withdrawals; a pending one counts where `in_lake` says that the lake has it."""

    def __init__(self, engine: sa.Engine, in_lake: Callable[[str], bool]) -> None:
        self._engine = engine
        self._in_lake = in_lake

    def withdraw(self, commit_id: str, batches: Sequence[str], reason: str, lake_version: int) -> list[str]:
        """Enter that batches count no more from a version of the lake on that it does not have yet.

        The commit is pending then, to be finished when the lake has that version, or taken back. The files of these
        batches may be submitted again, and so may those of later batches of the same carriers that had duplicates,
        some of which these batches may have given before: gives the latter. Needs the writer's lock.
        """
        now = datetime.now(UTC)
        commit = {"commit_id": commit_id, "carrier_id": "", "state": CommitState.PENDING, "created_at": now}
        rows = [{"batch": batch, "commit_id": commit_id, "reason": reason} for batch in batches]
        with guard(), self._engine.begin() as connection:
            connection.execute(sa.insert(COMMITS), {**commit, "lake_version": lake_version})
            connection.execute(sa.insert(WITHDRAWALS), rows)
            repeating = _with_duplicates(connection, batches)
            let_go(connection, [*batches, *repeating], commit_id)
        return repeating

    def let_go(self, carrier_id: str) -> frozenset[str]:
        """The carrier's batches whose files may be submitted again, under other names."""
        query = sa.select(BATCHES.c.batch).where(BATCHES.c.carrier_id == carrier_id, is_let_go())
        with guard(), self._engine.connect() as connection:
            return frozenset(connection.execute(query).scalars())

    def terms(self, batches: Collection[str] | None = None) -> list[Term]:
        """Of all batches that are withdrawn, or of these whether they are or not, in the order of the batches."""
        wanted = WITHDRAWALS.c.batch.is_not(None) if batches is None else BATCHES.c.batch.in_(batches)
        with guard(), self._engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(_TERMS.where(wanted)).mappings()]
        terms = [_term(row, is_back=self._is_back(row)) for row in rows]
        return terms if batches is not None else [term for term in terms if term.until is not None]

    def _is_back(self, row: dict[str, Any]) -> bool:
        """Whether what was to withdraw the batch came to nothing."""
        return row["withdrawal_state"] == CommitState.PENDING and not self._in_lake(row["withdrawn_by"])


def _with_duplicates(connection: sa.Connection, batches: Sequence[str]) -> list[str]:
    """The batches that came from the same carriers with these or later, and had duplicates."""
    since = sa.func.min(BATCHES.c.submitted_at).label("since")
    first = sa.select(BATCHES.c.carrier_id, since).where(BATCHES.c.batch.in_(batches))
    first = first.group_by(BATCHES.c.carrier_id).subquery()
    query = (
        sa.select(BATCHES.c.batch, BATCHES.c.receipt)
        .join(first, BATCHES.c.carrier_id == first.c.carrier_id)
        .where(BATCHES.c.submitted_at >= first.c.since, BATCHES.c.batch.not_in(batches), ~is_let_go())
    )
    rows = connection.execute(query.order_by(BATCHES.c.submitted_at, BATCHES.c.batch)).all()
    return [batch for batch, receipt in rows if receipt["duplicates"]]


def _term(row: dict[str, Any], *, is_back: bool) -> Term:
    """Of a batch whose commit is not settled yet, results of any version may rest on it."""
    first, last = (None if row[name] is None else as_utc(row[name]) for name in ("first_time", "last_time"))
    until = None if is_back else row["until"]
    return Term(row["batch"], row["carrier_id"], first, last, row["since"] or 0, until, row["statements"])
