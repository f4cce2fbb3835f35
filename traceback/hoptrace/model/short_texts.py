"""Columns of a few short texts, told apart sixteen bytes at once.

Polars holds a text of up to twelve bytes beside its length, filled up with zeros: two words that tell it to the letter.
Of the few texts of a column a product of the words tells which one a row can have, and the words whether it has it.
"""
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyarrow has no type stubs.

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from hoptrace.model.arrays import Bytes, UInt64s

LONGEST = 12
"""Bytes of a text that lies beside its length."""

_MOST = 64
"""Texts for whose numbers there are slots enough that mostly no two share one."""

_ROWS = 16_384
"""Rows at a time: what is worked on stays in the processor's cache."""

_SLOT_BITS = 12
_FACTORS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


def words_of(texts: pl.Series) -> UInt64s:
    """The two words of each text (n, 2): length and four bytes, eight bytes; of longer and missing ones anything."""
    array: Any = texts.rechunk().to_arrow(compat_level=pl.CompatLevel.newest())
    words: UInt64s = np.frombuffer(array.buffers()[1], dtype="<u8").reshape(-1, 2)
    return words[array.offset : array.offset + len(array)]


def places_among(texts: pl.Series, known: pl.Series) -> Bytes | None:
    """Which of some known texts each row of a column has; None where one has another, or where this cannot tell."""
    if texts.null_count() or not 0 < known.len() <= _MOST or int(str(known.str.len_bytes().max())) > LONGEST:
        return None
    first, second = (np.ascontiguousarray(word) for word in words_of(known).T)
    slots = _slots(first, second)
    if np.unique(slots).size < slots.size:
        return None
    place_in = np.zeros(2**_SLOT_BITS, dtype=np.uint8)
    place_in[slots.view(np.int64)] = np.arange(slots.size)
    words, places = words_of(texts), np.empty(texts.len(), dtype=np.uint8)
    for at in range(0, len(places), _ROWS):
        ones, others = words[at : at + _ROWS].T
        place = place_in.take(_slots(ones, others).view(np.int64), out=places[at : at + _ROWS], mode="clip")
        differ = first.take(place) ^ ones
        differ |= second.take(place) ^ others
        if differ.any():
            return None
    return places


def _slots(first: UInt64s, second: UInt64s) -> UInt64s:
    """A number of _SLOT_BITS for each two words."""
    mixed = first * _FACTORS[0]
    mixed ^= second * _FACTORS[1]
    mixed >>= np.uint64(64 - _SLOT_BITS)
    return mixed
