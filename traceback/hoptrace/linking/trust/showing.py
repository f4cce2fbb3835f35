"""Showing: which calls that a carrier says it got from a neighbour bear the caller ids of its own customers.

A carrier that blames others does so for its own customers' calls, and these customers' other calls are in its records.
Calls that only pass through it bear other caller ids.
"""

from __future__ import annotations

import polars as pl

SHOWING = pl.Schema(
    {
        "namer": pl.String,
        "named": pl.String,
        "missing": pl.Int64,
        "mine": pl.Int64,
        "kept": pl.Int64,
        "kept_mine": pl.Int64,
    }
)
"""Caller ids of calls that `namer` says it got from `named`: of those of which `named` has no record (`missing`), and
of those that it has (`kept`). How many of each the namer's own customers show in calls to other numbers (`mine`)."""

REPEATS = pl.Schema({"carrier": pl.String, "own": pl.Int64, "again": pl.Int64})
"""By carrier: caller ids that its `own` customers showed; how many of them to more than one number (`again`)."""


def count_showing(facts: pl.DataFrame, borne_out: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """SHOWING and REPEATS of a sample: `facts` from `comparable`, `borne_out` the sids that a neighbour bears out."""
    with_caller = facts.filter(pl.col("calling") > 0)
    own = (
        with_caller.filter(pl.col("customer").is_not_null())
        .group_by("carrier", "calling")
        .agg(numbers=pl.col("called").n_unique(), number=pl.col("called").min())
    )
    words = with_caller.filter(pl.col("upstream").is_not_null()).select(
        "calling",
        "called",
        namer="carrier",
        named="upstream",
        kept=pl.col("sid").is_in(borne_out.implode()),
    )
    kept, mine = pl.col("kept"), pl.col("mine")
    # A campaign's caller id says the same in each of its calls.
    callers = _with_mine(words, own).group_by("namer", "named", "calling", "kept").agg(mine.any())
    told = callers.group_by("namer", "named").agg(
        missing=(~kept).sum(), mine=(~kept & mine).sum(), kept=kept.sum(), kept_mine=(kept & mine).sum()
    )
    told = told.filter(pl.col("missing") > 0).select(pl.col(name).cast(kind) for name, kind in SHOWING.items())
    return told.sort("namer", "named"), _repeats(own)


def _with_mine(words: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """With `mine`: whether the namer's own customers show the caller id to a number that is not the call's."""
    found = words.join(own.rename({"carrier": "namer"}), on=["namer", "calling"], how="left")
    elsewhere = (pl.col("numbers") > 1) | (pl.col("number") != pl.col("called"))
    return found.with_columns(mine=elsewhere.fill_null(value=False))


def _repeats(own: pl.DataFrame) -> pl.DataFrame:
    told = own.group_by("carrier").agg(own=pl.len(), again=(pl.col("numbers") > 1).sum())
    return told.select(pl.col(name).cast(kind) for name, kind in REPEATS.items()).sort("carrier")
