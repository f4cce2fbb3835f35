"""The spans of time that batches cover: of all carriers, asked for with every trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter

import sqlalchemy as sa

from hoptrace.catalog.database import guard
from hoptrace.catalog.tables import BATCHES, COMMITS, WITHDRAWALS, CommitState

BatchSpan = tuple[str, str, datetime, datetime]
"""Carrier, batch, its first and last start time as written."""

_ORDER = itemgetter(1)

_AT = BATCHES.c
_STORED = (
    sa.select(_AT.carrier_id, _AT.batch, _AT.first_time, _AT.last_time, _AT.commit_id, COMMITS.c.state)
    .join(COMMITS)
    .where(_AT.first_time.is_not(None))
    .order_by(_AT.batch)
)
_PENDING = COMMITS.c.state == CommitState.PENDING
_NEWER = _STORED.where(_PENDING | COMMITS.c.lake_version.between(sa.bindparam("first"), sa.bindparam("last")))
"""Of batches that have statements: all; those of pending commits, or settled between two versions of the lake."""

_WITHDRAWN = sa.select(WITHDRAWALS.c.batch, WITHDRAWALS.c.commit_id, COMMITS.c.state).join(COMMITS)
"""The withdrawn batches, and by which commit."""


@dataclass(frozen=True, slots=True)
class SpansAt:
    """The spans at a version of the lake; where `key` is the same, so are the spans."""

    key: tuple[int, tuple[str, ...]]
    spans: tuple[BatchSpan, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What batches hold together: how many have statements, how many these are, first and last start time."""

    batches: int
    statements: int
    first_time: datetime | None
    last_time: datetime | None


class BatchSpans:
    """The spans of the stored batches that count; `out` gives those of pending commits that the lake does not have."""

    def __init__(self, engine: sa.Engine, out: Callable[[set[str]], set[str]]) -> None:
        self._engine = engine
        self._out = out
        self._gone: tuple[int, frozenset[str]] = (-1, frozenset())
        self._known: tuple[int, tuple[BatchSpan, ...]] = (-1, ())

    def select(self, carrier_id: str | None, lake_version: int | None) -> list[BatchSpan]:
        """See `Batches.spans`."""
        query = _STORED if carrier_id is None else _STORED.where(_AT.carrier_id == carrier_id)
        if lake_version is not None:
            query = query.where((COMMITS.c.lake_version <= lake_version) | _PENDING)
        found = self._read(query)
        out = self._out({commit_id for _, commit_id, state in found if state == CommitState.PENDING})
        gone = self.withdrawn(lake_version)
        return [span for span, commit_id, _ in found if commit_id not in out and span[1] not in gone]

    def at(self, lake_version: int) -> SpansAt:
        """See `Batches.spans_at`. What is settled never changes, so that only newer commits are read.

        A pending commit that the lake has will be settled as of a version that may be known already: until then none of
        what is new is taken for known.
        """
        known_to, known = self._known
        if lake_version < known_to:
            spans = tuple(self.select(None, lake_version))
            return SpansAt((lake_version, ("of old", str(len(spans)))), spans)
        # One query, so that a commit that is being settled is seen in one state or the other.
        found = self._read(_NEWER, first=known_to + 1, last=lake_version)
        waiting = {commit_id for _, commit_id, state in found if state == CommitState.PENDING}
        out = self._out(waiting)
        new = [span for span, commit_id, _ in found if commit_id not in out]
        spans = tuple(sorted((*known, *new), key=_ORDER)) if new else known
        if waiting <= out:
            self._known = (lake_version, spans)
        if gone := self.withdrawn(lake_version):
            spans = tuple(span for span in spans if span[1] not in gone)
        return SpansAt((lake_version, tuple(sorted(waiting - out))), spans)

    def withdrawn(self, lake_version: int | None = None) -> frozenset[str]:
        """See `Batches.withdrawn`. What is entered later holds from a later version, so that an answer stays true."""
        if lake_version is None:
            return self._read_withdrawn(_WITHDRAWN)
        known_at, gone = self._gone  # read once: another thread may ask for another version in between
        if known_at != lake_version:
            gone = self._read_withdrawn(_WITHDRAWN.where(COMMITS.c.lake_version <= lake_version))
            self._gone = lake_version, gone
        return gone

    def totals(self, lake_version: int) -> Totals:
        """See `Batches.totals`."""
        waiting = sa.case((_PENDING, COMMITS.c.commit_id), else_="").label("waiting")
        told = (sa.func.count(), sa.func.sum(_AT.statements), sa.func.min(_AT.first_time), sa.func.max(_AT.last_time))
        settled = COMMITS.c.lake_version <= lake_version
        query = sa.select(waiting, *told).join(COMMITS).where(_AT.first_time.is_not(None), settled | _PENDING)
        if gone := self.withdrawn(lake_version):
            query = query.where(_AT.batch.not_in(gone))
        with guard(), self._engine.connect() as connection:
            rows = connection.execute(query.group_by("waiting")).all()
        out = self._out({row[0] for row in rows if row[0]})
        held = [row for row in rows if row[0] not in out]
        return Totals(
            batches=sum(row[1] for row in held),
            statements=sum(int(row[2]) for row in held),
            first_time=min((as_utc(row[3]) for row in held), default=None),
            last_time=max((as_utc(row[4]) for row in held), default=None),
        )

    def _read_withdrawn(self, query: sa.Select[str, str, str]) -> frozenset[str]:
        with guard(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        out = self._out({commit_id for _, commit_id, state in rows if state == CommitState.PENDING})
        return frozenset(batch for batch, commit_id, _ in rows if commit_id not in out)

    def _read(
        self, query: sa.Select[str, str, datetime, datetime, str, str], **versions: int
    ) -> list[tuple[BatchSpan, str, str]]:
        with guard(), self._engine.connect() as connection:
            rows = connection.execute(query, versions).all()
        return [
            ((carrier, batch, as_utc(first), as_utc(last)), commit_id, state)
            for carrier, batch, first, last, commit_id, state in rows
        ]


def as_utc(time: datetime) -> datetime:
    """A time of the database; SQLite gives times back without their zone, they were written in UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
