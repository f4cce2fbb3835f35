"""Claiming: how often a carrier's word of its own customers is false, and how often it makes calls up."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hoptrace.linking.trust.blame import FEW, LEAST_LOSS

LEAST_CAUGHT = 2.0
"""False claims from which a carrier's word of its customers is weighed against others'."""

ROUNDS = 10

MOST_COUNTED = 10
"""Quarrels with one neighbour, and caller ids, that tell of a carrier: more have the same cause and tell no more."""

ALONE = 1.0
"""As how many quarrels with others the prior belief counts that either side of a quarrel may be its cause."""


def who_invents(claims: pl.DataFrame, claimed: pl.DataFrame) -> dict[tuple[str, str], float]:
    """By (upstream, claimant): who of the two has this quarrel with others as well, or with its own other words.

    A quarrel that is laid at another's door does not count against a carrier; a few rounds settle that. Whom several
    neighbours contradict is the cause, and not who has the more traffic with a single one. Caller ids (CLAIMED) that
    the claimant shows in other calls over that upstream, more than its customers show, count as quarrels of its own.
    """
    counted = pl.col("quarrels").clip(upper_bound=MOST_COUNTED)
    at, away = counted * pl.col("share"), counted * (1 - pl.col("share"))
    rows = claims.join(claimed, on=["upstream", "claimant"], how="left").with_columns(share=pl.lit(0.5))
    through = (pl.col("through") - pl.col("own")).fill_null(0).clip(-MOST_COUNTED, MOST_COUNTED)
    for _ in range(ROUNDS):
        by_claimant = at.sum().over("claimant") - at + through.clip(lower_bound=0)
        by_upstream = away.sum().over("upstream") - away - through.clip(upper_bound=0)
        rows = rows.with_columns(share=(by_claimant + ALONE) / (by_claimant + by_upstream + 2 * ALONE))
    told = rows.select("upstream", "claimant", "share").sort("upstream", "claimant")
    return {(upstream, claimant): value for upstream, claimant, value in told.rows()}


def claimed_calls(claims: pl.DataFrame, invents: Mapping[tuple[str, str], float]) -> pl.DataFrame:
    """By (namer, named): calls that the one handed on and the other claims for its own customers."""
    rows = [(u, c, quarrels * invents[u, c]) for u, c, quarrels in claims.rows()]
    return pl.DataFrame(rows, schema={"namer": pl.String, "named": pl.String, "claimed": pl.Float64}, orient="row")


def made_up_calls(clashes: pl.DataFrame, lost: Mapping[str, float], claimed: pl.DataFrame) -> dict[str, float]:
    """By carrier: the share of its handoffs to neighbours with records that they have nothing of, beyond their losses.

    What a neighbour claims for its own customers does not count against the carrier above it.
    """
    down = clashes.filter(pl.col("side") == "downstream").join(claimed, on=["namer", "named"], how="left")
    if down.is_empty():
        return {}
    loss = pl.col("named").replace_strict(lost, default=LEAST_LOSS, return_dtype=pl.Float64)
    missing = pl.col("unconfirmed") - pl.col("claimed").fill_null(0.0)
    excess = (missing - 2 * loss * pl.col("said") - 1).clip(0.0)
    told = down.group_by("namer").agg(excess=excess.sum(), said=pl.col("said").sum()).sort("namer")
    share = pl.col("excess") / (pl.col("said") + FEW)
    return dict(told.select("namer", share).filter(pl.col("excess") > 0).iter_rows())


def doubts(claims: pl.DataFrame, invents: Mapping[tuple[str, str], float], traffic: pl.DataFrame) -> dict[str, float]:
    """By carrier: how likely a claim of an own customer is false that no neighbour contradicts.

    A carrier that claims some of the calls of neighbours with records for its own does so with those of the others too.
    """
    false: dict[str, float] = {}
    for upstream, claimant, quarrels in claims.rows():
        false[claimant] = false.get(claimant, 0.0) + quarrels * invents[upstream, claimant]
    found: dict[str, float] = {}
    for carrier, own, seen, unseen in traffic.rows():
        caught = false.get(carrier, 0.0)
        if caught < LEAST_CAUGHT:
            continue
        rate = caught / (caught + seen + FEW)
        uncaught = unseen * rate / (1 - rate) + 1
        found[carrier] = min(1.0, uncaught / max(own - caught, uncaught))
    return found
