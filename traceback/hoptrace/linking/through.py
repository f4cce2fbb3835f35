"""Through: a leap over one carrier is no better than the way through that carrier's own record.

What the two records around a carrier have in common, a Call-ID or sharp times, they have in common also where its own
record lies between them and is coarser or tells less. Without this a record cut to the minute would lose its place to
the leap over it, and the call would seem to lack it.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import polars as pl

from hoptrace.linking.kinds import Kind
from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.model.frames import equals

LOST = -math.log(0.01)
"""What a leap costs against the way through: one row in a hundred is lost by a carrier that takes part."""


@cache
def _roles() -> list[pl.Expr]:
    """Which pairs are bridges over one carrier with records, and which are handoffs with evidence for them."""
    kind = pl.col("kind")
    handoff = (kind == Kind.DIRECT) | (kind == Kind.REWRITTEN)
    over = (kind == Kind.BRIDGED) & pl.col("d_upstream_covered")
    return [over.alias("over"), (handoff & (pl.col("weight") > 0)).alias("handoff")]


def no_better_than_through(pairs: pl.DataFrame) -> pl.DataFrame:
    """Scored pairs in which a bridge weighs at least LOST less than the best way through a record between its ends.

    Both handoffs of the way through must have evidence for them, about as much as any other of that record has: one
    that fits another call far better is none of this one's.
    """
    roles = pairs.select(_roles())
    over, told = (np.flatnonzero(roles[role].to_numpy()) for role in roles.columns)
    if not over.size or not told.size:
        return pairs
    weight = pairs["weight"].to_numpy()
    down, up = _numbered(pairs)
    told = told[_fits_well(up[told], weight[told]) & _fits_well(down[told], weight[told])]
    bridge, low = equals(down[over], down[told])
    bridge, low = over[bridge], told[low]
    between, carrier = pairs["d_upstream"], pairs["u_carrier"]
    named = (between[bridge] == carrier[low]).to_numpy()  # `gather` runs a query
    bridge, low = bridge[named], low[named]
    ends = up.max() + 1
    way, high = equals(up[low] * ends + up[bridge], down[told] * ends + up[told])
    through = np.full(pairs.height, np.inf)
    best = np.full(pairs.height, -np.inf)
    np.maximum.at(best, bridge[way], weight[low[way]] + weight[told[high]])
    through[bridge[way]] = best[bridge[way]] - LOST
    return pairs.with_columns(pl.Series("weight", np.minimum(weight, through))) if way.size else pairs


def _numbered(pairs: pl.DataFrame) -> tuple[Int64s, Int64s]:
    """The two statements of each pair as small numbers."""
    calls, lower, upper = (pairs[name].to_numpy().astype(np.int64) for name in ("call", "d_sid", "u_sid"))
    most = max(int(lower.max()), int(upper.max())) + 1
    _, number = np.unique(np.concatenate([calls * most + lower, calls * most + upper]), return_inverse=True)
    return number[: pairs.height], number[pairs.height :]


def _fits_well(statements: Int64s, weight: Floats) -> Truths:
    """Which handoffs weigh about as much as the heaviest of the same statement."""
    heaviest = np.full(int(statements.max()) + 1, -np.inf)
    np.maximum.at(heaviest, statements, weight)
    return weight >= heaviest[statements] - LOST
