"""Legs: route attempts of one call at one carrier came in by one handoff.

A carrier that tries a call over two routes writes two rows with the same ingress and different downstreams. Upstream
they are one statement: whoever fed the one fed the other. Some switches stamp each row when its route was tried.
"""

from __future__ import annotations

from functools import cache

import polars as pl

SAME_MOMENT = 0.02
"""Seconds: rows of one ingress carry one and the same arrival time."""

LONGEST_RETRY = 8.0
"""Seconds that a refused route may take before the next one is tried."""

SHARP = 1.0
"""Seconds: redials come further apart, so that times cut to no more than this tell them from attempts of one call."""


def with_legs(members: pl.DataFrame) -> pl.DataFrame:
    """Members with `leg`: the sid of the first attempt of the same ingress at the same carrier (its own if alone).

    They lie by call and sid. Nobody is looked at of whom a call has one statement only, as it has of most. The trunk
    over which a call went on (`downstream_trunk`) is needed for this alone.
    """
    several = members[["call", "carrier"]].is_duplicated()
    if not several.any():
        return members.drop("downstream_trunk").hstack([members["sid"].alias("leg")])
    order = ["call", "carrier", "upstream", "called", "cid", "start", "sid"]
    rows = _fed_once(members.filter(several), members).sort(order)
    legs = rows.with_columns(leg=_leg()).select("call", "sid", "leg", setup=_ingress()).sort("call", "sid")
    at = several.arg_true()
    leg, setup = (members[old].scatter(at, legs[new]) for old, new in (("sid", "leg"), ("setup", "setup")))
    return members.drop("downstream_trunk").with_columns(leg=leg, setup=setup)


def _fed_once(rows: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Rows with `fed_once`: whether their upstream has one record of a call to their number that it handed to them."""
    theirs = members.filter(pl.col("call").is_in(rows["call"].unique().implode()))
    handed = theirs.select("call", upstream="carrier", carrier="downstream", called="sent").filter(
        pl.all_horizontal(pl.col("carrier", "called").is_not_null())
    )
    ways = handed.columns
    fed = handed.group_by(ways).agg(fed_once=pl.len() == 1)
    return rows.join(fed, on=ways, how="left", maintain_order="left")


@cache
def _ingress() -> pl.Expr:
    """The time of the ingress: of rows that are stamped when each route was tried, the first one tells it.

    Where the upstream tells of several calls, an equal Call-ID may be that of redials.
    """
    first = pl.col("setup").min().over("call", "leg")
    return pl.when(pl.col("fed_once") & (pl.col("setup") - first > SAME_MOMENT)).then(first).otherwise("setup")


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
    # refuse with what others say of a phone that rang, and some never say how an attempt ended; that is enough where
    # the moment is no coarse one.
    left = ["failed"], ["failed", "no_answer", "cancelled", "unknown"]
    coarse, sharp = (pl.col("outcome").is_in(how) | pl.col("outcome").shift(1).is_in(how) for how in left)
    failed = coarse | (sharp & (pl.col("tick") <= SHARP))
    # Two trunks that nobody listed are two ways on as well.
    unlisted = pl.col("downstream").is_null() & pl.col("downstream_trunk").ne_missing(
        pl.col("downstream_trunk").shift(1)
    )
    elsewhere = pl.col("downstream").ne_missing(pl.col("downstream").shift(1)) | unlisted
    at_once = unknown_id & same_moment & failed & elsewhere
    # Of routes tried one after the other, each row stamped at its own try, the upstream has one record in all.
    vain = pl.col("outcome").shift(1).is_in(["failed", "no_answer", "unknown"]) & (pl.col("tick") <= SHARP)
    soon = pl.col("setup") - pl.col("setup").shift(1) <= LONGEST_RETRY
    in_turn = unknown_id & pl.col("fed_once") & vain & soon & elsewhere
    one_leg = same & (same_id.fill_null(False) | at_once.fill_null(False) | in_turn.fill_null(False))
    return pl.when((~one_leg).fill_null(True)).then("sid").forward_fill()
