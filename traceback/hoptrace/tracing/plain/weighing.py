"""The weighing of plain calls by columns: the rules of `hoptrace.tracing.weighing` for calls of one chain or a few."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.beginnings import FITS, FITS_NOT, any_masked
from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.model.number_masks import MASKED_BELOW, fits_mask
from hoptrace.model.numbers import WITHHELD_KEY
from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.chains.building import Chains
from hoptrace.tracing.chains.trails import ChainTrails
from hoptrace.tracing.judging import NOT_THE_CALL
from hoptrace.tracing.moment import RANG
from hoptrace.tracing.plain.answers import Batch
from hoptrace.tracing.weighing import (
    AT_THE_END,
    ELSEWHERE,
    NOT_WITHHELD,
    OTHER_CALLS_WITHIN,
    OUTCOME_WEIGHT,
    SAME_CALLER,
    WITHHELD_TOO,
    lost_rows,
)


class TrailsWeighed(NamedTuple):
    """Trails as reported calls: `looks` of caller and `end`, the whole `weight`, and whether it is enough to be one.

    `delivered`: the lowest record handed the call to a carrier without one. `here`: it says that its carrier delivered
    it. `in_vain`: it only tells that its carrier did not put the call through, whereas another one is reported as its
    end, and the call came to it over a carrier without a record, so that the trail may begin further up. `strange`: it
    has another caller than the report.
    """

    looks: Floats
    end: Floats
    weight: Floats
    found: Truths
    delivered: Truths
    here: Truths
    in_vain: Truths
    strange: Truths


def weighed_trails(batch: Batch, chains: Chains, members: pl.DataFrame, trails: ChainTrails) -> TrailsWeighed:
    """Each trail as the reported call: what its lowest record says, beside the report."""
    tails = members.select("carrier", "downstream", "handed_on", "calling", "sent_calling", "outcome")[chains.first]
    reports = batch.reports.select("terminating", r_calling="calling")[chains.calls]
    outcome = pl.col("outcome").replace_strict(OUTCOME_WEIGHT, default=0.0, return_dtype=pl.Float64)
    named, last = pl.col("terminating"), pl.coalesce("downstream", "carrier")
    end = pl.when(named.is_null()).then(0.0).when(named == last).then(AT_THE_END).otherwise(ELSEWHERE)
    caller = _caller_weight(batch.around, masked=any_masked(tails, ["calling"]))
    nowhere = pl.col("downstream").is_null() & pl.col("outcome").ne_missing("answered")
    in_vain = nowhere & named.ne(pl.col("carrier")).fill_null(value=False) & pl.col("bridged")
    here = (
        pl.col("downstream").is_null()
        & ~pl.col("handed_on")
        & pl.col("outcome").is_in(list(RANG)).fill_null(value=False)
    )
    frame = (
        tails.hstack(reports)
        .with_columns(bridged=chains.bridged)
        .select(looks=caller + end, end=end, outcome=outcome, in_vain=in_vain, here=here, strange=caller < NOT_WITHHELD)
    )
    looks = frame["looks"].to_numpy()
    weight = trails.timed.weight + looks + frame["outcome"].to_numpy()
    told = (tails["downstream"].is_not_null(), *frame.select("here", "in_vain", "strange"))
    return TrailsWeighed(
        looks, frame["end"].to_numpy(), weight, weight > NOT_THE_CALL, *(each.to_numpy() for each in told)
    )


def none_of_them(batch: Batch, calls: Int64s, told: TrailsWeighed, begin: Int64s) -> Floats:
    """How likely it is, beside the trails, that no record is of the call (`weighing.unrecorded`)."""
    ends: list[str | None] = batch.reports["terminating"].gather(calls).to_list()
    here: list[bool] = np.logical_or.reduceat(told.found & told.here, begin).tolist()
    known: dict[tuple[float, bool], float] = {}
    lost: list[float] = []
    numbers: list[int] = calls.tolist()
    for call, end, delivers in zip(numbers, ends, here, strict=True):
        coverage = batch.coverage[call]
        key = coverage.taking_part, delivers if end is None else end in coverage.covered
        if key not in known:
            known[key] = lost_rows(key[0], on_file=key[1])
        lost.append(known[key])
    share = np.array(lost)
    often = np.add.reduceat(np.where(told.found, np.exp(np.maximum(np.maximum(told.looks, told.end), 0.0)), 0.0), begin)
    return share / (1 - share) * (often / OTHER_CALLS_WITHIN)


def _caller_weight(around: Surroundings, *, masked: bool) -> pl.Expr:
    """`hoptrace.tracing.weighing.caller_weight` by columns."""
    reported, seen, sent = pl.col("r_calling"), pl.col("calling"), pl.col("sent_calling")
    withheld = pl.when(seen == WITHHELD_KEY).then(WITHHELD_TOO).otherwise(NOT_WITHHELD)
    may_be = pl.when(fits_mask(seen, reported)).then(FITS).otherwise(FITS_NOT) if masked else pl.lit(FITS_NOT)
    same = (reported == seen) | (reported == sent).fill_null(value=False)
    return (
        pl.when(reported.is_null() | seen.is_null())
        .then(0.0)
        .when(reported == WITHHELD_KEY)
        .then(withheld)
        .when(seen < MASKED_BELOW)
        .then(may_be)
        .otherwise(pl.when(same).then(SAME_CALLER).otherwise(around.caller_changed))
    )
