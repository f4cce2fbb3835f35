"""Chains: calls whose statements make chains of handoffs in which nothing competes, found for a whole batch at once.

Where each statement has one upstream statement at most, next to it or over one carrier without a record, is one itself
to one downstream at most, and no choice of these and of leaps over a record weighs as much, the assignment is the
chains, one for each call to the number. Its rivals only leave out a record of the way: they change neither path nor
ending. Arrays do then what else the walk does call by call (`hoptrace.tracing.trails`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.model.frames import each_once
from hoptrace.tracing.chains.links import Links, ingresses, links_of, rows_of
from hoptrace.tracing.chains.times import Lent, Moments, is_coarse, lent_moments, moments_of, timed_anew
from hoptrace.tracing.turned import turned

MOST_HOPS = 200
"""Records of a chain; more of them go in a ring."""

TIE = 1e-6
"""Weight by which another choice must be worse, for ties are not settled here."""


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains by call and lower end: `calls` of each; chain n has places `begin[n]` to `begin[n + 1]` of the rest.

    `members`: rows of the members frame from the terminating end upstream. `pairs`: the row of the pairs frame by which
    each was reached (-1 for the first), `weights` what that pair weighs, lent times counted in, `over` how many
    carriers without a record it leads over.
    """

    calls: Int64s
    begin: Int64s
    members: Int64s
    pairs: Int64s
    weights: Floats
    over: Int64s

    @property
    def first(self) -> Int64s:
        """The row of each chain's lowest statement in the members frame."""
        return self.members[self.begin[:-1]]

    @property
    def last(self) -> Int64s:
        """The row of each chain's furthest statement in the members frame."""
        return self.members[self.begin[1:] - 1]

    @property
    def leaps(self) -> Int64s:
        """The most carriers without records that each chain leads over at once."""
        return np.maximum.reduceat(self.over, self.begin[:-1]) if len(self.calls) else self.over

    @property
    def bridged(self) -> Truths:
        """Whether a carrier without a record handed the call to each chain's lowest statement, and one above tells."""
        second = np.minimum(self.begin[:-1] + 1, self.begin[1:] - 1)
        return self.over[second] == 1

    def of(self, kept: Truths) -> Chains:
        """The chains that are `kept`."""
        lengths = np.diff(self.begin)
        every = np.repeat(kept, lengths)
        begin = np.concatenate([[0], np.cumsum(lengths[kept])])
        weights, over = self.weights[every], self.over[every]
        return Chains(self.calls[kept], begin, self.members[every], self.pairs[every], weights, over)

    def of_whole_calls(self, kept: Truths) -> Chains:
        """The chains of the calls all of whose chains are `kept`."""
        if not len(self.calls):
            return self
        begin = np.flatnonzero(np.diff(self.calls, prepend=-1))
        whole = np.logical_and.reduceat(kept, begin)
        return self.of(np.repeat(whole, np.diff(np.append(begin, len(self.calls)))))


def chains_of(members: pl.DataFrame, pairs: pl.DataFrame, fit: Truths, handed_on: float) -> Chains:
    """The chains of a batch's calls that are nothing else, all of whose members are `fit` (one truth a member).

    `members` (`hoptrace.linking.members`) sorted by call and sid; `pairs` as `hoptrace.tracing.leaps.pairs_that_count`
    gives them. `handed_on`: seconds that a handoff takes.
    """
    calls = members["call"].to_numpy()
    begin = np.flatnonzero(np.diff(calls, prepend=-1))
    if not len(begin):
        nothing = np.zeros(0, np.int64)
        return Chains(nothing, np.zeros(1, np.int64), nothing, nothing, np.zeros(0), nothing)
    group = np.repeat(np.arange(len(begin)), np.diff(np.append(begin, len(calls))))
    links = links_of(members, pairs)
    sound = np.logical_and.reduceat(fit, begin)
    sound[group[links.spoiled]] = False
    chains = _in_order(calls, begin, group, links, sound)
    ingress = ingresses(members)
    chains = chains.of_whole_calls(_chosen(chains, _least_of_routes(links, ingress)))
    # A way that leads back in time is looked into call by call.
    chains = chains.of_whole_calls(~_turned(chains, members))
    lends = np.logical_or.reduceat(is_coarse(members), begin)[group[chains.first]]
    if not lends.any():
        return chains
    # Of several routes one lends times to the ingress that they share; which one is looked into call by call.
    routed = np.logical_or.reduceat(ingress != np.arange(len(ingress)), begin)[group[chains.first]]
    chains, lends = chains.of(~(lends & routed)), lends[~(lends & routed)]
    if not lends.any():
        return chains
    return _with_lent_times(chains, members, pairs, links, (lends, handed_on))


def _in_order(calls: Int64s, begin: Int64s, group: Int64s, links: Links, sound: Truths) -> Chains:
    """The chains of sound calls all of whose members are reached from lower ends; several routes share some."""
    size = len(calls)
    ends = np.ones(size, np.bool_)
    ends[links.above[links.above >= 0]] = False
    at = np.flatnonzero(ends & sound[group])
    end, steps = at, list[tuple[Int64s, Int64s]]()
    while at.size and len(steps) < MOST_HOPS:
        steps.append((end, at))
        upper = links.above[at]
        end, at = end[upper >= 0], upper[upper >= 0]
    reached = np.zeros(size, np.bool_)
    for _, some in steps:
        reached[some] = True
    sound = sound & np.logical_and.reduceat(reached, begin)
    sound[group[at]] = False
    return _of_steps(calls, [(end[sound[group[end]]], some[sound[group[end]]]) for end, some in steps], links)


def _of_steps(calls: Int64s, steps: Sequence[tuple[Int64s, Int64s]], links: Links) -> Chains:
    """Chains out of their steps: at each the lower end of those that are as long, and the member there."""
    nothing = np.zeros(0, np.int64)
    ends, rows = (np.concatenate([nothing, *(step[part] for step in steps)]) for part in range(2))
    hops = np.repeat(np.arange(len(steps)), [len(end) for end, _ in steps])
    order = np.lexsort((hops, ends))
    rows, hops = rows[order], hops[order]
    first = np.flatnonzero(hops == 0)
    below, reached = np.append(rows[:1], rows[:-1]), hops > 0
    pair, weight = np.where(reached, links.pair[below], -1), np.where(reached, links.weight[below], 0.0)
    over = np.where(reached, links.over[below], 0)
    return Chains(calls[rows[first]], np.append(first, len(rows)), rows, pair, weight, over)


def _least_of_routes(links: Links, ingress: Int64s) -> Links:
    """Links with what the handoffs of the routes of one ingress weigh at least, and their leaps at most."""
    if (ingress == np.arange(len(ingress))).all():
        return links
    least, most = np.full(len(ingress), np.inf), np.full(len(ingress), -np.inf)
    np.minimum.at(least, ingress, links.weight)
    np.maximum.at(most, ingress, links.leap)
    return links._replace(weight=least[ingress], leap=most[ingress])


def _chosen(chains: Chains, links: Links) -> Truths:
    """The chains that the assignment chooses."""
    fine = np.ones(len(chains.calls), np.bool_)
    for some, places in _by_length(chains):
        rows = chains.members[places]
        fine[some] = _best(links.weight[rows[:, :-1]], links.leap[rows[:, :-2]])
    return fine


def _turned(chains: Chains, members: pl.DataFrame) -> Truths:
    """The chains that lead over carriers without records to a call which began later."""
    told = [members[name].to_numpy() for name in ("setup", "start", "tick", "spread")]
    found = np.zeros(len(chains.calls), np.bool_)
    for some, places in _by_length(chains):
        rows = chains.members[places]
        found[some] = turned(*(each[rows] for each in told)) & (chains.over[places] > 0).any(axis=1)
    return found


def _by_length(chains: Chains) -> Iterator[tuple[Int64s, Int64s]]:
    """Chains of each length above 1, and the places of their members, a row each."""
    lengths = np.diff(chains.begin)
    some_lengths: list[int] = each_once(lengths[lengths > 1]).tolist()
    for length in some_lengths:
        some = np.flatnonzero(lengths == length)
        yield some, np.add.outer(chains.begin[some], np.arange(length))


def _with_lent_times(
    chains: Chains, members: pl.DataFrame, pairs: pl.DataFrame, links: Links, lending: tuple[Truths, float]
) -> Chains:
    """The chains that are chosen also where their coarse records are lent sharper times (those that it `lends`).

    All pairs of their calls are timed anew: nothing else may come to compete. `lending`: of each chain whether it
    lends times, and the seconds that a handoff takes.
    """
    lends, handed_on = lending
    own = moments_of(members)
    lent = Lent(own, *(Moments(*(each.copy() for each in own)) for _ in range(2)))
    coarse = chains.of(lends)
    for _, places in _by_length(coarse):
        rows, part = coarse.members[places], np.cumsum(coarse.over[places] > 0, axis=1, dtype=np.int64)
        told = lent_moments(own.of(rows), part, handed_on)
        for side, theirs in ((lent.above, told.above), (lent.below, told.below)):
            for mine, each in zip(side, theirs, strict=True):
                mine[rows] = each
    some = pairs.filter(pl.col("call").is_in(each_once(coarse.calls)))
    down, up = rows_of(members, some)
    anew = links_of(members, some.with_columns(weight=timed_anew(some, down, up, lent, handed_on)))
    same = (anew.above == links.above) & (anew.pair == links.pair)
    same[anew.spoiled] = False
    fine = ~lends
    fine[lends] = np.logical_and.reduceat(same[coarse.members], coarse.begin[:-1]) & _chosen(coarse, anew)
    weights = chains.weights.copy()
    weights[np.repeat(lends, np.diff(chains.begin))] = _of_links(coarse, anew)
    return replace(chains, weights=weights).of_whole_calls(fine)


def _of_links(chains: Chains, links: Links) -> Floats:
    """What the pairs weigh by which chains' members were reached; 0 of the first ones."""
    below = np.append(chains.members[:1], chains.members[:-1])
    return np.where(chains.pairs >= 0, links.weight[below], 0.0)


def _best(weight: Floats, leap: Floats) -> Truths:
    """Whether all handoffs of a chain together weigh more than any choice of handoffs and leaps, each row a chain.

    From the lower end upwards: the most that can be had with the next record still free, and with it taken by a leap.
    """
    free, taken = np.zeros(len(weight)), np.full(len(weight), -np.inf)
    for at in range(weight.shape[1]):
        over = leap[:, at] + TIE if at < leap.shape[1] else -np.inf
        free, taken = np.maximum(np.maximum(free + weight[:, at], free), taken), np.maximum(free, taken) + over
    return (weight > 0).all(axis=1) & (np.maximum(free, taken) <= weight.sum(axis=1) + TIE / 2)
