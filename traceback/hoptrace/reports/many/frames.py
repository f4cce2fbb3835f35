"""Small expressions and steps that several reports count with."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def shares(counted: pl.DataFrame | pl.LazyFrame, whole: int) -> pl.LazyFrame:
    """The frame with `share`: `calls` of `whole`; 0 where there is nothing."""
    return counted.lazy().with_columns(share=pl.col("calls") / max(whole, 1))


def mostly(column: str) -> pl.Expr:
    """In an aggregation, the most frequent value; of several that are as frequent the first by the alphabet."""
    known = pl.col(column).drop_nulls()
    return known.mode().sort().first().cast(pl.String).alias(column)


def most_of(counted: pl.DataFrame, column: str, by: Sequence[str] = ("carrier",)) -> pl.DataFrame:
    """Of each `by` the value that most of its `calls` have; of several as frequent the first, as in `mostly`."""
    known = counted.drop_nulls(column).group_by(*by, column).agg(pl.col("calls").sum())
    ordered = known.sort("calls", column, descending=[True, False])
    first = ordered.unique(by, keep="first", maintain_order=True)
    return first.select(*by, pl.col(column).cast(pl.String))


def with_most(
    grouped: pl.DataFrame, counted: pl.DataFrame, columns: Sequence[str], by: Sequence[str] = ("carrier",)
) -> pl.DataFrame:
    """The groups with the value of each of `columns` that most of their `calls` have, null where there is none."""
    for column in columns:
        grouped = grouped.join(most_of(counted, column, by), on=by, how="left", maintain_order="left", nulls_equal=True)
    return grouped


def mean_confidence() -> pl.Expr:
    """In an aggregation, the mean confidence; the sum is of whole numbers, so that no order of rows changes it."""
    return (added_confidence() / pl.len() / _PARTS).alias("confidence")


def added_confidence() -> pl.Expr:
    """In an aggregation, all confidence in whole parts, to be added up further: column `added`."""
    return (pl.col("confidence") * _PARTS).round().cast(pl.Int64).sum().alias("added")


def mean_of_added() -> pl.Expr:
    """In an aggregation of rows with `calls` and what `added_confidence` gave, the mean confidence."""
    return (pl.col("added").sum() / pl.col("calls").sum() / _PARTS).alias("confidence")


_PARTS = 1_000_000_000
"""Parts of one, in which confidence is added up."""


def is_role(role: str) -> pl.Expr:
    """In an aggregation, how many rows have this role."""
    return (pl.col("role") == role).sum().alias(role)


def calls_where(wanted: pl.Expr) -> pl.Expr:
    """In an aggregation of rows with `calls`, the calls of those that fit."""
    return pl.col("calls").filter(wanted).sum()
