"""Shifts: single batches whose times are off beyond their carrier's clock, as a file written in a wrong zone is.

A batch that is hours off makes all its neighbours' look off. Who is to blame cannot be told carrier by carrier: the
clocks of all batches are fitted together, each held weakly to its carrier's clock, so that the fewest batches are off.
"""

from __future__ import annotations

import polars as pl

from hoptrace.linking.clocks.meeting import densest, reach_of
from hoptrace.linking.clocks.potentials import Edge, potentials
from hoptrace.linking.learned import SHIFTS

LEAST_SHIFT = 600.0
"""Seconds: smaller ones are the clock's own."""

LEAST_TOGETHER = 2.0
"""Matches from which two batches are tied; wrong ties are outvoted."""

LEAST_MATCHES = 4.0
CLEARER = 2.0
"""A batch is moved where so many statements meet, so many times more than where it was."""

SLACK = 30.0
"""Seconds by which batches of one clock may miss each other: hours are at stake here, not the clocks' seconds."""

VOTE, HELD = 0.9, 1.9
"""Spreads that make a tie count as its matches, and hold a batch to its carrier's clock as a quarter of one match."""

WHOLE = 900.0
"""Seconds: zones differ by quarters of an hour."""

NEARLY = SLACK
"""Seconds beyond its tick by which a shift may miss whole quarters of an hour and is taken to be them.

The fit knows the clocks no better: what the shift has too much the carrier's other files would have too little.
"""


def find_shifts(differences: pl.DataFrame) -> pl.DataFrame:
    """The SHIFTS of batches, from all differences of time between neighbours' statements of one number.

    `differences` from `hoptrace.linking.clocks.meeting.differences`. Batches that meet a neighbour's batch are fitted
    together; then each is held against all its neighbours at once, which also places those too small for that.
    """
    ties = densest(differences, ["u_batch", "d_batch"]).filter(pl.col("matches") >= LEAST_TOGETHER)
    if ties.is_empty():
        return SHIFTS.to_frame()
    sides = _sides(differences)
    batches = sides.group_by("batch").agg(pl.col("carrier").first(), pl.col("tick").median()).sort("batch")
    placed = _fitted(ties, batches)
    moved = placed.join(_moves(sides, placed), on="batch").with_columns(
        shift=pl.col("total") - pl.col("clock") + pl.col("at")
    )
    return _told(moved.filter(pl.col("shift").abs() >= LEAST_SHIFT))


def _sides(differences: pl.DataFrame) -> pl.DataFrame:
    """Each difference as either of its two batches sees it: how late that one is (`late`), and `against` which one."""
    both = ("weight", "tick")
    down = differences.select(*both, late="difference", carrier="d", batch="d_batch", against="u_batch")
    up = differences.select(*both, late=-pl.col("difference"), carrier="u", batch="u_batch", against="d_batch")
    return pl.concat([down, up])


def _fitted(ties: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """The `batches` with the seconds that each (`total`) and its carrier's `clock` are off: the same unless shifted."""
    met = [
        Edge(f"batch {u}", f"batch {d}", at, VOTE, round(matches))
        for u, d, at, matches in ties.select("u_batch", "d_batch", "at", "matches").iter_rows()
    ]
    tied = batches.filter(pl.col("batch").is_in(pl.concat([ties["u_batch"], ties["d_batch"]]).to_list()))
    held = [
        Edge(f"clock {who}", f"batch {name}", 0.0, HELD, 1) for name, who in tied.select("batch", "carrier").iter_rows()
    ]
    fitted = pl.DataFrame(
        list(potentials([*met, *held], SLACK).items()), schema={"node": pl.String, "x": pl.Float64}, orient="row"
    )
    shifted = (pl.col("total") - pl.col("clock")).abs() >= LEAST_SHIFT
    return (
        batches.with_columns(of_batch="batch " + pl.col("batch"), of_clock="clock " + pl.col("carrier"))
        .join(fitted.rename({"node": "of_clock", "x": "clock"}), on="of_clock", maintain_order="left")
        .join(fitted.rename({"node": "of_batch", "x": "total"}), on="of_batch", how="left", maintain_order="left")
        .with_columns(total=pl.when(shifted).then("total").otherwise("clock"))
    )


def _moves(sides: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """What each batch is off beyond what was fitted: `batch`, `at` (s), `matches` that it rests on."""
    total = placed.select("batch", "total")
    left = (
        sides.join(total, on="batch")
        .join(total.rename({"batch": "against", "total": "other"}), on="against")
        .select("batch", "weight", "tick", difference=pl.col("late") + pl.col("other") - pl.col("total"))
    )
    near = pl.col("difference").abs() <= reach_of(pl.col("tick").median())
    found = densest(left, ["batch"]).join(
        left.group_by("batch").agg(unmoved=pl.col("weight").filter(near).sum()), on="batch"
    )
    enough = pl.col("matches") >= LEAST_MATCHES
    clear = (pl.col("at").abs() < LEAST_SHIFT) | (pl.col("matches") >= CLEARER * pl.col("unmoved"))
    return found.filter(enough & clear).select("batch", "at", "matches")


def _told(off: pl.DataFrame) -> pl.DataFrame:
    """Batches that are off, in the SHIFTS schema: by whole quarters of an hour where it is nearly that."""
    whole = (pl.col("shift") / WHOLE).round() * WHOLE
    nearly = (pl.col("shift") - whole).abs() <= NEARLY + pl.col("tick")
    shift = pl.when(nearly).then(whole).otherwise(pl.col("shift").round(3))
    matches = pl.col("matches").round().cast(pl.Int64)
    return off.with_columns(shift=shift, matches=matches).select(SHIFTS.names()).sort("batch")
