"""The catalog: one object that opens the database and holds the stores in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from hoptrace.catalog.batches import Batches
from hoptrace.catalog.carriers import Directory
from hoptrace.catalog.certificates import Certificates
from hoptrace.catalog.clocks import Clocks
from hoptrace.catalog.database import advisory_lock, open_engine, upgrade
from hoptrace.catalog.profiles import Profiles
from hoptrace.catalog.traces import Traces


class Catalog:
    """Carriers (`directory`), `batches`, `clocks`, `certificates`, `profiles`, `traces` in one database.

    It is SQLite or PostgreSQL.
    Opening makes or updates the tables. `in_lake` tells whether the lake has a commit of this id.
    Whatever the database refuses comes as StorageFailed.
    """

    def __init__(self, url: str, in_lake: Callable[[str], bool]) -> None:
        self._engine = open_engine(url)
        # A pool of its own: no submit can come by a connection that does not wait for the disk.
        self._quick = open_engine(url, "NORMAL")
        upgrade(self._engine)
        self.directory = Directory(self._engine)
        self.batches = Batches(self._engine, in_lake)
        self.clocks = Clocks(self._engine)
        self.certificates = Certificates(self._engine)
        self.profiles = Profiles(self._engine)
        self.traces = Traces(self._engine, self._quick)

    def writer_lock(self, wait_seconds: float) -> AbstractContextManager[None]:
        """The lock between hosts that share a PostgreSQL catalog; nothing on SQLite."""
        return advisory_lock(self._engine, wait_seconds)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        self._quick.dispose()
