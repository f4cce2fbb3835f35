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

WHOLE = 900.0
"""Seconds: zones differ by quarters of an hour."""

NEARLY = 5.0
"""Seconds beyond its tick by which a shift may miss whole quarters of an hour and is taken to be them."""


def find_shifts(differences: pl.DataFrame, offsets: pl.DataFrame) -> pl.DataFrame:
    """The SHIFTS of batches, from all differences of time between neighbours' statements of one number.

    `differences` from `hoptrace.linking.meeting.differences`; `offsets` (`carrier`, `offset`) as known so far.
    """
    known = offsets.select("carrier", "offset")
    left = (
        differences.join(known.rename({"carrier": "u", "offset": "u_offset"}), on="u")
        .join(known.rename({"carrier": "d", "offset": "d_offset"}), on="d")
        .with_columns(left=pl.col("difference") - pl.col("d_offset") + pl.col("u_offset"))
    )
    down = left.select("weight", "tick", carrier="d", batch="d_batch", left="left")
    up = left.select("weight", "tick", carrier="u", batch="u_batch", left=-pl.col("left"))
    rows: list[tuple[str, str, float, int]] = []
    for (carrier, batch), group in pl.concat([down, up]).sort("batch", "left").group_by(
        "carrier", "batch", maintain_order=True
    ):
        shift = _shift(group)
        if shift is not None:
            rows.append((str(batch), str(carrier), *shift))
    return pl.DataFrame(rows, schema=SHIFTS, orient="row").sort("batch")


def _shift(group: pl.DataFrame) -> tuple[float, int] | None:
    """Seconds and matches, where the statements of a batch meet their neighbours' most often far from its clock."""
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
    return (whole if abs(at - whole) <= NEARLY + tick else round(at, 3)), round(float(inside[first]))
