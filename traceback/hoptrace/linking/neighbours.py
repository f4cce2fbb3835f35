"""Pairs of statements of neighbours that name each other: what weights and trust are learned from."""

from __future__ import annotations

import polars as pl

from hoptrace.linking.members import KEPT

REACH = 180.0
"""Seconds: two statements of one handoff never start further apart than this on the common clock."""

CROWD = 12
"""Statements of one called number between two carriers, above which pairs are made within one caller's only."""


def neighbour_pairs(facts: pl.DataFrame) -> pl.DataFrame:
    """All pairs (`d_*`, `u_*`) of statements that name each other's carriers, with one number, near in time.

    `facts` from `hoptrace.linking.members.comparable`; of crowds (a dialler's favourite number) nothing is taken.
    """
    up = facts.filter(pl.col("downstream").is_not_null())
    down = facts.filter(pl.col("upstream").is_not_null())
    lower = down.select(u=pl.col("upstream"), d=pl.col("carrier"), key="called", **_side("d"))
    upper = up.select(u=pl.col("carrier"), d=pl.col("downstream"), key="sent", **_side("u"))
    on = ["u", "d", "key"]
    few = pl.len().over(on) <= CROWD
    met = lower.filter(few).join(upper.filter(few), on=on)
    near = (pl.col("d_start") - pl.col("u_start")).abs() <= REACH
    return met.filter(near & (pl.col("d_sid") != pl.col("u_sid"))).sort("d_sid", "u_sid")


def _side(side: str) -> dict[str, pl.Expr]:
    return {f"{side}_{name}": pl.col(name) for name in KEPT}
