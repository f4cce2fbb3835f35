"""Comparison levels: into which of a few classes the two statements of a pair fall, for each thing that is compared.

A level is what a weight stands for ("same", "differs", ...). `hoptrace.linking.weights` holds the weights of the
levels, `hoptrace.linking.estimate` learns them; the level UNKNOWN never tells anything. A pair is (d, u) as in
`hoptrace.linking.scoring`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from hoptrace.model.number_masks import MASKED_BELOW

UNKNOWN = "unknown"

LEVELS: Mapping[str, tuple[str, ...]] = {
    "duration": ("close", "near", "off", "far"),
    "call_id": ("same", "differs", "sent_differs"),
    "calling": ("same", "changed", "withheld", "revealed", "both_withheld"),
    "outcome": ("answered", "same_code", "alike", "failed_otherwise", "differs"),
    "orig_id": ("same", "differs", "lost"),
    "signer": ("same", "differs", "lost"),
    "attestation": ("same", "lowered", "raised", "lost"),
}
"""The levels of each comparison, UNKNOWN not counted."""

CLOSE, NEAR, OFF = 0.6, 3.0, 10.0
"""Seconds by which two durations differ, the ticks they were cut to taken off."""

_GIVEN_UP = ("no_answer", "cancelled")
"""Who hung up before anybody answered is told by the one side as a timeout, by the other as a cancellation."""

_RANKED = ("A", "B", "C")
"""Attestations, the highest first."""


def with_levels(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs (columns `d_*`, `u_*`) with a column `l_` + name for each comparison, holding its level."""
    return pairs.with_columns(_each()).with_columns(_signature_once())


@cache
def _each() -> list[pl.Expr]:
    return [
        _duration().alias("l_duration"),
        _call_id().alias("l_call_id"),
        _calling().alias("l_calling"),
        _outcome().alias("l_outcome"),
        _carried("oid").alias("l_orig_id"),
        _carried("signed_by").alias("l_signer"),
        _attestation().alias("l_attestation"),
    ]


@cache
def _signature_once() -> list[pl.Expr]:
    # One signature holds all three, and is lost or replaced as a whole: it counts once, by what tells most.
    signer = pl.when(pl.col("l_orig_id") == UNKNOWN).then("l_signer").otherwise(_lit(UNKNOWN))
    attestation = pl.when(_nothing_lost()).then("l_attestation").otherwise(_lit(UNKNOWN))
    return [signer.alias("l_signer"), attestation.alias("l_attestation")]


def _lit(level: str) -> pl.Expr:
    return pl.lit(level)


@cache
def _duration() -> pl.Expr:
    """Conversation lengths, where both tell one; whole seconds may differ by the tick and mean the same."""
    both = (pl.col("d_duration") > 0) & (pl.col("u_duration") > 0)
    cut = (pl.col("d_tick") + pl.col("u_tick")).clip(upper_bound=2.0) / 2
    apart = (pl.col("d_duration") - pl.col("u_duration")).abs() - cut
    return (
        pl.when(~both.fill_null(False))
        .then(_lit(UNKNOWN))
        .when(apart <= CLOSE)
        .then(_lit("close"))
        .when(apart <= NEAR)
        .then(_lit("near"))
        .when(apart <= OFF)
        .then(_lit("off"))
        .otherwise(_lit("far"))
    )


@cache
def _call_id() -> pl.Expr:
    """An equal Call-ID, or another one; where the carrier told which one it sent on, another one says more."""
    same = (pl.col("u_sent_cid") == pl.col("d_cid")) | (pl.col("u_cid") == pl.col("d_cid"))
    return (
        pl.when(same)
        .then(_lit("same"))
        .when(pl.col("d_cid").is_null() | pl.col("u_sent_cid").is_null())
        .then(_lit(UNKNOWN))
        .when(pl.col("u_has_sent_cid"))
        .then(_lit("sent_differs"))
        .otherwise(_lit("differs"))
    )


@cache
def _calling() -> pl.Expr:
    """Callers: equal, changed, withheld on the way down, or shown only below (somebody put one in).

    What a masked one says is in `hoptrace.linking.beginnings`.
    """
    d, u, sent = pl.col("d_calling"), pl.col("u_calling"), pl.col("u_sent_calling")
    return (
        pl.when(d.is_null() | sent.is_null() | (d < MASKED_BELOW) | (sent < MASKED_BELOW))
        .then(_lit(UNKNOWN))
        .when((d < 0) & (sent < 0))
        .then(_lit("both_withheld"))
        .when((d == sent) | (d == u))
        .then(_lit("same"))
        .when(d < 0)
        .then(_lit("withheld"))
        .when(sent < 0)
        .then(_lit("revealed"))
        .otherwise(_lit("changed"))
    )


@cache
def _outcome() -> pl.Expr:
    d, u = pl.col("d_outcome"), pl.col("u_outcome")
    unknown = d.is_null() | u.is_null() | (d == "unknown") | (u == "unknown")
    return (
        pl.when(unknown)
        .then(_lit(UNKNOWN))
        .when((d == "answered") != (u == "answered"))
        .then(_lit("differs"))
        .when(d == "answered")
        .then(_lit("answered"))
        .when(pl.col("d_release_code") == pl.col("u_release_code"))
        .then(_lit("same_code"))
        .when((d == u) | (d.is_in(_GIVEN_UP) & u.is_in(_GIVEN_UP)))
        .then(_lit("alike"))
        .otherwise(_lit("failed_otherwise"))
    )


@cache
def _carried(what: str) -> pl.Expr:
    """A thing that is passed on with the call: the same below, another one, or not there any more."""
    d, u = pl.col(f"d_{what}"), pl.col(f"u_{what}")
    return (
        pl.when(u.is_null())
        .then(_lit(UNKNOWN))
        .when(d.is_null())
        .then(_lit("lost"))
        .when(d == u)
        .then(_lit("same"))
        .otherwise(_lit("differs"))
    )


@cache
def _nothing_lost() -> pl.Expr:
    return (pl.col("l_orig_id") == UNKNOWN) & (pl.col("l_signer") == UNKNOWN) | (pl.col("l_attestation") != "lost")


@cache
def _attestation() -> pl.Expr:
    """Attestations (A over B over C): the same, lowered by who signed anew, raised (which nobody should), or lost."""
    d, u = (pl.when(pl.col(name).is_in(_RANKED)).then(name) for name in ("d_attestation", "u_attestation"))
    return (
        pl.when(u.is_null())
        .then(_lit(UNKNOWN))
        .when(d.is_null())
        .then(_lit("lost"))
        .when(d == u)
        .then(_lit("same"))
        .when(d > u)
        .then(_lit("lowered"))
        .otherwise(_lit("raised"))
    )
