"""Withdrawals: at which versions of the lake batches count."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hoptrace.catalog.database import guard
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


def _term(row: dict[str, Any], *, is_back: bool) -> Term:
    """Of a batch whose commit is not settled yet, results of any version may rest on it."""
    first, last = (None if row[name] is None else as_utc(row[name]) for name in ("first_time", "last_time"))
    until = None if is_back else row["until"]
    return Term(row["batch"], row["carrier_id"], first, last, row["since"] or 0, until, row["statements"])
