"""Clock tables: how far each carrier's clock runs fast, one version each time they were learned anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from hoptrace.catalog.database import guard
from hoptrace.catalog.tables import CLOCK_VERSIONS, CLOCKS


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One carrier's clock: `offset` seconds fast, `spread` of the residuals in seconds, from `matches` pairs."""

    carrier_id: str
    offset: float
    spread: float
    matches: int


@dataclass(frozen=True, slots=True)
class ClockTable:
    """A version of the clock table; version 0 is the empty one that holds before anything was learned."""

    version: int = 0
    lake_version: int = 0
    rows: tuple[ClockRow, ...] = ()


class Clocks:
    """The stored clock tables."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def save_clocks(self, lake_version: int, rows: Iterable[ClockRow]) -> int:
        """Store a clock table and give its version; where it equals the newest one, that one's version."""
        ordered = sorted(rows, key=lambda row: row.carrier_id)
        digest = hashlib.sha256(json.dumps([asdict(row) for row in ordered]).encode()).hexdigest()
        newest = sa.select(CLOCK_VERSIONS).order_by(CLOCK_VERSIONS.c.version.desc()).limit(1)
        with guard(), self._engine.begin() as connection:
            last = connection.execute(newest).mappings().first()
            if last is not None and last["digest"] == digest:
                return int(last["version"])
            version = 1 if last is None else int(last["version"]) + 1
            head = {"version": version, "lake_version": lake_version, "digest": digest, "created_at": datetime.now(UTC)}
            connection.execute(sa.insert(CLOCK_VERSIONS), head)
            if ordered:
                connection.execute(sa.insert(CLOCKS), [{"version": version, **asdict(row)} for row in ordered])
            return version

    def latest_clocks(self) -> ClockTable:
        """The newest clock table."""
        newest = sa.select(sa.func.max(CLOCK_VERSIONS.c.version))
        with guard(), self._engine.connect() as connection:
            version = connection.execute(newest).scalar()
        return ClockTable() if version is None else self.clocks(int(version))

    def clocks(self, version: int) -> ClockTable:
        """The clock table of that version; an unknown version is empty."""
        heads = sa.select(CLOCK_VERSIONS).where(CLOCK_VERSIONS.c.version == version)
        rows = sa.select(CLOCKS).where(CLOCKS.c.version == version).order_by(CLOCKS.c.carrier_id)
        with guard(), self._engine.connect() as connection:
            head = connection.execute(heads).mappings().first()
            if head is None:
                return ClockTable()
            found = connection.execute(rows).mappings().all()
        return ClockTable(
            version=version,
            lake_version=int(head["lake_version"]),
            rows=tuple(ClockRow(r["carrier_id"], r["offset"], r["spread"], r["matches"]) for r in found),
        )
