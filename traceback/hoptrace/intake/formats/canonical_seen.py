"""Remembers which rows of a file were read, in eight bytes each, so that an exact repetition is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl


@dataclass(slots=True)
class Seen:
    """Sorted runs of 64-bit hashes; equal-sized runs are merged, so that a look-up asks only a few of them."""

    _runs: list[np.ndarray] = field(default_factory=list[np.ndarray])

    def repeated(self, hashes: pl.Series) -> pl.Series:
        """For each hash whether it came before, here or in an earlier call; all are remembered."""
        values = hashes.to_numpy()
        known = np.zeros(len(values), dtype=bool)
        for run in self._runs:
            known |= run[np.minimum(np.searchsorted(run, values), len(run) - 1)] == values
        self._add(np.unique(values[~known]))
        return pl.Series("repeated", known) | ~hashes.is_first_distinct()

    def _add(self, run: np.ndarray) -> None:
        while len(run) and self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.concatenate([self._runs.pop(), run])
            run.sort(kind="stable")
        if len(run):
            self._runs.append(run)
