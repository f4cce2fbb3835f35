"""The lake: one Delta table of statements, written by one process at a time and read at any version."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.transaction import AddAction, RemoveAction

from hoptrace.errors import NotFound, StorageFailed
from hoptrace.lake.footers import Footers
from hoptrace.lake.layout import PARTITIONS, TABLE, Index, Part, parts, sort_part
from hoptrace.lake.storage import Store, guard
from hoptrace.lake.view import FILES, View

RUN_ROWS = 500_000
"""Rows that are sorted together: more make fewer, longer files and need more memory."""

MERGE_FROM_FILES = 24
"""A partition with more small files than this is worth merging."""

MERGE_ROWS = 500_000
"""Rows merged at once at most; a file with half as many is not small."""

# Traces name the version they were made from, so no version may ever be cleaned away by itself.
_TABLE_PROPERTIES = {
    "delta.dataSkippingStatsColumns": "key,start_time",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """The files of an append that is not committed yet."""

    commit_id: str
    adds: tuple[AddAction, ...]


class Lake:
    """The statements of one workspace. Writing needs the workspace's writer lock; reading needs nothing."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._store = Store.at(uri)
        self._footers = Footers(self._store)
        self._latest: DeltaTable | None = None

    def create(self) -> None:
        """Make the empty table where there is none yet."""
        with guard("make its table"):
            DeltaTable.create(
                self.uri,
                schema=TABLE,
                mode="ignore",
                partition_by=PARTITIONS,
                name="statements",
                configuration=_TABLE_PROPERTIES,
            )

    def version(self) -> int:
        """The newest version; it grows with each append and each merge."""
        return self._table().version()

    def has_commit(self, commit_id: str) -> bool:
        """Whether the append with this id is in the table."""
        with guard("read its log"):
            return self._table().transaction_version(commit_id) is not None

    def append(self, frames: Iterable[pl.DataFrame], commit_id: str) -> int:
        """Add statements (frames in the STATEMENTS columns) in one commit and give the version that has them.

        All or nothing: until the commit's last step no reader sees a row. A `commit_id` that is in is not added again.
        """
        if not self.has_commit(commit_id):
            self.commit(self.stage(frames, commit_id))
        return self.version()

    def stage(self, frames: Iterable[pl.DataFrame], commit_id: str) -> Staged:
        """Write the files of an append, unseen before `commit`; `forget` deletes what a killed one leaves."""
        adds: list[AddAction] = []
        try:
            for run, frame in enumerate(_runs(frames)):
                with guard("write"):
                    adds += [
                        self._store.write(part, f"{commit_id}-{run:04d}", data_change=True) for part in parts(frame)
                    ]
        except BaseException:
            self._take_back(commit_id)
            raise
        return Staged(commit_id, tuple(adds))

    def commit(self, staged: Staged) -> int:
        """Make the staged statements visible, in one step of the table's log; gives the version that has them."""
        try:
            with guard("write its log"):
                self._commit(self._table(), list(staged.adds), staged.commit_id)
        except BaseException:
            self._take_back(staged.commit_id)
            raise
        return self.version()

    def forget(self, commit_id: str) -> None:
        """Delete the files that an append left behind when it was killed; a commit that is in keeps its files."""
        with guard("be read"):
            if not self.has_commit(commit_id):
                self._store.remove(self._store.named(commit_id))

    def tidy(self) -> int:
        """Merge the small files of each partition that has many; gives how many files went. Old versions stay readable.

        When to call: after an append, under the writer lock. Each partition is one commit, so a crash costs nothing.
        """
        small = self.view().files.filter(pl.col("rows") < MERGE_ROWS // 2).sort("rows", "path")
        gone = 0
        for (index, day), group in sorted(small.partition_by("index", "day", as_dict=True).items()):
            taken = group.filter(pl.col("rows").cum_sum() <= MERGE_ROWS)
            if group.height > MERGE_FROM_FILES and taken.height > 1:
                self._merge(Index(index), day, taken)
                gone += taken.height
        return gone

    def view(self, version: int | None = None) -> View:
        """A fixed view of the table at a version (the newest if None); raises NotFound for one that never was."""
        table = self._table()
        newest = table.version()
        if version is not None and version != newest:
            if not 0 <= version < newest:
                raise NotFound(f"The lake has no version {version}; the newest is {newest}.")
            with guard(f"read version {version}"):
                table = DeltaTable(self.uri, version=version)
        return View(self._store, self._footers, table.version(), _files(table))

    def _table(self) -> DeltaTable:
        with guard("open its table"):
            if self._latest is None:
                self._latest = DeltaTable(self.uri)
            else:
                self._latest.update_incremental()
        return self._latest

    def _commit(self, table: DeltaTable, actions: list[AddAction | RemoveAction], commit_id: str) -> None:
        table.create_write_transaction(
            actions,
            mode="append",
            schema=table.schema(),
            partition_by=PARTITIONS,
            commit_properties=CommitProperties(app_transactions=[Transaction(commit_id, 1)]),
        )
        self._store.sync(self._store.full(f"_delta_log/{self.version():020d}.json"))

    def _take_back(self, commit_id: str) -> None:
        # The commit may have gone through and only a later step failed: then the files belong to the table.
        with suppress(StorageFailed):
            self.forget(commit_id)

    def _merge(self, index: Index, day: Any, files: pl.DataFrame) -> None:
        merge_id = f"merge-{uuid.uuid4().hex}"
        table = self._table()
        try:
            with guard("merge its files"):
                rows = pl.concat([self._store.read(path) for path in files["path"]])
                part = Part(index, day, sort_part(rows))
                added = self._store.write(part, merge_id, data_change=False)
                now = int(time.time() * 1000)
                removed = [
                    RemoveAction(path, False, now, size, {"index": str(index), "day": day.isoformat()})
                    for path, size in files.select("path", "bytes").iter_rows()
                ]
                self._commit(table, [added, *removed], merge_id)
        except BaseException:
            self._take_back(merge_id)
            raise


def _runs(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    waiting: list[pl.DataFrame] = []
    rows = 0
    for frame in frames:
        if rows and rows + frame.height > RUN_ROWS:
            yield pl.concat(waiting)
            waiting, rows = [], 0
        if frame.height:
            waiting.append(frame)
            rows += frame.height
    if rows:
        yield pl.concat(waiting)


def _files(table: DeltaTable) -> pl.DataFrame:
    with guard("read its log"):
        told = pl.DataFrame(table.get_add_actions(flatten=True))
    if told.is_empty():
        return pl.DataFrame(schema=FILES)
    names = {
        "path": "path",
        "partition.index": "index",
        "partition.day": "day",
        "num_records": "rows",
        "size_bytes": "bytes",
        "min.key": "key_min",
        "max.key": "key_max",
        "min.start_time": "time_min",
        "max.start_time": "time_max",
    }
    return told.select(pl.col(old).alias(new).cast(FILES[new]) for old, new in names.items()).sort("path")
