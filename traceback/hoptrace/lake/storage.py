"""The lake's files: written once, never changed, each read through one small interface on a disk or an object store."""
# pyright: basic
# pyarrow has no type stubs; it is used in this file alone. It loads late: one trace reads by scans, without it.

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction

from hoptrace.errors import StorageFailed
from hoptrace.lake.layout import GROUP_ROWS, STORED, Part
from hoptrace.lake.object_store import Access

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

_MILLISECOND = timedelta(milliseconds=1)


@contextmanager
def guard(what: str) -> Generator[None]:
    """Turn what the disk or the table throws into StorageFailed."""
    try:
        yield
    except Exception as error:
        if not _of_storage(error):
            raise
        cause = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise StorageFailed(f"The lake could not {what}: {cause}. Nothing of this step was kept.") from error


def _of_storage(error: Exception) -> bool:
    if isinstance(error, (OSError, DeltaError, pl.exceptions.PolarsError)):
        return True
    from pyarrow import ArrowException

    return isinstance(error, ArrowException)


@dataclass(frozen=True)
class Store:
    """Where the table's files are: a folder of this machine, or one in an object store."""

    root: str
    remote: FileSystem | None = None
    """The object store; None is this machine's disk."""
    options: dict[str, str] | None = None
    """What Polars and the table's log need to open files of an object store."""

    @classmethod
    def at(cls, uri: str, access: Access | None = None) -> Store:
        """The store behind a folder's path or an object store's URI."""
        if "://" not in uri:
            return cls(str(Path(uri).absolute()))
        access = access or Access()
        files, root = access.open(uri)
        return cls(root.rstrip("/"), None if files.type_name == "local" else files, access.options(uri))

    @cached_property
    def files(self) -> FileSystem:
        """The filesystem by which all but scans read and write."""
        from pyarrow.fs import LocalFileSystem

        return LocalFileSystem() if self.remote is None else self.remote

    def full(self, path: str) -> str:
        """The path in the filesystem of a path in the table."""
        return f"{self.root}/{path}"

    def uri(self, path: str) -> str:
        """What Polars opens the file by."""
        return self.full(path) if self.remote is None else f"{self.remote.type_name}://{self.full(path)}"

    def read(self, path: str) -> pl.DataFrame:
        """A whole file of the table."""
        return self.scan([path]).collect()

    def scan(self, paths: Sequence[str]) -> pl.LazyFrame:
        """Whole files of the table, lazily."""
        return pl.scan_parquet(
            [self.uri(path) for path in paths], hive_partitioning=False, glob=False, storage_options=self.options
        )

    def read_keys(self, path: str, first: int, beyond: int | None) -> pl.DataFrame:
        """The rows of a file with keys from `first` on and below `beyond` (None: all); reads those row groups alone."""
        key = pl.col("key")
        wanted = (key >= first) if beyond is None else (key >= first) & (key < beyond)
        return self.scan([path]).filter(wanted).collect()

    def exists(self, path: str) -> bool:
        """Whether there is such a file in the table's folder."""
        from pyarrow.fs import FileType

        return self.files.get_file_info(self.full(path)).type == FileType.File

    def footer(self, path: str) -> Any:
        """A file's Parquet metadata, to open it again without reading them."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.full(path), filesystem=self.files) as file:
            return file.metadata

    def read_group(self, path: str, metadata: Any, group: int, columns: list[str] | None = None) -> pl.DataFrame:
        """One row group of a file (of some columns only)."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.full(path), metadata=metadata, filesystem=self.files) as file:
            return _as_frame(file.read_row_group(group, columns=columns))

    def read_rows(self, path: str, metadata: Any, group: int, rows: Any, columns: list[str]) -> pl.DataFrame:
        """Some rows of one row group, by their positions in it; the others are never turned into a frame."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.full(path), metadata=metadata, filesystem=self.files) as file:
            read = file.read_row_group(group, columns=columns, use_threads=False)
        # Wanted rows lie together; slices of them copy nothing and need no more of pyarrow.
        bounds = np.flatnonzero(np.diff(rows) != 1) + 1
        parts = [read.slice(int(part[0]), len(part)) for part in np.split(rows, bounds)]
        return _as_frame(pa.concat_tables(parts))

    def write(self, part: Part, name: str, *, data_change: bool) -> AddAction:
        """Write one part to a new file, safely on the disk, and give the action that adds it to the table."""
        path = f"index={part.index}/day={part.day}/{name}.parquet"
        full = self.full(path)
        if self.remote is None:
            self.files.create_dir(full.rpartition("/")[0], recursive=True)
        with self.files.open_output_stream(full) as stream:
            part.rows.write_parquet(
                stream,
                compression="zstd",
                compression_level=1,
                row_group_size=GROUP_ROWS,
                statistics=True,
            )
        self.sync(full)
        return AddAction(
            path=path,
            size=int(self.files.get_file_info(full).size),
            partition_values={"index": str(part.index), "day": part.day.isoformat()},
            modification_time=int(time.time() * 1000),
            data_change=data_change,
            stats=_statistics(part.rows),
        )

    def remove(self, paths: list[str]) -> None:
        """Delete files that the table never came to name; one that cannot be deleted is only wasted room."""
        for path in paths:
            try:
                self.files.delete_file(self.full(path))
            except OSError:
                continue

    def named(self, part_of_name: str) -> list[str]:
        """The paths in the table of all data files whose name contains this, whether the table names them or not."""
        from pyarrow.fs import FileSelector

        selector = FileSelector(self.root, recursive=True, allow_not_found=True)
        found = (str(info.path) for info in self.files.get_file_info(selector) if info.is_file)
        mine = (path for path in found if part_of_name in path.rpartition("/")[2] and path.endswith(".parquet"))
        return sorted(path.removeprefix(f"{self.root}/") for path in mine)

    def sync(self, full: str) -> None:
        """Have the disk keep the file and its name; an object store does so by itself."""
        if self.remote is not None:
            return
        for path in (full, full.rpartition("/")[0]):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _statistics(rows: pl.DataFrame) -> str:
    bounds: dict[str, Any] = rows.select(
        pl.col("key", "start_time").min().name.prefix("min_"), pl.col("key", "start_time").max().name.prefix("max_")
    ).row(0, named=True)
    return json.dumps(
        {
            "numRecords": rows.height,
            "minValues": {"key": bounds["min_key"], "start_time": _stamp(bounds["min_start_time"])},
            # Delta keeps statistics of times in milliseconds: the upper bound has to be rounded up.
            "maxValues": {"key": bounds["max_key"], "start_time": _stamp(bounds["max_start_time"] + _MILLISECOND)},
            "nullCount": {"key": 0, "start_time": 0},
        }
    )


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def _as_frame(table: Any) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame.cast({name: STORED[name] for name in frame.columns})
