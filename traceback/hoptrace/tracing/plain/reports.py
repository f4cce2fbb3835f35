"""How well plain calls match their reports, in sentences: `hoptrace.tracing.evidence.of_report` by columns."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.linking.beginnings import any_masked
from hoptrace.model.arrays import Floats
from hoptrace.model.numbers import display_expr
from hoptrace.tracing import evidence
from hoptrace.tracing.choices import choice, chosen, said
from hoptrace.tracing.decimals import tenths
from hoptrace.tracing.json_columns import Piece, escaped, joined, line, worded
from hoptrace.tracing.terms import column

OF_THE_LOWEST = ("carrier", "downstream", "calling", "sent_calling")
"""The columns of a chain's lowest record that are held against the report."""


def with_report(tails: pl.DataFrame, reports: pl.DataFrame, residual: Floats) -> pl.DataFrame:
    """The lowest records of chains (with OF_THE_LOWEST) with what their match is told of by `pieces_in_json`.

    `reports` (`answers.MEANT`) and `residual` of the call of each.
    """
    apart = residual + reports["late"].to_numpy()
    known = tails.with_columns(
        reports.select("terminating", "late", "close"),
        r_calling=reports["calling"],
        end=escaped(reports["terminating"]),
        residual=residual,
        apart=apart,
        t_apart=tenths(pl.Series(np.abs(apart))),
    )
    when = choice(
        (abs(column("apart")) < evidence.SAME_MOMENT, [evidence.AT_THE_MOMENT]),
        (column("apart") < 0, said("{} s after", "t_apart")),
        otherwise=said("{} s before", "t_apart"),
    )
    return known.with_columns(when=chosen(known, [when])[0].expr)


def pieces_in_json(known: pl.DataFrame) -> list[Piece]:
    """The evidence of the match with the report, in pieces of JSON."""
    there = pl.coalesce("downstream", "carrier")
    named = line("terminating carrier", pl.col("terminating") == there, worded(evidence.NAMED_END, end=pl.col("end")))
    close = pl.col("residual").abs() < pl.max_horizontal(evidence.SAME_TIME, "close")
    told: list[Piece] = [
        joined(line("called number", True, worded(evidence.SAME_NUMBER, carrier=pl.col("carrier")))),
        ",",
        joined(line("time", close, _began(known["late"]))),
        joined([",", *_callers(masked=any_masked(known, ["calling"]))]),
        joined([",", *named]),
    ]
    return [piece if place < 3 or isinstance(piece, str) else piece.fill_null("") for place, piece in enumerate(told)]


def _began(late: pl.Series) -> list[Piece]:
    """When calls began, and how late reports of them are on average where that is known."""
    told = worded(evidence.BEGAN, when=pl.col("when"))
    every: list[float] = late.unique().to_list()
    if every == [0.0]:
        return told
    return [*told, pl.col("late").replace_strict(every, [evidence.as_a_rule(each) for each in every])]


def _callers(*, masked: bool) -> list[Piece]:
    """The callers of report and record; null where either is not told."""
    reported, seen = pl.col("r_calling"), pl.col("calling")
    same = (reported == seen) | (reported == pl.col("sent_calling")).fill_null(value=False)
    told = pl.when((reported > 0) & (seen != 0)).then(display_expr(reported, masked=False))
    shown = {"reported": told, "seen": display_expr(seen, masked=masked)}
    return line("calling number", same, worded(evidence.CALLERS, carrier=pl.col("carrier"), **shown))
