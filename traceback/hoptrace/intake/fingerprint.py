"""A statement's fingerprint: 64 bits of everything the carrier said, the same in every version and on every machine.

Library hashes may change between versions, but fingerprints lie in the lake for years; so this one is written out. Each
row's fields are put into one string, cut into words of 8 bytes; every word is mixed with its place (the finaliser of
splitmix64, Steele et al. 2014) and the words of a row are added up. It tells repeated rows from others. It is no
defence against a carrier that wants two of its own rows to collide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

UInt64s = NDArray[np.uint64]

_WORD = 8
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_FIELD_END = "\x1f"
_UNKNOWN = "\x00"


def fingerprints(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """The fingerprints (UInt64) of a frame's rows over these columns; null and the empty string differ."""
    if frame.is_empty():
        return pl.Series("fingerprint", [], pl.UInt64)
    fields = [_as_text(name, frame.schema[name]).fill_null(_UNKNOWN) for name in columns]
    text = pl.concat_str(fields, separator=_FIELD_END)
    padding = pl.lit("\x00" * _WORD).str.slice(0, _WORD - pl.col("text").str.len_bytes() % _WORD)
    padded = frame.select(text=text).select(text=pl.concat_str("text", padding))["text"].rechunk()
    lengths = (padded.str.len_bytes() // _WORD).to_numpy().astype(np.int64)
    return pl.Series("fingerprint", _row_sums(_words(padded), lengths), pl.UInt64)


def _words(text: pl.Series) -> UInt64s:
    """All bytes of a column one after the other, as words; nothing is copied."""
    arrow = cast(Any, text).to_arrow(compat_level=pl.CompatLevel.oldest())
    buffers: list[Any] = arrow.buffers()
    bounds: NDArray[np.int64] = np.frombuffer(buffers[1], np.int64)
    data: NDArray[np.uint8] = np.frombuffer(buffers[2], np.uint8)
    place: int = arrow.offset
    return data[int(bounds[place]) : int(bounds[place + len(text)])].view("<u8")


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        return column.dt.epoch("us").cast(pl.String)
    if kind.is_float():
        # Whole microseconds, so that no way of printing floats matters.
        return (column * 1_000_000).round().cast(pl.Int64, strict=False).cast(pl.String)
    return column.cast(pl.String)


def _row_sums(words: UInt64s, lengths: NDArray[np.int64]) -> UInt64s:
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    place = np.arange(words.size, dtype=np.int64) - np.repeat(starts, lengths) + 1
    mixed = _mix(words + place.astype(np.uint64) * _STEP)
    return _mix(np.add.reduceat(mixed, starts) + lengths.astype(np.uint64))


def _mix(values: UInt64s) -> UInt64s:
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    return values ^ (values >> np.uint64(31))
