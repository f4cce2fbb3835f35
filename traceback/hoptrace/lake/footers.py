"""What is remembered of the lake's files, which never change: their footers, and keys and rows of row groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hoptrace.lake.group_footers import GroupFooters
from hoptrace.lake.kept import Kept
from hoptrace.lake.storage import Store

Int64s = NDArray[np.int64]

KEYS_ROOM = 128 << 20
"""Bytes of keys and times that are kept in memory: those of 2,000 full row groups."""

GROUPS_ROOM = 64 << 20
"""Bytes of row groups that are kept in memory: the rounds of a trace come back to the same ones."""

AT_ONCE = 8
"""Files that are read at once: an object store answers late, but many at a time."""

Group = tuple[str, int]
"""A file's path in the table, and the number of a row group in it."""

Asked = TypeVar("Asked")
Got = TypeVar("Got")

FIRST_LOOKUPS = 12
"""Lookups of a process that remember nothing: it may be one trace, which the loading of pyarrow would double."""


@dataclass(frozen=True, slots=True)
class Footer:
    """The smallest and largest key of each row group of a file, and the columns that hold anything."""

    key_min: Int64s
    key_max: Int64s
    filled: list[str]
    groups: GroupFooters


class Footers:
    """Footers, keys and row groups by file, each read when it is first asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._footers: dict[str, Footer] = {}
        self._keys = Kept[Group, tuple[Int64s, Int64s]](self._read_keys, lambda told: 2 * told[0].nbytes, KEYS_ROOM)
        self._groups = Kept[Group, Any](self._read_group, lambda table: table.nbytes, GROUPS_ROOM)
        self._lookups = 0

    def pay(self) -> bool:
        """Whether this process has looked up so often that what is remembered here will be of use; counts lookups."""
        self._lookups += 1
        return self._lookups > FIRST_LOOKUPS

    def footer(self, path: str) -> Footer:
        """The footer of a file of the table."""
        known = self._footers.get(path)
        if known is None:
            known = self._footers[path] = _read_footer(*self._store.footer(path))
        return known

    def footers(self, paths: Sequence[str]) -> list[Footer]:
        """The footers of several files, those not known yet read at once."""
        return self._each(self.footer, paths, all(path in self._footers for path in paths))

    def keys(self, groups: Sequence[Group]) -> list[tuple[Int64s, Int64s]]:
        """The keys of row groups and their start times in microseconds since 1970, in the order of the file."""
        return self._each(self._keys.get, groups, self._keys.has(groups))

    def tables(self, groups: Sequence[Group]) -> list[Any]:
        """Row groups as Arrow tables, without the columns that are empty in the whole file."""
        return self._each(self._groups.get, groups, self._groups.has(groups))

    def forget_others(self, paths: Iterable[str]) -> None:
        """Let go of the footers of files that are no longer looked into; one that is after all is read again."""
        wanted = set(paths)
        self._footers = {path: footer for path, footer in self._footers.items() if path in wanted}

    def _read_keys(self, group: Group) -> tuple[Int64s, Int64s]:
        columns = self._read(group, ["key", "start_time"])
        return columns["key"].to_numpy(), columns["start_time"].cast("int64").to_numpy()

    def _read_group(self, group: Group) -> Any:
        return self._read(group, self.footer(group[0]).filled)

    def _read(self, group: Group, columns: list[str]) -> Any:
        path, number = group
        return self._store.read_group(path, *self.footer(path).groups.group(number), columns)

    def _each(self, read: Callable[[Asked], Got], asked: Sequence[Asked], in_turn: bool = False) -> list[Got]:
        if in_turn or len(asked) < 2:
            return [read(one) for one in asked]
        return list(self._readers.map(read, asked))

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lake")


def _read_footer(raw: bytes, metadata: Any) -> Footer:
    names = [metadata.schema.column(at).name for at in range(metadata.num_columns)]
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    at = names.index("key")
    told = [group.column(at).statistics for group in groups]
    return Footer(
        np.array([statistics.min for statistics in told], dtype=np.int64),
        np.array([statistics.max for statistics in told], dtype=np.int64),
        [name for at, name in enumerate(names) if not _is_empty(groups, at)],
        GroupFooters.of(raw, metadata),
    )


def _is_empty(groups: list[Any], at: int) -> bool:
    """Whether no row group has a value of this column: reading such columns takes as long as reading full ones."""
    for group in groups:
        statistics = group.column(at).statistics
        if statistics is None or not statistics.has_null_count or statistics.null_count < group.num_rows:
            return False
    return True
