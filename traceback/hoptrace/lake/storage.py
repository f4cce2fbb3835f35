"""The lake's files: written once, never changed, each read through one small interface on a disk or an object store."""
# pyright: basic
# pyarrow has no type stubs. It loads late: one trace reads by scans, without it.

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.lake.layout import index_of, kinds
from hoptrace.lake.object_store import Access
from hoptrace.output import whole_file

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

PIECES_AT_ONCE = 64
"""Pieces of files that are read at once: each is opened, and its row groups are in memory."""


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

    @property
    def is_remote(self) -> bool:
        """Whether the files are in an object store."""
        return self.remote is not None

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
        """Whole files of one index of the table, lazily; the columns that a file leaves out are null."""
        return pl.scan_parquet(
            [self.uri(path) for path in paths],
            schema=kinds(index_of(paths[0])),
            missing_columns="insert",
            hive_partitioning=False,
            glob=False,
            storage_options=self.options,
        )

    def read_keys(self, paths: Sequence[str], first: int, beyond: int | None) -> pl.DataFrame:
        """The rows of files with keys from `first` on and below `beyond` (None: all); reads those row groups alone."""
        key = pl.col("key")
        wanted = (key >= first) if beyond is None else (key >= first) & (key < beyond)
        return self.scan(paths).filter(wanted).collect()

    def text(self, path: str) -> bytes:
        """The content of a small file in the table's folder."""
        with self.files.open_input_stream(self.full(path)) as stream:
            return stream.read()

    def size(self, path: str) -> int:
        """Bytes of a file of the table; 0 where it is gone."""
        return int(self.files.get_file_info(self.full(path)).size or 0)

    def exists(self, path: str) -> bool:
        """Whether there is such a file in the table's folder."""
        if self.remote is None:
            return Path(self.full(path)).is_file()
        from pyarrow.fs import FileType

        return self.files.get_file_info(self.full(path)).type == FileType.File

    def read_at(self, path: str, begin: int, length: int) -> bytes:
        """So many bytes of a file of the table, or as many as there are."""
        if self.remote is None:
            handle = os.open(self.full(path), os.O_RDONLY)
            try:
                return os.pread(handle, length, begin)
            finally:
                os.close(handle)
        with self.files.open_input_file(self.full(path)) as file:
            return file.read_at(length, begin)

    def opened(self, path: str) -> pl.LazyFrame:
        """A file of the table with the columns that it has, lazily; once read, what its footer says stays with it."""
        return pl.scan_parquet(self.uri(path), hive_partitioning=False, glob=False, storage_options=self.options)

    def put(self, path: str, content: bytes) -> None:
        """Write a small file of the table's folder in place of the one that was there; readers see one or the other."""
        if self.remote is None:
            with whole_file(Path(self.full(path))) as stream:
                stream.write(content)
            return
        with self.files.open_output_stream(self.full(path)) as stream:
            stream.write(content)

    def log(self) -> dict[str, datetime]:
        """The names of the files of the table's log, and when each was written (UTC)."""
        from pyarrow.fs import FileSelector

        found = self.files.get_file_info(FileSelector(self.full("_delta_log"), allow_not_found=True))
        return {str(info.base_name): info.mtime for info in found if info.is_file and info.mtime is not None}

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
        inside = (path.removeprefix(f"{self.root}/") for path in found)
        data = (path for path in inside if path.startswith("index=") and path.endswith(".parquet"))
        return sorted(path for path in data if part_of_name in path.rpartition("/")[2])

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


def read_pieces(pieces: Iterable[tuple[pl.LazyFrame, int, int]]) -> list[pl.DataFrame]:
    """Of each file, as `Store.opened` gives it, from the n-th row on so many, of several files at once.

    Only the row groups that hold some of them are read, and of these only the wanted rows are made.
    """
    slices = [file.slice(first, rows) for file, first, rows in pieces]
    read: list[pl.DataFrame] = []
    for at in range(0, len(slices), PIECES_AT_ONCE):
        read += pl.collect_all(slices[at : at + PIECES_AT_ONCE], engine="streaming")
    return read
