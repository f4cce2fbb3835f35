"""Showing: whose customers show the caller ids of calls that a neighbour's records do not bear out.

A carrier that blames others does so for its own customers' calls, and these customers' other calls are in its records.
One that leaves its customers' calls out hardly leaves out all. So the caller id of a call tells which of the two it
was: it is one with which the namer's own customers call other numbers, or one of those of the carrier that it names.
"""

from __future__ import annotations

import polars as pl

SHOWING = pl.Schema(
    {
        "namer": pl.String,
        "named": pl.String,
        "missing": pl.Int64,
        "mine": pl.Int64,
        "theirs": pl.Int64,
        "kept": pl.Int64,
        "kept_mine": pl.Int64,
        "kept_theirs": pl.Int64,
    }
)
"""Caller ids of calls that `namer` says it got from `named`: of those which `named` has no record of (`missing`), and of
those that it has (`kept`). How many of each the namer's customers show in calls to other numbers and the named one's do
not (`mine`), and the other way round (`theirs`)."""

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
    shown = _shown_by(_shown_by(words, own, "namer"), own, "named").sort("by_namer", "by_named", descending=True)
    mine, theirs = pl.col("by_namer") & ~pl.col("by_named"), pl.col("by_named") & ~pl.col("by_namer")
    classes = {"": pl.lit(value=True), "_mine": mine, "_theirs": theirs}
    counts = {f"kept{name}": (pl.col("kept") & of).sum() for name, of in classes.items()}
    missed = {"missing": pl.lit(value=True), "mine": mine, "theirs": theirs}
    counts |= {name: (~pl.col("kept") & of).sum() for name, of in missed.items()}
    # A campaign's caller id says the same in each of its calls.
    once = shown.unique(["namer", "named", "calling", "kept"], keep="first")
    told = once.group_by("namer", "named").agg(**counts)
    told = told.filter(pl.col("missing") > 0).select(pl.col(name).cast(kind) for name, kind in SHOWING.items())
    return told.sort("namer", "named"), _repeats(own)


def _shown_by(words: pl.DataFrame, own: pl.DataFrame, side: str) -> pl.DataFrame:
    """With `by_SIDE`: whether customers of that carrier show the caller id to a number that is not the call's."""
    found = words.join(own.rename({"carrier": side}), on=[side, "calling"], how="left")
    elsewhere = (pl.col("numbers") > 1) | (pl.col("number") != pl.col("called"))
    return found.with_columns(elsewhere.fill_null(value=False).alias(f"by_{side}")).drop("numbers", "number")


def _repeats(own: pl.DataFrame) -> pl.DataFrame:
    numbers = pl.col("numbers")
    told = own.group_by("carrier").agg(own=pl.len(), again=(numbers > 1).sum())
    return told.select(pl.col(name).cast(kind) for name, kind in REPEATS.items()).sort("carrier")
