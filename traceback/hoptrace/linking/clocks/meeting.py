"""Meeting: at which difference of time two neighbours' statements meet most often.

Two neighbours' statements of one handoff are milliseconds apart; what their times differ by is the difference of their
clocks, be it seconds or hours. Redials give several differences; the true one still meets most often.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import polars as pl

from hoptrace.linking.clocks.potentials import Edge
from hoptrace.linking.kinds import HANDED_ON
from hoptrace.model.arrays import Floats

Ticks = TypeVar("Ticks", float, Floats, pl.Expr)

FURTHEST = 26 * 3600.0
"""Seconds: a wrong date line and a wrong zone together."""

LEAST_MATCHES = 3
"""Statements that must meet for an edge between two carriers."""

CROWD = 12
"""A number called more often than this between two carriers tells little about clocks and costs much."""

LEAST_SPREAD = 0.05
"""Seconds (1 sigma) that the differences of two clocks scatter by at least."""


def find_edges(met: pl.DataFrame) -> list[Edge]:
    """One edge for each pair of neighbours whose statements meet often enough at one of their `differences`.

    Equal Call-IDs are all but certain: where a pair of neighbours has some, only those count.
    """
    pair = ("u", "d")
    certain = pl.col("same_call_id").sum().over(pair) >= LEAST_MATCHES
    used = met.filter(pl.col("same_call_id") | ~certain).with_columns(tick=pl.col("tick").max().over(pair))
    windows = densest(used, [*pair]).filter(pl.col("matches") >= LEAST_MATCHES)
    dense = used.join(windows, on=pair).filter(pl.col("difference").is_between("low", "high"))
    ours = _one_to_one(dense).with_columns(middle=pl.col("difference").median().over(pair))
    scatter = 1.4826 * (pl.col("difference") - pl.col("middle")).abs().median()
    beyond_ticks = (scatter**2 - pl.col("tick").first() ** 2 / 6).clip(0.0).sqrt()
    found = ours.group_by(pair).agg(
        pl.col("middle").first(), beyond_ticks.clip(LEAST_SPREAD).alias("spread"), pl.col("matches").first().round()
    )
    rows = found.sort(pair).select(*pair, "middle", "spread", pl.col("matches").cast(pl.Int64))
    return [Edge(*row) for row in rows.iter_rows()]


def differences(facts: pl.DataFrame, handed_on: float = HANDED_ON) -> pl.DataFrame:
    """All differences of time between statements of neighbours that name each other, with equal numbers.

    `facts` from `hoptrace.linking.members.comparable`. One row a pair of statements, sorted: `u` and `d` (carriers),
    `u_batch`, `d_batch`, `difference` (s, downstream minus upstream), `weight` (less where a number is called often),
    `tick` (s), `same_call_id`. Off them is taken what a handoff takes, `handed_on` s.
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
    quiet = _met(up.filter(few), down.filter(few).drop("caller"), ["u", "d", "key"], handed_on)
    # A number that many call still tells something call by call of one caller.
    crowded = _met(up.filter(~few), down.filter(~few), ["u", "d", "key", "caller"], handed_on)
    return pl.concat([quiet, crowded]).filter(pl.col("difference").abs() < FURTHEST).sort("u", "d", "difference")


def reach_of(tick: Ticks) -> Ticks:
    """Seconds within which differences of times that were cut to `tick` seconds lie together."""
    return 2.0 + 2 * tick


def _met(up: pl.DataFrame, down: pl.DataFrame, on: list[str], handed_on: float) -> pl.DataFrame:
    """Statements of two neighbours that agree `on` some columns, with their difference of time in seconds."""
    few = pl.len().over(on) <= CROWD
    setup = pl.col("d_setup") + pl.col("d_tick") / 2 - pl.col("u_setup") - pl.col("u_tick") / 2 - handed_on
    final = pl.col("d_final") + pl.col("d_tick") / 2 - pl.col("u_final") - pl.col("u_tick") / 2 + HANDED_ON
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


def densest(differences: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Where the `difference`s of each group lie densest: the columns `by`, `at` (s), `matches` (sum of weights).

    `low`, `high` (s): the span in which they lie, as wide as the group's median `tick` demands.
    """
    ordered = differences.sort(*by, "difference").with_columns(group=pl.struct(by).rle_id())
    values = ordered["difference"].to_numpy()
    # All groups on one line, too far apart to meet.
    line = values + ordered["group"].to_numpy() * 8 * FURTHEST
    width = reach_of(ordered.select(pl.col("tick").median().over("group")).to_series().to_numpy())
    sums = np.concatenate([[0.0], np.cumsum(ordered["weight"].to_numpy())])
    ends = np.searchsorted(line, line + width, side="right")
    middle = (np.arange(len(line)) + ends - 1) // 2
    return (
        ordered.select(*by, at=pl.Series(values[middle]), matches=pl.Series(sums[ends] - sums[:-1]))
        .with_columns(low=pl.Series(values), high=pl.Series(values[ends - 1]))
        .sort(*by, "matches", "at", descending=[*[False] * len(by), True, False])
        .unique(by, keep="first", maintain_order=True)
    )


def _one_to_one(dense: pl.DataFrame) -> pl.DataFrame:
    """The differences of statements that are each other's best match; redials also meet across, seconds off."""
    away = (pl.col("difference") - pl.col("difference").median().over("u", "d")).abs()
    near = dense.with_columns(away=away)
    best = [pl.col("away") == pl.col("away").min().over("u", "d", side) for side in ("u_sid", "d_sid")]
    return near.filter(pl.all_horizontal(best))
