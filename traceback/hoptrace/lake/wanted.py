"""What a look-up wants of the lake, as sorted arrays: which files, row groups and rows may hold it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from hoptrace.lake.footers import Footer, Int64s

FEW = 4
"""Spans of which each is looked for by itself; more of them are quicker found all at once."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The files of an index as arrays: paths, smallest and largest key, first and last start time in microseconds."""

    paths: list[str]
    key_min: Int64s
    key_max: Int64s
    time_min: Int64s
    time_max: Int64s

    @classmethod
    def of(cls, files: pl.DataFrame) -> Bounds:
        """Of rows of a view's files."""
        told = files.select("path", "key_min", "key_max", pl.col("time_min", "time_max").to_physical())
        return cls(told["path"].to_list(), *(told[name].to_numpy() for name in told.columns[1:]))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Merged spans as sorted arrays: keys, and first and last start time in microseconds. There is one at least."""

    keys: Int64s
    first: Int64s
    last: Int64s
    listed: list[int]
    """The keys again, as numbers of Python's: these are compared one by one."""

    @classmethod
    def of(cls, spans: pl.DataFrame) -> Wanted:
        """Of spans as `merge_spans` gives them."""
        keys, *times = (spans[name].to_physical().to_numpy() for name in ("key", "from_time", "to_time"))
        return cls(keys, *times, keys.tolist())

    def files(self, bounds: Bounds) -> list[str]:
        """The files that may hold a wanted row, by the bounds in the table's log."""
        inside = (bounds.time_max >= self.first.min()) & (bounds.time_min <= self.last.max())
        inside &= (bounds.key_max >= self.keys[0]) & (bounds.key_min <= self.keys[-1])
        return [bounds.paths[at] for at in np.flatnonzero(inside).tolist()]

    def groups(self, footer: Footer) -> list[int]:
        """The row groups of a file whose range of keys holds a wanted key."""
        first, beyond = bisect_left(footer.key_max, self.listed[0]), bisect_right(footer.key_min, self.listed[-1])
        return [at for at in range(first, beyond) if self._has_any(footer.key_min[at], footer.key_max[at])]

    def _has_any(self, least: int, most: int) -> bool:
        at = bisect_left(self.listed, least)
        return at < len(self.listed) and self.listed[at] <= most

    def rows(self, keys: Int64s, times: Int64s) -> Int64s:
        """The positions of the wanted rows of a row group, which is sorted by key and time."""
        spans = range(bisect_left(self.listed, int(keys[0])), bisect_right(self.listed, int(keys[-1])))
        found: list[Int64s] = []
        for span, start, end in self._met(spans, keys):
            first = start + _place(times[start:end], int(self.first[span]))
            last = start + _place(times[start:end], int(self.last[span]), "right")
            found.append(np.arange(first, last, dtype=np.int64))
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    def _met(self, spans: range, keys: Int64s) -> list[tuple[int, int, int]]:
        """Of spans those whose key is there, with the first row that has it and the one beyond the last."""
        if len(spans) > FEW:
            some = self.keys[spans.start : spans.stop]
            starts, ends = keys.searchsorted(some).tolist(), keys.searchsorted(some, side="right").tolist()
            met = zip(spans, starts, ends, strict=True)
            return [(span, start, end) for span, start, end in met if start < end]
        # Most row groups that may hold a key do not: that is told by one look.
        starts = [(span, _place(keys, self.listed[span])) for span in spans]
        there = [(span, at) for span, at in starts if at < keys.size and keys[at] == self.keys[span]]
        return [(span, at, _place(keys, self.listed[span], "right")) for span, at in there]


def _place(ordered: Int64s, value: int, side: Literal["left", "right"] = "left") -> int:
    return int(ordered.searchsorted(value, side=side))
