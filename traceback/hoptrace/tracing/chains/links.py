"""Links of chains: for each statement of a batch the one handoff up from it, and whether others compete for that."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.assignment import LEAPS, LEAST_LEAP, LEAST_LEAP_HOME
from hoptrace.linking.kinds import Kind
from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.model.frames import each_once


class Links(NamedTuple):
    """For each member the row of the one `above` it and the `pair` that leads there, -1 where there is none.

    `weight` of that pair; `over`: how many carriers without a record it leads over. `leap`: weight of the leap over the
    one above, -inf where there is none. `spoiled`: members whose handoff is contested.
    """

    above: Int64s
    pair: Int64s
    weight: Floats
    over: Int64s
    leap: Floats
    spoiled: Int64s


def links_of(members: pl.DataFrame, pairs: pl.DataFrame) -> Links:
    """The links of a batch; `members` and `pairs` as `hoptrace.tracing.chains.building.chains_of` has them."""
    size = members.height
    down, up = ends = rows_of(members, pairs)
    weights: Floats = pairs["weight"].to_numpy()
    kinds = {kind: (pairs["kind"] == kind).to_numpy() for kind in (Kind.DIRECT, Kind.BRIDGED, Kind.GAP)}
    direct, over = kinds[Kind.DIRECT], kinds[Kind.BRIDGED] & pairs["d_upstream"].is_not_null().to_numpy()
    handed = np.zeros(size, np.bool_)
    handed[down[direct & (weights > 0)]] = True
    # Whoever has a handoff to its neighbour is not fed over that one; who has none may be fed over a silent carrier.
    linked = (weights > 0) & (direct | (over & ~handed[down]))
    above = np.full(size, -1)
    above[down[linked]] = up[linked]
    between = above[down]
    along = over & ~linked & (between >= 0) & (above[between] == up)
    leap = np.full(size, -np.inf)
    leap[down[along]] = weights[along]
    ingress = ingresses(members)
    rivals = _rivals(down[linked], up[linked], ingress)
    open_ = ~along & ~linked & _open(pairs, ends, above, weights)
    # Where both ends of a leap over two carriers are open, and nothing else leads on from either, it is the way.
    alone = [(np.bincount(side[open_], minlength=size) == 1)[side] for side in (down, up)]
    gap = open_ & kinds[Kind.GAP] & pairs["u_downstream"].is_not_null().to_numpy() & alone[0] & alone[1]
    used_for = np.flatnonzero(linked | gap)
    # A leap may lead on from a record beside a bridge to a route that was left.
    left = linked & pairs["left"].to_numpy()
    contested = np.concatenate([*rivals, down[left | (open_ & ~gap)], np.flatnonzero(above != above[ingress])])
    pair, weight, carriers = np.full(size, -1), np.zeros(size), np.zeros(size, np.int64)
    lower = down[used_for]
    above[lower], weight[lower] = up[used_for], weights[used_for]
    pair[lower] = pairs["row"].cast(pl.Int64).to_numpy()[used_for]
    carriers[lower] = np.where(gap, 2, over)[used_for]
    return Links(above, pair, weight, carriers, leap, contested)


def _open(pairs: pl.DataFrame, ends: tuple[Int64s, Int64s], above: Int64s, weights: Floats) -> Truths:
    """Which pairs, between the rows `ends` of members, may lead on beside the links (`above`) that there are."""
    down, up = ends
    used = np.zeros(len(above), np.bool_)
    used[above[above >= 0]] = True
    # The weaker leaps only join what is then open; and who is contradicted matters only at the furthest record, where
    # the other one is of no other trail.
    weak, conflict = pairs["kind"].is_in(LEAPS).to_numpy(), (pairs["kind"] == Kind.CONFLICT).to_numpy()
    settled = ((above[down] >= 0) | used[up]) & (weak | conflict)
    home = pairs["u_customer"].is_not_null().to_numpy()
    least = np.where(weak, np.where(home, LEAST_LEAP_HOME, LEAST_LEAP), 0.0)
    return ~settled & (weights > least)


def ingresses(members: pl.DataFrame) -> Int64s:
    """For each member the row of the one that stands for its ingress: route attempts of one call share it."""
    if (members["leg"] == members["sid"]).all():
        return np.arange(members.height)
    return rows_of(members, members.select("call", d_sid="leg", u_sid="leg"))[0]


def _rivals(down: Int64s, up: Int64s, ingress: Int64s) -> tuple[Int64s, Int64s]:
    """Members that are linked to several above, or by several ingresses below."""
    size = len(ingress)
    several = np.flatnonzero(np.bincount(down, minlength=size) > 1)
    ways = each_once(ingress[down] * size + up)
    return several, np.flatnonzero(np.bincount(ways % size, minlength=size) > 1)


def rows_of(members: pl.DataFrame, pairs: pl.DataFrame) -> tuple[Int64s, Int64s]:
    """The rows in the members frame of the lower and upper side of each pair."""
    sids: Int64s = members["sid"].to_numpy()
    lower, upper = (pairs[name].to_numpy() for name in ("d_sid", "u_sid"))
    amount = np.bincount(sids)
    size = len(amount)
    if size and amount.max() == 1:  # of one call each, as nearly always
        rows = np.empty(size, np.int64)
        rows[sids] = np.arange(len(sids))
        return rows[lower], rows[upper]
    known: Int64s = members["call"].to_numpy() * size + sids
    calls: Int64s = pairs["call"].to_numpy() * size
    return np.searchsorted(known, calls + lower), np.searchsorted(known, calls + upper)
