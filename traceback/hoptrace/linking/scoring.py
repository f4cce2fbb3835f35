"""The weight of evidence that two statements tell of the same handoff: a log likelihood ratio for each comparison.

Record linkage after Fellegi and Sunter (JASA 64, 1969): every comparison adds ln(P(seen | same) / P(seen | not)).
A pair is (d, u): `d` is the statement of the carrier downstream, `u` that of the carrier upstream. Natural logarithms.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce

import numpy as np
import polars as pl

from hoptrace.linking.beginnings import ids_begin_alike, weigh_beginnings
from hoptrace.linking.kinds import CHANGED, NEIGHBOURS, Kind
from hoptrace.linking.levels import LEVELS, levels_of
from hoptrace.linking.times import compare_answers, of_times
from hoptrace.linking.weights import SIGNATURE, Weights, weigh_levels
from hoptrace.model.arrays import Floats, Truths, UInt32s
from hoptrace.model.columns import Columns

REFUSED_BRANCH = -8.0
"""A refused attempt beyond a silent carrier is a branch of a call, not its way."""

COMPARISONS = ("time", "answer", *LEVELS, "naming", "number")
"""The names of the comparisons; the weight of each stands in the column `w_` + name."""

NAMING = {"direct": 0.0, "rewritten": -3.0, "bridged": 1.5, "forwarded": -2.0, "gap": -2.0, "conflict": 0.0}
"""Weight of a kind of pair, beside what its fields weigh."""

UNNAMED = -2.0
"""Where the lower record does not say who gave it the call, any carrier that hands calls to a silent one may have."""

LEAST_MEETINGS, SAME_MOMENT, MET_AGAIN = 3, 1.0, 4.0
"""Calls to two numbers that met so often, each with at least this weight of time, weigh so much as one call changed."""

LOST_ROW = -2.0
"""A carrier that has submitted records of that time seldom lacks the one row."""


def score(pairs: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """Pairs (columns `d_*`, `u_*`, `kind`) with a weight for each comparison and their sum, `weight`.

    And `scale` of `of_times`; `alike`: whether their Call-IDs begin alike; `meetings`: see `_meetings`; `answers`: see
    `compare_answers`; `left`: see `_left`.
    """
    columns = Columns(pairs)
    timed, alike = of_times(columns, weights.handed_on, weights.delays), ids_begin_alike(columns)
    meetings = _meetings(pairs, timed["w_time"])
    levelled = weigh_levels(pairs, levels_of(columns), ~columns.says_any("kind", NEIGHBOURS), weights)
    told = weigh_beginnings(pairs, alike, levelled)
    # A false record bears no signature; that speaks for no other call.
    false = columns.says("kind", Kind.CONFLICT)
    told |= {name: np.where(false, 0.0, told[name]) for name in SIGNATURE}
    told |= {"naming": _naming(columns), "number": _number(columns, meetings)}
    weighed = timed | {f"w_{name}": weight for name, weight in told.items()}
    weight = _sum([weighed[f"w_{name}"] for name in COMPARISONS])
    added = {**weighed, "weight": weight, "alike": alike, "meetings": meetings}
    added |= {"answers": compare_answers(columns), "left": _left(columns)}
    return pairs.hstack([pl.Series(name, column) for name, column in added.items()])


def _sum(weights: Sequence[Floats]) -> Floats:
    """The sum, always in this order: what is added otherwise differs in its last bit."""
    half = len(weights) // 2
    return reduce(np.add, weights[:half]) + reduce(np.add, weights[half:])


def _naming(columns: Columns) -> Floats:
    """Both name each other, or one does and the other does not know."""
    kinds = {kind: columns.says("kind", kind) for kind in Kind}
    direct, bridged = kinds[Kind.DIRECT] | kinds[Kind.REWRITTEN], kinds[Kind.BRIDGED]
    both = columns.equal("d_upstream", "u_carrier") & columns.equal("u_downstream", "d_carrier")
    unnamed = bridged & ~columns.known("d_upstream")
    told = np.where(direct, np.where(both, 5.0, 2.0), np.where(unnamed, UNNAMED, 0.0))
    for kind, holds in kinds.items():
        told += np.where(holds, NAMING[kind], 0.0)
    lost = (bridged | kinds[Kind.FORWARDED]) & columns.truths("d_upstream_covered")
    # A silent carrier may have tried several routes for one call; the refused ones must not take the call from the one
    # that went on. Where the carrier above says that the call failed, it was no branch that failed.
    refused = bridged & columns.says("d_outcome", "failed") & ~columns.known("d_downstream")
    refused &= ~columns.says("u_outcome", "failed")
    return told + np.where(lost, LOST_ROW, 0.0) + np.where(refused, REFUSED_BRANCH, 0.0)


def _left(columns: Columns) -> Truths:
    """Bridges to a record that failed from one which says that the call was answered: on another route of the carrier
    between them, which left this one."""
    failed, answered = columns.says("d_outcome", "failed"), columns.says("u_outcome", "answered")
    return columns.says("kind", Kind.BRIDGED) & failed & answered


def _number(columns: Columns, meetings: UInt32s) -> Floats:
    """The number that went out is the one that came in; a carrier that says it sent another speaks against it.

    Where nobody says that the number was changed, redials tell: again and again the two met at the same moments.
    """
    changed = columns.says_any("kind", CHANGED)
    elsewhere = columns.differ("u_sent", "d_called") & ~changed
    return np.where(elsewhere, -3.0, np.where(changed & (meetings >= LEAST_MEETINGS), MET_AGAIN, 0.0))


def _meetings(pairs: pl.DataFrame, timed: Floats) -> UInt32s:
    """How often calls to the one number of a pair went in when calls to the other came out, by the weight of its time.

    0 where the number did not change on the way, as it seldom does.
    """
    if not any((pairs["kind"] == kind).any() for kind in CHANGED):
        return np.zeros(pairs.height, np.uint32)
    changed = pairs.with_columns(w_time=timed).filter(pl.col("kind").is_in(CHANGED))
    told = changed.select("call", "d_sid", "u_sid", meetings=_met())
    joined = pairs.join(told, on=["call", "d_sid", "u_sid"], how="left", maintain_order="left")
    return joined.select(pl.col("meetings").fill_null(0)).to_series().to_numpy()


@cache
def _met() -> pl.Expr:
    """The same of pairs that are all of such kinds, each statement counted once."""
    one_to_one = ("call", "kind", "d_sid"), ("call", "kind", "u_sid")
    nearest = pl.all_horizontal(pl.col("w_time") == pl.col("w_time").max().over(side) for side in one_to_one)
    ways = ("call", "kind", "u_carrier", "d_carrier", "u_sent", "d_called")
    return (nearest & (pl.col("w_time") >= SAME_MOMENT)).sum().over(ways)
