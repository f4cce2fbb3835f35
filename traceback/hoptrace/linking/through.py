"""Through: a leap over one carrier is no better than the way through that carrier's own record.

What the two records around a carrier have in common, a Call-ID or sharp times, they have in common also where its own
record lies between them and is coarser or tells less. Without this a record cut to the minute would lose its place to
the leap over it, and the call would seem to lack it.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from hoptrace.linking.kinds import Kind
from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.model.columns import Columns
from hoptrace.model.frames import changed, equals, rows_at

LOST = -math.log(0.01)
"""What a leap costs against the way through: one row in a hundred is lost by a carrier that takes part."""


def no_better_than_through(pairs: pl.DataFrame) -> pl.DataFrame:
    """Scored pairs in which a bridge weighs at least LOST less than the best way through a record between its ends.

    Both handoffs of the way through must have evidence for them, about as much as any other of that record has: one
    that fits another call far better is none of this one's.
    """
    columns = Columns(pairs)
    weight = columns.floats("weight")
    over = np.flatnonzero(columns.says("kind", Kind.BRIDGED) & columns.truths("d_upstream_covered"))
    told = np.flatnonzero(columns.says_any("kind", (Kind.DIRECT, Kind.REWRITTEN)) & (weight > 0))
    if not over.size or not told.size:
        return pairs
    down, up = _numbered(pairs)
    told = told[_fits_well(up[told], weight[told]) & _fits_well(down[told], weight[told])]
    bridge, low = equals(down[over], down[told])
    bridge, low = over[bridge], told[low]
    between, carrier = pairs["d_upstream"], pairs["u_carrier"]
    named = (rows_at(between, bridge) == rows_at(carrier, low)).to_numpy()
    bridge, low = bridge[named], low[named]
    ends = up.max() + 1
    way, high = equals(up[low] * ends + up[bridge], down[told] * ends + up[told])
    through = np.full(pairs.height, np.inf)
    best = np.full(pairs.height, -np.inf)
    np.maximum.at(best, bridge[way], weight[low[way]] + weight[told[high]])
    through[bridge[way]] = best[bridge[way]] - LOST
    return changed(pairs, pl.Series("weight", np.minimum(weight, through))) if way.size else pairs


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
