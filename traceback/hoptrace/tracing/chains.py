"""Chains: calls whose statements make chains of handoffs in which nothing competes, found for a whole batch at once.

Where each statement has one upstream statement at most, is one itself to one downstream at most, and no leap is worth
more than the handoffs that it leaps over, every ingress gets its heaviest pair. The assignment is then the chains, one
for each call to the number, and its rivals only leave out a record of the way: they change neither path nor ending.
Arrays do then what else the walk does call by call (`hoptrace.tracing.trails`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.scoring import Kind
from hoptrace.tracing.chain_times import Weighed, is_coarse, lent_weights, moments_of

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains by call and lower end: `calls` of each; chain n has places `begin[n]` to `begin[n + 1]` of the rest.

    `members`: rows of the members frame from the terminating end upstream. `pairs`: the row of the pairs frame by which
    each was reached (-1 for the first), `weights` what that pair weighs, lent times counted in.
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
        """The chains that are `kept`."""
        lengths = np.diff(self.begin)
        every = np.repeat(kept, lengths)
        begin = np.concatenate([[0], np.cumsum(lengths[kept])])
        return Chains(self.calls[kept], begin, self.members[every], self.pairs[every], self.weights[every])

    def of_whole_calls(self, kept: Truths) -> Chains:
        """The chains of the calls all of whose chains are `kept`."""
        if not len(self.calls):
            return self
        begin = np.flatnonzero(np.diff(self.calls, prepend=-1))
        whole = np.logical_and.reduceat(kept, begin)
        return self.of(np.repeat(whole, np.diff(np.append(begin, len(self.calls)))))


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
    sound = np.logical_and.reduceat(fit, begin)
    sound[group[linked.spoiled]] = False
    chains = _in_order(calls, begin, group, linked, sound)
    coarse = np.logical_or.reduceat(is_coarse(members), begin)[group[chains.first]]
    return _lent(chains, members, linked, coarse) if coarse.any() else chains


class _Linked(NamedTuple):
    """For each member the row of the one `above` it and the `pair` that leads there, -1 where there is none.

    `weight`, `timed`: of that pair, and the part of it that is of time; `leap`, `leap_timed`: of the leap over the one
    above, -inf where there is none. `spoiled`: members whose handoff is contested; `odd`: those with a pair that weighs
    nothing, but might with a lent time.
    """

    above: Places
    pair: Places
    weight: Floats
    timed: Floats
    leap: Floats
    leap_timed: Floats
    spoiled: Places
    odd: Places


def _linked(members: pl.DataFrame, pairs: pl.DataFrame) -> _Linked:
    size = members.height
    down, up = (_rows_of(members, pairs, side) for side in ("d_sid", "u_sid"))
    weights, times = pairs["weight"].to_numpy(), pairs["w_time"].to_numpy()
    direct = (pairs["kind"] == Kind.DIRECT).to_numpy()
    over = ((pairs["kind"] == Kind.BRIDGED) & pairs["d_upstream"].is_not_null()).to_numpy()
    handoff = np.flatnonzero(direct & (weights > 0))
    above, pair = np.full(size, -1), np.full(size, -1)
    above[down[handoff]], pair[down[handoff]] = up[handoff], pairs["row"].cast(pl.Int64).to_numpy()[handoff]
    weight, timed, leap, leap_timed = np.zeros(size), np.zeros(size), np.full(size, -np.inf), np.zeros(size)
    weight[down[handoff]], timed[down[handoff]] = weights[handoff], times[handoff]
    between = above[down]
    harmless = over & (between >= 0) & (above[between] == up) & ((weights <= 0) | (weights < weight[down]))
    leap[down[harmless]], leap_timed[down[harmless]] = weights[harmless], times[harmless]
    rivals = (np.flatnonzero(np.bincount(side[handoff], minlength=size) > 1) for side in (down, up))
    rest = ~harmless & ~(direct & (weights > 0))
    spoiled = rest & ((weights > 0) | ~(direct | over))
    return _Linked(
        above, pair, weight, timed, leap, leap_timed, np.concatenate([*rivals, down[spoiled]]), down[rest & ~spoiled]
    )


def _rows_of(members: pl.DataFrame, pairs: pl.DataFrame, side: str) -> Places:
    """The row in the members frame of one side of each pair."""
    size = max(1, members["sid"].max() or 0) + 1  # type: ignore[operator]  # integers, whatever the stubs allow
    known = members["call"].to_numpy() * size + members["sid"].to_numpy()
    return np.searchsorted(known, pairs["call"].to_numpy() * size + pairs[side].to_numpy())


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


def _lent(chains: Chains, members: pl.DataFrame, linked: _Linked, coarse: Truths) -> Chains:
    """The chains that stay what they are when coarse records are lent sharper times, and what they weigh then.

    `coarse`: chains of calls in which that is tried.
    """
    weights, fine = chains.weights.copy(), np.ones(len(chains.calls), np.bool_)
    lengths = np.diff(chains.begin)
    for length in np.unique(lengths[coarse]).tolist():
        some = np.flatnonzero(coarse & (lengths == length))
        places = chains.begin[some][:, None] + np.arange(length)
        rows = chains.members[places]
        lower, over = rows[:, :-1], rows[:, : max(0, length - 2)]
        told = Weighed(linked.weight[lower], linked.timed[lower], linked.leap[over], linked.leap_timed[over])
        weight, _, leap, _ = lent_weights(moments_of(members, rows), told)
        weights[places[:, 1:]] = weight
        fine[some] = (weight > 0).all(axis=1) & ((leap <= 0) | (leap < weight[:, : leap.shape[1]])).all(axis=1)
        fine[some] &= ~np.isin(rows, linked.odd).any(axis=1)
    return replace(chains, weights=weights).of_whole_calls(fine)
