"""The distinct texts of a column that has few, so that what is made of each text is made once."""

from __future__ import annotations

import polars as pl

Distinct = tuple[pl.Series, pl.Series]
"""A column's distinct texts, sorted, null last; and which of them each row has (UInt32)."""

_FIRST = 8_192
"""Rows in which a few texts mostly have all been seen."""


def distinct(texts: pl.Series) -> Distinct:
    """The distinct texts of a column, and which of them each row has; for columns of few texts."""
    some = _sorted(texts.head(_FIRST))
    coded = texts.cast(pl.Enum(some), strict=False)
    if coded.null_count() > texts.null_count():
        some = _sorted(texts)
        coded = texts.cast(pl.Enum(some))
    places = coded.to_physical().cast(pl.UInt32).fill_null(len(some))
    return some.extend(pl.Series([None], dtype=pl.String)), places


def _sorted(texts: pl.Series) -> pl.Series:
    return texts.unique().drop_nulls().sort()
