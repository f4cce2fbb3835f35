"""A statement's fingerprint: 64 bits of everything the carrier said, the same in every version and on every machine.

Library hashes may change between versions, but fingerprints lie in the lake for years; so this one is written out. Each
field becomes 64 bits - a number is itself, a text the mixed sum of its words of 8 bytes - and is mixed with its place
(the finaliser of splitmix64, Steele et al. 2014); the fields of a row are added up. It tells repeated rows from others.
It is no defence against a carrier that wants two of its own rows to collide.
"""
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyarrow has no type stubs.

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hoptrace.intake.distinct import Distinct
from hoptrace.lake.sorting import is_even
from hoptrace.model.arrays import Truths, UInt64s

_ROWS = 131_072
"""Rows at a time: what is worked on stays in the processor's cache."""

_LONG_ROWS = 16_384
"""The same of texts that do not lie beside their length."""

_WORD = 8
_SHORT = 12
"""Bytes of a text that lie beside its length, filled up with zeros, where texts are held as views (Arrow, Polars)."""
_BITS = 2**64
_STEP = 0x9E3779B97F4A7C15
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_UNKNOWN = np.uint64(0xD1B54A32D192ED03)
# How much of a text's last word belongs to it, by the number of bytes left.
_MASKS = np.array([2 ** (8 * left) - 1 for left in range(_WORD + 1)], dtype=np.uint64)


Field = Callable[[int, int], UInt64s]
"""The 64 bits of each value of a column, from one row up to another, in memory of their own."""


def fingerprints(frame: pl.DataFrame, columns: Sequence[str], few: Mapping[str, Distinct] | None = None) -> pl.Series:
    """The fingerprints (UInt64) of a frame's rows over these columns; null and the empty string differ.

    `few`: columns whose distinct texts are known, so that each is read once.
    """
    if frame.is_empty():
        return pl.Series("fingerprint", [], pl.UInt64)
    steps = {name: np.uint64(place * _STEP % _BITS) for place, name in enumerate(columns, start=1)}
    told = np.zeros(frame.height, dtype=np.uint64)
    for name in [name for name in steps if is_even(frame[name])]:
        one = frame[name].head(1)
        told += _mix((np.array([_UNKNOWN]) if one.null_count() else _field(one)(0, 1)) + steps.pop(name))
    known = {name: told for name, told in (few or {}).items() if name in steps}
    read = [
        (_mix(_field(texts)(0, texts.len()) + steps.pop(name)), places.to_numpy())
        for name, (texts, places) in known.items()
    ]
    fields = [(_field(frame[name]), step) for name, step in steps.items()]
    for at in range(0, frame.height, _ROWS):
        total = told[at : at + _ROWS]
        for field, step in fields:
            values = field(at, at + len(total))
            values += step
            total += _mix(values)
        for values, places in read:
            total += values.take(places[at : at + _ROWS])
        _mix(total)
    return pl.Series("fingerprint", told, pl.UInt64)


def _field(column: pl.Series) -> Field:
    """What gives 64 bits of each value of some rows of a column; what lies in its memory is looked up once."""
    read = _texts(column) if column.dtype == pl.String else _numbers(column)
    if not column.null_count():
        return read
    empty: Truths = column.is_null().to_numpy()

    def of(at: int, end: int) -> UInt64s:
        """The values of these rows, one that stands for what is unknown among them."""
        values = read(at, end)
        np.copyto(values, _UNKNOWN, where=empty[at:end])
        return values

    return of


def _numbers(column: pl.Series) -> Field:
    if column.dtype.is_float():
        # Whole microseconds, so that no way of printing floats matters.
        column = (column * 1_000_000).round().cast(pl.Int64, strict=False)
    array: Any = column.to_physical().cast(pl.Int64).rechunk().to_arrow()
    # Of a null any number.
    numbers = np.frombuffer(array.buffers()[1], dtype="<u8")[array.offset : array.offset + len(array)]
    return lambda at, end: numbers[at:end].copy()


def _texts(column: pl.Series) -> Field:
    """64 bits of each text (of a null, any): its words, each mixed with its place, and its length, added up."""
    column = column.rechunk()
    array: Any = column.to_arrow(compat_level=pl.CompatLevel.newest())
    content, rows = array.buffers()[1], slice(array.offset, array.offset + len(array))
    lengths, last = (np.frombuffer(content, dtype="<u4")[place::4][rows] for place in (0, 3))
    first: UInt64s = np.ndarray((rows.stop,), "<u8", content, offset=4, strides=(16,))[rows]

    def of(at: int, end: int) -> UInt64s:
        """A number for each of these rows' texts."""
        longest = int(lengths[at:end].max())
        if longest > _SHORT:
            parts = (column.slice(part, min(_LONG_ROWS, end - part)) for part in range(at, end, _LONG_ROWS))
            return np.concatenate([_long_texts(part) for part in parts])
        sums: UInt64s = lengths[at:end].astype(np.uint64)
        # A word of nothing but zeros adds nothing, so that shorter texts need no care.
        sums += _mixed_word(first[at:end].copy(), 0)
        if longest > _WORD:
            sums += _mixed_word(last[at:end].astype(np.uint64), _WORD)
        return _mix(sums)

    return of


def _long_texts(column: pl.Series) -> UInt64s:
    words, starts, lengths = _bytes_of(column)
    sums: UInt64s = lengths.astype(np.uint64)
    shortest, longest = int(lengths.min()), int(lengths.max())
    for at in range(0, longest, _WORD):
        if shortest > at:
            sums += _word(words, starts + at, lengths - at if shortest < at + _WORD else None, at)
        else:
            rows = np.flatnonzero(lengths > at)
            sums[rows] += _word(words, starts[rows] + at, lengths[rows] - at, at)
    return _mix(sums)


def _word(words: UInt64s, starts: NDArray[np.int64], left: NDArray[np.int64] | None, at: int) -> UInt64s:
    """The mixed words at these starts; `left` are the bytes that the texts still have, None where all fill a word."""
    word = words[starts]
    if left is not None:
        word &= _MASKS[np.minimum(left, _WORD)]
    return _mixed_word(word, at)


def _mixed_word(word: UInt64s, at: int) -> UInt64s:
    """Mixes in place the words that stand at this place of their texts."""
    # One round is enough, as the sum is mixed again; each place has an odd factor of its own.
    shifted = word >> np.uint64(32)
    word ^= shifted
    word *= np.uint64((2 * at + 1) * _STEP % _BITS)
    word ^= np.right_shift(word, np.uint64(29), out=shifted)
    return word


def _bytes_of(column: pl.Series) -> tuple[UInt64s, NDArray[np.int64], NDArray[np.int64]]:
    """Every 8 bytes of the column's text, one word for each byte it may begin at; where each text starts; its bytes."""
    array: Any = column.rechunk().to_arrow()
    buffers: list[Any] = array.buffers()
    bounds, content = buffers[1:]
    offsets: NDArray[np.int64] = np.frombuffer(bounds, dtype="<i8")[array.offset : array.offset + len(array) + 1]
    data = b"".join((memoryview(content)[: int(offsets[-1])] if content is not None else b"", bytes(_WORD)))
    words: UInt64s = np.ndarray((len(data) - _WORD + 1,), dtype="<u8", buffer=data, strides=(1,))
    return words, offsets[:-1], np.diff(offsets)


def _mix(values: UInt64s) -> UInt64s:
    """Mixes in place: fresh memory for each step would take longer than the step."""
    shifted = values >> np.uint64(30)
    values ^= shifted
    values *= _MIX_1
    values ^= np.right_shift(values, np.uint64(27), out=shifted)
    values *= _MIX_2
    values ^= np.right_shift(values, np.uint64(31), out=shifted)
    return values
