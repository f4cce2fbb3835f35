"""How long single carriers keep calls before they hand them on, where that is clearly otherwise than in the network.

A switch that looks up ported numbers, or tries slow neighbours first, takes a second or two for each call. Its clock is
right as its own upstreams see it, and seems slow to its downstreams: so its handoffs are compared with what it takes.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hoptrace.linking.neighbours import matched

Delays = Mapping[str, tuple[float, float]]
"""By upstream carrier: seconds that it keeps a call beyond what a handoff takes, and their spread (1 sigma)."""

WITHIN = 6.0
"""Seconds within which two records of neighbours may be of one handoff of a slow carrier."""

LEAST_PAIRS, LEAST_NEIGHBOURS = 30, 2
"""Pairs, and downstream carriers, that must tell it: of one neighbour alone its clock may be the cause."""

SHARP = 1.0
"""Seconds of a tick at most; times cut coarser tell nothing of a second."""

LEAST_LATE, LEAST_SPREAD = 0.3, 0.3
"""Seconds of delay, or of its spread, from which a carrier is slow; less is within what handoffs take."""


def delays_of(pairs: pl.DataFrame, handed_on: float) -> Delays:
    """The delays of slow carriers, of `neighbour_pairs` on the clocks that were learned."""
    each = _of_neighbours(pairs, handed_on).group_by("u_carrier")
    told = (
        each.agg(pl.col("late", "spread").median(), pl.col("pairs").sum(), neighbours=pl.len())
        .filter((pl.col("pairs") >= LEAST_PAIRS) & (pl.col("neighbours") >= LEAST_NEIGHBOURS))
        .filter((pl.col("late") >= LEAST_LATE) | (pl.col("spread") >= LEAST_SPREAD))
        .sort("u_carrier")
    )
    rows = told.select("u_carrier", "late", "spread").iter_rows()
    return {carrier: (round(max(late, 0.0), 3), round(spread, 3)) for carrier, late, spread in rows}


def _of_neighbours(pairs: pl.DataFrame, handed_on: float) -> pl.DataFrame:
    """How `late` handoffs between two carriers are (median, s), their `spread` (s) beside ticks, and the `pairs`."""
    sharp = (pl.col("d_tick") <= SHARP) & (pl.col("u_tick") <= SHARP)
    both = pl.col("d_setup").is_not_null() & pl.col("u_setup").is_not_null()
    found = matched(pairs.filter(sharp & both), WITHIN, handed_on)
    late = pl.col("residual").median()
    spread, ticks = (pl.col("residual") - late).abs().median() * 1.4826, pl.col("sigma").median()
    return found.group_by("d_carrier", "u_carrier").agg(
        late=late, spread=(spread**2 - ticks**2).clip(0.0).sqrt(), pairs=pl.len()
    )
