"""Chains: calls whose statements make chains of handoffs in which nothing competes, found for a whole batch at once.

Where each statement has one upstream statement at most, next to it or over one carrier without a record, is one itself
to one downstream at most, and no choice of these and of leaps over a record weighs as much, the assignment is the
chains, one for each call to the number. Its rivals only leave out a record of the way: they change neither path nor
ending. Arrays do then what else the walk does call by call (`hoptrace.tracing.trails`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from hoptrace.tracing.chain_links import Floats, Links, Places, Truths, links_of
from hoptrace.tracing.chain_times import Weighed, is_coarse, lent_weights, moments_of

OF_A_PAIR = (
    *("call", "row", "kind", "weight", "w_time", "d_sid", "u_sid", "d_upstream"),
    *(f"{side}_{name}" for side in ("d", "u") for name in ("setup", "tick", "spread")),
)
"""The columns of pairs that chains are made of, and those that tell whether a pair may count."""

TIE = 1e-6
"""Weight by which another choice must be worse, for ties are not settled here."""


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains by call and lower end: `calls` of each; chain n has places `begin[n]` to `begin[n + 1]` of the rest.

    `members`: rows of the members frame from the terminating end upstream. `pairs`: the row of the pairs frame by which
    each was reached (-1 for the first), `weights` what that pair weighs, lent times counted in, `bridged` whether it
    leads over a carrier without a record.
    """

    calls: Places
    begin: Places
    members: Places
    pairs: Places
    weights: Floats
    bridged: Truths

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
        weights, bridged = self.weights[every], self.bridged[every]
        return Chains(self.calls[kept], begin, self.members[every], self.pairs[every], weights, bridged)

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
        nothing = np.zeros(0, np.int64)
        return Chains(nothing, np.zeros(1, np.int64), nothing, nothing, np.zeros(0), np.zeros(0, np.bool_))
    group = np.repeat(np.arange(len(begin)), np.diff(np.append(begin, len(calls))))
    links = links_of(members, pairs)
    sound = np.logical_and.reduceat(fit, begin)
    sound[group[links.spoiled]] = False
    chains = _in_order(calls, begin, group, links, sound)
    return _chosen(chains, members, links, np.logical_or.reduceat(is_coarse(members), begin)[group[chains.first]])


def _in_order(calls: Places, begin: Places, group: Places, links: Links, sound: Truths) -> Chains:
    """The chains of sound calls all of whose members are reached from lower ends."""
    lower = np.full(len(calls), -1)
    handed = np.flatnonzero(links.above >= 0)
    lower[links.above[handed]] = handed
    place, end = np.full(len(calls), -1), np.arange(len(calls))
    at, hops = np.flatnonzero((lower < 0) & sound[group]), 0
    while at.size:
        place[at], hops = hops, hops + 1
        upper = links.above[at]
        end[upper[upper >= 0]] = end[at[upper >= 0]]
        at = upper[upper >= 0]
    sound &= np.minimum.reduceat(place, begin) >= 0
    rows = np.flatnonzero(sound[group])
    rows = rows[np.lexsort((place[rows], end[rows]))]
    first = np.flatnonzero(place[rows] == 0)
    below = lower[rows]
    reached = below >= 0
    pair, weight = np.where(reached, links.pair[below], -1), np.where(reached, links.weight[below], 0.0)
    return Chains(calls[rows[first]], np.append(first, len(rows)), rows, pair, weight, reached & links.bridged[below])


def _chosen(chains: Chains, members: pl.DataFrame, links: Links, coarse: Truths) -> Chains:
    """The chains that the assignment chooses, also where coarse records are lent sharper times (`coarse`)."""
    weights, fine = chains.weights.copy(), np.ones(len(chains.calls), np.bool_)
    fine[coarse] = ~np.logical_or.reduceat(np.isin(chains.members, links.odd), chains.begin[:-1])[coarse]
    lengths = np.diff(chains.begin)
    some_lengths: list[int] = np.unique(lengths[lengths > 1]).tolist()
    for length in some_lengths:
        some = np.flatnonzero(lengths == length)
        places: Places = np.add.outer(chains.begin[some], np.arange(length))
        rows = chains.members[places]
        own = _weighed(links, rows)
        weight, leap = own.weight.copy(), own.leap.copy()
        lends = np.flatnonzero(coarse[some])
        if len(lends):
            lent = lent_weights(moments_of(members, rows[lends]), Weighed(*(each[lends] for each in own)))
            weight[lends], leap[lends] = lent.weight, lent.leap
        weights[places[:, 1:]] = weight
        # No time is lent over a carrier without a record; where none is lent at all, it does not matter.
        apart = chains.bridged[places].any(axis=1) & (weight != own.weight).any(axis=1)
        fine[some] &= _best(own.weight, own.leap) & _best(weight, leap) & ~apart
    return replace(chains, weights=weights).of_whole_calls(fine)


def _weighed(links: Links, rows: Places) -> Weighed:
    """What the handoffs and leaps of chains of one length weigh."""
    lower, over = rows[:, :-1], rows[:, : max(0, rows.shape[1] - 2)]
    return Weighed(links.weight[lower], links.timed[lower], links.leap[over], links.leap_timed[over])


def _best(weight: Floats, leap: Floats) -> Truths:
    """Whether all handoffs of a chain together weigh more than any choice of handoffs and leaps, each row a chain.

    From the lower end upwards: the most that can be had with the next record still free, and with it taken by a leap.
    """
    free, taken = np.zeros(len(weight)), np.full(len(weight), -np.inf)
    for at in range(weight.shape[1]):
        over = leap[:, at] + TIE if at < leap.shape[1] else -np.inf
        free, taken = np.maximum(np.maximum(free + weight[:, at], free), taken), np.maximum(free, taken) + over
    return (weight > 0).all(axis=1) & (np.maximum(free, taken) <= weight.sum(axis=1) + TIE / 2)
