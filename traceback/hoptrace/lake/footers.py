"""What is remembered of the lake's files, which never change: their footers, and the keys and times of row groups."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hoptrace.lake.storage import Store

Int64s = NDArray[np.int64]

KEPT_GROUPS = 4_096
"""Row groups whose keys and times are kept in memory: full ones of 4,096 rows take 256 MiB at most."""


@dataclass(frozen=True, slots=True)
class Footer:
    """A file's Parquet metadata, and the smallest and largest key of each row group."""

    metadata: Any
    key_min: Int64s
    key_max: Int64s


class Footers:
    """Footers and key columns by file, each read once; the least recently used key columns are let go of."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._footers: dict[str, Footer] = {}
        self._keys: OrderedDict[tuple[str, int], tuple[Int64s, Int64s]] = OrderedDict()

    def footer(self, path: str) -> Footer:
        """The footer of a file of the table."""
        known = self._footers.get(path)
        if known is None:
            known = self._footers[path] = _read_footer(self._store.footer(path))
        return known

    def keys(self, path: str, group: int) -> tuple[Int64s, Int64s]:
        """The keys of a row group and its start times in microseconds since 1970, in the order of the file."""
        name = (path, group)
        known = self._keys.get(name)
        if known is None:
            columns = self._store.read_group(path, self.footer(path).metadata, group, ["key", "start_time"])
            known = (columns["key"].to_numpy(), columns["start_time"].to_physical().to_numpy())
            self._keys[name] = known
            if len(self._keys) > KEPT_GROUPS:
                self._keys.popitem(last=False)
        else:
            self._keys.move_to_end(name)
        return known


def _read_footer(metadata: Any) -> Footer:
    names = [metadata.schema.column(at).name for at in range(metadata.num_columns)]
    at = names.index("key")
    told = [metadata.row_group(group).column(at).statistics for group in range(metadata.num_row_groups)]
    return Footer(
        metadata,
        np.array([statistics.min for statistics in told], dtype=np.int64),
        np.array([statistics.max for statistics in told], dtype=np.int64),
    )
