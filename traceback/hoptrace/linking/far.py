"""Far: clocks of carriers that have no neighbour among those that take part, by the calls that both have records of.

Two records of one call that are several carriers apart still lie within a second of each other. Where few carriers take
part this is all that ties their clocks together.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hoptrace.linking.meeting import FURTHEST, find_edges
from hoptrace.linking.potentials import Edge

FEW = 6
"""Calls of one caller to one number at a carrier, above which they tell nothing: a dialler calls again and again."""

WELL_TIED = 8
"""Matches from which two neighbours need nobody else to tie their clocks."""

APART = 0.3
"""Seconds (1 sigma) that records several carriers apart may differ by at equal clocks."""


def far_edges(facts: pl.DataFrame, edges: Sequence[Edge]) -> list[Edge]:
    """Edges between carriers that the neighbours' `edges` do not tie well to each other; `facts` from `comparable`."""
    return [
        Edge(edge.upstream, edge.downstream, edge.difference, (edge.spread**2 + APART**2) ** 0.5, edge.matches)
        for edge in find_edges(far_differences(facts, edges))
    ]


def far_differences(facts: pl.DataFrame, edges: Sequence[Edge]) -> pl.DataFrame:
    """Differences of time, as `hoptrace.linking.meeting.differences` gives them, between such carriers' statements.

    Times of arrival only, of calls with the same caller and called number.
    """
    part = _parts(facts["carrier"].unique().sort().to_list(), edges)
    pair = ["called", "calling"]
    seen = facts.filter((pl.col("calling") > 0) & pl.col("setup").is_not_null()).select(
        "carrier",
        "setup",
        "tick",
        "batch",
        "sid",
        *pair,
        part=pl.col("carrier").replace_strict(part, return_dtype=pl.Int64),
    )
    few = seen.filter(pl.len().over("carrier", *pair) <= FEW)
    met = few.join(few, on=pair, suffix="_d").filter(
        (pl.col("carrier") < pl.col("carrier_d")) & (pl.col("part") != pl.col("part_d"))
    )
    away = pl.col("setup_d") + pl.col("tick_d") / 2 - pl.col("setup") - pl.col("tick") / 2
    found = met.select(
        u="carrier",
        d="carrier_d",
        u_sid="sid",
        d_sid="sid_d",
        u_batch="batch",
        d_batch="batch_d",
        difference=away,
        weight=pl.lit(1.0),
        tick=pl.max_horizontal("tick", "tick_d"),
        same_call_id=pl.lit(value=False),
    )
    return found.filter(pl.col("difference").abs() < FURTHEST).sort("u", "d", "difference", "u_sid", "d_sid")


def _parts(carriers: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The number of the part that each carrier is in; parts hang together by well-tied neighbours."""
    import networkx as nx  # loads only when clocks are learned

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(carriers)
    graph.add_edges_from((edge.upstream, edge.downstream) for edge in edges if edge.matches >= WELL_TIED)
    parts = sorted(nx.connected_components(graph), key=min)
    return {carrier: number for number, part in enumerate(parts) for carrier in part}
