"""Pairs of statements of neighbours that name each other: what clocks, habits, weights and trust are learned from."""

from __future__ import annotations

import polars as pl

from hoptrace.linking.kinds import HANDED_ON
from hoptrace.linking.members import KEPT

REACH = 180.0
"""Seconds: two statements of one handoff never start further apart than this on the common clock."""

CROWD = 12
"""Statements of one called number between two carriers, above which pairs are made within one caller's only."""


def neighbour_pairs(facts: pl.DataFrame) -> pl.DataFrame:
    """All pairs (`d_*`, `u_*`) of statements that name each other's carriers, with one number, near in time.

    `facts` from `hoptrace.linking.members.comparable`; of a number that many call, those of one caller only.
    """
    up = facts.filter(pl.col("downstream").is_not_null())
    down = facts.filter(pl.col("upstream").is_not_null())
    lower = down.select(u=pl.col("upstream"), d=pl.col("carrier"), key="called", **_side("d"))
    upper = up.select(u=pl.col("carrier"), d=pl.col("downstream"), key="sent", **_side("u"))
    on = ["u", "d", "key"]
    few = pl.len().over(on) <= CROWD
    quiet = lower.filter(few).join(upper.filter(few), on=on)
    lower_on, upper_on = [*on, "d_calling"], [*on, "u_sent_calling"]
    met = lower.filter(~few).join(upper.filter(~few), left_on=lower_on, right_on=upper_on, coalesce=False)
    crowded = met.select(quiet.columns)
    near = (pl.col("d_start") - pl.col("u_start")).abs() <= REACH
    return pl.concat([quiet, crowded]).filter(near & (pl.col("d_sid") != pl.col("u_sid"))).sort("d_sid", "u_sid")


def matched(pairs: pl.DataFrame, within: float, handed_on: float = HANDED_ON) -> pl.DataFrame:
    """Of `neighbour_pairs` those that are each other's nearest in time, at most `within` s off beyond their ticks.

    Adds `residual` (s, downstream minus upstream, like compared with like), `sigma` (s, of the ticks), `at` (epoch s).
    """
    timed = with_residual(pairs, handed_on).filter(pl.col("residual").is_not_null())
    away = pl.col("residual").abs()
    near = timed.filter(away <= within + pl.col("d_tick") + pl.col("u_tick"))
    return near.filter((away == away.min().over("u_sid")) & (away == away.min().over("d_sid")))


def with_residual(pairs: pl.DataFrame, handed_on: float = HANDED_ON) -> pl.DataFrame:
    """Pairs with `residual`, `sigma` and `at`: arrival against arrival, else final answer against final answer.

    `handed_on`: seconds that a handoff takes. An answer comes back at once.
    """
    setup = middle("d", "setup") - middle("u", "setup") - handed_on
    final = middle("d", "final") - middle("u", "final") + HANDED_ON
    return pairs.with_columns(
        residual=pl.coalesce(setup, final),
        sigma=((pl.col("d_tick") ** 2 + pl.col("u_tick") ** 2) / 12).sqrt(),
        at=(pl.col("d_start") + pl.col("u_start")) / 2,
    )


def middle(side: str, moment: str) -> pl.Expr:
    """A time that was cut to its tick stands for the middle of the tick."""
    return pl.col(f"{side}_{moment}") + pl.col(f"{side}_tick") / 2


def _side(side: str) -> dict[str, pl.Expr]:
    return {f"{side}_{name}": pl.col(name) for name in KEPT}
