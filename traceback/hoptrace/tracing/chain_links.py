"""Links of chains: for each statement of a batch the one handoff up from it, and whether others compete for that."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.assignment import LEAPS, LEAST_LEAP
from hoptrace.linking.scoring import Kind

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


class Links(NamedTuple):
    """For each member the row of the one `above` it and the `pair` that leads there, -1 where there is none.

    `weight`, `timed`: of that pair, and the part of it that is of time; `over`: how many carriers without a record it
    leads over. `leap`, `leap_timed`: of the leap over the one above, -inf where there is none. `spoiled`: members whose
    handoff is contested; `odd`: those with a pair that weighs nothing, but might with a lent time.
    """

    above: Places
    pair: Places
    weight: Floats
    timed: Floats
    over: Places
    leap: Floats
    leap_timed: Floats
    spoiled: Places
    odd: Places


def links_of(members: pl.DataFrame, pairs: pl.DataFrame) -> Links:
    """The links of a batch; `members` and `pairs` as `hoptrace.tracing.chains.chains_of` has them."""
    size = members.height
    down, up = (_rows_of(members, pairs, side) for side in ("d_sid", "u_sid"))
    weights, times = pairs["weight"].to_numpy(), pairs["w_time"].to_numpy()
    direct = (pairs["kind"] == Kind.DIRECT).to_numpy()
    over = ((pairs["kind"] == Kind.BRIDGED) & pairs["d_upstream"].is_not_null()).to_numpy()
    weak, against = pairs["kind"].is_in(LEAPS).to_numpy(), (pairs["kind"] == Kind.CONFLICT).to_numpy()
    rows: Places = pairs["row"].cast(pl.Int64).to_numpy()
    handed = np.zeros(size, np.bool_)
    handed[down[direct & (weights > 0)]] = True
    # Whoever has a handoff to its neighbour is not fed over that one; who has none may be fed over a silent carrier.
    link = np.flatnonzero((weights > 0) & (direct | (over & ~handed[down])))
    above, pair = np.full(size, -1), np.full(size, -1)
    above[down[link]], pair[down[link]] = up[link], rows[link]
    weight, timed, leap, leap_timed = np.zeros(size), np.zeros(size), np.full(size, -np.inf), np.zeros(size)
    weight[down[link]], timed[down[link]] = weights[link], times[link]
    linked = np.zeros(len(down), np.bool_)
    linked[link] = True
    between = above[down]
    along = over & ~linked & (between >= 0) & (above[between] == up)
    leap[down[along]], leap_timed[down[along]] = weights[along], times[along]
    rivals = (np.flatnonzero(np.bincount(side[link], minlength=size) > 1) for side in (down, up))
    used = np.zeros(size, np.bool_)
    used[above[above >= 0]] = True
    # The weaker leaps only join what is then open; and who is contradicted matters only at the furthest record, where
    # the other one is of no other trail.
    settled = (above[down] >= 0) | used[up]
    rest = ~along & ~linked & ~(settled & (weak | against))
    least = np.where(weak, LEAST_LEAP, 0.0)
    spoiled = rest & (weights > least)
    between_them = np.zeros(size, np.int64)
    between_them[down[link]] = over[link]
    # Where both ends of a leap over two carriers are open, and nothing else leads on from either, it is the way.
    gap = np.flatnonzero(spoiled & (pairs["kind"] == Kind.GAP).to_numpy())
    alone = (np.bincount(down[spoiled], minlength=size) == 1)[down] & (np.bincount(up[spoiled], minlength=size) == 1)[up]
    gap = gap[alone[gap]]
    above[down[gap]], pair[down[gap]] = up[gap], rows[gap]
    weight[down[gap]], timed[down[gap]], between_them[down[gap]] = weights[gap], times[gap], 2
    spoiled[gap] = rest[gap] = False
    # No time is lent over a carrier without a record, but a leap is timed anew at its ends.
    odd = np.concatenate([down[rest & ~spoiled], down[gap]])
    contested = np.concatenate([*rivals, down[spoiled]])
    return Links(above, pair, weight, timed, between_them, leap, leap_timed, contested, odd)


def _rows_of(members: pl.DataFrame, pairs: pl.DataFrame, side: str) -> Places:
    """The row in the members frame of one side of each pair."""
    sids: Places = members["sid"].to_numpy()
    size = int(sids.max(initial=0)) + 1
    known: Places = members["call"].to_numpy() * size + sids
    wanted: Places = pairs["call"].to_numpy() * size + pairs[side].to_numpy()
    return np.searchsorted(known, wanted)
