"""What is remembered of the lake's files, which never change: their footers, and the keys and times of row groups."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hoptrace.lake.storage import Store

Int64s = NDArray[np.int64]

KEPT_GROUPS = 4_096
"""Row groups whose keys and times are kept in memory: full ones of 4,096 rows take 256 MiB at most."""

KEPT_FOOTERS = 64 << 20
"""Bytes of Parquet metadata, as written, that are kept in memory; opened they take several times as much."""

FIRST_LOOKUPS = 12
"""Lookups of a process that remember nothing: it may be one trace, which the loading of pyarrow would double."""


@dataclass(frozen=True, slots=True)
class Footer:
    """The smallest and largest key of each row group of a file, and the columns that hold anything."""

    key_min: Int64s
    key_max: Int64s
    filled: list[str]


class Footers:
    """Footers and key columns by file, each read once; of what takes much room the least recently used is let go of."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._footers: dict[str, Footer] = {}
        self._metadata: OrderedDict[str, Any] = OrderedDict()
        self._kept = 0
        self._keys: OrderedDict[tuple[str, int], tuple[Int64s, Int64s]] = OrderedDict()
        self._lookups = 0

    def pay(self) -> bool:
        """Whether this process has looked up so often that what is remembered here will be of use; counts lookups."""
        self._lookups += 1
        return self._lookups > FIRST_LOOKUPS

    def footer(self, path: str) -> Footer:
        """The footer of a file of the table."""
        known = self._footers.get(path)
        if known is None:
            known = self._footers[path] = _read_footer(self.metadata(path))
        return known

    def metadata(self, path: str) -> Any:
        """A file's Parquet metadata, by which its row groups are read."""
        known = self._metadata.get(path)
        if known is not None:
            self._metadata.move_to_end(path)
            return known
        known = self._metadata[path] = self._store.footer(path)
        self._kept += known.serialized_size
        while self._kept > KEPT_FOOTERS and len(self._metadata) > 1:
            self._kept -= self._metadata.popitem(last=False)[1].serialized_size
        return known

    def keys(self, path: str, group: int) -> tuple[Int64s, Int64s]:
        """The keys of a row group and its start times in microseconds since 1970, in the order of the file."""
        name = (path, group)
        known = self._keys.get(name)
        if known is None:
            columns = self._store.read_group(path, self.metadata(path), group, ["key", "start_time"])
            known = (columns["key"].to_numpy(), columns["start_time"].to_physical().to_numpy())
            self._keys[name] = known
            if len(self._keys) > KEPT_GROUPS:
                self._keys.popitem(last=False)
        else:
            self._keys.move_to_end(name)
        return known

    def forget_others(self, paths: Iterable[str]) -> None:
        """Let go of the footers of files that are no longer looked into; one that is after all is read again."""
        wanted = set(paths)
        for path in [path for path in self._footers if path not in wanted]:
            del self._footers[path]
            gone = self._metadata.pop(path, None)
            self._kept -= 0 if gone is None else gone.serialized_size


def _read_footer(metadata: Any) -> Footer:
    names = [metadata.schema.column(at).name for at in range(metadata.num_columns)]
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    at = names.index("key")
    told = [group.column(at).statistics for group in groups]
    return Footer(
        np.array([statistics.min for statistics in told], dtype=np.int64),
        np.array([statistics.max for statistics in told], dtype=np.int64),
        [name for at, name in enumerate(names) if not _is_empty(groups, at)],
    )


def _is_empty(groups: list[Any], at: int) -> bool:
    """Whether no row group has a value of this column: reading such columns takes as long as reading full ones."""
    for group in groups:
        statistics = group.column(at).statistics
        if statistics is None or not statistics.has_null_count or statistics.null_count < group.num_rows:
            return False
    return True
