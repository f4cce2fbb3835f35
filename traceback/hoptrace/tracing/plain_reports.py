"""How well plain calls match their reports, in sentences: `hoptrace.tracing.evidence.of_report` by columns."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.linking.beginnings import any_masked
from hoptrace.model.numbers import display_expr
from hoptrace.tracing import evidence
from hoptrace.tracing.chains import Floats
from hoptrace.tracing.choices import choice, texts
from hoptrace.tracing.decimals import tenths
from hoptrace.tracing.json_columns import escaped, line, worded

OF_THE_LOWEST = ("carrier", "calling", "sent_calling")
"""The columns of a chain's lowest record that are held against the report."""


def report_evidence(tails: pl.DataFrame, reports: pl.DataFrame, residual: Floats) -> pl.Series:
    """The evidence of the first hops as JSON.

    `tails`: OF_THE_LOWEST of each chain, `reports` (`plain_judging.REPORTS`) and `residual` of its call; all of one
    length.
    """
    known = tails.select(OF_THE_LOWEST).with_columns(
        reports["terminating"],
        r_calling=reports["calling"],
        end=escaped(reports["terminating"]),
        residual=residual,
        t_apart=tenths(pl.Series(np.abs(residual))),
    )
    when = choice(
        (pl.col("residual").abs() < evidence.SAME_MOMENT, pl.lit(evidence.AT_THE_MOMENT)),
        (pl.col("residual") < 0, pl.format("{} s after", "t_apart")),
        otherwise=pl.format("{} s before", "t_apart"),
    )
    known = known.with_columns(when=texts(known, [when])[0])
    lines = [
        line("called number", True, worded(evidence.SAME_NUMBER, carrier=pl.col("carrier"))),
        line("time", pl.col("residual").abs() < evidence.SAME_TIME, worded(evidence.BEGAN, when=pl.col("when"))),
        _callers(masked=any_masked(known, ["calling"])),
        line("terminating carrier", pl.col("terminating") == pl.col("carrier"), worded(evidence.NAMED_END, end=pl.col("end"))),
    ]
    return known.select(evidence=pl.concat_str(lines, separator=",", ignore_nulls=True)).to_series()


def _callers(*, masked: bool) -> pl.Expr:
    reported, seen = pl.col("r_calling"), pl.col("calling")
    same = (reported == seen) | (reported == pl.col("sent_calling")).fill_null(value=False)
    shown = {"reported": display_expr(reported, masked=False), "seen": display_expr(seen, masked=masked)}
    said = line("calling number", same, worded(evidence.CALLERS, carrier=pl.col("carrier"), **shown))
    return pl.when((reported > 0) & (seen != 0)).then(said)
