"""Remembers 64-bit hashes, in eight bytes each and a table of bits, so that what is said again is known again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.model.arrays import Bytes, Truths, UInt64s

FIRST_SLOTS = 2**16
MOST_SLOTS = 2**27
"""Bytes of the table that says which hashes are new for certain."""
_SLOTS_PER_HASH = 16
_MERGED_AT_ONCE = 16
_SEVERAL = np.uint8(255)


def _marks(hashes: UInt64s) -> Bytes:
    """1 to 254, of the bits that do not say which slot a hash has."""
    low = hashes.astype(np.uint8)
    return np.where(low > _SEVERAL - 2, np.uint8(1), low + np.uint8(1))


@dataclass(slots=True)
class Seen:
    """A table with a slot for each range of hashes, and sorted runs of the hashes themselves.

    A slot holds a mark of the one hash in its range, or says that there are several. A hash whose slot is empty or has
    another mark is new; only the few others are looked for in the runs. Hashes are sorted before anything
    else, so that table and runs are gone through in their order.
    """

    _runs: list[UInt64s] = field(default_factory=list[UInt64s])
    _taken: Bytes = field(default_factory=lambda: np.zeros(FIRST_SLOTS, dtype=np.uint8))
    _count: int = 0

    def repeated(self, hashes: pl.Series) -> pl.Series:
        """For each hash whether it came before, here or in an earlier call; all are remembered."""
        values: UInt64s = hashes.to_numpy()
        ordered: UInt64s = np.sort(values)
        again = np.empty(len(ordered), dtype=bool)
        again[:1], again[1:] = False, ordered[1:] == ordered[:-1]
        slots, marks = self._slots(ordered), _marks(ordered)
        held = self._taken.take(slots)
        perhaps = np.flatnonzero((held == marks) | (held == _SEVERAL))
        before = ordered[perhaps[self.known(ordered[perhaps])]]
        known = np.zeros(len(values), dtype=bool)
        if again.any():
            known |= ~hashes.is_first_distinct().to_numpy()
        if len(before):
            known |= np.isin(values, before)
            again[perhaps] |= np.isin(ordered[perhaps], before)
        if again.any():
            ordered, slots, marks, held = (each[~again] for each in (ordered, slots, marks, held))
        self._keep(ordered, slots, marks, held)
        return pl.Series("repeated", known)

    def remember(self, ordered: UInt64s) -> None:
        """Remember sorted hashes, of which none stands twice."""
        slots = self._slots(ordered)
        self._keep(ordered, slots, _marks(ordered), self._taken.take(slots))

    def _keep(self, ordered: UInt64s, slots: npt.NDArray[np.int64], marks: Bytes, held: Bytes) -> None:
        if not self._grow(ordered):
            self._fill(slots, marks, held)
        self._merge()

    def _slots(self, values: UInt64s) -> npt.NDArray[np.int64]:
        bits = len(self._taken).bit_length() - 1
        return (values >> np.uint64(64 - bits)).astype(np.int64)

    def known(self, values: UInt64s) -> Truths:
        """For each hash whether it came before; none is remembered."""
        found = np.zeros(len(values), dtype=bool)
        for run in self._runs:
            found |= run[np.minimum(np.searchsorted(run, values), len(run) - 1)] == values
        return found

    def _grow(self, run: UInt64s) -> bool:
        """Remember a run, and whether the table became longer, so that it holds the run already."""
        if not len(run):
            return True
        self._count += len(run)
        self._runs.append(run)
        slots = len(self._taken)
        while self._count * _SLOTS_PER_HASH > slots < MOST_SLOTS:
            slots *= 8  # each time all that is known is filed anew
        slots = min(slots, MOST_SLOTS)
        if slots == len(self._taken):
            return False
        self._taken = np.zeros(slots, dtype=np.uint8)
        for each in self._runs:
            places = self._slots(each)
            self._fill(places, _marks(each), self._taken[places])
        return True

    def _fill(self, slots: npt.NDArray[np.int64], marks: Bytes, held: Bytes) -> None:
        """Put hashes into their slots: a mark into an empty one, that there are several into one that was `held`."""
        marks[held != 0] = _SEVERAL
        # Sorted hashes of one slot stand together.
        shared = slots[1:] == slots[:-1]
        marks[1:][shared] = marks[:-1][shared] = _SEVERAL
        self._taken[slots] = marks

    def _merge(self) -> None:
        """Put runs of about one size together, so that a look-up asks only a few."""
        while len(self._runs) >= _MERGED_AT_ONCE and len(self._runs[-_MERGED_AT_ONCE]) <= 2 * len(self._runs[-1]):
            merged = np.concatenate(self._runs[-_MERGED_AT_ONCE:])
            # Sorts by merging what is in order already.
            merged.sort(kind="stable")
            self._runs[-_MERGED_AT_ONCE:] = [merged]
