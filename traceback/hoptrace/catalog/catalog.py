"""The catalog: one object that opens the database and holds the stores in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hoptrace.catalog.batches import Batches
from hoptrace.catalog.carriers import Directory
from hoptrace.catalog.certificates import Certificates
from hoptrace.catalog.clocks import Clocks
from hoptrace.catalog.database import advisory_lock, open_engine, upgrade, writable
from hoptrace.catalog.profiles import Profiles
from hoptrace.catalog.traces import Traces
from hoptrace.errors import StorageFailed

if TYPE_CHECKING:
    from hoptrace.catalog.withdrawals import Withdrawals


class Catalog:
    """Carriers (`directory`), `batches`, `withdrawals`, `clocks`, `certificates`, `profiles`, `traces` in one database.

    It is SQLite or PostgreSQL; `place` is a URL, or the path of an SQLite file. Opening makes or updates the tables.
    `in_lake` tells whether the lake has a commit of this id. Whatever the database refuses comes as StorageFailed.
    """

    def __init__(self, place: str | Path, in_lake: Callable[[str], bool]) -> None:
        self._engine = open_engine(place)
        self._in_lake = in_lake
        # A pool of its own: no submit can come by a connection that does not wait for the disk.
        self._quick = open_engine(place, "NORMAL")
        upgrade(self._engine)
        self.directory = Directory(self._engine)
        self.batches = Batches(self._engine, in_lake)
        self.clocks = Clocks(self._engine)
        self.certificates = Certificates(self._engine)
        self.profiles = Profiles(self._engine)
        self.traces = Traces(self._engine, self._quick)

    @cached_property
    def withdrawals(self) -> Withdrawals:
        """The withdrawn batches; a single trace has no use for them."""
        from hoptrace.catalog.withdrawals import Withdrawals

        return Withdrawals(self._engine, self._in_lake)

    @property
    def writable(self) -> bool:
        """Whether anything can be filed here; a workspace on a read-only disk can only be read."""
        return writable(self._engine.url)

    def check_writable(self) -> None:
        """Raise StorageFailed where nothing can be filed, before work is done for nothing."""
        if not self.writable:
            raise StorageFailed(
                "The workspace cannot be written to: results could not be stored. Copy it to a writable folder "
                "and use the copy."
            )

    def writer_lock(self, wait_seconds: float) -> AbstractContextManager[None]:
        """The lock between hosts that share a PostgreSQL catalog; nothing on SQLite."""
        return advisory_lock(self._engine, wait_seconds)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        self._quick.dispose()
