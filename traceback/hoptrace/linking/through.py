"""Through: a leap over one carrier is no better than the way through that carrier's own record.

What the two records around a carrier have in common, a Call-ID or sharp times, they have in common also where its own
record lies between them and is coarser or tells less. Without this a record cut to the minute would lose its place to
the leap over it, and the call would seem to lack it.
"""

from __future__ import annotations

import math
from functools import cache

import polars as pl

from hoptrace.linking.scoring import Kind

TOLD = ("kind", "weight", "d_upstream", "d_upstream_covered", "u_carrier")

LOST = -math.log(0.01)
"""What a leap costs against the way through: one row in a hundred is lost by a carrier that takes part."""


@cache
def _over_one_with_records() -> pl.Expr:
    return (pl.col("kind") == Kind.BRIDGED) & pl.col("d_upstream_covered")


@cache
def _has_evidence() -> pl.Expr:
    return pl.col("kind").is_in([Kind.DIRECT, Kind.REWRITTEN]) & (pl.col("weight") > 0)


@cache
def _fits_well(side: str) -> pl.Expr:
    return pl.col("weight") >= pl.col("weight").max().over(side) - LOST


def no_better_than_through(pairs: pl.DataFrame) -> pl.DataFrame:
    """Scored pairs in which a bridge weighs at least LOST less than the best way through a record between its ends.

    Both handoffs of the way through must have evidence for them, about as much as any other of that record has: one
    that fits another call far better is none of this one's.
    """
    narrow = pairs.select(*TOLD, place=pl.int_range(pl.len()), d_row=one_number("d_sid"), u_row=one_number("u_sid"))
    bridges = narrow.filter(_over_one_with_records())
    if bridges.is_empty():
        return pairs
    handoffs = narrow.filter(_has_evidence())
    handoffs = handoffs.filter(*(_fits_well(side) for side in ("u_row", "d_row")))
    if handoffs.is_empty():
        return pairs
    low = handoffs.select("d_row", m_row="u_row", m_carrier="u_carrier", low="weight")
    high = handoffs.select("u_row", m_row="d_row", high="weight")
    ends = bridges.select("place", "weight", "d_row", "u_row", "d_upstream")
    begun = ends.join(low, on="d_row").filter(pl.col("d_upstream") == pl.col("m_carrier"))
    gone = begun.join(high, on=["m_row", "u_row"]) if begun.height else begun
    if gone.is_empty():
        return pairs
    ways = gone.group_by("place").agg(pl.col("weight").first(), through=(pl.col("low") + pl.col("high")).max() - LOST)
    worse = ways.filter(pl.col("through") < pl.col("weight"))
    return pairs.with_columns(narrow["weight"].scatter(worse["place"], worse["through"]))


@cache
def one_number(side: str) -> pl.Expr:
    """A statement of a call as one number."""
    most = pl.max_horizontal(pl.col("d_sid").max(), pl.col("u_sid").max())
    return pl.col("call") * (most + 1) + pl.col(side)
