"""Twins: calls of somebody else who shows the same caller id to the same people at nearly the same moments.

Where the reported end has no record, the report may mean the twin of the call that was found, of which nobody at hand
has a record. How likely that is, the twins that are on file tell: how often they come how near to the originator's own
calls, and to which ends they leave records at all. A campaign's calls to one end go over much the same carriers each
time, so whether a twin to this end would be on file is told by the twins of other calls to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from hoptrace.tracing.moment import LEAST_SPREAD, report_density

if TYPE_CHECKING:
    from hoptrace.engines.callers import Uses

NEAR = 30.0
"""Seconds from an own call within which it is counted how close twins come."""

LEAST_TWINS = 2
"""Numbers of the originator's that were called from elsewhere too, from which twins are reckoned with."""

LIKE_ELSEWHERE = 2.0
"""Calls that an end counts for less than those to all ends together: of few calls to it nothing is sure."""


def twin_odds(asked: pl.DataFrame, uses: Uses, close: float) -> dict[int, float]:
    """Odds that a reported call is rather the unrecorded twin of the call that was found, of calls that have any.

    `asked`, `uses` as in `hoptrace.engines.callers`; `close`: seconds by which reports may well be off.
    """
    if asked.is_empty():
        return {}
    own = uses.own.select("call", "called", at_own="start").join(asked, on="call", how="semi")
    gaps = uses.elsewhere.join(own, on=["call", "called"]).group_by("call", "called")
    twins = gaps.agg(gap=(pl.col("start") - pl.col("at_own")).abs().min())
    to_end = uses.same.filter((pl.col("downstream") == pl.col("end")) & (pl.col("called") != pl.col("number")))
    to_end = to_end.select("call", "called").unique()
    counted = (
        asked.select("call", "away")
        .join(own.group_by("call").agg(own=pl.col("called").n_unique()), on="call")
        .join(twins.group_by("call").agg(twins=pl.len(), near=(pl.col("gap") <= NEAR).sum()), on="call")
        .join(to_end.group_by("call").agg(ended=pl.len()), on="call", how="left")
        .join(_both(to_end, twins).group_by("call").agg(seen=pl.len()), on="call", how="left")
        .fill_null(0)
        .filter(pl.col("twins") >= LEAST_TWINS)
    )
    return {row["call"]: _odds(row, close) for row in counted.iter_rows(named=True)}


def _both(to_end: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    return to_end.join(twins, on=["call", "called"], how="semi")


def _odds(row: Mapping[str, float], close: float) -> float:
    """Density (1/s) of an unrecorded twin's report at this moment, against that of the call that was found."""
    usual = row["twins"] / row["own"]
    on_file = (row["seen"] + LIKE_ELSEWHERE * usual) / (row["ended"] + LIKE_ELSEWHERE)
    density = (row["near"] + 1) / (2 * NEAR * row["twins"])
    mine = report_density(np.array(row["away"]), max(close / 3, LEAST_SPREAD))
    return (1 - on_file) * density / float(mine)
