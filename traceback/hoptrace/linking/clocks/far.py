"""Far: clocks of carriers that have no neighbour among those that take part, by the calls that both have records of.

Two records of one call that are several carriers apart still lie within a second of each other. Where few carriers take
part this is all that ties their clocks together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from hoptrace.linking.clocks.meeting import FURTHEST, find_edges
from hoptrace.linking.clocks.potentials import Edge
from hoptrace.linking.kinds import HANDED_ON

FEW = 6
"""Calls of one caller to one number at a carrier, above which they tell nothing: a dialler calls again and again."""

WELL_TIED = 8
"""Matches from which two neighbours need nobody else to tie their clocks."""

APART = 0.3
"""Seconds (1 sigma) that records several carriers apart may differ by at equal clocks."""

Parts = Mapping[str, int]
"""The number of the part of the network that each carrier is in: its clock is tied to that of others there."""


def far_edges(facts: pl.DataFrame, parts: Parts, handed_on: float = HANDED_ON) -> list[Edge]:
    """Edges between carriers that neighbours do not tie well to each other; `facts` from `comparable`."""
    return [
        Edge(edge.upstream, edge.downstream, edge.difference, (edge.spread**2 + APART**2) ** 0.5, edge.matches)
        for edge in find_edges(far_differences(facts, parts, handed_on))
    ]


def far_pairs(facts: pl.DataFrame, parts: Parts, within: float, handed_on: float = HANDED_ON) -> pl.DataFrame:
    """The same statements paired: each other's nearest in time, at most `within` s off beyond their ticks.

    `u`, `d`, `residual`, `sigma`, `at` as `hoptrace.linking.clocks.drift.fit_lines` takes them.
    """
    met = far_differences(facts, parts, handed_on).with_columns(away=pl.col("difference").abs())
    near = met.filter(pl.col("away") <= within + 2 * pl.col("tick"))
    best = [pl.col("away") == pl.col("away").min().over("u", "d", side) for side in ("u_sid", "d_sid")]
    sigma = ((pl.col("u_tick") ** 2 + pl.col("d_tick") ** 2) / 12 + APART**2).sqrt()
    return near.filter(pl.all_horizontal(best)).select("u", "d", "at", residual="difference", sigma=sigma)


def far_differences(facts: pl.DataFrame, parts: Parts, handed_on: float = HANDED_ON) -> pl.DataFrame:
    """Differences of time, as `meeting.differences` gives them, between statements of unlike parts.

    Of calls with the same caller and called number; arrival with arrival, else final answer with final answer. Where
    the two name each other or one between them, what the handoffs take (`handed_on` s each) is taken off. Also
    `u_tick`, `d_tick` (s), and `at`, when it was (epoch s).
    """
    apart = pl.coalesce(pl.col(f"{name}_d") - pl.col(name) for name in ("setup", "final"))
    found = _met(facts, parts).select(
        u="carrier",
        d="carrier_d",
        u_sid="sid",
        d_sid="sid_d",
        u_batch="batch",
        d_batch="batch_d",
        difference=apart + (pl.col("tick_d") - pl.col("tick")) / 2 - handed_on * _handoffs(),
        weight=pl.lit(1.0),
        tick=pl.max_horizontal("tick", "tick_d"),
        u_tick="tick",
        d_tick="tick_d",
        same_call_id=pl.lit(value=False),
        at=(pl.coalesce("setup", "final") + pl.coalesce("setup_d", "final_d")) / 2,
    )
    near = found.filter(pl.col("difference").abs() < FURTHEST)
    return near.sort("u", "d", "difference", "u_sid", "d_sid")


def _met(facts: pl.DataFrame, parts: Parts) -> pl.DataFrame:
    """Statements of unlike parts with the same caller and called number, side by side: the second one's with `_d`."""
    pair = ["called", "calling"]
    moments = ("setup", "final", "tick", "batch", "sid", "upstream", "downstream")
    seen = facts.filter(pl.col("calling") > 0, pl.col("setup").is_not_null() | pl.col("final").is_not_null()).select(
        "carrier", *moments, *pair, part=pl.col("carrier").replace_strict(parts, return_dtype=pl.Int64)
    )
    few = seen.filter(pl.len().over("carrier", *pair) <= FEW)
    # Most calls are of one part alone.
    few = few.filter(pl.col("part").n_unique().over(pair) > 1)
    unlike = (pl.col("carrier") < pl.col("carrier_d")) & (pl.col("part") != pl.col("part_d"))
    return few.join(few, on=pair, suffix="_d").filter(unlike)


def _handoffs() -> pl.Expr:
    """How many handoffs down from the first statement the second one is (less than 0: up); 0 where that is open."""
    down = [("downstream", "carrier_d", 1), ("carrier", "upstream_d", 1), ("downstream", "upstream_d", 2)]
    up = [("downstream_d", "carrier", -1), ("carrier_d", "upstream", -1), ("downstream_d", "upstream", -2)]
    told = [pl.when(pl.col(one) == pl.col(other)).then(pl.lit(count)) for one, other, count in (*down, *up)]
    return pl.coalesce(*told, pl.lit(0))


def parts_of(facts: pl.DataFrame, edges: Sequence[Edge]) -> Parts:
    """The number of the part that each carrier of `facts` is in; parts hang together by well-tied neighbours."""
    import networkx as nx  # loads only when clocks are learned

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(facts["carrier"].unique().to_list())
    graph.add_edges_from((edge.upstream, edge.downstream) for edge in edges if edge.matches >= WELL_TIED)
    parts = sorted(nx.connected_components(graph), key=min)
    return {carrier: number for number, part in enumerate(parts) for carrier in part}
