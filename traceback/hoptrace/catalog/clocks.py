"""Clock tables: what was learned of the carriers' clocks and habits, one version each time it was learned anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from hoptrace.catalog.database import guard
from hoptrace.catalog.spans import as_utc
from hoptrace.catalog.tables import CLOCK_SHIFTS, CLOCK_VERSIONS, CLOCKS

_NEWEST = sa.select(sa.func.max(CLOCK_VERSIONS.c.version))


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One carrier's clock: `offset` seconds fast, `spread` of the residuals in seconds, from `matches` pairs.

    The offset holds at `reference` (epoch s) and grows by `drift` seconds a day; `hours` is the whole (or half, or
    quarter) hours in it. `start_is_answer`: the start of an answered call is its answer. `tick`: seconds to which the
    times are really cut, None where the records say it themselves.
    """

    carrier_id: str
    offset: float
    spread: float
    matches: int
    drift: float = 0.0
    reference: float = 0.0
    hours: float = 0.0
    start_is_answer: bool = False
    tick: float | None = None


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A batch whose times run `shift` seconds fast beyond its carrier's clock, by `matches` pairs."""

    batch: str
    carrier_id: str
    shift: float
    matches: int


@dataclass(frozen=True, slots=True)
class ClockTable:
    """A version of the clock table; version 0 is the empty one that holds before anything was learned."""

    version: int = 0
    lake_version: int = 0
    rows: tuple[ClockRow, ...] = ()
    shifts: tuple[ShiftRow, ...] = ()
    weights: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ClockVersion:
    """The head of a clock table: when it was learned, from which version of the lake, of how many carriers."""

    version: int
    lake_version: int
    created_at: datetime
    carriers: int
    shifts: int


class Clocks:
    """The stored clock tables."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._last = ClockTable()

    def save_clocks(
        self,
        lake_version: int,
        rows: Iterable[ClockRow],
        shifts: Iterable[ShiftRow] = (),
        weights: Mapping[str, Any] | None = None,
        follows: int | None = None,
        *,
        again: bool = False,
    ) -> int:
        """Store a clock table and give its version; where it equals the newest one, that one's version.

        Then that one is told to hold at this version of the lake as well: nothing that came in until then is new to it.
        `follows`: the version that it was made of. Where that is not the newest any more nothing is stored; gives 0.
        `again`: any older table that it equals will do as well.
        """
        clocks = tuple(sorted(rows, key=lambda row: row.carrier_id))
        shifted = tuple(sorted(shifts, key=lambda row: row.batch))
        table = ClockTable(0, lake_version, clocks, shifted, dict(weights or {}))
        # Two processes that store at once would give one number twice: the second one is not stored.
        raced = [] if follows is None else [IntegrityError]
        self._last = ClockTable()  # of the one at hand the lake's version may change
        with guard(), suppress(*raced), self._engine.begin() as connection:
            return _stored(connection, table, follows, again=again)
        moved = self.latest_version() != follows
        return 0 if moved else self.save_clocks(lake_version, clocks, shifted, weights)  # raises what is wrong with it

    def latest_version(self) -> int:
        """The newest clock table's version; 0 where nothing was learned yet."""
        with guard(), self._engine.connect() as connection:
            return int(connection.execute(_NEWEST).scalar() or 0)

    def latest_clocks(self) -> ClockTable:
        """The newest clock table."""
        return self.clocks(self.latest_version())

    def clocks(self, version: int) -> ClockTable:
        """The clock table of that version; an unknown version is empty. The one asked for last is at hand."""
        if version != self._last.version:
            self._last = self._read(version)
        return self._last

    def _read(self, version: int) -> ClockTable:
        heads = sa.select(CLOCK_VERSIONS).where(CLOCK_VERSIONS.c.version == version)
        rows = sa.select(CLOCKS).where(CLOCKS.c.version == version).order_by(CLOCKS.c.carrier_id)
        shifts = sa.select(CLOCK_SHIFTS).where(CLOCK_SHIFTS.c.version == version).order_by(CLOCK_SHIFTS.c.batch)
        with guard(), self._engine.connect() as connection:
            head = connection.execute(heads).mappings().first()
            if head is None:
                return ClockTable()
            found = connection.execute(rows).mappings().all()
            shifted = connection.execute(shifts).mappings().all()
        return ClockTable(
            version=version,
            lake_version=int(head["lake_version"]),
            rows=tuple(ClockRow(**_without_version(row)) for row in found),
            shifts=tuple(ShiftRow(**_without_version(row)) for row in shifted),
            weights=head["weights"],
        )

    def versions(self) -> list[ClockVersion]:
        """The heads of all clock tables, newest first."""
        at = CLOCK_VERSIONS.c
        carriers = sa.select(sa.func.count()).where(CLOCKS.c.version == at.version).scalar_subquery()
        shifts = sa.select(sa.func.count()).where(CLOCK_SHIFTS.c.version == at.version).scalar_subquery()
        query = sa.select(at.version, at.lake_version, at.created_at, carriers, shifts).order_by(at.version.desc())
        with guard(), self._engine.connect() as connection:
            found = connection.execute(query).all()
        return [ClockVersion(row[0], row[1], as_utc(row[2]), row[3], row[4]) for row in found]


def _stored(connection: sa.Connection, table: ClockTable, follows: int | None, *, again: bool) -> int:
    """See `Clocks.save_clocks`."""
    digest = _digest(table)
    newest = sa.select(CLOCK_VERSIONS.c.version, CLOCK_VERSIONS.c.digest).order_by(CLOCK_VERSIONS.c.version.desc())
    found = connection.execute(newest.limit(1)).first()
    before, last = (0, None) if found is None else (int(found.version), found.digest)
    if follows not in (None, before):
        return 0
    if last == digest:
        older = (CLOCK_VERSIONS.c.version == before) & (CLOCK_VERSIONS.c.lake_version < table.lake_version)
        connection.execute(sa.update(CLOCK_VERSIONS).where(older).values(lake_version=table.lake_version))
        return before
    same = sa.select(sa.func.max(CLOCK_VERSIONS.c.version)).where(CLOCK_VERSIONS.c.digest == digest)
    if again and (known := connection.execute(same).scalar()):
        return int(known)
    _insert(connection, replace(table, version=before + 1), digest)
    return before + 1


def _insert(connection: sa.Connection, table: ClockTable, digest: str) -> None:
    head = {"version": table.version, "lake_version": table.lake_version, "weights": table.weights}
    connection.execute(sa.insert(CLOCK_VERSIONS), head | {"digest": digest, "created_at": datetime.now(UTC)})
    for place, stored in ((CLOCKS, table.rows), (CLOCK_SHIFTS, table.shifts)):
        if stored:
            connection.execute(sa.insert(place), [{"version": table.version, **asdict(row)} for row in stored])


def _digest(table: ClockTable) -> str:
    told = [[asdict(row) for row in table.rows], [asdict(row) for row in table.shifts], table.weights]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _without_version(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name != "version"}
