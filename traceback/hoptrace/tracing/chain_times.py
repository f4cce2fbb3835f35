"""Lent times of chains, by columns: what `hoptrace.tracing.settling` does for one call, for many chains at once.

A coarse record of a chain is compared with the one above it at the sharpest time that those below it tell, and with the
one below it at the sharpest that those above it tell. In a chain in which nothing competes that changes what its
handoffs weigh, and may change nothing else: whether it does is looked at here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.neighbours import HANDED_ON
from hoptrace.linking.scoring import Kind, leap_spread, time_weights
from hoptrace.tracing.chain_links import Floats, Places, Truths
from hoptrace.tracing.settling import COARSE, WORTH_LENDING


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


class Weighed(NamedTuple):
    """Chains of one length (a row each): the `weight` of each handoff, and that part of it that is of time (`timed`).

    `leap` and `leap_timed` are the same of the leap over the next record that each record may have; -inf where none.
    """

    weight: Floats
    timed: Floats
    leap: Floats
    leap_timed: Floats


def moments_of(members: pl.DataFrame, rows: Places) -> Moments:
    """The moments that members tell, in the shape of `rows`."""
    return Moments(*(members[name].to_numpy()[rows] for name in ("setup", "tick", "spread")))


def is_coarse(members: pl.DataFrame) -> Truths:
    """Members whose times are so coarse that lending is tried at all."""
    told = pl.col("setup").is_null() | (pl.col("tick") >= COARSE) | (pl.col("spread") >= COARSE)
    return members.select(told).to_series().to_numpy()


def lent_weights(own: Moments, weighed: Weighed) -> Weighed:
    """What handoffs and leaps weigh with lent times."""
    upper, lower = _sharpest(own, 1), _sharpest(own, -1)
    weight = _timed(weighed.weight, weighed.timed, _Between(upper, lower, own, 1), Kind.DIRECT)
    leap = _timed(weighed.leap, weighed.leap_timed, _Between(upper, lower, own, 2), Kind.BRIDGED)
    return Weighed(weight, weighed.timed, leap, weighed.leap_timed)


class _Between(NamedTuple):
    """The moments between which handoffs (`apart` 1) or leaps (2) lie: `upper` and `lower` as lent, and their `own`."""

    upper: Moments
    lower: Moments
    own: Moments
    apart: int


def _sharpest(own: Moments, step: int) -> Moments:
    """Each record's moment as the sharpest of those above it (`step` 1) or below it (-1) lends it; else its own."""
    best, known = Moments(*(each.copy() for each in own)), np.full_like(own.start, np.inf)
    length = own.start.shape[1]
    for hops in range(1, length):
        to, of = slice(0, length - hops), slice(hops, length)
        to, of = (to, of) if step > 0 else (of, to)
        told = own.at(of)
        told = Moments(told.start + step * hops * HANDED_ON, told.tick, np.hypot(told.spread, hops * HANDED_ON))
        better = told.open < known[:, to]
        known[:, to] = np.where(better, told.open, known[:, to])
        for mine, theirs in zip(best, told, strict=True):
            mine[:, to] = np.where(better, theirs, mine[:, to])
    lent = np.isfinite(known) & (own.open >= WORTH_LENDING) & (known <= own.open - WORTH_LENDING)
    return Moments(*(np.where(lent, theirs, mine) for mine, theirs in zip(own, best, strict=True)))


def _timed(weight: Floats, timed: Floats, between: _Between, kind: Kind) -> Floats:
    """Weights timed anew where a time was lent and both are known."""
    up, down = between.upper.at(slice(between.apart, None)), between.lower.at(slice(0, -between.apart))
    own_up, own_down = between.own.at(slice(between.apart, None)), between.own.at(slice(0, -between.apart))
    lent = (up.open != own_up.open) | (down.open != own_down.open)
    apart = down.start + down.tick / 2 - up.start - up.tick / 2 - HANDED_ON
    spread = np.sqrt(up.spread**2 + down.spread**2 + leap_spread(kind) ** 2)
    anew = weight - timed + time_weights(apart, (up.tick + down.tick) / 2, spread)
    return np.where(lent & ~np.isnan(apart), anew, weight)
