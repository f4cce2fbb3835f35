"""Links of chains: for each statement of a batch the one handoff up from it, and whether others compete for that."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.scoring import Kind

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Links(NamedTuple):
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


def links_of(members: pl.DataFrame, pairs: pl.DataFrame) -> Links:
    """The links of a batch; `members` and `pairs` as `hoptrace.tracing.chains.chains_of` has them."""
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
    along = over & (between >= 0) & (above[between] == up)
    leap[down[along]], leap_timed[down[along]] = weights[along], times[along]
    rivals = (np.flatnonzero(np.bincount(side[handoff], minlength=size) > 1) for side in (down, up))
    rest = ~along & ~(direct & (weights > 0))
    spoiled = rest & ((weights > 0) | ~(direct | over))
    return Links(
        above, pair, weight, timed, leap, leap_timed, np.concatenate([*rivals, down[spoiled]]), down[rest & ~spoiled]
    )


def _rows_of(members: pl.DataFrame, pairs: pl.DataFrame, side: str) -> Places:
    """The row in the members frame of one side of each pair."""
    sids: Places = members["sid"].to_numpy()
    size = int(sids.max(initial=0)) + 1
    known: Places = members["call"].to_numpy() * size + sids
    wanted: Places = pairs["call"].to_numpy() * size + pairs[side].to_numpy()
    return np.searchsorted(known, wanted)
