"""Placing: clocks of parts of the network that no neighbours tie together, held against all of the rest at once.

Single far edges rest on a few calls each, and redials mislead one of them easily. What all of a part's calls say
together, whoever else has records of them, tells its clock far more surely.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hoptrace.linking.clocks.far import WELL_TIED, Parts, far_differences
from hoptrace.linking.clocks.meeting import LEAST_MATCHES, densest, reach_of
from hoptrace.linking.kinds import HANDED_ON

MORE_SURE = 1.5
"""Times as many calls as fit where a part stands must fit elsewhere before it is moved there."""


def placed(
    facts: pl.DataFrame, parts: Parts, offsets: Mapping[str, float], handed_on: float = HANDED_ON
) -> dict[str, float]:
    """The offsets (s) with those of parts that stand wrong moved; `facts` from `comparable` with these offsets.

    The part of most statements stands; those that share most calls with what is placed already come next.
    """
    met = _both_ways(far_differences(facts, parts, handed_on), parts)
    shifts = {_largest(facts, parts): 0.0}
    while (found := _next(met, shifts)).height:
        shifts |= dict(found.iter_rows())
    return {carrier: offset + shifts.get(parts.get(carrier, -1), 0.0) for carrier, offset in offsets.items()}


def _largest(facts: pl.DataFrame, parts: Parts) -> int:
    counts = facts.group_by(part=pl.col("carrier").replace_strict(parts, return_dtype=pl.Int64)).agg(rows=pl.len())
    return int(counts.sort("rows", "part", descending=[True, False])["part"][0])


def _both_ways(met: pl.DataFrame, parts: Parts) -> pl.DataFrame:
    """Each difference as what a `part` is later than another one (`base`) by."""
    u, d = (pl.col(side).replace_strict(parts, return_dtype=pl.Int64) for side in ("u", "d"))
    rest = ("weight", "tick")
    return pl.concat(
        [
            met.select("difference", *rest, part=d, base=u),
            met.select(-pl.col("difference"), *rest, part=u, base=d),
        ]
    )


def _next(met: pl.DataFrame, shifts: Mapping[int, float]) -> pl.DataFrame:
    """(`part`, `shift`) of the parts next to be placed: all that share enough calls, else the one that shares most."""
    base = pl.col("base").replace_strict(shifts, default=None, return_dtype=pl.Float64)
    near = met.filter(~pl.col("part").is_in(list(shifts))).with_columns(difference=pl.col("difference") + base)
    near = near.drop_nulls("difference")
    if near.is_empty():
        return pl.DataFrame(schema={"part": pl.Int64, "shift": pl.Float64})
    windows = densest(near, ["part"])
    most = pl.min_horizontal(pl.lit(float(WELL_TIED)), pl.col("matches").max()).clip(LEAST_MATCHES)
    inside = near.join(windows.filter(pl.col("matches") >= most), on="part")
    stays = (pl.col("difference").abs() <= reach_of(pl.col("tick")) / 2) * pl.col("weight")
    dense = pl.col("difference").is_between("low", "high")
    told = inside.group_by("part").agg(
        shift=pl.col("difference").filter(dense).median(), stays=stays.sum(), matches=pl.col("matches").first()
    )
    moved = pl.when(pl.col("matches") >= MORE_SURE * pl.col("stays")).then("shift").otherwise(0.0)
    return told.sort("part").select("part", shift=moved)
