"""Batches: what was submitted, in which commit, with its receipt and its rejected rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from hoptrace.catalog.database import guard
from hoptrace.catalog.replacing import bring_back, file_digest, hold_again, set_aside, throw_away
from hoptrace.catalog.spans import BatchSpan, BatchSpans, SpansAt, Totals, as_utc
from hoptrace.catalog.tables import BATCHES, COMMITS, NAMED_CARRIERS, REJECTED_ROWS, WITHDRAWALS, CommitState
from hoptrace.errors import UnknownBatch
from hoptrace.model.receipts import Receipt

INSERT_AT_ONCE = 2_000
"""Rejected rows that are written to the database together."""


_BY = COMMITS.alias("by")
_STORED = sa.select(
    *(BATCHES, COMMITS.c.state, WITHDRAWALS.c.reason, WITHDRAWALS.c.commit_id.label("withdrawn_by")),
    *(_BY.c.state.label("withdrawal_state"), _BY.c.created_at.label("withdrawn_at")),
    _BY.c.lake_version.label("withdrawn_from"),
).select_from(
    BATCHES.join(COMMITS)
    .outerjoin(WITHDRAWALS, WITHDRAWALS.c.batch == BATCHES.c.batch)
    .outerjoin(_BY, _BY.c.commit_id == WITHDRAWALS.c.commit_id)
)
"""Batches with the state of their commits, and by which commit they were withdrawn."""


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch as it is entered: its receipt, the time span of its statements (None where it has none), its header."""

    receipt: Receipt
    first_time: datetime | None = None
    last_time: datetime | None = None
    header: bytes | None = None
    """The header line of a text file, kept so that rejected rows can be written out under it."""
    named: frozenset[str] = frozenset()
    """The carriers that its statements name as neighbours."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One rejected row: its 1-based line or row, its bytes, and every reason."""

    batch: str
    row: int
    raw: bytes
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """When a batch was withdrawn, from which version of the lake on it counts no more, and why."""

    at: datetime
    lake_version: int
    reason: str


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch as the catalog has it."""

    receipt: Receipt
    commit_id: str
    submitted_at: datetime
    header: bytes | None
    withdrawn: Withdrawal | None = None


class Batches:
    """The stored batches. Everything of one commit is entered, settled or taken out together.

    A commit that is still pending counts as in when `in_lake` says that the lake has it: its process was killed, or is
    just about to say so.
    """

    def __init__(self, engine: sa.Engine, in_lake: Callable[[str], bool]) -> None:
        self._engine = engine
        self._in_lake = in_lake
        self._spans = BatchSpans(engine, self._out)

    def begin(self, commit_id: str, carrier_id: str) -> None:
        """Announce a commit, so that what it leaves behind when it is killed can be found."""
        now = datetime.now(UTC)
        commit = {"commit_id": commit_id, "carrier_id": carrier_id, "state": CommitState.PENDING, "created_at": now}
        with guard(), self._engine.begin() as connection:
            connection.execute(sa.insert(COMMITS), commit)

    def enter(
        self,
        commit_id: str,
        batches: Sequence[NewBatch],
        rejected: Iterable[RejectedRow],
        replaced: Sequence[str] = (),
    ) -> None:
        """Enter the batches of a pending commit, with their rejected rows, in place of the batches `replaced`."""
        now = datetime.now(UTC)
        with guard(), self._engine.begin() as connection:
            set_aside(connection, replaced, commit_id)
            _remember_named(connection, frozenset[str]().union(*(batch.named for batch in batches)))
            connection.execute(sa.insert(BATCHES), [_batch_row(commit_id, batch, now) for batch in batches])
            for part in _parts(rejected):
                connection.execute(sa.insert(REJECTED_ROWS), part)

    def finish(self, commit_id: str, lake_version: int) -> None:
        """Mark a commit as in: its statements are in the lake from `lake_version` on; a withdrawal knows its own."""
        told = {"state": CommitState.IN, "lake_version": sa.func.coalesce(COMMITS.c.lake_version, lake_version)}
        with guard(), self._engine.begin() as connection:
            connection.execute(sa.update(COMMITS).where(COMMITS.c.commit_id == commit_id).values(told))
            throw_away(connection, commit_id)

    def rollback(self, commit_id: str) -> None:
        """Take a pending commit out again, with all that was entered for it."""
        mine = sa.select(BATCHES.c.batch).where(BATCHES.c.commit_id == commit_id)
        with guard(), self._engine.begin() as connection:
            connection.execute(sa.delete(REJECTED_ROWS).where(REJECTED_ROWS.c.batch.in_(mine)))
            connection.execute(sa.delete(BATCHES).where(BATCHES.c.commit_id == commit_id))
            bring_back(connection, commit_id)
            hold_again(connection, commit_id)
            connection.execute(sa.delete(WITHDRAWALS).where(WITHDRAWALS.c.commit_id == commit_id))
            connection.execute(sa.delete(COMMITS).where(COMMITS.c.commit_id == commit_id))

    def withdrawn(self, lake_version: int | None = None) -> frozenset[str]:
        """The batches that count no more at a version that the lake has, quick to ask for again, or at the newest."""
        return self._spans.withdrawn(lake_version)

    def pending(self) -> list[str]:
        """The commits that were begun and not finished, oldest first."""
        query = sa.select(COMMITS.c.commit_id).where(COMMITS.c.state == CommitState.PENDING)
        with guard(), self._engine.connect() as connection:
            return list(connection.execute(query.order_by(COMMITS.c.created_at, COMMITS.c.commit_id)).scalars())

    def by_digest(self, carrier_id: str, digests: Sequence[str]) -> dict[str, StoredBatch]:
        """The carrier's batches of files with these digests, by digest, but for those that may be submitted again."""
        wanted = (BATCHES.c.carrier_id == carrier_id, BATCHES.c.digest.in_(digests))
        return {stored.receipt.digest: stored for stored in self._select(*wanted)}

    def digests(self) -> set[str]:
        """The digests of the files of all batches, those of pending commits too."""
        with guard(), self._engine.connect() as connection:
            return set(map(file_digest, connection.execute(sa.select(BATCHES.c.digest).distinct()).scalars()))

    def list(self, carrier_id: str | None = None) -> list[StoredBatch]:
        """Every batch (of one carrier), in the order in which they were submitted."""
        return self._select(*(() if carrier_id is None else (BATCHES.c.carrier_id == carrier_id,)))

    def show(self, batch: str) -> StoredBatch:
        """One batch; raises UnknownBatch."""
        found = self._select(BATCHES.c.batch == batch)
        if not found:
            raise UnknownBatch(f"There is no batch {batch!r}. See them with: hoptrace batches list")
        return found[0]

    def spans(self, carrier_id: str | None = None, lake_version: int | None = None) -> list[BatchSpan]:
        """(carrier, batch, first, last start time) of every batch that has statements, in the order of the batches.

        Of those that count: with `lake_version` as it was when the lake had that version.
        """
        return self._spans.select(carrier_id, lake_version)

    def spans_at(self, lake_version: int) -> SpansAt:
        """The same for the newest version of the lake, quick to ask for again: only what is new is read."""
        return self._spans.at(lake_version)

    def totals(self, lake_version: int) -> Totals:
        """What the batches that were in when the lake had that version hold together; statements may have expired."""
        return self._spans.totals(lake_version)

    def after(self, lake_version: int) -> list[str]:
        """The batches that came in after the lake had this version."""
        query = sa.select(BATCHES.c.batch).join(COMMITS)
        later = (COMMITS.c.lake_version > lake_version) | (COMMITS.c.state == CommitState.PENDING)
        with guard(), self._engine.connect() as connection:
            return list(connection.execute(query.where(later).order_by(BATCHES.c.batch)).scalars())

    def rejected_rows(self, batch: str) -> list[RejectedRow]:
        """The rejected rows of a batch, in the order of the file; raises UnknownBatch."""
        self.show(batch)
        query = sa.select(REJECTED_ROWS).where(REJECTED_ROWS.c.batch == batch).order_by(REJECTED_ROWS.c.row)
        with guard(), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [RejectedRow(row["batch"], row["row"], row["raw"], tuple(row["reasons"])) for row in rows]

    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[StoredBatch]:
        query = _STORED.where(*conditions).order_by(BATCHES.c.submitted_at, BATCHES.c.batch)
        with guard(), self._engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        pending = {row["commit_id"] for row in rows if row["state"] == CommitState.PENDING}
        pending |= {row["withdrawn_by"] for row in rows if row["withdrawal_state"] == CommitState.PENDING}
        out = self._out(pending)
        return [_stored(row, row["withdrawn_by"] in out) for row in rows if row["commit_id"] not in out]

    def _out(self, pending: set[str]) -> set[str]:
        """Of pending commits those that the lake does not have."""
        return {commit_id for commit_id in sorted(pending) if not self._in_lake(commit_id)}


def _remember_named(connection: sa.Connection, named: frozenset[str]) -> None:
    known = set(connection.execute(sa.select(NAMED_CARRIERS.c.carrier_id)).scalars())
    if new := sorted(named - known):
        connection.execute(sa.insert(NAMED_CARRIERS), [{"carrier_id": carrier_id} for carrier_id in new])


def _batch_row(commit_id: str, batch: NewBatch, now: datetime) -> dict[str, Any]:
    receipt = batch.receipt
    return {
        "batch": receipt.batch,
        "commit_id": commit_id,
        "carrier_id": receipt.carrier,
        "digest": receipt.digest,
        "submitted_at": now,
        "first_time": batch.first_time,
        "last_time": batch.last_time,
        "statements": receipt.statements,
        "receipt": receipt.as_dict(),
        "header": batch.header,
    }


def _parts(rejected: Iterable[RejectedRow]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    for row in rejected:
        part.append({"batch": row.batch, "row": row.row, "raw": row.raw, "reasons": list(row.reasons)})
        if len(part) >= INSERT_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _stored(row: dict[str, Any], is_back: bool) -> StoredBatch:
    """A batch of _STORED; `is_back`: what was to withdraw it came to nothing."""
    told: dict[str, Any] = dict(row["receipt"])
    flags: tuple[str, ...] = tuple(told.pop("flags"))
    receipt = Receipt(**told, flags=flags)
    withdrawn = None
    if row["withdrawn_by"] is not None and not is_back:
        withdrawn = Withdrawal(as_utc(row["withdrawn_at"]), row["withdrawn_from"], row["reason"])
    return StoredBatch(receipt, row["commit_id"], as_utc(row["submitted_at"]), row["header"], withdrawn)
