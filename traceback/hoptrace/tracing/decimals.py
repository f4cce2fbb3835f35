"""Numbers as text by columns, the same as Python writes them one by one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

NEAR_A_TIE = 1e-6
"""Numbers so near to the middle between two steps are rounded one by one, as exactly as Python does."""

MOST_LISTED = 100_000
"""Of steps up to this one a list of all is made; beyond, of those that occur."""


def tenths(values: pl.Series) -> pl.Series:
    """Seconds to a tenth, as `f"{value:.1f}"`; null stays null."""
    many = values.to_numpy()
    steps = np.nan_to_num(many * 10.0)
    whole = np.rint(steps)
    known = np.isfinite(many)
    odd = known & ((np.abs(np.abs(steps - whole) - 0.5) <= NEAR_A_TIE * np.maximum(1.0, np.abs(steps))) | np.signbit(many))
    known &= np.abs(steps) < 1e15
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
    single = np.flatnonzero(tie | ~np.isfinite(steps) | ((whole == 0) & np.signbit(values)))
    every, which = np.unique(whole + 0.0, return_inverse=True)
    told = pl.Series([repr(one / scale) for one in every.tolist()], dtype=pl.String).gather(which)
    some = [repr(round(value, digits)) for value in values[single].tolist()]
    return told.scatter(single, pl.Series(some, dtype=pl.String)) if some else told


def _tenths_of(steps: npt.NDArray[np.int64]) -> pl.Series:
    most = int(steps.max(initial=0))
    if most <= min(MOST_LISTED, 4 * len(steps)):
        return _written(pl.Series(np.arange(most + 1))).gather(steps)
    every, which = np.unique(steps, return_inverse=True)
    return _written(pl.Series(every)).gather(which)


def _written(steps: pl.Series) -> pl.Series:
    return pl.select(pl.concat_str((steps // 10).cast(pl.String), pl.lit("."), (steps % 10).cast(pl.String))).to_series()


def _one_by_one(told: pl.Series, places: npt.NDArray[np.int64], values: pl.Series) -> pl.Series:
    some = values.gather(places).to_list()
    texts = [None if value is None else f"{value:.1f}" for value in some]
    return told.scatter(places, pl.Series(texts, dtype=pl.String))
