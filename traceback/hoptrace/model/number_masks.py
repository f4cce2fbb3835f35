"""Masked numbers (`+6128458XXXX`, or cut): their key holds the digits that are known and how many are hidden.

Such a key is below that of all others. It is equal to no number's: it only says which numbers it may be.
"""

from __future__ import annotations

import polars as pl

_LEAST = -(2**63)
_HIDDEN = 16
CUT = 15
"""Hidden digits of a number that was cut somewhere."""

MASKED_BELOW = -(2**62) - 2
"""Keys of masked numbers are below this, keys of internal ones are not."""


def masked_key(known: str, hidden: int) -> int:
    """The key of a number of which these digits (with the calling code) are known, and so many more hidden."""
    return _LEAST + int(known) * _HIDDEN + min(hidden, CUT)


def mask_of(key: int) -> tuple[str, int]:
    """The digits that are known of a masked number, and how many are hidden (CUT: nobody knows)."""
    known, hidden = divmod(key - _LEAST, _HIDDEN)
    return str(known), hidden


def may_be(key: int, number: int) -> bool:
    """Whether a masked number may be this one (both keys)."""
    known, hidden = mask_of(key)
    text = str(number)
    return text.startswith(known) and (hidden == CUT or len(text) == len(known) + hidden)


def fits_mask(masked: pl.Expr, number: pl.Expr) -> pl.Expr:
    """`may_be` of columns of keys; null where the first is no masked number or the second no telephone number."""
    # In two steps, as what lies between is more than 63 bits hold.
    told = pl.when(masked < MASKED_BELOW).then(masked) + 2**62 + 2**62
    known, hidden = (told // _HIDDEN).cast(pl.String), told % _HIDDEN
    text = pl.when(number > 0).then(number).cast(pl.String)
    length = known.str.len_bytes().cast(pl.Int64) + hidden == text.str.len_bytes().cast(pl.Int64)
    return text.str.starts_with(known) & ((hidden == CUT) | length)


def display_mask(masked: pl.Expr) -> pl.Expr:
    """Masked keys as people write them: `+6128458XXXX`; one that was cut ends in `…`."""
    told = pl.when(masked < MASKED_BELOW).then(masked) + 2**62 + 2**62
    hidden = told % _HIDDEN
    marks = pl.when(hidden == CUT).then(pl.lit("…")).otherwise(pl.lit("X" * CUT).str.slice(0, hidden))
    return pl.format("+{}{}", (told // _HIDDEN).cast(pl.String), marks)
