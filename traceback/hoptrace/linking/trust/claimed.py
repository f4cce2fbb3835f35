"""Claimed: the caller ids of calls that a neighbour handed over and a carrier claims for its own customers.

Who claims others' calls does so now and then: it says itself of other calls with the same caller ids that it got them
from that neighbour. Who makes up that it handed calls over writes them on the model of the other one's calls: their
caller ids are those of the other one's customers, and no other call with them came from there.
"""

from __future__ import annotations

import polars as pl

CLAIMED = pl.Schema({"upstream": pl.String, "claimant": pl.String, "through": pl.Int64, "own": pl.Int64})
"""Caller ids of calls that `upstream` handed to `claimant`, which claims them for its customers: those of them that it
shows in other calls which it says it got `through` that upstream, and in others of its `own` customers."""


def count_claimed(facts: pl.DataFrame, quarrels: pl.DataFrame) -> pl.DataFrame:
    """CLAIMED of a sample: `facts` from `comparable`, `quarrels` from `hoptrace.linking.trust.clashes.quarrelled`."""
    callers = quarrels.filter(pl.col("calling") > 0).select("upstream", "calling", claimant="carrier").unique()
    told = facts.filter(~pl.col("sid").is_in(quarrels["sid_own"].implode()) & (pl.col("calling") > 0))
    through = told.select("calling", "upstream", claimant="carrier").drop_nulls().unique()
    own = told.filter(pl.col("customer").is_not_null()).select("calling", claimant="carrier").unique()
    both = callers.join(through.with_columns(through=1), on=["upstream", "claimant", "calling"], how="left")
    both = both.join(own.with_columns(own=1), on=["claimant", "calling"], how="left")
    counts = both.group_by("upstream", "claimant").agg(pl.col("through", "own").sum().cast(pl.Int64))
    return counts.select(CLAIMED.names()).sort("upstream", "claimant")
