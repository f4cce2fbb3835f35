"""Leaps that no call makes, by columns: the rules of `hoptrace.tracing.kernel` for leaps over two carriers."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from hoptrace.linking.scoring import Kind
from hoptrace.tracing.case import Surroundings

WAY = ("d_carrier", "d_upstream", "u_downstream", "u_carrier")
"""The carriers that a leap leads over, from the lower end."""


def without_astray(pairs: pl.DataFrame, reports: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """Pairs but the leaps that lead on from where the call ended, join two from one carrier, or go abroad and back.

    Leaps from a record that names nobody stay as they are. `reports`: `hoptrace.tracing.plain_judging.REPORTS`.
    """
    gap = (pairs["kind"] == Kind.GAP) & pairs["u_downstream"].is_not_null()
    if not gap.any():
        return pairs
    told = pairs.filter(gap).select("call", "d_called", "u_upstream", *WAY)
    told = told.with_columns(reports["terminating"].gather(told["call"]))
    foreign = {name: _foreign(told[name], around) for name in (*WAY, "terminating")}
    at_home = {number: around.at_home(number) for number in told["d_called"].unique().to_list()}
    told = told.with_columns(
        at_home=pl.col("d_called").replace_strict(at_home, return_dtype=pl.Boolean),
        **{f"{name}_foreign": abroad for name, abroad in foreign.items()},
    )
    return pairs.filter(~gap.scatter(gap.arg_true(), told.select(_astray()).to_series()))


def _astray() -> pl.Expr:
    ended = pl.col("u_downstream") == pl.col("terminating")
    one = pl.col("d_upstream") == pl.col("u_upstream")
    back = [pl.col(f"{lower}_foreign") & ~pl.col(f"{upper}_foreign") for lower, upper in pairwise(WAY)]
    by_number = ~pl.col("d_carrier_foreign") | pl.col("at_home")
    home = pl.when(pl.col("terminating").is_not_null()).then(~pl.col("terminating_foreign")).otherwise(by_number)
    return ended.fill_null(value=False) | one.fill_null(value=False) | (pl.any_horizontal(back) & home)


def _foreign(names: pl.Series, around: Surroundings) -> pl.Series:
    known = {name: around.foreign(name) for name in names.unique().to_list() if name is not None}
    told = names.replace_strict(known, default=False, return_dtype=pl.Boolean) if known else names.is_not_null()
    return told.fill_null(value=False)
