"""Small expressions and steps that several reports count with."""

from __future__ import annotations

import polars as pl


def shares(counted: pl.DataFrame | pl.LazyFrame, whole: int) -> pl.LazyFrame:
    """The frame with `share`: `calls` of `whole`; 0 where there is nothing."""
    return counted.lazy().with_columns(share=pl.col("calls") / max(whole, 1))


def mostly(column: str) -> pl.Expr:
    """In an aggregation, the most frequent value; of several that are as frequent the first by the alphabet."""
    known = pl.col(column).drop_nulls()
    return known.mode().sort().first().cast(pl.String).alias(column)


def most_of(places: pl.DataFrame, column: str) -> pl.DataFrame:
    """Of each `carrier` the value that most of its `calls` have; of several as frequent the first, as in `mostly`."""
    counted = places.group_by("carrier", column).agg(pl.col("calls").sum())
    ordered = counted.sort("carrier", "calls", column, descending=[False, True, False])
    first = ordered.unique("carrier", keep="first", maintain_order=True)
    return first.select("carrier", pl.col(column).cast(pl.String))


def mean_confidence() -> pl.Expr:
    """In an aggregation, the mean confidence; the sum is of whole numbers, so that no order of rows changes it."""
    parts = (pl.col("confidence") * _PARTS).round().cast(pl.Int64)
    return (parts.sum() / pl.len() / _PARTS).alias("confidence")


_PARTS = 1_000_000_000
"""Parts of one, in which confidence is added up."""


def is_role(role: str) -> pl.Expr:
    """In an aggregation, how many rows have this role."""
    return (pl.col("role") == role).sum().alias(role)


def of_certainty(certainty: str) -> pl.Expr:
    """In an aggregation, the share of rows of this certainty."""
    return (pl.col("certainty") == certainty).mean()
