"""What is remembered of the lake's files, which never change: their row groups, keys and times, and rows read last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
import polars as pl

from hoptrace.lake.kept import Kept
from hoptrace.lake.storage import Piece, Store
from hoptrace.model.arrays import Int64s

KEYS_ROOM = 128 << 20
"""Bytes of keys and times that are kept in memory: those of 2,000 full row groups."""

ROWS_ROOM = 16 << 20
"""Bytes of rows that are kept in memory: the rounds of a trace come back to the same ones."""

PIECE_BYTES = 64 << 10
"""What some rows take beside themselves: their texts lie in whole pages of the file."""

AT_ONCE = 8
"""Footers that are read at once: an object store answers late, but many at a time."""

FIRST_LOOKUPS = 12
"""Lookups of a process that remember nothing: it may be one trace, which the loading of pyarrow would double."""

Group = tuple[str, int]
"""A file's path in the table, and the number of a row group in it."""

KeysAndTimes = tuple[Int64s, Int64s]
"""The keys of a row group and its start times in microseconds since 1970, in the order of the file."""


@dataclass(frozen=True, slots=True)
class Footer:
    """The smallest and largest key of each row group of a file, and the place at which its rows begin.

    `begins` has one more, the number of rows in the file. Lists, for a look-up of one call compares single numbers.
    """

    key_min: list[int]
    key_max: list[int]
    begins: list[int]


class Footers:
    """Footers, keys and rows by file, each read when it is first asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._footers: dict[str, Footer] = {}
        self._keys = Kept[Group, KeysAndTimes](self._read_keys, lambda told: 2 * told[0].nbytes, KEYS_ROOM)
        self._rows = Kept[Piece, pl.DataFrame](
            self._read_rows, lambda rows: int(rows.estimated_size()) + PIECE_BYTES, ROWS_ROOM
        )
        self._lookups = 0

    def pay(self) -> bool:
        """Whether this process has looked up so often that what is remembered here will be of use; counts lookups."""
        self._lookups += 1
        return self._lookups > FIRST_LOOKUPS

    def footer(self, path: str) -> Footer:
        """The footer of a file of the table."""
        known = self._footers.get(path)
        if known is None:
            known = self._footers[path] = _read_footer(self._store.footer(path))
        return known

    def footers(self, paths: Sequence[str]) -> list[Footer]:
        """The footers of several files, those not known yet read at once."""
        new = [path for path in paths if path not in self._footers]
        if len(new) > 1:
            list(self._readers.map(self.footer, new))
        return [self.footer(path) for path in paths]

    def keys(self, groups: Sequence[Group]) -> list[KeysAndTimes]:
        """The keys and times of row groups, those not known yet read at once."""
        return self._keys.get(groups)

    def rows(self, pieces: Sequence[Piece]) -> list[pl.DataFrame]:
        """Rows of files without keys and times, each with the other columns that its file has."""
        return self._rows.get(pieces)

    def forget_others(self, paths: Iterable[str]) -> None:
        """Let go of the footers of files that are no longer looked into; one that is after all is read again."""
        wanted = set(paths)
        self._footers = {path: footer for path, footer in self._footers.items() if path in wanted}

    def _read_keys(self, groups: Sequence[Group]) -> list[KeysAndTimes]:
        pieces = [self._piece(*group) for group in groups]
        frames = self._store.read_pieces(pieces, pl.col("key", "start_time"))
        return [(frame["key"].to_numpy(), microseconds(frame["start_time"])) for frame in frames]

    def _read_rows(self, pieces: Sequence[Piece]) -> list[pl.DataFrame]:
        return self._store.read_pieces(pieces, pl.all().exclude("key", "start_time"))

    def _piece(self, path: str, group: int) -> Piece:
        begins = self.footer(path).begins
        return path, begins[group], begins[group + 1] - begins[group]

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lake")


def microseconds(times: pl.Series) -> Int64s:
    """Times as microseconds since 1970; none of them is null."""
    return times.to_numpy().view(np.int64)  # `to_physical` runs a query, which takes thirty times as long


def _read_footer(metadata: Any) -> Footer:
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    at = next(at for at in range(metadata.num_columns) if metadata.schema.column(at).name == "key")
    told = [group.column(at).statistics for group in groups]
    return Footer(
        [statistics.min for statistics in told],
        [statistics.max for statistics in told],
        [0, *accumulate(group.num_rows for group in groups)],
    )
