"""Expiry: statements of days that were kept long enough leave the lake, but for those that are held."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import polars as pl
from deltalake.transaction import AddAction

from hoptrace.errors import StorageFailed
from hoptrace.lake.lake import Lake
from hoptrace.lake.layout import Index, Part, first_filed
from hoptrace.lake.log import EXPIRED, LAST_EXPIRY, VACUUMED
from hoptrace.lake.part_files import write_part
from hoptrace.lake.refusing import guard
from hoptrace.lake.sorting import sort_part
from hoptrace.lake.trimming import trim
from hoptrace.lake.versions import EPOCH

HELD = pl.Schema({"batch": pl.String, "row": pl.Int64})
"""The statements that are held, by their identity."""

GRACE_HOURS = 24
"""Files that the newest version has not needed for so long are deleted: whoever still reads an older one is done."""

Progress = Callable[[int, int], None]
"""Told how many days' indexes are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Expired:
    """What left the lake: statements of days before `before`, and how many of them are `held` back."""

    before: date
    days: int
    statements: int
    held: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """Files that no version to come needs, deleted from the disk."""

    files: int
    bytes: int


class Expiring:
    """One expiry: `plan` looks and writes what is held, `commit` does all of it in one step of the table's log.

    Killed before that step, the lake is as it was; what was written is deleted by a later `vacuum`.
    """

    def __init__(self, lake: Lake, before: date, held: pl.DataFrame) -> None:
        self._lake = lake
        self._before = before
        self._held = held.select(HELD.names()).unique().lazy()
        self._name = f"expire-{uuid.uuid4().hex}"
        self._adds: list[AddAction] = []
        self._gone: list[pl.DataFrame] = []
        self._removed = self._kept = 0

    def plan(self, progress: Progress | None = None, *, dry_run: bool = False) -> Expired:
        """See what would go, and write the held statements to files of their own; bounded in memory by what is held."""
        files = self._lake.view().files.filter(pl.col("day") < self._before)
        groups = files.partition_by("index", "day")
        for number, group in enumerate(groups):
            self._look(group, write=not dry_run)
            if progress is not None:
                progress(number + 1, len(groups))
        gone = pl.concat([files.clear(), *self._gone])
        return Expired(
            before=self._before,
            days=gone["day"].n_unique(),
            statements=self._removed,
            held=self._kept,
            files=gone.height,
            bytes=int(gone["bytes"].sum()),
        )

    def commit(self) -> None:
        """Take the statements out; needs the writer's lock."""
        if not self._gone:
            return
        days = max((self._before - EPOCH).days, self._lake.mark(EXPIRED) or 0)
        marks = {EXPIRED: days, LAST_EXPIRY: self._lake.version() + 1}
        try:
            self._lake.replace(self._adds, pl.concat(self._gone), self._name, marks)
        except BaseException:
            with suppress(StorageFailed):
                self._lake.forget(self._name)
            raise

    def _look(self, group: pl.DataFrame, *, write: bool) -> None:
        index, day = group.select("index", "day").row(0)
        with guard("be read"):
            rows = self._lake.store.scan(group["path"].to_list())
            held = rows.join(self._held, on=["batch", "row"], how="semi").collect(engine="streaming")
            if index == Index.CALLED:
                self._count(rows, held)
        if held.height == int(group["rows"].sum()):
            return
        self._gone.append(group)
        if write and held.height:
            part = Part(Index(index), day, sort_part(held))
            with guard("write"):
                self._adds.append(write_part(self._lake.store, part, self._name, data_change=True))

    def _count(self, rows: pl.LazyFrame, held: pl.DataFrame) -> None:
        # A statement stands in the index once for each of its numbers and times.
        own = first_filed()
        kept = held.filter(own).height
        self._removed += int(rows.filter(own).select(pl.len()).collect(engine="streaming").item()) - kept
        self._kept += kept


def vacuum(lake: Lake, hours: float = GRACE_HOURS) -> Vacuumed:
    """Delete the files that the newest version has not needed for so many hours; needs the writer's lock.

    The log says so first: of older versions it then shows the newest files without what came later. What it tells of
    versions without files is deleted as well, once it is old (`trimming`).
    """
    gone = _vacuum(lake, lake.unneeded(hours))
    trim(lake)
    return gone


def _vacuum(lake: Lake, paths: list[str]) -> Vacuumed:
    if not paths:
        return Vacuumed(0, 0)
    with guard("look at its files"):
        size = sum(lake.store.size(path) for path in paths)
    lake.replace([], lake.view().files.clear(), f"vacuum-{uuid.uuid4().hex}", {VACUUMED: lake.version() + 1})
    lake.store.remove(paths)
    return Vacuumed(len(paths), size)
