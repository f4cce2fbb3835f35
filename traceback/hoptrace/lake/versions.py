"""Views of the lake at its newest version and at older ones, of which files may have been deleted since."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
from deltalake import DeltaTable

from hoptrace.errors import NotFound
from hoptrace.lake.directories import Directories
from hoptrace.lake.log import EXPIRED, LAST_EXPIRY, VACUUMED, Log, files_of
from hoptrace.lake.refusing import guard
from hoptrace.lake.storage import Store
from hoptrace.lake.trimmed import Trimmed
from hoptrace.lake.view import View

EPOCH = date(1970, 1, 1)

Batches = Callable[[int], Collection[str]]
"""Gives some batches for a version of the lake: those that came in after it, or that were withdrawn by then."""


def no_batches(_version: int) -> Collection[str]:
    """None for any version."""
    return ()


class Versions:
    """Gives views; the newest one is kept for as long as it is the newest."""

    def __init__(self, store: Store, log: Log, directories: Directories, withdrawn: Batches) -> None:
        self._store = store
        self._log = log
        self._directories = directories
        self._withdrawn = withdrawn
        self._newest: View | None = None

    def newest(self) -> View:
        """The newest version."""
        table = self._log.newest()
        if self._newest is None or self._newest.version != table.version():
            expired = _as_day(self._log.mark(EXPIRED))
            self._newest = self._view(table, expired)
            self._directories.forget_others(self._newest.files["path"])
        return self._newest

    def at(self, version: int, later: Batches | None) -> View:
        """A version; see `Lake.view`."""
        newest = self.newest()
        if version == newest.version:
            return newest
        if not 0 <= version < newest.version:
            raise NotFound(f"The lake has no version {version}; the newest is {newest.version}.")
        with guard(f"read version {version}"):
            trimmed = Trimmed.of(self._store)
            table = self._log.at(version) if version >= trimmed.kept_from else None
            days = trimmed.expired(version) if table is None else table.transaction_version(EXPIRED)
        expired = _as_day(days)
        if table is not None and version >= (self._log.mark(VACUUMED) or 0):
            return self._view(table, expired)
        if later is None:
            raise NotFound(f"The files of version {version} of the lake were deleted; the newest is {newest.version}.")
        gone = newest.expired_before if (self._log.mark(LAST_EXPIRY) or 0) > version else None
        hidden = self._hidden(version, later(version))
        return replace(newest, version=version, expired_before=expired, gone_before=gone, hidden=hidden)

    def _view(self, table: DeltaTable, expired: date | None) -> View:
        version = table.version()
        return View(self._store, self._directories, version, files_of(table), expired, hidden=self._hidden(version))

    def _hidden(self, version: int, later: Collection[str] = ()) -> pl.Series | None:
        batches = {*later, *self._withdrawn(version)}
        return pl.Series("batch", sorted(batches), pl.String) if batches else None


def _as_day(days: int | None) -> date | None:
    return None if days is None else EPOCH + timedelta(days=days)
