"""Numbers as text by columns, the same as Python writes them one by one."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.model.arrays import Floats, Int64s

NEAR_A_TIE = 1e-6
"""Numbers so near to the middle between two steps are rounded one by one, as exactly as Python does."""

LISTED, LISTED_FOR_EACH = 10_000, 8
"""Numbers between the least and the greatest, and for each that is told, up to which a list of all is made."""

FEW = 64
"""Numbers up to which each is written by itself: the steps below take longer."""

MOST_STEPS = 1e15
"""Numbers of more steps are no longer whole ones; they are rounded one by one."""


def tenths(values: pl.Series) -> pl.Series:
    """Seconds to a tenth, as `f"{value:.1f}"`; null stays null."""
    if len(values) <= FEW:
        texts = [None if value is None else f"{value:.1f}" for value in values.to_list()]
        return pl.Series(values.name, texts, pl.String)
    many = values.to_numpy()
    steps = np.nan_to_num(many * 10.0)
    whole = np.rint(steps)
    known = np.isfinite(many)
    odd = known & (
        (np.abs(np.abs(steps - whole) - 0.5) <= NEAR_A_TIE * np.maximum(1.0, np.abs(steps))) | np.signbit(many)
    )
    known &= np.abs(steps) < MOST_STEPS
    told = _tenths_of(np.where(known & ~odd, whole, 0.0).astype(np.int64))
    if odd.any() or not known.all():
        told = _one_by_one(told, np.flatnonzero(odd | ~known), values)
    return told.alias(values.name)


def rounded(values: Floats, digits: int) -> pl.Series:
    """Numbers to some digits behind the point, as `repr(round(value, digits))`; works on distinct results."""
    scale = 10.0**digits
    steps = values * scale
    whole = np.rint(steps)
    tie = np.abs(np.abs(steps - whole) - 0.5) <= NEAR_A_TIE * np.maximum(1.0, np.abs(steps))
    # A negative number that comes to nothing keeps its sign.
    single = np.flatnonzero(tie | ~(np.abs(whole) < MOST_STEPS) | ((whole == 0) & np.signbit(values)))
    known = np.where(np.isfinite(whole) & (np.abs(whole) < MOST_STEPS), whole, 0.0)
    every, which = distinct(known.astype(np.int64))
    told = pl.Series([repr(one / scale) for one in every.tolist()], dtype=pl.String).gather(which)
    some = [repr(round(value, digits)) for value in values[single].tolist()]
    return told.scatter(single, pl.Series(some, dtype=pl.String)) if some else told


def distinct(steps: Int64s) -> tuple[Int64s, Int64s]:
    """The distinct numbers in order, and which of them each one is; numbers near each other need no sorting."""
    if not len(steps):
        return steps, steps
    least = int(steps.min())
    span = int(steps.max()) - least + 1
    if span > LISTED_FOR_EACH * len(steps) + LISTED:
        every, which = np.unique(steps, return_inverse=True)
        return every, which
    there = np.zeros(span, np.bool_)
    there[steps - least] = True
    return np.flatnonzero(there) + least, (np.cumsum(there) - 1)[steps - least]


def _tenths_of(steps: Int64s) -> pl.Series:
    every, which = distinct(steps)
    return _written(pl.Series(every)).gather(which)


def _written(steps: pl.Series) -> pl.Series:
    return pl.select(
        pl.concat_str((steps // 10).cast(pl.String), pl.lit("."), (steps % 10).cast(pl.String))
    ).to_series()


def _one_by_one(told: pl.Series, places: Int64s, values: pl.Series) -> pl.Series:
    some = values.gather(places).to_list()
    texts = [None if value is None else f"{value:.1f}" for value in some]
    return told.scatter(places, pl.Series(texts, dtype=pl.String))
