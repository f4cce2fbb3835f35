"""The log of the lake's table: its versions, their commits and marks, and which files each has."""

from __future__ import annotations

import time
from collections.abc import Sequence

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.transaction import AddAction, RemoveAction

from hoptrace.lake.layout import PARTITIONS, TABLE
from hoptrace.lake.object_store import Access
from hoptrace.lake.refusing import guard
from hoptrace.lake.storage import Store
from hoptrace.lake.view import FILES

MARK = b"hoptrace:"
"""How the names of marks in the table's log begin."""

EXPIRED = "hoptrace:expired"
"""The table's log counts here up to which day (since 1970) statements were removed."""

LAST_EXPIRY = "hoptrace:last-expiry"
"""And here at which version that was done last."""

VACUUMED = "hoptrace:vacuumed"
"""And here before which version of the table files may have been deleted."""

AGED_SECONDS = 86_400
"""A table that was not asked for so long is opened anew: a week after they were written, entries may be trimmed."""

# Traces name the version they were made from, so no version may ever be cleaned away by itself. That a file went is
# remembered for a week: without an end each checkpoint of the log would name every file that ever was.
_TABLE_PROPERTIES = {
    "delta.dataSkippingStatsColumns": "key,start_time",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 7 days",
    "delta.enableExpiredLogCleanup": "false",
}

Action = AddAction | RemoveAction


class Log:
    """The table's log; a process that goes on reads of it only what is new."""

    def __init__(self, uri: str, access: Access, store: Store) -> None:
        self._uri = uri
        self._access = access
        self._store = store
        self._latest: DeltaTable | None = None
        self._asked = 0.0
        self._marks: dict[str, int | None] = {}

    def create(self) -> None:
        """Make the empty table where there is none yet."""
        with guard("make its table"):
            DeltaTable.create(
                self._uri,
                schema=TABLE,
                mode="ignore",
                partition_by=PARTITIONS,
                name="statements",
                configuration=_TABLE_PROPERTIES,
                storage_options=self._access.options(self._uri),
            )

    def newest(self) -> DeltaTable:
        """The table as it is now."""
        with guard("open its table"):
            now = time.monotonic()
            if self._latest is None or now - self._asked > AGED_SECONDS:
                # The entries after the one that is known may have been trimmed meanwhile.
                self._latest, self._asked = self.at(), now
                self._marks.clear()
                return self._latest
            self._asked = now
            if self._store.exists(_entry(self._latest.version() + 1)):
                # To ask for one file is cheaper than to have the table list its whole log.
                before = self._latest.version()
                self._latest.update_incremental()
                self._keep_marks(range(before + 1, self._latest.version() + 1))
        return self._latest

    def at(self, version: int | None = None) -> DeltaTable:
        """The table at a version that the log still tells; at the newest if None."""
        return DeltaTable(self._uri, version=version, storage_options=self._access.options(self._uri))

    def has_commit(self, commit_id: str) -> bool:
        """Whether the commit with this id is in the table."""
        with guard("read its log"):
            return self.newest().transaction_version(commit_id) is not None

    def commit(self, actions: Sequence[Action], commit_id: str, marks: dict[str, int] | None = None) -> None:
        """Do these actions, and set marks, in one step."""
        table = self.newest()
        told = [Transaction(commit_id, 1), *(Transaction(name, value) for name, value in (marks or {}).items())]
        table.create_write_transaction(
            list(actions),
            mode="append",
            schema=table.schema(),
            partition_by=PARTITIONS,
            commit_properties=CommitProperties(app_transactions=told),
        )
        self._store.sync(self._store.full(_entry(self.newest().version())))

    def mark(self, name: str) -> int | None:
        """A mark, such as EXPIRED, at the newest version."""
        table = self.newest()
        if name not in self._marks:
            with guard("read its log"):
                self._marks[name] = table.transaction_version(name)
        return self._marks[name]

    def marks_at(self, version: int, *names: str) -> tuple[int | None, ...]:
        """Marks at a version that the log still tells."""
        with guard("read its log"):
            table = self.at(version)
            return tuple(table.transaction_version(name) for name in names)

    def _keep_marks(self, versions: range) -> None:
        # Asking the table for a mark reads its whole log: so it is asked again only where an entry has set one.
        if any(MARK in self._store.text(_entry(version)) for version in versions):
            self._marks.clear()


def removals(files: pl.DataFrame, *, data_change: bool) -> list[RemoveAction]:
    """The actions that take files (rows of a view's) out of the newest version."""
    now = int(time.time() * 1000)
    return [
        RemoveAction(path, data_change, now, size, {"index": index, "day": day.isoformat()})
        for path, size, index, day in files.select("path", "bytes", "index", "day").iter_rows()
    ]


def files_of(table: DeltaTable) -> pl.DataFrame:
    """The files of a table at its version, in the FILES columns."""
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


def _entry(version: int) -> str:
    return f"_delta_log/{version:020d}.json"
