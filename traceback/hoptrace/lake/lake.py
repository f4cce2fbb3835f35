"""The lake: one Delta table of statements, written by one process at a time and read at any version."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

import polars as pl
from deltalake.transaction import AddAction

from hoptrace.lake.appending import Appending, Staged
from hoptrace.lake.directories import Directories
from hoptrace.lake.levels import Step
from hoptrace.lake.log import Log, removals
from hoptrace.lake.object_store import Access
from hoptrace.lake.refusing import guard
from hoptrace.lake.storage import Store
from hoptrace.lake.versions import Batches, Versions, no_batches
from hoptrace.lake.view import View


class Lake:
    """The statements of one workspace. Writing needs the workspace's writer lock; reading needs nothing.

    `withdrawn` gives the batches that views of a version do not show.
    """

    def __init__(self, uri: str, access: Access | None = None, withdrawn: Batches = no_batches) -> None:
        access = access or Access()
        self.uri = uri
        self._store = Store.at(uri, access)
        self._directories = Directories(self._store)
        self._log = Log(uri, access, self._store)
        self._appending = Appending(self._store, self._log)
        self._versions = Versions(self._store, self._log, self._directories, withdrawn)

    @property
    def store(self) -> Store:
        """Where the files are."""
        return self._store

    def create(self) -> None:
        """Make the empty table where there is none yet."""
        self._log.create()

    def version(self) -> int:
        """The newest version; it grows with each append and each merge."""
        return self._log.newest().version()

    def has_commit(self, commit_id: str) -> bool:
        """Whether the append with this id is in the table."""
        return self._log.has_commit(commit_id)

    def append(self, frames: Iterable[pl.DataFrame], commit_id: str) -> int:
        """Add statements (frames in the STATEMENTS columns) in one commit and give the version that has them.

        All or nothing: until the commit's last step no reader sees a row. A `commit_id` that is in is not added again.
        """
        if not self.has_commit(commit_id):
            self.commit(self.stage(frames, commit_id))
        return self.version()

    def stage(self, frames: Iterable[pl.DataFrame], commit_id: str) -> Staged:
        """Write the files of an append, unseen before `commit`; `forget` deletes what a killed one leaves."""
        return self._appending.stage(frames, commit_id)

    def commit(self, staged: Staged) -> int:
        """Make the staged statements visible, in one step of the table's log; gives the version that has them."""
        self._appending.commit(staged)
        return self.version()

    def forget(self, commit_id: str) -> None:
        """Delete the files that an append left behind when it was killed; a commit that is in keeps its files."""
        self._appending.forget(commit_id)

    def merge(self, step: Step) -> None:
        """Do one step of upkeep, as one commit of the table; needs the writer's lock. Older versions stay readable."""
        self._appending.merge(step, self.view().files, self._directories, f"merge-{uuid.uuid4().hex}")

    def replace(self, adds: Sequence[AddAction], gone: pl.DataFrame, commit_id: str, marks: dict[str, int]) -> None:
        """Put files in the place of others (rows of `view().files`), and set marks of the log, in one commit."""
        with guard("write its log"):
            self._log.commit([*adds, *removals(gone, data_change=True)], commit_id, marks)

    def mark(self, name: str) -> int | None:
        """A mark of the table's log, such as EXPIRED, at the newest version."""
        return self._log.mark(name)

    def marks_at(self, version: int, *names: str) -> tuple[int | None, ...]:
        """Marks of the table's log at a version that it still tells."""
        return self._log.marks_at(version, *names)

    def unneeded(self, hours: float) -> list[str]:
        """The data files that the newest version has not named for so many hours: merged, expired or left by a kill."""
        with guard("look through its files"):
            paths = self._log.newest().vacuum(int(hours), dry_run=True, enforce_retention_duration=False, full=True)
            # The log also remembers files that were deleted already.
            return sorted(set(paths) & set(self._store.named("")))

    def view(self, version: int | None = None, later: Batches | None = None) -> View:
        """A fixed view of the table at a version (the newest if None); raises NotFound for one that never was.

        Where files of an old version were deleted since, the newest ones stand in for them without the batches that
        came `later`; looking up time whose statements have expired since then raises NotFound.
        """
        return self._versions.newest() if version is None else self._versions.at(version, later)
