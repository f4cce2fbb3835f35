"""Small expressions and steps that several reports count with."""

from __future__ import annotations

import polars as pl


def shares(counted: pl.DataFrame, whole: int) -> pl.DataFrame:
    """The frame with `share`: `calls` of `whole`; 0 where there is nothing."""
    return counted.with_columns(share=pl.col("calls") / max(whole, 1))


def mostly(column: str) -> pl.Expr:
    """In an aggregation, the most frequent value; of several that are as frequent the first by the alphabet."""
    known = pl.col(column).drop_nulls()
    return known.mode().sort().first().cast(pl.String).alias(column)


def is_role(role: str) -> pl.Expr:
    """In an aggregation, how many rows have this role."""
    return (pl.col("role") == role).sum().alias(role)


def of_certainty(certainty: str) -> pl.Expr:
    """In an aggregation, the share of rows of this certainty."""
    return (pl.col("certainty") == certainty).mean()
