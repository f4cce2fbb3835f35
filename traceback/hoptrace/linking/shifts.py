"""Shifts: single batches whose times are off beyond their carrier's clock, as a file written in a wrong zone is."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.linking.learned import SHIFTS

LEAST_SHIFT = 600.0
"""Seconds: smaller ones are the clock's own."""

LEAST_MATCHES = 4.0
CLEARER = 2.0
"""So many times more statements meet with the shift than without it."""

ROUNDS = 20

WHOLE = 900.0
"""Seconds: zones differ by quarters of an hour."""

NEARLY = 5.0
"""Seconds beyond its tick by which a shift may miss whole quarters of an hour and is taken to be them."""


def find_shifts(differences: pl.DataFrame, offsets: pl.DataFrame) -> pl.DataFrame:
    """The SHIFTS of batches, from all differences of time between neighbours' statements of one number.

    `differences` from `hoptrace.linking.meeting.differences`; `offsets` (`carrier`, `offset`) as known so far. A batch
    that is off makes its neighbours' look off as well: those that several neighbours show to be off are set right
    first, then what is left is looked at again.
    """
    known = offsets.select("carrier", "offset")
    left = (
        differences.join(known.rename({"carrier": "u", "offset": "u_offset"}), on="u")
        .join(known.rename({"carrier": "d", "offset": "d_offset"}), on="d")
        .select(
            "u",
            "d",
            "u_batch",
            "d_batch",
            "weight",
            "tick",
            left=pl.col("difference") - pl.col("d_offset") + pl.col("u_offset"),
        )
    )
    found = SHIFTS.to_frame()
    for _ in range(ROUNDS):
        suspects = _suspects(left)
        if suspects.is_empty():
            break
        several = suspects.filter(pl.col("partners") > 1)
        sure = several if several.height else suspects.sort("matches", "batch", descending=[True, False]).head(1)
        left = _without(left, sure)
        found = pl.concat([found, sure.select(SHIFTS.names())])
    summed = found.group_by("batch", "carrier").agg(pl.col("shift").sum(), pl.col("matches").last())
    return summed.filter(pl.col("shift").abs() >= LEAST_SHIFT).select(SHIFTS.names()).sort("batch")


def _suspects(left: pl.DataFrame) -> pl.DataFrame:
    """Batches that look off, in the SHIFTS schema and with the number of `partners`, the neighbours that show it."""
    down = left.select("weight", "tick", "left", carrier="d", batch="d_batch", partner="u")
    up = left.select("weight", "tick", left=-pl.col("left"), carrier="u", batch="u_batch", partner="d")
    both = pl.concat([down.select(up.columns), up]).sort("batch", "left", "partner")
    rows: list[tuple[str, str, float, int, int]] = []
    for (carrier, batch), group in both.group_by("carrier", "batch", maintain_order=True):
        shift = _shift(group)
        if shift is not None:
            rows.append((str(batch), str(carrier), *shift))
    return pl.DataFrame(rows, schema={**SHIFTS, "partners": pl.Int64}, orient="row")


def _without(left: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """The differences as they are with these shifts taken off."""
    by = dict(shifts.select("batch", "shift").iter_rows())
    down = pl.col("d_batch").replace_strict(by, default=0.0, return_dtype=pl.Float64)
    up = pl.col("u_batch").replace_strict(by, default=0.0, return_dtype=pl.Float64)
    return left.with_columns(left=pl.col("left") - down + up)


def _shift(group: pl.DataFrame) -> tuple[float, int, int] | None:
    """Seconds, matches and partners, where a batch meets its neighbours' statements most often far from its clock."""
    values, weights = group["left"].to_numpy(), group["weight"].to_numpy()
    tick = float(np.median(group["tick"].to_numpy()))
    width = 2.0 + 2 * tick
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    ends = np.searchsorted(values, values + width, side="right")
    inside = sums[ends] - sums[:-1]
    first = int(np.argmax(inside))
    dense = values[first : int(ends[first])]
    at = float(np.median(dense))
    without = float(weights[np.abs(values) <= width].sum())
    if abs(at) < LEAST_SHIFT or inside[first] < LEAST_MATCHES or inside[first] < CLEARER * without:
        return None
    whole = round(at / WHOLE) * WHOLE
    shift = whole if abs(at - whole) <= NEARLY + tick else round(at, 3)
    showing = group[first : int(ends[first])].group_by("partner").agg(pl.col("weight").sum())
    partners = showing.filter(pl.col("weight") >= LEAST_MATCHES / 2).height
    return shift, round(float(inside[first])), partners
