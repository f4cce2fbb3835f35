"""The weight of evidence that two statements tell of the same handoff: a log likelihood ratio for each comparison.

Record linkage after Fellegi and Sunter (JASA 64, 1969): every comparison adds ln(P(seen | same) / P(seen | not)).
A pair is (d, u): `d` is the statement of the carrier downstream, `u` that of the carrier upstream. Natural logarithms.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from hoptrace.linking.beginnings import weigh_beginnings
from hoptrace.linking.kinds import CHANGED, Kind
from hoptrace.linking.levels import LEVELS, with_levels
from hoptrace.linking.times import with_time
from hoptrace.linking.weights import SIGNATURE, Weights, weigh_levels

REFUSED_BRANCH = -8.0
"""A refused attempt beyond a silent carrier is a branch of a call, not its way."""

COMPARISONS = ("time", "answer", *LEVELS, "naming", "number")
"""The names of the comparisons; the weight of each stands in the column `w_` + name."""

NAMING = {"direct": 0.0, "rewritten": -3.0, "bridged": 1.5, "forwarded": -2.0, "gap": -2.0, "conflict": 0.0}
UNNAMED = -2.0
"""Where the lower record does not say who gave it the call, any carrier that hands calls to a silent one may have."""

LEAST_MEETINGS, SAME_MOMENT, MET_AGAIN = 3, 1.0, 4.0
"""Calls to two numbers that met so often, each with at least this weight of time, weigh so much as one call changed."""

LOST_ROW = -2.0
"""A carrier that has submitted records of that time seldom lacks the one row."""


@cache
def _naming() -> pl.Expr:
    """Both name each other, or one does and the other does not know."""
    down_names = pl.col("d_upstream") == pl.col("u_carrier")
    up_names = pl.col("u_downstream") == pl.col("d_carrier")
    both = (down_names & up_names).fill_null(False)
    prior = pl.col("kind").replace_strict(NAMING, return_dtype=pl.Float64)
    direct = pl.col("kind").is_in([Kind.DIRECT, Kind.REWRITTEN])
    lost = pl.col("kind").is_in([Kind.BRIDGED, Kind.FORWARDED]) & pl.col("d_upstream_covered")
    unnamed = (pl.col("kind") == Kind.BRIDGED) & pl.col("d_upstream").is_null()
    named = pl.when(direct & both).then(5.0).when(direct).then(2.0).when(unnamed).then(UNNAMED).otherwise(0.0)
    # A silent carrier may have tried several routes for one call; the refused ones must not take the call from the one
    # that went on. Where the carrier above says that the call failed, it was no branch that failed.
    refused = (pl.col("d_outcome") == "failed") & pl.col("d_downstream").is_null() & (pl.col("kind") == Kind.BRIDGED)
    refused &= (pl.col("u_outcome") != "failed").fill_null(True)
    return (
        prior
        + named
        + pl.when(lost).then(LOST_ROW).otherwise(0.0)
        + pl.when(refused).then(REFUSED_BRANCH).otherwise(0.0)
    )


@cache
def _number() -> pl.Expr:
    """The number that went out is the one that came in; a carrier that says it sent another speaks against it.

    Where nobody says that the number was changed, redials tell: again and again the two met at the same moments.
    """
    changed = pl.col("kind").is_in(CHANGED)
    forwarded_elsewhere = (pl.col("u_sent") != pl.col("d_called")) & ~changed
    redialled = changed & (pl.col("meetings") >= LEAST_MEETINGS)
    return pl.when(forwarded_elsewhere).then(-3.0).when(redialled).then(MET_AGAIN).otherwise(0.0)


def _with_meetings(pairs: pl.DataFrame) -> pl.DataFrame:
    """Timed pairs with `meetings`; 0 where the number did not change on the way, as it seldom does."""
    if not any((pairs["kind"] == kind).any() for kind in CHANGED):
        return pairs.hstack([pl.Series("meetings", np.zeros(pairs.height, np.uint32))])
    told = pairs.filter(_changed()).select("call", "d_sid", "u_sid", meetings=_meetings())
    joined = pairs.join(told, on=["call", "d_sid", "u_sid"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("meetings").fill_null(0))


@cache
def _changed() -> pl.Expr:
    return pl.col("kind").is_in(CHANGED)


@cache
def _meetings() -> pl.Expr:
    """How often calls to the one number went in when calls to the other came out, each statement counted once."""
    one_to_one = ("call", "kind", "d_sid"), ("call", "kind", "u_sid")
    nearest = pl.all_horizontal(pl.col("w_time") == pl.col("w_time").max().over(side) for side in one_to_one)
    ways = ("call", "kind", "u_carrier", "d_carrier", "u_sent", "d_called")
    return (nearest & (pl.col("w_time") >= SAME_MOMENT)).sum().over(ways)


def score(pairs: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """Pairs (columns `d_*`, `u_*`, `kind`) with a weight for each comparison and their sum, `weight`."""
    weighed = weigh_beginnings(weigh_levels(with_levels(with_time(pairs)), weights))
    told = _with_meetings(weighed).with_columns(_signature(), w_naming=_naming(), w_number=_number())
    return told.with_columns(weight=_sum())


@cache
def _signature() -> list[pl.Expr]:
    # A false record bears no signature; that speaks for no other call.
    said = pl.col("kind") != Kind.CONFLICT
    return [pl.when(said).then(f"w_{name}").otherwise(0.0).alias(f"w_{name}") for name in SIGNATURE]


@cache
def _sum() -> pl.Expr:
    return pl.sum_horizontal(f"w_{name}" for name in COMPARISONS)
