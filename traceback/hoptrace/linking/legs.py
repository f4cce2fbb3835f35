"""Legs: route attempts of one call at one carrier came in by one handoff.

A carrier that tries a call over two routes writes two rows with the same ingress and different downstreams. Upstream
they are one statement: whoever fed the one fed the other.
"""

from __future__ import annotations

from functools import cache

import polars as pl

SAME_MOMENT = 0.02
"""Seconds: rows of one ingress carry one and the same arrival time."""

SHARP = 1.0
"""Seconds: redials come further apart, so that times cut to no more than this tell them from attempts of one call."""


def with_legs(members: pl.DataFrame) -> pl.DataFrame:
    """Members with `leg`: the sid of the first attempt of the same ingress at the same carrier (its own if alone).

    They lie by call and sid. Nobody is looked at of whom a call has one statement only, as it has of most.
    """
    several = members[["call", "carrier"]].is_duplicated()
    if not several.any():
        return members.hstack([members["sid"].alias("leg")])
    order = ["call", "carrier", "upstream", "called", "cid", "start", "sid"]
    legs = members.filter(several).sort(order).select("call", "sid", leg=_leg()).sort("call", "sid")
    return members.with_columns(leg=members["sid"].scatter(several.arg_true(), legs["leg"]))


@cache
def _leg() -> pl.Expr:
    """Of members in the order in which attempts of one call follow each other the first of the same ingress."""
    same = pl.lit(value=True)
    for name in ("call", "carrier", "upstream", "customer", "called", "calling"):
        same &= pl.col(name).eq_missing(pl.col(name).shift(1))
    same_id = pl.col("cid") == pl.col("cid").shift(1)
    unknown_id = pl.col("cid").is_null() & pl.col("cid").shift(1).is_null()
    same_moment = (pl.col("setup") - pl.col("setup").shift(1)).abs() <= SAME_MOMENT
    # A route is only left when it failed: of two attempts at one moment at most one can have gone on. Some carriers
    # refuse with what others say of a phone that rang; that is enough where the moment is no coarse one.
    left = ["failed"], ["failed", "no_answer", "cancelled"]
    coarse, sharp = (pl.col("outcome").is_in(how) | pl.col("outcome").shift(1).is_in(how) for how in left)
    failed = coarse | (sharp & (pl.col("tick") <= SHARP))
    elsewhere = pl.col("downstream").ne_missing(pl.col("downstream").shift(1))
    one_leg = same & (same_id.fill_null(False) | (unknown_id & same_moment & failed & elsewhere).fill_null(False))
    return pl.when((~one_leg).fill_null(True)).then("sid").forward_fill()
