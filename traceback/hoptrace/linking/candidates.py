"""Candidate pairs: which two statements of a call could be the two sides of one handoff at all."""

from __future__ import annotations

import polars as pl

from hoptrace.linking.members import KEPT
from hoptrace.linking.scoring import Kind

REACH = 180.0
"""Seconds: two statements of one handoff never start further apart than this on the common clock."""


def _side(members: pl.DataFrame, side: str) -> pl.DataFrame:
    return members.select("call", *(pl.col(name).alias(f"{side}_{name}") for name in KEPT))


def candidate_pairs(members: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """All pairs (`call`, `d_*`, `u_*`, `kind`) that could be one handoff, and those that contradict each other.

    `covered` (`call`, `carrier`): which carriers have submitted records that cover the call's time. A handoff needs
    both sides to name each other, or one side with the other silent about it. Bridges over carriers without a record
    need both sides to name one. Pairs of kind CONFLICT fit in numbers and time while one side names the other and the
    other names somebody else.
    """
    # A carrier hands a call to itself only through another one.
    hairpin = pl.col("d_upstream") == pl.col("u_downstream")
    both = (
        _side(members, "d")
        .join(_side(members, "u"), on="call", how="inner")
        .filter(
            (pl.col("d_sid") != pl.col("u_sid"))
            & ((pl.col("d_carrier") != pl.col("u_carrier")) | hairpin)
            & ((pl.col("d_start") - pl.col("u_start")).abs() <= REACH)
        )
    )
    kinds = both.with_columns(kind=_kind()).filter(pl.col("kind").is_not_null())
    return _with_coverage(kinds, covered).filter(
        (pl.col("kind") != Kind.GAP) | ~(pl.col("d_upstream_covered") | pl.col("u_downstream_covered"))
    )


def _kind() -> pl.Expr:
    continuous = (pl.col("u_sent") == pl.col("d_called")) | (pl.col("u_called") == pl.col("d_called"))
    same_caller = (pl.col("d_calling") > 0) & (
        (pl.col("d_calling") == pl.col("u_sent_calling")) | (pl.col("d_calling") == pl.col("u_calling"))
    )
    down_names = (pl.col("d_upstream") == pl.col("u_carrier")).fill_null(False)
    up_names = (pl.col("u_downstream") == pl.col("d_carrier")).fill_null(False)
    origin = pl.col("d_customer").is_not_null()
    down_silent = pl.col("d_upstream").is_null() & ~origin
    up_silent = pl.col("u_downstream").is_null()
    both_name = pl.col("d_upstream").is_not_null() & ~up_silent
    answers_differ = ((pl.col("d_outcome") == "answered") != (pl.col("u_outcome") == "answered")).fill_null(False)
    direct = (down_names & up_names) | (down_names & up_silent) | (up_names & down_silent)
    return (
        pl.when(continuous & direct)
        .then(pl.lit(str(Kind.DIRECT)))
        .when(~continuous & down_names & up_names & same_caller)
        .then(pl.lit(str(Kind.REWRITTEN)))
        .when(continuous & (down_names | up_names))
        .then(pl.lit(str(Kind.CONFLICT)))
        .when(continuous & (pl.col("d_upstream") == pl.col("u_downstream")))
        .then(pl.lit(str(Kind.BRIDGED)))
        .when(~continuous & same_caller & (pl.col("d_upstream") == pl.col("u_downstream")) & ~answers_differ)
        .then(pl.lit(str(Kind.FORWARDED)))
        .when(continuous & same_caller & both_name & ~answers_differ)
        .then(pl.lit(str(Kind.GAP)))
    )


def _with_coverage(pairs: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """Whether the carrier that a side names has records of that time at all."""
    flag = covered.unique(["call", "carrier"]).with_columns(yes=pl.lit(True))
    for column in ("d_upstream", "u_downstream"):
        pairs = pairs.join(
            flag.rename({"carrier": column, "yes": f"{column}_covered"}), on=["call", column], how="left"
        ).with_columns(pl.col(f"{column}_covered").fill_null(False))
    return pairs
