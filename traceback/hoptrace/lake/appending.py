"""Adding to the lake: files are written unseen, and one step of the table's log makes them visible."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

import polars as pl
from deltalake.transaction import AddAction

from hoptrace.errors import StorageFailed
from hoptrace.lake.directories import Directories
from hoptrace.lake.layout import parts
from hoptrace.lake.levels import Step
from hoptrace.lake.log import Log, removals
from hoptrace.lake.merging import Merging
from hoptrace.lake.part_files import Sync, write_part
from hoptrace.lake.refusing import guard
from hoptrace.lake.side_by_side import side_by_side
from hoptrace.lake.storage import Store

RUN_ROWS = 500_000
"""Rows that are sorted together: more make fewer, longer files and need more memory."""


@dataclass(frozen=True, slots=True)
class Staged:
    """The files of an append that is not committed yet."""

    commit_id: str
    adds: tuple[AddAction, ...]


class Appending:
    """Writes files and puts them into the table; of a step that fails no file stays behind."""

    def __init__(self, store: Store, log: Log) -> None:
        self._store = store
        self._log = log

    def stage(self, frames: Iterable[pl.DataFrame], commit_id: str) -> Staged:
        """Write the files of an append, unseen before `commit`; `forget` deletes what a killed one leaves."""

        def write(run: int, waiting: list[pl.DataFrame], sync: Sync) -> list[AddAction]:
            """Write what waits as one run, a file for each index and day."""
            name = f"{commit_id}-{run:04d}"
            with guard("write"):
                laid_out = list(parts(*waiting))
                waiting.clear()  # what is not sorted is needed no more, and two runs are in memory at once
                return [write_part(self._store, part, name, data_change=True, sync=sync) for part in laid_out]

        try:
            with _syncing(self._store) as sync:
                adds = [add for added in side_by_side(partial(write, sync=sync), _runs(frames)) for add in added]
        except BaseException:
            self._take_back(commit_id)
            raise
        return Staged(commit_id, tuple(adds))

    def commit(self, staged: Staged) -> None:
        """Make the staged statements visible."""
        try:
            with guard("write its log"):
                self._log.commit(staged.adds, staged.commit_id)
        except BaseException:
            self._take_back(staged.commit_id)
            raise

    def merge(self, step: Step, files: pl.DataFrame, directories: Directories, merge_id: str) -> None:
        """Put the files of one step of upkeep in the place of those that it merges (of `files`, a view's)."""
        try:
            with guard("merge its files"):
                added = Merging(self._store, directories, merge_id).files(step)
                gone = files.filter(pl.col("path").is_in(step.paths))
                self._log.commit([*added, *removals(gone, data_change=False)], merge_id)
        except BaseException:
            self._take_back(merge_id)
            raise

    def forget(self, commit_id: str) -> None:
        """Delete the files of a commit that never came to be."""
        with guard("be read"):
            if not self._log.has_commit(commit_id):
                self._store.remove(self._store.named(commit_id))

    def _take_back(self, commit_id: str) -> None:
        # The commit may have gone through and only a later step failed: then the files belong to the table.
        with suppress(StorageFailed):
            self.forget(commit_id)


@contextmanager
def _syncing(store: Store) -> Generator[Sync]:
    """What has the disk keep files in a thread of its own, so that no writer waits for it; at the end all are kept."""
    with ThreadPoolExecutor(1, thread_name_prefix="hoptrace-syncing") as thread:
        asked: list[Future[None]] = []
        yield lambda full: asked.append(thread.submit(store.sync, full))
        with guard("write"):
            for each in asked:
                each.result()


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
