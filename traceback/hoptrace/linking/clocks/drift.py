"""Drift: clocks as straight lines in time, fitted to all matched statements of the network at once.

Potentials of medians (`linking.clocks.potentials`) give each clock one offset; here every matched pair of statements
says what its two clocks differed by at its own moment, and offsets and drifts of all carriers are fitted together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.learned import DAY
from hoptrace.model.arrays import Floats

USUAL_DRIFT = 3.0
"""Seconds a day (1 sigma) by which clocks may drift: what is believed of a clock of which little is seen."""

USUAL_OFFSET = 1e3
"""Seconds (1 sigma): next to nothing is believed of offsets before."""

JITTER = 0.1
"""Seconds by which single handoffs scatter."""

ROUNDS = 8
MOST_PAIRS = 200_000
"""Pairs of records that lines are fitted to, evenly chosen of more."""

LEAST_SPREAD = 0.05
"""Seconds (1 sigma) that single times scatter by at least."""


@dataclass(frozen=True, slots=True)
class Lines:
    """By carrier: `offset` (s) to add at `reference` (epoch s), `drift` (s a day), `spread` (s, 1 sigma), `matches`."""

    reference: float
    clocks: pl.DataFrame


def fit_lines(pairs: pl.DataFrame) -> Lines:
    """Fit every clock's line to matched pairs (`u`, `d`, `residual` s, `at` epoch s, `sigma` s), robustly.

    `residual` is the downstream minus the upstream time after the offsets known so far; the lines tell what is left.
    Error weights are Student's (4 degrees of freedom), so that wrong matches pull little.
    """
    some = pairs if pairs.height <= MOST_PAIRS else pairs.gather_every(-(-pairs.height // MOST_PAIRS))
    names = pl.concat([some["u"], some["d"]]).unique().sort()
    code = {name: place for place, name in enumerate(names)}
    up = some["u"].replace_strict(code, return_dtype=pl.Int64).to_numpy()
    down = some["d"].replace_strict(code, return_dtype=pl.Int64).to_numpy()
    at, residual, sigma = (some[name].to_numpy() for name in ("at", "residual", "sigma"))
    reference = round(float(np.median(at)))
    days = (at - reference) / DAY
    scale = np.hypot(sigma, JITTER)
    solution, weights, left = np.zeros(2 * len(names)), 1 / scale**2, residual
    for _ in range(ROUNDS):
        solution = _solved(up, down, days, residual, weights, len(names))
        offset, drift = solution[: len(names)], solution[len(names) :]
        left = residual - (offset[down] - offset[up]) - (drift[down] - drift[up]) * days
        weights = 5 / (4 + (left / scale) ** 2) / scale**2
    clocks = _quality(names, up, down, left, sigma).with_columns(
        offset=pl.Series(solution[: len(names)]), drift=pl.Series(solution[len(names) :])
    )
    return Lines(float(reference), clocks)


def _solved(
    up: npt.NDArray[np.int64],
    down: npt.NDArray[np.int64],
    days: Floats,
    residual: Floats,
    weights: Floats,
    count: int,
) -> Floats:
    """Weighted least squares of residual = (a + b t) of downstream minus that of upstream; sparse."""
    from scipy import sparse  # pyright: ignore  # scipy ships no types; loads only when needed
    from scipy.sparse.linalg import spsolve  # pyright: ignore

    rows = np.arange(len(residual))
    ones = np.ones(len(residual))
    values = np.concatenate([ones, -ones, days, -days])
    columns = np.concatenate([down, up, count + down, count + up])
    shape = (len(residual), 2 * count)
    matrix = sparse.csr_matrix((values, (np.tile(rows, 4), columns)), shape=shape)  # pyright: ignore
    weighted = matrix.multiply(weights[:, None]).tocsr()  # pyright: ignore
    believed = np.concatenate([np.full(count, USUAL_OFFSET**-2), np.full(count, USUAL_DRIFT**-2)])
    normal = (matrix.T @ weighted + sparse.diags(believed)).tocsc()  # pyright: ignore
    return np.asarray(spsolve(normal, weighted.T @ residual), np.float64)  # pyright: ignore


def _quality(
    names: pl.Series, up: npt.NDArray[np.int64], down: npt.NDArray[np.int64], left: Floats, sigma: Floats
) -> pl.DataFrame:
    """Spread and matches of each clock, from what the lines leave over beyond ticks: half the variance is its own."""
    both = np.concatenate([up, down])
    told = pl.DataFrame({"place": both, "left": np.tile(left, 2), "sigma": np.tile(sigma, 2)})
    # Wrong matches lie far out; what is cut to ticks never does.
    usual = pl.col("left").abs() <= 4.5 * pl.col("left").abs().median().over("place") + JITTER
    # A pair tells the less the coarser its ticks are: of a few cut to the minute those that lie near by chance would
    # outweigh all sharp ones.
    weight = (pl.col("sigma") ** 2 + JITTER**2) ** -2
    beyond = pl.col("left") ** 2 - pl.col("sigma") ** 2
    variance = (beyond * weight).sum() / weight.sum() - JITTER**2 / 2
    found = (
        told.filter(usual)
        .group_by("place")
        .agg(matches=pl.len().cast(pl.Int64), variance=variance, tick=pl.col("sigma").median())
    )
    error = (pl.col("tick") ** 2 + JITTER**2) / pl.col("matches")
    spread = ((pl.col("variance") / 2).clip(0.0) + error).sqrt().clip(LEAST_SPREAD)
    known = pl.DataFrame({"carrier": names}).with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    return known.join(found.with_columns(spread=spread), on="place", how="left").select("carrier", "spread", "matches")
