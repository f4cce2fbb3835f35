"""Bytes of a text by their places: how many are such, where lines begin and end, and slices as a column."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa  # pyright: ignore[reportMissingTypeStubs]

from hoptrace.model.arrays import Bytes, Int64s, Truths

_CACHED = 1024 * 1024
_SPACE, _END = ord(" "), ord("\n")

_LOOKED_AT = 256 * 1024
"""Bytes that are gone through several times in the processor's cache, which they come to but once."""

MARKS = (b'"', codecs.BOM_UTF8[:1], b"N", b"\\")
"""Bytes one of which stands in whatever needs a closer look: quotes, byte order marks, words for nothing."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Line ends of some lines, bytes up to a space (as signed numbers, so that not ASCII is below), and which MARKS."""

    ends: int
    low: int
    marks: frozenset[bytes]


def look_over(data: bytes) -> Looks:
    """What is asked of every byte of a block, all at once: else each question would fetch it from memory anew."""
    every, absent = np.frombuffer(data, np.uint8), list(MARKS)
    ends = low = 0
    for at in range(0, len(every), _LOOKED_AT):
        piece = every[at : at + _LOOKED_AT]
        ends += int(np.count_nonzero(piece == _END))
        low += int(np.count_nonzero(piece.view(np.int8) <= _SPACE))
        absent = [mark for mark in absent if data.find(mark, at, at + _LOOKED_AT) < 0]
    return Looks(ends, low, frozenset(MARKS).difference(absent))


def count_bytes(data: bytes, which: Callable[[Bytes], Truths]) -> int:
    """How many bytes are such; in pieces that stay in the processor's cache, which is quicker than `bytes.count`."""
    every = np.frombuffer(data, np.uint8)
    return sum(int(np.count_nonzero(which(every[at : at + _CACHED]))) for at in range(0, len(every), _CACHED))


def is_tidy(data: bytes, ends: int | None = None) -> bool:
    """No field of these lines has a space, a control character or anything else than ASCII; `ends`: of lines, if known.

    As signed numbers all of these are up to that of the space, and none but line ends may be.
    """
    ends = count_bytes(data, lambda piece: piece == _END) if ends is None else ends
    return count_bytes(data, lambda piece: piece.view(np.int8) <= _SPACE) == ends


def are_lines_within(data: bytes, most: int) -> bool:
    """Whether no line, line ends left out, has more than so many bytes: asked once for so many, not for each line."""
    at = 0
    while len(data) - at > most:
        end = data.rfind(b"\n", at, at + most + 1)
        if end < 0:
            return False
        at = end + 1
    return True


def line_bounds(data: bytes) -> tuple[Int64s, Int64s]:
    """Start and end offsets of the lines, line ends left out."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    starts = np.concatenate([[0], ends + 1]).astype(np.int64)
    if data.endswith(b"\n") or not data:
        return starts[:-1], ends.astype(np.int64)
    return starts, np.concatenate([ends, [len(data)]]).astype(np.int64)


def slices(data: bytes, starts: Int64s, ends: Int64s) -> pl.Series:
    """The bytes between offsets, in rising order, as Binary."""
    return slices_and_between(data, starts, ends).gather_every(2)


def slices_and_between(data: bytes, starts: Int64s, ends: Int64s) -> pl.Series:
    """The same with what lies between, of which every second is wanted: so nothing has to be copied one by one."""
    bounds = np.empty(2 * len(starts) + 1, dtype=np.int64)
    bounds[0:-1:2], bounds[1::2], bounds[-1] = starts, ends, ends[-1] if len(ends) else 0
    bounds = np.minimum(bounds, len(data))
    arrow: Any = pa  # it has no type stubs
    buffers = [None, arrow.py_buffer(bounds), arrow.py_buffer(data)]
    return pl.Series("raw", arrow.LargeBinaryArray.from_buffers(arrow.large_binary(), len(bounds) - 1, buffers))
