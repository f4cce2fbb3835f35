"""Chains: calls whose statements make chains of handoffs in which nothing competes, found for a whole batch at once.

Where each statement has one upstream statement at most, is one itself to one downstream at most, and no leap is worth
more than the handoffs that it leaps over, every ingress gets its heaviest pair. The assignment is then the chains, one
for each call to the number, and its rivals only leave out a record of the way: they change neither path nor ending.
Arrays do then what else the walk does call by call (`hoptrace.tracing.trails`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.scoring import Kind
from hoptrace.tracing.settling import WORTH_LENDING

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

COARSE = 1.0
"""Seconds: tick or spread from which a record may be lent a sharper time (`hoptrace.tracing.settling`)."""


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains by call and lower end: `calls` of each; chain n has places `begin[n]` to `begin[n + 1]` of the rest.

    `members`: rows of the members frame from the terminating end upstream. `pairs`: the row of the pairs frame by which
    each was reached (-1 for the first), `weights` what that pair weighs.
    """

    calls: Places
    begin: Places
    members: Places
    pairs: Places
    weights: Floats

    @property
    def first(self) -> Places:
        """The row of each chain's lowest statement in the members frame."""
        return self.members[self.begin[:-1]]

    @property
    def last(self) -> Places:
        """The row of each chain's furthest statement in the members frame."""
        return self.members[self.begin[1:] - 1]

    def of(self, kept: Truths) -> Chains:
        """Only the chains that are `kept`."""
        lengths = np.diff(self.begin)
        every = np.repeat(kept, lengths)
        begin = np.concatenate([[0], np.cumsum(lengths[kept])])
        return Chains(self.calls[kept], begin, self.members[every], self.pairs[every], self.weights[every])


def chains_of(members: pl.DataFrame, pairs: pl.DataFrame, fit: Truths) -> Chains:
    """The chains of a batch's calls that are nothing else, all of whose members are `fit` (one truth a member).

    `members` (`hoptrace.linking.members`) sorted by call and sid; `pairs`: those that may count
    (`hoptrace.tracing.kernel`), with `row`.
    """
    calls = members["call"].to_numpy()
    begin = np.flatnonzero(np.diff(calls, prepend=-1))
    if not len(begin):
        return Chains(*(np.zeros(size, np.int64) for size in (0, 1, 0, 0)), np.zeros(0))
    group = np.repeat(np.arange(len(begin)), np.diff(np.append(begin, len(calls))))
    linked = _linked(members, pairs)
    sound = _all(fit, begin) & _untimed(members, begin)
    sound[group[linked.spoiled]] = False
    return _in_order(calls, begin, group, linked, sound)


@dataclass(frozen=True, slots=True)
class _Linked:
    """For each member the row of the one `above` it and the `pair` that leads there (its `weight`), else -1.

    `spoiled`: members whose handoff is contested.
    """

    above: Places
    pair: Places
    weight: Floats
    spoiled: Places


def _linked(members: pl.DataFrame, pairs: pl.DataFrame) -> _Linked:
    down, up = (_rows_of(members, pairs, side) for side in ("d_sid", "u_sid"))
    weight, row = pairs["weight"].to_numpy(), pairs["row"].cast(pl.Int64).to_numpy()
    direct = (pairs["kind"] == Kind.DIRECT).to_numpy()
    over = ((pairs["kind"] == Kind.BRIDGED) & pairs["d_upstream"].is_not_null()).to_numpy()
    counts = weight > 0
    handoff, leap = np.flatnonzero(direct & counts), np.flatnonzero(over & counts)
    size = members.height
    above, pair, own = np.full(size, -1), np.full(size, -1), np.zeros(size)
    above[down[handoff]], pair[down[handoff]], own[down[handoff]] = up[handoff], row[handoff], weight[handoff]
    between = above[down[leap]]
    harmless = (between >= 0) & (above[between] == up[leap]) & (weight[leap] < own[down[leap]])
    rivals = (np.flatnonzero(np.bincount(side[handoff], minlength=size) > 1) for side in (down, up))
    return _Linked(above, pair, own, np.concatenate([*rivals, down[leap[~harmless]], down[~(direct | over)]]))


def _rows_of(members: pl.DataFrame, pairs: pl.DataFrame, side: str) -> Places:
    """The row in the members frame of one side of each pair."""
    size = max(1, members["sid"].max() or 0) + 1  # type: ignore[operator]  # integers, whatever the stubs allow
    known = members["call"].to_numpy() * size + members["sid"].to_numpy()
    return np.searchsorted(known, pairs["call"].to_numpy() * size + pairs[side].to_numpy())


def _untimed(members: pl.DataFrame, begin: Places) -> Truths:
    """Calls in which no record is lent another one's time: all are about as sharp, or none tells when the call came."""
    setup = members["setup"].is_not_null().to_numpy()
    tick, spread = members["tick"].to_numpy(), members["spread"].to_numpy()
    open_ = tick / 2 + spread
    alike = np.maximum.reduceat(open_, begin) - np.minimum.reduceat(open_, begin) < WORTH_LENDING
    sharp = _all((tick < COARSE) & (spread < COARSE), begin)
    return _all(~setup, begin) | (_all(setup, begin) & (alike | sharp))


def _all(truths: Truths, begin: Places) -> Truths:
    return np.logical_and.reduceat(truths, begin)


def _in_order(calls: Places, begin: Places, group: Places, linked: _Linked, sound: Truths) -> Chains:
    """The chains of sound calls all of whose members are reached from lower ends."""
    lower = np.full(len(calls), -1)
    handed = np.flatnonzero(linked.above >= 0)
    lower[linked.above[handed]] = handed
    place, end = np.full(len(calls), -1), np.arange(len(calls))
    at, hops = np.flatnonzero((lower < 0) & sound[group]), 0
    while at.size:
        place[at], hops = hops, hops + 1
        upper = linked.above[at]
        end[upper[upper >= 0]] = end[at[upper >= 0]]
        at = upper[upper >= 0]
    sound &= np.minimum.reduceat(place, begin) >= 0
    rows = np.flatnonzero(sound[group])
    rows = rows[np.lexsort((place[rows], end[rows]))]
    first = np.flatnonzero(place[rows] == 0)
    below = lower[rows]
    pair, weight = np.where(below >= 0, linked.pair[below], -1), np.where(below >= 0, linked.weight[below], 0.0)
    return Chains(calls[rows[first]], np.append(first, len(rows)), rows, pair, weight)
