"""The lake's files: written once, never changed, each read through one small interface on a disk or an object store."""
# pyright: basic
# pyarrow has no type stubs; it is used in this file alone.

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction
from pyarrow import ArrowException
from pyarrow.fs import FileSelector, FileSystem, LocalFileSystem

from hoptrace.errors import StorageFailed
from hoptrace.lake.layout import GROUP_ROWS, STORED, Part

_MILLISECOND = timedelta(milliseconds=1)


@contextmanager
def guard(what: str) -> Generator[None]:
    """Turn what the disk or the table throws into StorageFailed."""
    try:
        yield
    except (OSError, DeltaError, ArrowException, pl.exceptions.PolarsError) as error:
        cause = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise StorageFailed(f"The lake could not {what}: {cause}. Nothing of this step was kept.") from error


@dataclass(frozen=True, slots=True)
class Store:
    """Where the table's files are: a filesystem and the folder in it."""

    files: FileSystem
    root: str

    @classmethod
    def at(cls, uri: str) -> Store:
        """The store behind a folder's path or an object store's URI."""
        if "://" not in uri:
            return cls(LocalFileSystem(), str(Path(uri).absolute()))
        files, root = FileSystem.from_uri(uri)
        return cls(files, root)

    def full(self, path: str) -> str:
        """The path in the filesystem of a path in the table."""
        return f"{self.root}/{path}"

    def uri(self, path: str) -> str:
        """What Polars opens the file by."""
        kind = self.files.type_name
        return self.full(path) if kind == "local" else f"{kind}://{self.full(path)}"

    def read(self, path: str) -> pl.DataFrame:
        """A whole file of the table."""
        return pl.read_parquet(self.uri(path), hive_partitioning=False, glob=False)

    def footer(self, path: str) -> Any:
        """A file's Parquet metadata, to open it again without reading them."""
        with pq.ParquetFile(self.full(path), filesystem=self.files) as file:
            return file.metadata

    def read_group(self, path: str, metadata: Any, group: int, columns: list[str] | None = None) -> pl.DataFrame:
        """One row group of a file (of some columns only)."""
        with pq.ParquetFile(self.full(path), metadata=metadata, filesystem=self.files) as file:
            return _as_frame(file.read_row_group(group, columns=columns))

    def read_rows(self, path: str, metadata: Any, group: int, rows: Any) -> pl.DataFrame:
        """Some rows of one row group, by their positions in it; the others are never turned into a frame."""
        with pq.ParquetFile(self.full(path), metadata=metadata, filesystem=self.files) as file:
            return _as_frame(file.read_row_group(group, use_threads=False).take(rows))

    def write(self, part: Part, name: str, *, data_change: bool) -> AddAction:
        """Write one part to a new file, safely on the disk, and give the action that adds it to the table."""
        path = f"index={part.index}/day={part.day}/{name}.parquet"
        full = self.full(path)
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
        selector = FileSelector(self.root, recursive=True, allow_not_found=True)
        found = (str(info.path) for info in self.files.get_file_info(selector) if info.is_file)
        mine = (path for path in found if part_of_name in path.rpartition("/")[2] and path.endswith(".parquet"))
        return sorted(path.removeprefix(f"{self.root}/") for path in mine)

    def sync(self, full: str) -> None:
        """Have the disk keep the file and its name; an object store does so by itself."""
        if not isinstance(self.files, LocalFileSystem):
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
