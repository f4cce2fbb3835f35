"""Centring: which time is the true one, of clocks that are known only against each other."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.linking.learned import Learned
from hoptrace.model.arrays import Floats

ROUNDS = 50

LEAST_SCALE, MOST_SCALE = 0.1, 2.0
"""Seconds that half of the clocks are taken to be off at least, and at most: what is much further off tells little."""


def centred(learned: Learned) -> Learned:
    """The same with all tied clocks moved alike, so that the true time is where they lie densest.

    The potentials take the clock in the middle for right. Around which time most of them lie is known better than any
    single clock is right, and it matters: reports are given in true time. Whole hours are wrong zones and do not count.
    """
    tied = pl.col("matches") > 0
    known = learned.clocks.filter(tied)
    if known.is_empty():
        return learned
    middle = _densest((known["offset"] - known["hours"] * 3600.0).to_numpy())
    moved = pl.when(tied).then((pl.col("offset") - middle).round(4)).otherwise("offset")
    return Learned(learned.clocks.with_columns(offset=moved), learned.shifts, learned.weights)


def _densest(offsets: Floats) -> float:
    """The middle of offsets (s), near the one taken for right, by Cauchy's weights as wide as half of them lie off."""
    at = 0.0
    for _ in range(ROUNDS):
        away = np.abs(offsets - at)
        scale = np.clip(np.median(away), LEAST_SCALE, MOST_SCALE)
        weights = 1 / (1 + (away / scale) ** 2)
        at = float((weights * offsets).sum() / weights.sum())
    return at
