"""Remembers which rows of a file were read, in eight bytes each, so that an exact repetition is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl


@dataclass(slots=True)
class Seen:
    """Sorted runs of 64-bit hashes; equal-sized runs are merged, so that a look-up asks only a few of them."""

    _runs: list[npt.NDArray[np.uint64]] = field(default_factory=list[npt.NDArray[np.uint64]])

    def repeated(self, hashes: pl.Series) -> pl.Series:
        """For each hash whether it came before, here or in an earlier call; all are remembered."""
        values = hashes.to_numpy()
        known = np.zeros(len(values), dtype=bool)
        for run in self._runs:
            known |= run[np.minimum(np.searchsorted(run, values), len(run) - 1)] == values
        known |= ~hashes.is_first_distinct().to_numpy()
        self._add(np.sort(values[~known]))
        return pl.Series("repeated", known)

    def _add(self, run: npt.NDArray[np.uint64]) -> None:
        while len(run) and self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.concatenate([self._runs.pop(), run])
            run.sort(kind="stable")
        if len(run):
            self._runs.append(run)
