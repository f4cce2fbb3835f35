"""The lake: one Delta table of statements, written by one process at a time and read at any version."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.transaction import AddAction, RemoveAction

from hoptrace.errors import NotFound, StorageFailed
from hoptrace.lake.footers import Footers
from hoptrace.lake.layout import PARTITIONS, TABLE, parts
from hoptrace.lake.levels import Step
from hoptrace.lake.merging import Merging
from hoptrace.lake.object_store import Access
from hoptrace.lake.side_by_side import side_by_side
from hoptrace.lake.storage import Store, guard
from hoptrace.lake.trimmed import Trimmed
from hoptrace.lake.view import FILES, View

RUN_ROWS = 500_000
"""Rows that are sorted together: more make fewer, longer files and need more memory."""

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

EPOCH = date(1970, 1, 1)

Later = Callable[[int], Sequence[str]]
"""Gives the batches that came in after a version of the lake."""

# Traces name the version they were made from, so no version may ever be cleaned away by itself. That a file went is
# remembered for a week: without an end each checkpoint of the log would name every file that ever was.
_TABLE_PROPERTIES = {
    "delta.dataSkippingStatsColumns": "key,start_time",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 7 days",
    "delta.enableExpiredLogCleanup": "false",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """The files of an append that is not committed yet."""

    commit_id: str
    adds: tuple[AddAction, ...]


class Lake:
    """The statements of one workspace. Writing needs the workspace's writer lock; reading needs nothing."""

    def __init__(self, uri: str, access: Access | None = None) -> None:
        self.uri = uri
        self._access = access or Access()
        self._store = Store.at(uri, self._access)
        self._footers = Footers(self._store)
        self._latest: DeltaTable | None = None
        self._newest: View | None = None
        self._asked = 0.0
        self._marks: dict[str, int | None] = {}

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
                storage_options=self._access.options(self.uri),
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

        def write(run: int, waiting: list[pl.DataFrame]) -> list[AddAction]:
            name = f"{commit_id}-{run:04d}"
            with guard("write"):
                laid_out = list(parts(*waiting))
                waiting.clear()  # what is not sorted is needed no more, and two runs are in memory at once
                return [self._store.write(part, name, data_change=True) for part in laid_out]

        try:
            adds = [add for added in side_by_side(write, _runs(frames)) for add in added]
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

    def merge(self, step: Step) -> None:
        """Do one step of upkeep, as one commit of the table; needs the writer's lock. Older versions stay readable."""
        merge_id = f"merge-{uuid.uuid4().hex}"
        try:
            with guard("merge its files"):
                added = Merging(self._store, self._footers, merge_id).files(step)
                gone = self.view().files.filter(pl.col("path").is_in(step.paths))
                self._commit(self._table(), [*added, *removals(gone, data_change=False)], merge_id)
        except BaseException:
            self._take_back(merge_id)
            raise

    def replace(self, adds: Sequence[AddAction], gone: pl.DataFrame, commit_id: str, marks: dict[str, int]) -> None:
        """Put files in the place of others (rows of `view().files`), and set marks of the log, in one commit."""
        with guard("write its log"):
            self._commit(self._table(), [*adds, *removals(gone, data_change=True)], commit_id, marks)

    def mark(self, name: str) -> int | None:
        """A mark of the table's log, such as EXPIRED, at the newest version."""
        table = self._table()
        if name not in self._marks:
            with guard("read its log"):
                self._marks[name] = table.transaction_version(name)
        return self._marks[name]

    def marks_at(self, version: int, *names: str) -> tuple[int | None, ...]:
        """Marks of the table's log at a version that it still tells."""
        with guard("read its log"):
            table = self._at(version)
            return tuple(table.transaction_version(name) for name in names)

    def unneeded(self, hours: float) -> list[str]:
        """The data files that the newest version has not named for so many hours: merged, expired or left by a kill."""
        with guard("look through its files"):
            paths = self._table().vacuum(int(hours), dry_run=True, enforce_retention_duration=False, full=True)
            # The log also remembers files that were deleted already.
            return sorted(set(paths) & set(self._store.named("")))

    @property
    def store(self) -> Store:
        """Where the files are."""
        return self._store

    def view(self, version: int | None = None, later: Later | None = None) -> View:
        """A fixed view of the table at a version (the newest if None); raises NotFound for one that never was.

        Where files of an old version were deleted since, the newest ones stand in for them without the batches that
        came `later`; looking up time whose statements have expired since then raises NotFound.
        """
        newest = self._newest_view()
        if version is None or version == newest.version:
            return newest
        if not 0 <= version < newest.version:
            raise NotFound(f"The lake has no version {version}; the newest is {newest.version}.")
        with guard(f"read version {version}"):
            trimmed = Trimmed.of(self._store)
            table = self._at(version) if version >= trimmed.kept_from else None
            days = trimmed.expired(version) if table is None else table.transaction_version(EXPIRED)
        expired = _as_day(days)
        if table is not None and version >= (self.mark(VACUUMED) or 0):
            return View(self._store, self._footers, version, _files(table), expired)
        if later is None:
            raise NotFound(f"The files of version {version} of the lake were deleted; the newest is {newest.version}.")
        gone = newest.expired_before if (self.mark(LAST_EXPIRY) or 0) > version else None
        hidden = pl.Series("batch", later(version), pl.String)
        return replace(newest, version=version, expired_before=expired, gone_before=gone, hidden=hidden)

    def _newest_view(self) -> View:
        table = self._table()
        if self._newest is None or self._newest.version != table.version():
            expired = _as_day(self.mark(EXPIRED))
            self._newest = View(self._store, self._footers, table.version(), _files(table), expired)
            self._footers.forget_others(self._newest.files["path"])
        return self._newest

    def _at(self, version: int | None = None) -> DeltaTable:
        return DeltaTable(self.uri, version=version, storage_options=self._access.options(self.uri))

    def _table(self) -> DeltaTable:
        with guard("open its table"):
            now = time.monotonic()
            if self._latest is None or now - self._asked > AGED_SECONDS:
                # The entries after the one that is known may have been trimmed meanwhile.
                self._latest, self._asked = self._at(), now
                self._marks.clear()
                return self._latest
            self._asked = now
            if self._store.exists(_log_entry(self._latest.version() + 1)):
                # To ask for one file is cheaper than to have the table list its whole log.
                before = self._latest.version()
                self._latest.update_incremental()
                self._keep_marks(range(before + 1, self._latest.version() + 1))
        return self._latest

    def _keep_marks(self, versions: range) -> None:
        # Asking the table for a mark reads its whole log: so it is asked again only where an entry has set one.
        if any(MARK in self._store.text(_log_entry(version)) for version in versions):
            self._marks.clear()

    def _commit(
        self,
        table: DeltaTable,
        actions: list[AddAction | RemoveAction],
        commit_id: str,
        marks: dict[str, int] | None = None,
    ) -> None:
        told = [Transaction(commit_id, 1), *(Transaction(name, value) for name, value in (marks or {}).items())]
        table.create_write_transaction(
            actions,
            mode="append",
            schema=table.schema(),
            partition_by=PARTITIONS,
            commit_properties=CommitProperties(app_transactions=told),
        )
        self._store.sync(self._store.full(_log_entry(self.version())))

    def _take_back(self, commit_id: str) -> None:
        # The commit may have gone through and only a later step failed: then the files belong to the table.
        with suppress(StorageFailed):
            self.forget(commit_id)


def removals(files: pl.DataFrame, *, data_change: bool) -> list[RemoveAction]:
    """The actions that take files (rows of a view's) out of the newest version."""
    now = int(time.time() * 1000)
    return [
        RemoveAction(path, data_change, now, size, {"index": index, "day": day.isoformat()})
        for path, size, index, day in files.select("path", "bytes", "index", "day").iter_rows()
    ]


def _log_entry(version: int) -> str:
    return f"_delta_log/{version:020d}.json"


def _as_day(days: int | None) -> date | None:
    return None if days is None else EPOCH + timedelta(days=days)


def _runs(frames: Iterable[pl.DataFrame]) -> Iterator[list[pl.DataFrame]]:
    """The frames that are sorted together."""
    waiting: list[pl.DataFrame] = []
    rows = 0
    for frame in frames:
        if rows and rows + frame.height > RUN_ROWS:
            yield waiting
            waiting, rows = [], 0
        if frame.height:
            waiting.append(frame)
            rows += frame.height
    if rows:
        yield waiting


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
