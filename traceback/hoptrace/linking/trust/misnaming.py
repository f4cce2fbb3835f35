"""Misnaming: how often a carrier names its upstream falsely, told by its other quarrels and by caller ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from hoptrace.linking.trust.blame import named_falsely
from hoptrace.linking.trust.caller_odds import CallerOdds

FEW_WORDS = 2.0
"""As how many words borne out the prior belief in a carrier's word of its upstreams counts."""


def untrue_words(clashes: pl.DataFrame, holes: pl.DataFrame, lost: Mapping[str, float]) -> dict[tuple[str, str], float]:
    """`untrue` of Trust: who lies is told by what is missing beside the holes, whose calls had another cause."""
    counts = ("said", "unconfirmed")
    of_holes = holes.rename({name: f"{name}_hole" for name in counts})
    joined = clashes.join(of_holes, on=["namer", "named", "side"], how="left")
    beside = joined.with_columns(pl.col(name) - pl.col(f"{name}_hole").fill_null(0) for name in counts)
    told = named_falsely(beside.filter(pl.col("said") > 0), lost)
    shares = beside.join(clashes, on=["namer", "named", "side"], suffix="_all").filter(pl.col("side") == "upstream")
    share = (
        pl.when(pl.col("unconfirmed_all") > 0).then(pl.col("unconfirmed") / pl.col("unconfirmed_all")).otherwise(1.0)
    )
    rows = shares.select("namer", "named", share).rows()
    return {(namer, named): told.get((namer, named), 0.0) * part for namer, named, part in rows}


def borne_out_by_callers(untrue: Mapping[tuple[str, str], float], odds: CallerOdds) -> dict[tuple[str, str], float]:
    """`untrue` of Trust, where the caller ids of the missing calls speak for the one that names the other.

    Who blames another does so for its own customers' calls. Where two liars quarrel their other quarrels leave it even;
    that the missing calls bear none of the caller ids that the namer's customers show then says whose calls they are.
    """
    return {
        pair: min(known, odds.share(pair[0], pair[1:], known, FEW_WORDS)) if pair in odds.counted else known
        for pair, known in untrue.items()
    }


def misnaming(
    clashes: pl.DataFrame, untrue: Mapping[tuple[str, str], float]
) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """The shares `misnames` and `misnamed` of Trust: what a carrier does to some upstreams it does to the others."""
    said: dict[str, int] = {}
    false: dict[str, float] = {}
    pairs = clashes.filter(pl.col("side") == "upstream").select("namer", "named", "said", "unconfirmed").rows()
    for namer, named, words, missing in pairs:
        said[namer] = said.get(namer, 0) + words
        false[namer] = false.get(namer, 0.0) + missing * untrue[namer, named]
    by_namer = {namer: false[namer] / (said[namer] + FEW_WORDS) for namer in said}
    by_pair = {
        (namer, named): (missing * untrue[namer, named] + FEW_WORDS * by_namer[namer]) / (words + FEW_WORDS)
        for namer, named, words, missing in pairs
    }
    return by_namer, by_pair


def misnaming_silent(
    odds: CallerOdds, misnames: Mapping[str, float], with_records: Iterable[tuple[str, str]]
) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """The shares `misnames` and `misnamed` of carriers without records, told by the caller ids of their calls.

    Who blames carriers with records may tell the truth of those without: calls that only pass through it bear other
    caller ids than its customers' own.
    """
    silent = sorted(odds.counted.keys() - set(with_records))
    by_namer: dict[str, list[str]] = {}
    for namer, named in silent:
        by_namer.setdefault(namer, []).append(named)
    of_all: dict[str, float] = {}
    of_each: dict[tuple[str, str], float] = {}
    for namer, named in by_namer.items():
        # Customers with several carriers show their numbers over each: that alone makes nobody a liar.
        known = misnames.get(namer, 0.0)
        of_all[namer] = min(known, odds.share(namer, named, known, FEW_WORDS))
        for each in named:
            of_each[namer, each] = min(of_all[namer], odds.share(namer, [each], of_all[namer], FEW_WORDS))
    return of_all, of_each
