"""Meeting: at which difference of time two neighbours' statements meet most often.

Two neighbours' statements of one handoff are milliseconds apart; what their times differ by is the difference of their
clocks, be it seconds or hours. Redials give several differences; the true one still meets most often.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.potentials import Edge

Floats = npt.NDArray[np.float64]
Ticks = TypeVar("Ticks", float, Floats, pl.Expr)

FURTHEST = 26 * 3600.0
"""Seconds: a wrong date line and a wrong zone together."""

LEAST_MATCHES = 3
CROWD = 12
"""A number called more often than this between two carriers tells little about clocks and costs much."""

LEAST_SPREAD = 0.05


def find_edges(met: pl.DataFrame) -> list[Edge]:
    """One edge for each pair of neighbours whose statements meet often enough at one of their `differences`."""
    edges: list[Edge] = []
    for (upstream, downstream), group in met.group_by(["u", "d"], maintain_order=True):
        certain = group.filter("same_call_id")
        found = _meeting(certain if certain.height >= LEAST_MATCHES else group)
        if found is not None:
            edges.append(Edge(str(upstream), str(downstream), *found))
    return edges


def differences(facts: pl.DataFrame) -> pl.DataFrame:
    """All differences of time between statements of neighbours that name each other, with equal numbers.

    `facts` from `hoptrace.linking.members.comparable`. One row a pair of statements, sorted: `u` and `d` (carriers),
    `u_batch`, `d_batch`, `difference` (s, downstream minus upstream), `weight` (less where a number is called often),
    `tick` (s), `same_call_id`.
    """
    times = ("setup", "final", "tick", "batch", "sid")
    up = facts.filter(pl.col("downstream").is_not_null()).select(
        *("sent_cid", pl.col("sent_calling").alias("caller")),
        **{"u": "carrier", "d": "downstream", "key": "sent", **{f"u_{t}": pl.col(t) for t in times}},
    )
    down = facts.filter(pl.col("upstream").is_not_null()).select(
        *("cid", pl.col("calling").alias("caller")),
        **{"u": "upstream", "d": "carrier", "key": "called", **{f"d_{t}": pl.col(t) for t in times}},
    )
    few = pl.len().over("u", "d", "key") <= CROWD
    quiet = _met(up.filter(few), down.filter(few).drop("caller"), ["u", "d", "key"])
    # A number that many call still tells something call by call of one caller.
    crowded = _met(up.filter(~few), down.filter(~few), ["u", "d", "key", "caller"])
    return pl.concat([quiet, crowded]).filter(pl.col("difference").abs() < FURTHEST).sort("u", "d", "difference")


def reach_of(tick: Ticks) -> Ticks:
    """Seconds within which differences of times that were cut to `tick` seconds lie together."""
    return 2.0 + 2 * tick


def _met(up: pl.DataFrame, down: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Statements of two neighbours that agree `on` some columns, with their difference of time in seconds."""
    few = pl.len().over(on) <= CROWD
    setup = pl.col("d_setup") + pl.col("d_tick") / 2 - pl.col("u_setup") - pl.col("u_tick") / 2 - 0.1
    final = pl.col("d_final") + pl.col("d_tick") / 2 - pl.col("u_final") - pl.col("u_tick") / 2 + 0.1
    return (
        up.filter(few)
        .join(down.filter(few), on=on)
        .select(
            "u",
            "d",
            "u_sid",
            "d_sid",
            "u_batch",
            "d_batch",
            difference=pl.coalesce(setup, final),
            weight=1 / pl.len().over(on).sqrt(),
            tick=pl.max_horizontal("u_tick", "d_tick"),
            same_call_id=(pl.col("cid") == pl.col("sent_cid")).fill_null(False),
        )
    )


def _meeting(group: pl.DataFrame) -> tuple[float, float, int] | None:
    """Difference (s), spread (s) and number of matches where the differences lie densest; None where too few meet."""
    values = group["difference"].to_numpy()
    tick = float(group["tick"].to_numpy().max())
    width = reach_of(tick)
    weights = np.concatenate([[0.0], np.cumsum(group["weight"].to_numpy())])
    ends = np.searchsorted(values, values + width, side="right")
    inside = weights[ends] - weights[:-1]
    first = int(np.argmax(inside))
    if inside[first] < LEAST_MATCHES:
        return None
    dense = _one_to_one(group[first : int(ends[first])])
    middle = float(np.median(dense))
    spread = 1.4826 * float(np.median(np.abs(dense - middle)))
    beyond_ticks = max(spread**2 - 2 * tick**2 / 12, 0.0) ** 0.5
    return middle, max(beyond_ticks, LEAST_SPREAD), round(float(inside[first]))


def _one_to_one(meeting: pl.DataFrame) -> Floats:
    """The differences of statements that are each other's best match; redials also meet across, seconds off."""
    away = (pl.col("difference") - float(np.median(meeting["difference"].to_numpy()))).abs()
    best = (away == away.min().over("u_sid")) & (away == away.min().over("d_sid"))
    return meeting.filter(best)["difference"].to_numpy()
