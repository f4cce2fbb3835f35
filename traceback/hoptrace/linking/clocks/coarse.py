"""Coarse: clocks of carriers whose times are cut to a minute, and of those that only such carriers tie.

The middle of a minute is off by 17 s (1 sigma), so that means of middles tell little. But a cut time is an interval:
each record rules out all clocks by which it would lie outside. The edges of a few hundred records tell to the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.clocks.drift import JITTER, LEAST_SPREAD, USUAL_DRIFT, Lines
from hoptrace.linking.learned import DAY
from hoptrace.model.arrays import Floats

COARSE_PAIRS = ("u", "d", "residual", "at", "u_tick", "d_tick", "u_sid", "d_sid", "noise")
"""The columns of `coarse_lines`."""

COARSE = 10.0
"""Seconds of ticks from which a pair's time is an interval rather than a moment."""

LEAST_PAIRS = 12
"""Pairs of records from which a clock is sought."""

LINES = {"carrier": pl.String, "offset": pl.Float64, "drift": pl.Float64, "spread": pl.Float64, "matches": pl.Int64}

ALONE = 20.0
"""Seconds beyond the ticks within which a statement has no second counterpart, so that the pair is no redial's."""

WRONG, WRONG_OVER = 0.03, 240.0
"""Share of pairs that are no handoff all the same, and the seconds over which they lie."""

SWEEPS = 3
"""Rounds over all coarse clocks, each with the others as they then are."""

OFFSETS: Floats = np.arange(-12.0, 12.01, 0.1)
"""Seconds beside a clock's offset so far that are tried."""

DRIFTS: Floats = np.arange(-9.0, 9.01, 0.75)
"""Seconds a day beside its drift so far that are tried."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A clock's pairs: how much later (s) it reads than the `other` one, when (days), the ticks and the noise (s)."""

    later: Floats
    days: Floats
    wide: Floats
    narrow: Floats
    noise: Floats
    other: npt.NDArray[np.int64]


def coarse_lines(pairs: pl.DataFrame) -> Lines:
    """What to add to the clocks that only pairs with coarse times tie, as `drift.fit_lines` tells it.

    `pairs` (COARSE_PAIRS): of all statements of one handoff, or of one call, that there may be; `residual` and ticks in
    s, `at` in epoch s, `noise`: s (1 sigma), ticks not counted.
    """
    alone = _alone(pairs)
    reference = float(round(float(np.median(alone["at"].to_numpy())))) if alone.height else 0.0
    names = pl.concat([alone["u"], alone["d"]]).unique().sort().to_list()
    seen = {place: told for place, told in _seen(alone, names, reference).items() if len(told.later) >= LEAST_PAIRS}
    lines, errors = dict.fromkeys(range(len(names)), (0.0, 0.0)), dict[int, float]()
    # Those that sharp times tie come first, for they tie others.
    order = sorted(seen, key=lambda place: (float(np.median(seen[place].narrow)), -len(seen[place].later), place))
    for _ in range(SWEEPS):
        for place in order:
            lines[place], errors[place] = _line(seen[place], lines)
    rows = [(names[at], *lines[at], max(LEAST_SPREAD, errors[at]), len(seen[at].later)) for at in order]
    return Lines(reference, pl.DataFrame(rows, schema=LINES, orient="row"))


def _alone(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs of statements that have no second counterpart near."""
    half = (pl.col("u_tick") + pl.col("d_tick")) / 2
    near = pairs.filter(pl.col("residual").abs() <= half + ALONE)
    return near.filter((pl.len().over("u", "d", "u_sid") == 1) & (pl.len().over("u", "d", "d_sid") == 1))


def _seen(alone: pl.DataFrame, names: list[str], reference: float) -> Mapping[int, _Seen]:
    """Of each clock that is tied by coarse pairs only its pairs."""
    places = {name: place for place, name in enumerate(names)}
    told = ("at", "noise", "u_tick", "d_tick")
    sides = pl.concat(
        [
            alone.select(*told, later=pl.col("residual"), mine=pl.col("d"), other=pl.col("u")),
            alone.select(*told, later=-pl.col("residual"), mine=pl.col("u"), other=pl.col("d")),
        ]
    ).with_columns(pl.col("mine", "other").replace_strict(places, return_dtype=pl.Int64))
    coarse = (pl.col("u_tick") + pl.col("d_tick")).median().over("mine") >= COARSE
    found = sides.filter(coarse).sort("mine", "at").partition_by("mine", as_dict=True)
    return {int(mine): _columns(part, reference) for (mine,), part in found.items()}


def _columns(part: pl.DataFrame, reference: float) -> _Seen:
    ticks = part.select("u_tick", "d_tick").to_numpy()
    return _Seen(
        part["later"].to_numpy(),
        (part["at"].to_numpy() - reference) / DAY,
        ticks.max(axis=1),
        np.maximum(ticks.min(axis=1), 2 * JITTER),
        np.hypot(part["noise"].to_numpy(), JITTER),
        part["other"].to_numpy(),
    )


def _line(seen: _Seen, lines: Mapping[int, tuple[float, float]]) -> tuple[tuple[float, float], float]:
    """The likeliest offset (s) and drift (s a day) of a clock, the others' as they are, and the offset's error (s)."""
    others = np.array([lines[int(other)] for other in seen.other])
    later = seen.later + others[:, 0] + others[:, 1] * seen.days
    offset, drift, error = 0.0, 0.0, 0.0
    for _ in range(2):
        by_offset = _likelihood(seen, (later - drift * seen.days)[:, None] - OFFSETS)
        offset, error = _middle(OFFSETS, by_offset)
        by_drift = _likelihood(seen, (later - offset)[:, None] - DRIFTS * seen.days[:, None])
        drift, _ = _middle(DRIFTS, by_drift - (DRIFTS / USUAL_DRIFT) ** 2 / 2)
    return (offset, drift), error


def _middle(at: Floats, weight: Floats) -> tuple[float, float]:
    """Mean and standard deviation of log weights."""
    likely = np.exp(weight - weight.max())
    likely /= likely.sum()
    mean = float((likely * at).sum())
    return mean, float(np.sqrt((likely * (at - mean) ** 2).sum()))


def _likelihood(seen: _Seen, left: Floats) -> Floats:
    """The log likelihood of what is `left` (pair, clock): two cut times differ as two boxes, with blurred edges."""
    wide, narrow, blur = (each[:, None] for each in (seen.wide, seen.narrow, 0.55 * seen.noise))
    outer, inner = (wide + narrow) / 2, (wide - narrow) / 2
    ramps = (
        _ramp(left + outer, blur),
        -_ramp(left + inner, blur),
        -_ramp(left - inner, blur),
        _ramp(left - outer, blur),
    )
    density = sum(ramps) / (wide * narrow)
    return np.log((1 - WRONG) * np.maximum(density, 0.0) + WRONG / WRONG_OVER).sum(axis=0)


def _ramp(at: Floats, blur: Floats) -> Floats:
    return blur * np.logaddexp(0.0, at / blur)
