"""What a look-up wants of the lake, as sorted arrays: which files, blocks and rows may hold it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from hoptrace.lake.directories import microseconds
from hoptrace.lake.directory import Directory, tags_of
from hoptrace.model.arrays import Int64s

NONE: Int64s = np.empty(0, dtype=np.int64)
"""No rows."""

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
        keys = [files[name].to_numpy() for name in ("key_min", "key_max")]
        return cls(files["path"].to_list(), *keys, *(microseconds(files[name]) for name in ("time_min", "time_max")))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Merged spans as sorted arrays: keys, and first and last start time in microseconds. There is one at least."""

    keys: Int64s
    first: Int64s
    last: Int64s
    listed: list[int]
    """The keys again, as numbers of Python's: these are compared one by one."""
    tags: list[int]
    """The tags of the keys."""

    @classmethod
    def of(cls, spans: pl.DataFrame) -> Wanted:
        """Of spans as `merge_spans` gives them."""
        keys = spans["key"].to_numpy()
        first, last = (microseconds(spans[name]) for name in ("from_time", "to_time"))
        return cls(keys, first, last, keys.tolist(), tags_of(keys).tolist())

    def files(self, bounds: Bounds) -> list[str]:
        """The files that may hold a wanted row, by the bounds in the table's log."""
        inside = (bounds.time_max >= self.first.min()) & (bounds.time_min <= self.last.max())
        inside &= (bounds.key_max >= self.keys[0]) & (bounds.key_min <= self.keys[-1])
        return [bounds.paths[at] for at in np.flatnonzero(inside).tolist()]

    def blocks(self, directory: Directory) -> Iterator[tuple[int, int]]:
        """The blocks of a file that may hold a wanted row, each with the tag of its key, in the order of the spans."""
        spans = zip(self.listed, self.first.tolist(), self.last.tolist(), self.tags, strict=True)
        for key, first, last, tag in spans:
            for block in directory.blocks(key, first, last):
                yield block, tag

    def rows(self, keys: Int64s, times: Int64s) -> Int64s:
        """The positions of the wanted rows among some that are sorted by key and time, in their order."""
        first, beyond = bisect_left(self.listed, int(keys[0])), bisect_right(self.listed, int(keys[-1]))
        if beyond - first > FEW:
            return self._rows_of_many(first, beyond, keys, times)
        found = [self._rows_of_one(span, keys, times) for span in range(first, beyond)]
        found = [rows for rows in found if rows.size]
        return np.concatenate(found) if len(found) > 1 else found[0] if found else NONE

    def _rows_of_one(self, span: int, keys: Int64s, times: Int64s) -> Int64s:
        key = self.listed[span]
        start = _place(keys, key)
        if start == keys.size or keys[start] != key:
            return NONE  # another key has its tag
        end = _place(keys, key, "right")
        first = start + _place(times[start:end], int(self.first[span]))
        return np.arange(first, start + _place(times[start:end], int(self.last[span]), "right"), dtype=np.int64)

    def _rows_of_many(self, first: int, beyond: int, keys: Int64s, times: Int64s) -> Int64s:
        some = self.keys[first:beyond]
        starts = keys.searchsorted(some)
        counts = keys.searchsorted(some, side="right") - starts
        # The rows of each span's key one after the other, and the span of each.
        rows: Int64s = np.arange(int(counts.sum())) + np.repeat(starts - counts.cumsum() + counts, counts)
        span = np.repeat(np.arange(first, beyond), counts)
        at = times[rows]
        return rows[(at >= self.first[span]) & (at <= self.last[span])]


def _place(ordered: Int64s, value: int, side: Literal["left", "right"] = "left") -> int:
    return int(ordered.searchsorted(value, side=side))
