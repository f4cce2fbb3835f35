"""Lent times of chains, by columns: what `hoptrace.tracing.settling` does for one call, for many chains at once.

A coarse record of a chain is compared with the one above it at the sharpest time that those below it tell, and with the
one below it at the sharpest that those above it tell. In a chain in which nothing competes that changes what its
handoffs weigh, and may change nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.kinds import NEIGHBOURS, Kind, leap_spread, way_of
from hoptrace.linking.times import time_weights
from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.tracing.settling import CARRIED_ON, COARSE, MINUTE, WORTH_LENDING


class Moments(NamedTuple):
    """When calls came to carriers, as in `hoptrace.tracing.settling.Moment`; a row a chain, from the lower end."""

    start: Floats
    tick: Floats
    spread: Floats

    @property
    def open(self) -> Floats:
        """Seconds that each leaves open; infinite where it is not known."""
        return np.where(np.isnan(self.start), np.inf, self.tick / 2 + self.spread)

    def at(self, columns: slice) -> Moments:
        """Those of some carriers of each chain."""
        return Moments(*(each[:, columns] for each in self))

    def of(self, places: Int64s) -> Moments:
        """Those at some places, in their shape."""
        return Moments(*(each[places] for each in self))


def moments_of(members: pl.DataFrame) -> Moments:
    """The moments that members tell."""
    return Moments(*(members[name].to_numpy() for name in ("setup", "tick", "spread")))


def is_coarse(members: pl.DataFrame) -> Truths:
    """Members whose times are so coarse that lending is tried at all."""
    told = pl.col("setup").is_null() | (pl.col("tick") >= COARSE) | (pl.col("spread") >= COARSE)
    return members.select(told).to_series().to_numpy()


def to_the_minute(members: pl.DataFrame) -> Truths:
    """Whether each member and the one before it are records as `hoptrace.tracing.settling.to_the_minute` says."""
    cut = members.select(pl.col("setup").is_null() | (pl.col("tick") >= MINUTE)).to_series().to_numpy()
    known = members["spread"].to_numpy() < COARSE
    before = np.arange(len(cut)) - 1
    return (cut | cut[before]) & known & known[before]


class Lent(NamedTuple):
    """The moments of records: their `own`, and as those `above` and `below` them lend them; else their own."""

    own: Moments
    above: Moments
    below: Moments


def lent_moments(own: Moments, part: Int64s, handed_on: float) -> Lent:
    """What the records of chains lend each other; `part`: a number of the pieces that only handoffs tie together.

    `handed_on`: seconds that a handoff takes.
    """
    return Lent(own, _sharpest(own, part, handed_on), _sharpest(own, part, -handed_on))


def _sharpest(own: Moments, part: Int64s, step: float) -> Moments:
    """Each record's moment as the sharpest of those above it (`step` > 0) or below it (< 0) lends it; else its own.

    `step`: seconds that a handoff takes.
    """
    best, known = Moments(*(each.copy() for each in own)), np.full_like(own.start, np.inf)
    length = own.start.shape[1]
    for hops in range(1, length):
        to, of = slice(0, length - hops), slice(hops, length)
        to, of = (to, of) if step > 0 else (of, to)
        told = own.at(of)
        told = Moments(told.start + hops * step, told.tick, np.hypot(told.spread, hops * CARRIED_ON))
        better = (told.open < known[:, to]) & (part[:, to] == part[:, of])
        known[:, to] = np.where(better, told.open, known[:, to])
        for mine, theirs in zip(best, told, strict=True):
            mine[:, to] = np.where(better, theirs, mine[:, to])
    lent = np.isfinite(known) & (own.open >= WORTH_LENDING) & (known <= own.open - WORTH_LENDING)
    return Moments(*(np.where(lent, theirs, mine) for mine, theirs in zip(own, best, strict=True)))


def timed_anew(pairs: pl.DataFrame, down: Int64s, up: Int64s, lent: Lent, handed_on: float) -> Floats:
    """What pairs (`weight`, `w_time`, `answers`, `kind`) weigh where either side was lent a time, and both are known.

    `down` and `up`: which of the moments are theirs.
    """
    upper, lower = lent.above.of(up), lent.below.of(down)
    changed = (upper.open != lent.own.of(up).open) | (lower.open != lent.own.of(down).open)
    near = pairs["kind"].is_in(NEIGHBOURS).to_numpy()
    transit = np.where(near, leap_spread(Kind.DIRECT), leap_spread(Kind.BRIDGED))
    way = np.where(near, handed_on, way_of(neighbours=False, handed_on=handed_on))
    apart = lower.start + lower.tick / 2 - upper.start - upper.tick / 2 - way
    spread = np.sqrt(upper.spread**2 + lower.spread**2 + transit**2)
    weight = pairs["weight"].to_numpy()
    anew = weight - pairs["w_time"].to_numpy() + time_weights(apart, (upper.tick + lower.tick) / 2, spread)
    return np.where(changed & ~np.isnan(apart) & ~pairs["answers"].to_numpy(), anew, weight)
