"""What is remembered of the lake's files, which never change: directories, tags, footers, and rows read last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
import polars as pl

from hoptrace.lake.directory import BEGINS, BLOCK_ROWS, HEAD_BYTES, Directory, as_tags, length_of, tags_of, unpacked
from hoptrace.lake.kept import Kept
from hoptrace.lake.storage import Store, read_pieces
from hoptrace.model.arrays import Int64s, UInt16s

TAGS_ROOM = 64 << 20
"""Bytes of tags that are kept in memory: those of 30 million rows."""

TAGS_BYTES = 512
"""What the tags of a block take beside themselves."""

OPENED_ROOM = 128 << 20
"""Bytes of files' footers that are kept in memory: those of 450 long files, or of 1,000 of a lake of a thousand batches
that were merged as they came. To read one takes twice as long as to read rows of a file whose footer is at hand."""

OPENED_BYTES, OPENED_BYTES_A_ROW = 100 << 10, 0.4
"""What a file's footer takes in the form in which Polars keeps it, and for each row of the file beside that."""

ROWS_ROOM = 16 << 20
"""Bytes of rows that are kept in memory: the rounds of a trace come back to the same ones."""

PIECE_BYTES = 64 << 10
"""What some rows take beside themselves: their texts lie in whole pages of the file."""

AT_ONCE = 8
"""Reads of an object store at once: it answers late, but many at a time."""

Block = tuple[str, int]
"""A file's path in the table, and the number of a block of rows in it."""

Piece = tuple[str, int, int]
"""A file's path in the table, the place of the first of some rows next to each other in it, and how many they are."""


class _Opened(NamedTuple):
    """A file as it is read once it was opened, and what its footer takes in memory."""

    file: pl.LazyFrame
    bytes: int


Asked = TypeVar("Asked")
Read = TypeVar("Read")


class Directories:
    """Directories, tags and rows by file, each read when it is first asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._directories: dict[str, Directory] = {}
        self._tags = Kept[Block, UInt16s](self._read_tags, lambda tags: tags.nbytes + TAGS_BYTES, TAGS_ROOM)
        self._opened = Kept[str, _Opened](self._open, lambda opened: opened.bytes, OPENED_ROOM)
        self._rows = Kept[Piece, pl.DataFrame](
            self._read_rows, lambda rows: int(rows.estimated_size()) + PIECE_BYTES, ROWS_ROOM
        )

    def directory(self, path: str) -> Directory:
        """The directory of a file of the table."""
        known = self._directories.get(path)
        if known is None:
            known = self._directories[path] = self._read_directory(path)
        return known

    def directories(self, paths: Sequence[str]) -> list[Directory]:
        """The directories of several files, those not known yet read at once."""
        self._each(self.directory, [path for path in paths if path not in self._directories])
        return [self.directory(path) for path in paths]

    def tags(self, blocks: Sequence[Block]) -> list[UInt16s]:
        """The tags of blocks of rows, those not known yet read at once."""
        return self._tags.get(blocks)

    def rows(self, pieces: Sequence[Piece]) -> list[pl.DataFrame]:
        """Rows of files, each with the columns that its file has."""
        return self._rows.get(pieces)

    def forget_others(self, paths: Iterable[str]) -> None:
        """Let go of the directories of files that are no longer looked into; one that is after all is read again."""
        wanted = set(paths)
        self._directories = {path: known for path, known in self._directories.items() if path in wanted}

    def _read_directory(self, path: str) -> Directory:
        raw = self._store.read_at(path, BEGINS, HEAD_BYTES)
        length = length_of(raw)
        if not length:
            told = self._store.scan([path]).select("key", "start_time").collect()
            return Directory.of(told["key"].to_numpy(), microseconds(told["start_time"]))
        return unpacked(raw if length <= len(raw) else self._store.read_at(path, BEGINS, length))

    def _read_tags(self, blocks: Sequence[Block]) -> list[UInt16s]:
        stored = [block for block in blocks if self.directory(block[0]).stored]
        read = dict(zip(stored, self._each(self._stored_tags, stored), strict=True))
        others = [block for block in blocks if block not in read]
        keys = read_pieces((self._store.opened(path).select("key"), *self._place(path, at)) for path, at in others)
        read |= {block: tags_of(frame["key"].to_numpy()) for block, frame in zip(others, keys, strict=True)}
        return [read[block] for block in blocks]

    def _stored_tags(self, block: Block) -> UInt16s:
        path, number = block
        return as_tags(self._store.read_at(path, *self.directory(path).place(number)))

    def _read_rows(self, pieces: Sequence[Piece]) -> list[pl.DataFrame]:
        files = self._opened.get([path for path, _, _ in pieces])
        return read_pieces((opened.file, first, rows) for opened, (_, first, rows) in zip(files, pieces, strict=True))

    def _open(self, paths: Sequence[str]) -> list[_Opened]:
        rows = [self.directory(path).rows for path in paths]
        sizes = [OPENED_BYTES + int(OPENED_BYTES_A_ROW * each) for each in rows]
        return [_Opened(self._store.opened(path), size) for path, size in zip(paths, sizes, strict=True)]

    def _place(self, path: str, block: int) -> tuple[int, int]:
        return block * BLOCK_ROWS, self.directory(path).height(block)

    def _each(self, read: Callable[[Asked], Read], asked: Sequence[Asked]) -> list[Read]:
        if not self._store.is_remote or len(asked) < 2:
            return [read(one) for one in asked]
        return list(self._readers.map(read, asked))

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lake")


def microseconds(times: pl.Series) -> Int64s:
    """Times as microseconds since 1970; none of them is null."""
    return times.to_numpy().view(np.int64)  # `to_physical` runs a query, which takes thirty times as long
