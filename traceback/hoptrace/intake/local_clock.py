"""The local times of one file as UTC, and what is odd on the way.

A reader of a zone-less format does three things:

    clock = LocalClock.of(context, measure(pairs))    # once a file; raises TimezoneMissing
    clock.look_ahead(starts, rows)                    # settles hours that are repeated, see `folds`
    start = clock.to_utc(datetime(2026, 11, 23, 17, 58, 46), row=1)
    for text in clock.flags(): ledger.flag(file, text)

or, without the counting, `resolve(context)` and `to_utc(local, tz)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from hoptrace.intake.fold_rows import FoldRow, repeats_any, repeats_on, settled_rows
from hoptrace.intake.folds import Settled, near_folds, settle
from hoptrace.intake.reading import Context, Zone
from hoptrace.intake.zone_measuring import Measured, quarter_offset
from hoptrace.intake.zone_resolving import Resolved, resolve
from hoptrace.intake.zones import Reading, at_offset, to_utc


@dataclass(slots=True)
class LocalClock:
    """Reads one file's local times in one zone and counts what was odd."""

    resolved: Resolved
    offsets: frozenset[timedelta] = frozenset()
    missing: int = 0
    passes: dict[int, bool | None] = field(default_factory=dict[int, "bool | None"])
    told: tuple[str, ...] = ()
    open: dict[datetime, int] = field(default_factory=dict[datetime, int])
    """Times read as the first pass of a repeated hour that nothing settled; by how many seconds the second is later."""
    crossed: set[datetime] = field(default_factory=set[datetime])
    """Times of the second pass, known by a time of the same call in the first."""

    @classmethod
    def of(cls, context: Context, measured: Measured | None = None) -> LocalClock:
        """The clock for a file, see `resolve`."""
        resolved = resolve(context, measured)
        # A file's own zone counts for all its offsets, also where the carrier directory contradicts it.
        if measured is None or not resolved.shown or isinstance(resolved.tz, ZoneInfo):
            return cls(resolved)
        return cls(resolved, frozenset((measured.offset, *measured.others)) if measured.others else frozenset())

    @property
    def zone(self) -> Zone:
        """The zone and how it was found, for the receipt."""
        return self.resolved.zone

    def look_ahead(self, starts: Iterable[datetime], rows: Callable[[], Sequence[FoldRow]]) -> None:
        """Settle the start times in hours that the zone repeats by the sequence of a file's rows, in their order.

        `rows` is asked for only where one of the starts lies on such a day.
        """
        tz = self.resolved.tz
        if not isinstance(tz, ZoneInfo) or not repeats_any(starts, tz.key):
            return
        self._keep(settled_rows(rows(), tz.key))

    def look_ahead_on(self, days: Iterable[date], rows: Callable[[], pl.DataFrame]) -> None:
        """The same for readers that go by columns: the days of the starts, and the rows as FOLD_ROWS."""
        tz = self.resolved.tz
        if isinstance(tz, ZoneInfo) and repeats_on(days, tz.key):
            self._keep(settle(near_folds(rows(), tz.key), tz.key))

    def _keep(self, settled: Settled) -> None:
        self.passes, self.told = dict(settled.passes.iter_rows()), settled.flags

    def to_utc(
        self, local: datetime, epoch: float | None = None, row: int | None = None, after: datetime | None = None
    ) -> datetime:
        """A naive local time as UTC; `epoch` (UTC seconds of about the same moment) settles a change of summer time.

        `row`: the time is the start of this row, which `look_ahead` was told of. `after`: a time of the same call
        before which this one does not lie. Of a time that stays open the first candidate is given, see `may_be_later`.
        """
        if epoch is not None and self.offsets:
            offset = quarter_offset(local, epoch)
            if offset is not None and offset in self.offsets:
                return at_offset(local, offset)
        utc, reading = to_utc(local, self.resolved.tz)
        if reading is Reading.PLAIN:
            return utc
        if reading is Reading.REPEATED:
            later = local.replace(tzinfo=self.resolved.tz, fold=1).astimezone(UTC)
            second = self.passes.get(row) if row is not None else None
            if second is not None:
                return later if second else utc
            if epoch is not None:
                return min(utc, later, key=lambda t: abs(t.timestamp() - epoch))
            if after is not None and utc < after <= later:
                self.crossed.add(later)
                return later
            self.open[utc] = round((later - utc).total_seconds())
        else:
            self.missing += 1
        return utc

    def may_be_later(self, start: datetime, *others: datetime | None, row: int | None = None) -> int | None:
        """By how many seconds a start of `to_utc` may have been later, None where it is settled.

        `others`: later times of the same call; one that lies in the second pass with an earlier clock time settles it.
        """
        if not self.open or (row is not None and self.passes.get(row) is not None):
            return None
        if any(other in self.crossed for other in others):
            return None
        return self.open.get(start)

    def flags(self) -> tuple[str, ...]:
        """What the receipt should say of this file's times; of those that stay open the statements tell."""
        name = self.zone.name
        found: list[str] = [*([self.resolved.conflict] if self.resolved.conflict else []), *self.told]
        if self.missing:
            found.append(f"times in the hour that {name} leaves out as summer time begins, shifted: {self.missing}")
        return tuple(found)
