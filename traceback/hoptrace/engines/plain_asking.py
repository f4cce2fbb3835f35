"""What more is asked of the lake for plain calls: those for which anything comes to light are judged by themselves."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from hoptrace.engines.callers import ASKED, CALLERS_WINDOW, NOT_VOUCHED_FOR
from hoptrace.engines.ground import Ground
from hoptrace.engines.renumbered import found_above, found_below, questions_above, questions_below
from hoptrace.tracing.plain.answers import CUSTOMER, Batch
from hoptrace.tracing.plain.calls import Linked, Plain
from hoptrace.tracing.trails import FEW, HALF
from hoptrace.tracing.weighing import hardly_on_file, lost_rows


def not_renumbered(plain: Plain, batch: Batch, linked: Linked, wanted: pl.DataFrame, ground: Ground) -> Plain:
    """Plain calls but those that may have come or gone on under numbers not yet looked for (`wanted`)."""
    calls, members, open_ = plain.chains.calls, linked.members, plain.answers.open
    above = questions_above(members[plain.chains.last[open_]].with_columns(call=calls[open_]))
    handed = np.flatnonzero(plain.answers.delivered)
    ends = batch.reports["terminating"].gather(calls[handed])
    first = members[plain.chains.first[handed]].with_columns(ends, call=calls[handed])
    below = questions_below(first, batch.coverage)
    found = pl.concat([found_above(above, ground), found_below(below, ground)])
    new = found.join(wanted, on=["call", "key"], how="anti")
    return plain.without(set(new["call"]))


def asked_of_plain(plain: Plain, batch: Batch, linked: Linked) -> pl.DataFrame:
    """What is asked of the callers of plain calls that a carrier without records delivered, as rows of ASKED.

    The same as of calls judged one by one (`hoptrace.engines.callers.asked_of`).
    """
    told = _told(plain, batch, linked)
    anyone = pl.col("terminating").is_null() & pl.col("attestation").is_in(NOT_VOUCHED_FOR).fill_null(value=False)
    asked = told.filter((pl.col("calling") >= 0) & (pl.col("placed") | pl.col("upstream").is_not_null()))
    return asked.select(
        "call",
        "at",
        "end",
        "fits",
        "detached",
        "lost",
        "few",
        window=pl.lit(CALLERS_WINDOW),
        key="calling",
        origin="carrier",
        source=pl.when(~pl.col("placed")).then("upstream"),
        customer=pl.when("placed").then("customer"),
        number="called",
        tied=pl.when(pl.col("terminating").is_not_null()).then(pl.col("terminating") == pl.col("end")),
        open=pl.col("few") & pl.col("placed") & anyone,
    ).select(ASKED.names())


def _told(plain: Plain, batch: Batch, linked: Linked) -> pl.DataFrame:
    """For each call that a carrier without records delivered: its report, furthest statement, and how it fits them."""
    answers, chains = plain.answers, plain.chains
    some = np.flatnonzero(answers.delivered)
    calls: list[int] = chains.calls[some].tolist()
    tops = linked.members.select("call", "carrier", "customer", "upstream", "calling", "attestation")[chains.last[some]]
    reports = batch.reports.select("at", "called", "terminating")[chains.calls[some]]
    leaps, share = chains.leaps[some] > 1, np.array([batch.coverage[call].taking_part for call in calls])
    unnamed, lone = reports["terminating"].is_null().to_numpy(), np.diff(chains.begin)[some] == 1
    nowhere = (unnamed & leaps & (share < HALF)) | ((unnamed & lone | leaps) & (share < FEW))
    return tops.hstack(reports).with_columns(
        end=linked.members["downstream"].gather(chains.first[some]),
        # As for one call: NumPy's exponential may differ in the last place.
        fits=pl.Series([math.exp(weight) for weight in answers.weight[some].tolist()], dtype=pl.Float64),
        detached=nowhere,
        lost=pl.Series([lost_rows(each, on_file=False) for each in share.tolist()], dtype=pl.Float64),
        few=pl.Series([hardly_on_file(each) for each in share.tolist()], dtype=pl.Boolean),
        placed=answers.endings[some] == CUSTOMER,
    )
