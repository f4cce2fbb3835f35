"""Pairs that can be chosen or contradict at all, and leaps that no call makes, for a whole batch at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import polars as pl

from hoptrace.linking.assignment import CONFLICT_WEIGHT
from hoptrace.linking.kinds import Kind
from hoptrace.model.arrays import Truths
from hoptrace.model.columns import Columns
from hoptrace.model.frames import rows_at
from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.endings import doubted
from hoptrace.tracing.settling import MOST_LENT, WORTH_LENDING

WAY = ("d_carrier", "d_upstream", "u_downstream", "u_carrier")
"""The carriers that a leap leads over, from the lower end."""

OF_A_PAIR = (
    *("call", "row", "kind", "weight", "w_time", "answers", "left", "u_slow", "d_sid", "u_sid", "d_upstream"),
    *("d_carrier", "d_called", "u_carrier", "u_upstream", "u_downstream", "u_customer"),
    *(f"{side}_{name}" for side in ("d", "u") for name in ("setup", "tick", "spread")),
)
"""The columns of pairs by which calls are settled, and those that tell whether a pair may count."""

Ends = Callable[[pl.Series], pl.Series]
"""The carriers that reports name as the ends of calls, of each call's number."""


def pairs_that_count(pairs: pl.DataFrame, ends: Ends, around: Surroundings) -> pl.DataFrame:
    """The scored pairs (`hoptrace.linking.scoring.score`) by which calls are settled, with the columns OF_A_PAIR."""
    told = pairs[list(OF_A_PAIR)]
    return _without_astray(rows_at(told, np.flatnonzero(_may_count(Columns(told)))), ends, around)


def _may_count(columns: Columns) -> Truths:
    """Whether a pair can be chosen or contradict at all: its evidence is for it, or would be with a lent time."""
    weight = columns.floats("weight")
    lendable = _lendable(columns, "d") | _lendable(columns, "u")
    return (weight > 0) | (lendable & (weight - columns.floats("w_time") + MOST_LENT > 0))


def _lendable(columns: Columns, side: str) -> Truths:
    """Whether a statement tells no time of its arrival, or so coarse a one that another's is worth more."""
    coarse = columns.floats(f"{side}_tick") / 2 + columns.floats(f"{side}_spread") >= WORTH_LENDING
    return ~columns.known(f"{side}_setup") | coarse


def _without_astray(pairs: pl.DataFrame, ends: Ends, around: Surroundings) -> pl.DataFrame:
    """Pairs but the leaps that lead on from where the call ended, join two from one carrier, or go abroad and back.

    And those that lead to a customer of whom only a carrier tells that is not believed of it: such a record may be made
    up on the model of the very call that the leap would join it to. A bridge over a carrier that both records name is
    none of these: it may rest on more than numbers and time.
    """
    rests = _rests_on_numbers(Columns(pairs))
    if not rests.any():
        return pairs
    leaps = pl.Series(rests)
    told = pairs.filter(leaps).select("call", "u_sid", "d_called", "u_upstream", "u_customer", *WAY)
    told = told.with_columns(terminating=ends(told["call"]), made_up=_made_up(told, around) & ~_claimed(told, pairs))
    # Where a record names nobody the way leads straight on.
    way = told.select("terminating", *(pl.coalesce(reversed(WAY[: at + 1])) for at in range(len(WAY))))
    abroad = {f"{name}_foreign": _foreign(way[:, at], around) for at, name in enumerate(("terminating", *WAY))}
    at_home = {number: around.at_home(number) for number in told["d_called"].unique().to_list()}
    told = told.with_columns(at_home=pl.col("d_called").replace_strict(at_home, return_dtype=pl.Boolean), **abroad)
    return pairs.filter(~leaps.scatter(leaps.arg_true(), told.select(_astray()).to_series()))


def _rests_on_numbers(columns: Columns) -> Truths:
    unnamed = columns.says("kind", Kind.BRIDGED) & ~columns.known("d_upstream")
    return columns.says("kind", Kind.GAP) | unnamed


@cache
def _astray() -> pl.Expr:
    ended = pl.col("u_downstream") == pl.col("terminating")
    one = pl.col("d_upstream") == pl.col("u_upstream")
    back = [pl.col(f"{lower}_foreign") & ~pl.col(f"{upper}_foreign") for lower, upper in pairwise(WAY)]
    by_number = ~pl.col("d_carrier_foreign") | pl.col("at_home")
    home = pl.when(pl.col("terminating").is_not_null()).then(~pl.col("terminating_foreign")).otherwise(by_number)
    astray = ended.fill_null(value=False) | one.fill_null(value=False) | (pl.any_horizontal(back) & home)
    return astray | pl.col("made_up")


def _made_up(told: pl.DataFrame, around: Surroundings) -> pl.Series:
    """Whether the upper record is of a customer that its carrier alone tells of, which is not believed of it."""
    placed = told.select("u_carrier", "u_customer").rows()
    known = {one: one[1] is not None and doubted(around.trust, *one, borne_out=False) for one in set(placed)}
    return pl.Series([known[one] for one in placed], dtype=pl.Boolean)


def _claimed(told: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    """Whether another carrier says that it handed the upper record's call there: it is claimed then, not made up."""
    against = pairs.filter((pl.col("kind") == Kind.CONFLICT) & (pl.col("weight") >= CONFLICT_WEIGHT))
    known = against.select("call", claimed=pl.lit(value=True), u_sid="d_sid").unique()
    found = told.select("call", "u_sid").join(known, on=["call", "u_sid"], how="left", maintain_order="left")
    return found["claimed"].fill_null(value=False)


def _foreign(names: pl.Series, around: Surroundings) -> pl.Series:
    known = {name: around.foreign(name) for name in names.unique().to_list() if name is not None}
    told = names.replace_strict(known, default=False, return_dtype=pl.Boolean) if known else names.is_not_null()
    return told.fill_null(value=False)
