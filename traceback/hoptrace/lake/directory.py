"""The directory with which a file of the lake begins: where the rows of a key may stand, told without its columns.

Of each block of rows it has the first key and start time, and of each row a tag, 16 bits of its key. So a look-up
passes over nearly all files that do not hold a number by two kilobytes of each, and knows where its rows stand in the
others. The directory lies between the file's first four bytes and its first row group, where no reader of Parquet
looks.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s, UInt16s

BLOCK_ROWS = 1_024
"""Rows of a block: of these the tags are read at once."""

BEGINS = 4
"""The directory's place in the file, in bytes."""

HEAD_BYTES = 16 << 10
"""Bytes that are read first: a directory of a million rows without its tags."""

_MAGIC = b"hop-keys"
_NUMBERS = np.dtype("<i8")
_TAGS = np.dtype("<u2")
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""2^64 divided by the golden ratio: the upper bits of a product with it differ also for numbers that are close."""


@dataclass(frozen=True, slots=True)
class Directory:
    """First key and start time (microseconds since 1970) of each block, and how many `rows` the file has.

    `stored` is false of a file of an earlier release, which has no directory.
    """

    keys: array[int]
    times: array[int]
    rows: int
    stored: bool

    @classmethod
    def of(cls, keys: Int64s, times: Int64s) -> Directory:
        """Of a file that has none, by the keys and times of all of its rows."""
        return cls(_listed(keys[::BLOCK_ROWS]), _listed(times[::BLOCK_ROWS]), keys.size, stored=False)

    def blocks(self, key: int, first: int, last: int) -> range:
        """The blocks that may hold rows of a key that started between two times, both included."""
        # A block that begins with a smaller key, or with this one earlier, may go on to what is wanted.
        low, high = bisect_left(self.keys, key), bisect_right(self.keys, key)
        before = bisect_left(self.times, first, low, high) - 1
        return range(max(before, 0), bisect_right(self.times, last, low, high))

    def height(self, block: int) -> int:
        """How many rows a block has."""
        return min(BLOCK_ROWS, self.rows - block * BLOCK_ROWS)

    def place(self, block: int) -> tuple[int, int]:
        """Where the tags of a block stand in the file, and how long they are, in bytes."""
        begin = BEGINS + _head_bytes(self.rows) + block * BLOCK_ROWS * _TAGS.itemsize
        return begin, self.height(block) * _TAGS.itemsize


def tags_of(keys: Int64s) -> UInt16s:
    """The tag of each key."""
    return ((keys.view(np.uint64) * _MIX) >> np.uint64(48)).astype(np.uint16)


def as_tags(raw: bytes) -> UInt16s:
    """Tags as they stand in a file."""
    return np.frombuffer(raw, _TAGS)


def packed(rows: pl.DataFrame) -> bytes:
    """The directory of sorted rows, as it stands in their file."""
    keys, times = rows["key"].to_numpy(), rows["start_time"].to_numpy().view(np.int64)
    head = [np.array([rows.height]), keys[::BLOCK_ROWS], times[::BLOCK_ROWS]]
    return _MAGIC + np.concatenate(head).astype(_NUMBERS).tobytes() + tags_of(keys).astype(_TAGS).tobytes()


def length_of(raw: bytes) -> int:
    """How many of the bytes at a directory's place have to be read to unpack it; 0 where there is no directory."""
    begun = len(_MAGIC) + _NUMBERS.itemsize
    if raw[: len(_MAGIC)] != _MAGIC or len(raw) < begun:
        return 0
    return _head_bytes(int.from_bytes(raw[len(_MAGIC) : begun], "little"))


def unpacked(raw: bytes) -> Directory:
    """The directory that begins with these bytes, of which there are `length_of` at least."""
    rows, *_ = numbers = np.frombuffer(raw[len(_MAGIC) : length_of(raw)], _NUMBERS)
    middle = (numbers.size + 1) // 2
    return Directory(_listed(numbers[1:middle]), _listed(numbers[middle:]), int(rows), stored=True)


def _listed(numbers: Int64s) -> array[int]:
    """The same numbers, 8 bytes each: they are compared one by one, by Python."""
    return array("q", numbers.astype(np.int64).tobytes())


def _head_bytes(rows: int) -> int:
    """The length of a directory of so many rows without its tags."""
    blocks = -(-rows // BLOCK_ROWS)
    return len(_MAGIC) + (1 + 2 * blocks) * _NUMBERS.itemsize
