"""Blame: whether an upstream that has no record of a call was named falsely, or left its record out.

One call cannot tell. Who names innocents names many: most of its upstreams contradict it, each about as often. Who
leaves records out is contradicted by many below it that nobody else contradicts. So each of the two is judged by its
quarrels with others, and what they take on themselves there is what is expected of them here; a few rounds settle
that. What neither of them lets expect goes to the one whose other quarrels are the more uneven or the less known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.model.arrays import Floats, Int64s

LEAST_LOSS, MOST_LOSS = 0.002, 0.05
"""Share of rows that any carrier may lose, and the most that is taken for granted without a quarrel."""

GRACE = 1.5
"""Rows that any two neighbours may lack of each other: a single one makes no liar."""

FEW = 8.0
"""As how many statements the prior belief in a carrier counts."""

ALONE = 0.5
"""Quarrels to be expected of a carrier of which nothing else is known."""

NONE_BORNE_OUT = 10.0
"""Most by which it speaks for a false name that none of all the calls said to come from a carrier is in its records."""

ROUNDS = 20


@dataclass(frozen=True, slots=True)
class _Quarrels:
    """By pair: statements `said`, records `missing`, how many of these are `usual` losses and how many beyond them."""

    namer: Int64s
    named: Int64s
    said: Floats
    missing: Floats
    usual: Floats
    beyond: Floats


def named_falsely(clashes: pl.DataFrame, lost: Mapping[str, float]) -> dict[tuple[str, str], float]:
    """By (namer, named): the probability that an upstream without a record of a call was named falsely.

    `clashes` (CLASHES); `lost`: the share of rows that each carrier lacks.
    """
    rows = clashes.filter(pl.col("side") == "upstream").sort("namer", "named")
    if rows.is_empty():
        return {}
    quarrels = _quarrels(rows, lost)
    false = quarrels.beyond / 2
    for _ in range(ROUNDS):
        false = quarrels.beyond * _shares(quarrels, false)[0]
    share, expected = _shares(quarrels, false)
    # Where none is borne out beyond the usual, nothing was lost: the calls have one cause.
    expected = np.where((quarrels.missing >= quarrels.said) & (quarrels.beyond > 0), share, expected)
    found = quarrels.beyond * share + (quarrels.missing - quarrels.beyond) * expected
    told = np.where(quarrels.missing > 0, found / np.maximum(quarrels.missing, 1.0), expected)
    return {(row[0], row[1]): float(each) for row, each in zip(rows.select("namer", "named").rows(), told, strict=True)}


def _quarrels(rows: pl.DataFrame, lost: Mapping[str, float]) -> _Quarrels:
    said, missing = (rows[name].to_numpy().astype(np.float64) for name in ("said", "unconfirmed"))
    namer, named = (rows[name].rank("dense").to_numpy().astype(np.int64) - 1 for name in ("namer", "named"))
    loss = rows["named"].replace_strict(lost, default=LEAST_LOSS, return_dtype=pl.Float64).to_numpy()
    usual = np.minimum(loss, MOST_LOSS) * said
    beyond = np.clip(missing - usual - 2 * np.sqrt(usual) - GRACE, 0.0, None)
    return _Quarrels(namer, named, said, missing, usual, beyond)


def _shares(quarrels: _Quarrels, false: Floats) -> tuple[Floats, Floats]:
    """The share of false words in what is missing beyond the usual, and the share to expect of any missing record."""
    said, beyond = quarrels.said, quarrels.beyond
    elsewhere, unknown_namer = _false_elsewhere(said, false, quarrels.namer)
    rate, uneven, unknown_named = _left_out_elsewhere(said - false, beyond - false, quarrels.named)
    blamed = elsewhere + unknown_namer
    left_out = np.maximum(said - blamed, said - quarrels.missing) * rate + unknown_named
    explained = np.minimum(beyond, blamed + left_out)
    rest = (beyond - explained) * blamed / (blamed + uneven * said + unknown_named)
    even = (explained * blamed / (blamed + left_out) + rest) / np.maximum(beyond, 1e-9)
    odds = _none_borne_out(quarrels) * even / np.maximum(1 - even, 1e-9)
    return np.where(beyond > 0, odds / (1 + odds), 0.0), elsewhere / (elsewhere + left_out + quarrels.usual)


def _none_borne_out(quarrels: _Quarrels) -> Floats:
    """Odds for a false name from how many of a pair's calls are missing.

    Who leaves records out may leave out any share of them, so that all of n are missing once in n + 1 times; of an
    innocent neighbour that handed over nothing all are.
    """
    odds = np.clip((quarrels.missing + 1) / 2, 1.0, NONE_BORNE_OUT)
    return np.where(quarrels.missing >= quarrels.said, odds, 1.0)


def _false_elsewhere(said: Floats, false: Floats, namer: Int64s) -> tuple[Floats, Floats]:
    """How many false words each namer has of another of its upstreams on average, and what to expect where few are."""
    of_others = _sum(false, namer) - false
    count = _sum(np.ones_like(said), namer) - 1
    return of_others / np.maximum(count, 1.0), ALONE * FEW / (FEW + _sum(said, namer) - said)


def _left_out_elsewhere(true: Floats, left_out: Floats, named: Int64s) -> tuple[Floats, Floats, Floats]:
    """What share of others' calls each named carrier lacks, how uneven that is, and what to expect where few ask."""
    others = _sum(true, named) - true
    lacking = _sum(left_out, named) - left_out
    rate = lacking / np.maximum(others, 1.0)
    squares = left_out**2 / np.maximum(true, 1.0)
    spread = (_sum(squares, named) - squares) / np.maximum(others, 1.0) - rate**2
    # So much the rates differ by chance alone.
    by_chance = rate * (1 - rate) * (_sum(np.ones_like(true), named) - 1) / np.maximum(others, 1.0)
    uneven = np.sqrt(np.clip(spread - by_chance, 0.0, None))
    return (lacking + LEAST_LOSS * FEW) / (others + FEW), uneven, ALONE * FEW / (FEW + others)


def _sum(values: Floats, group: Int64s) -> Floats:
    """For each row the sum of its group."""
    return np.bincount(group, weights=values).astype(np.float64)[group]


def losses(clashes: pl.DataFrame) -> dict[str, float]:
    """The share of its rows that each carrier lacks, as most of its neighbours see it."""
    rates = clashes.with_columns(
        rate=(pl.col("unconfirmed") + FEW * LEAST_LOSS) / (pl.col("said") + FEW),
        weight=pl.col("said").clip(upper_bound=200),
    )
    # The weighted median: the first of a carrier's rates by which half of the weight is reached.
    ordered = rates.sort("named", "rate", "namer").with_columns(
        reached=pl.col("weight").cum_sum().over("named") >= pl.col("weight").sum().over("named") / 2
    )
    middle = ordered.filter("reached").group_by("named", maintain_order=True).agg(pl.col("rate").first())
    return {named: max(rate, LEAST_LOSS) for named, rate in middle.select("named", "rate").iter_rows()}
