"""Remembers 64-bit hashes of what bears a time: what is said in the order of time is held against its neighbours alone.

What repeats something bears its time. So of a file in the order of time, as most are, a block is held against no block
but the few of the same time, and no table has to be filled. Of files in no such order it is `Seen` that remembers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from hoptrace.intake.seen import Seen
from hoptrace.model.arrays import Int64s, Truths, UInt64s

MOST_RUNS = 1_000
"""Runs through whose times each new one goes."""

MOST_LOOKED_UP = 2
"""Look-ups for each hash, in runs of the same time, from which on a table takes less time."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Sorted hashes, each once, and the first and the last of their times."""

    first: int
    last: int
    hashes: UInt64s

    def has(self, asked: UInt64s) -> Truths:
        """Which of some hashes it has."""
        return self.hashes[np.minimum(np.searchsorted(self.hashes, asked), len(self.hashes) - 1)] == asked


@dataclass(slots=True)
class SeenByTime:
    """Runs of hashes by their times, or all of them in one table once that is quicker."""

    _runs: list[_Run] = field(default_factory=list[_Run])
    _table: Seen | None = None

    def repeated(self, hashes: pl.Series, times: pl.Series) -> pl.Series:
        """For each hash whether it came before, here or in an earlier call; all are remembered.

        `times` (datetimes, none null) of the same length; equal hashes bear equal times.
        """
        if hashes.is_empty():
            return pl.Series("repeated", [], pl.Boolean)
        found = None if self._table is not None else self._beside(hashes, times)
        return self._in_table(hashes) if found is None else found

    def _beside(self, hashes: pl.Series, times: pl.Series) -> pl.Series | None:
        """The same by the runs of the same time; None where these are too many."""
        values: UInt64s = hashes.to_numpy()
        moments: Int64s = times.to_numpy().view(np.int64)
        first, last = int(moments.min()), int(moments.max())
        met = [run for run in self._runs if run.first <= last and first <= run.last]
        early = np.flatnonzero(moments <= max((run.last for run in met), default=first - 1))
        if len(self._runs) >= MOST_RUNS or len(early) * len(met) > MOST_LOOKED_UP * len(values):
            return None
        ordered = np.sort(values)
        again = ordered[1:] == ordered[:-1]
        known = ~hashes.is_first_distinct().to_numpy() if again.any() else np.zeros(len(values), dtype=bool)
        for run in met:
            known[early] |= run.has(values[early])
        self._runs.append(_Run(first, last, ordered[np.append(True, ~again)] if again.any() else ordered))
        return pl.Series("repeated", known)

    def _in_table(self, hashes: pl.Series) -> pl.Series:
        if self._table is None:
            self._table = Seen()
        for run in self._runs:
            self._table.remember(run.hashes)
        self._runs.clear()
        return self._table.repeated(hashes)
