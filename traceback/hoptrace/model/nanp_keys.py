"""Columns of nothing but +1 and ten digits, as files of one country are, read eight digits at once.

Polars holds a text of up to twelve bytes beside its length. Such a number fills that room: its length, `+1` and two
digits lie in one word, eight digits in the next, which are added up in pairs, fours and eights (SWAR).
"""
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyarrow has no type stubs.

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s, UInt64s
from hoptrace.model.short_texts import words_of

_BEGINS = "+1"
_SOUND = "+12005550100"
_ROWS = 32_768
"""Rows at a time: what is worked on stays in the processor's cache."""

_HEAD = np.uint64(int.from_bytes(len(_SOUND).to_bytes(4, "little") + _BEGINS.encode(), "little"))
_HEAD_BITS = np.uint64(48)
_ZEROS = np.uint64(int.from_bytes(b"0" * 8))
_NO_DIGIT = np.uint64(0x8080808080808080)
_OVER_NINE = np.uint64(0x7676767676767676)
_TWO_AND_MORE = np.uint64(0xFE00)
"""Bits of the second digit, that of the exchange, one of which is set where it is 2 or more."""

_FIRST_OF_FOUR = np.uint64(0xFF000000FF)
_HUNDREDS, _ONES = np.uint64((1_000_000 << 32) + 100), np.uint64((10_000 << 32) + 1)


def nanp_keys(text: pl.Series) -> pl.Series | None:
    """The number keys (Int64, null where there is no text) where every text is +1 and ten digits that fit; else None.

    They fit where neither area code nor exchange begins with 0 or 1.
    """
    if not str(text.first(ignore_nulls=True)).startswith(_BEGINS):
        return None
    words = words_of(text.fill_null(_SOUND) if text.null_count() else text)
    keys = np.empty(len(words), dtype=np.int64)
    for at in range(0, len(words), _ROWS):
        if not _read(words[at : at + _ROWS], keys[at : at + _ROWS]):
            return None
    read = pl.Series(text.name, keys)
    return pl.select(pl.when(text.is_not_null()).then(read)).to_series() if text.null_count() else read


def _read(words: UInt64s, keys: Int64s) -> bool:
    """Reads the numbers into `keys`; False where one does not fit. In place: fresh memory would take longer."""
    head = words[:, 0].copy()
    begins = _beginnings().take(head >> _HEAD_BITS)
    head &= (np.uint64(1) << _HEAD_BITS) - np.uint64(1)
    digits = words[:, 1] - _ZEROS
    other = digits + _OVER_NINE
    other |= digits
    if begins.min() < 0 or not (head == _HEAD).all() or np.bitwise_or.reduce(other) & _NO_DIGIT:
        return False
    if not np.bitwise_and(digits, _TWO_AND_MORE, out=other).all():
        return False
    np.right_shift(digits, np.uint64(8), out=other)
    digits *= np.uint64(10)
    digits += other
    np.right_shift(digits, np.uint64(16), out=other)
    digits &= _FIRST_OF_FOUR
    other &= _FIRST_OF_FOUR
    digits *= _HUNDREDS
    other *= _ONES
    digits += other
    digits >>= np.uint64(32)
    np.add(begins, digits.view(np.int64), out=keys)
    return True


@cache
def _beginnings() -> Int64s:
    """What +1 and each two bytes, the first one low, stand for before eight digits; -1 where they are no area code."""
    second, first = np.divmod(np.arange(2**16), 2**8)
    tens, ones = first - ord("0"), second - ord("0")
    area = (tens >= 2) & (tens <= 9) & (ones >= 0) & (ones <= 9)
    return np.where(area, 10**10 + tens * 10**9 + ones * 10**8, -1)
