"""The judgement of plain calls by columns: the rules of `hoptrace.tracing.judging` for calls of one chain or a few."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.beginnings import FITS, FITS_NOT, any_masked
from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.model.number_masks import MASKED_BELOW, fits_mask
from hoptrace.model.numbers import WITHHELD_KEY
from hoptrace.tracing.alike import near_all
from hoptrace.tracing.calibration import calibrated_all
from hoptrace.tracing.case import Coverage, Reported, Surroundings
from hoptrace.tracing.chain_trails import ChainTrails
from hoptrace.tracing.chains import Chains
from hoptrace.tracing.endings import beyond
from hoptrace.tracing.judging import NOT_THE_CALL, WORTH_TELLING
from hoptrace.tracing.moment import RANG
from hoptrace.tracing.results import NOT_FOUND, VERDICTS, Floors
from hoptrace.tracing.trail import NAMED_ABOVE, Ending
from hoptrace.tracing.weighing import (
    AT_THE_END,
    ELSEWHERE,
    FAR_OFF,
    NOT_WITHHELD,
    OTHER_CALLS_WITHIN,
    OUTCOME_WEIGHT,
    SAME_CALLER,
    WITHHELD_TOO,
    hardly_on_file,
    lost_rows,
)

ENDINGS = (
    Ending.CUSTOMER,
    Ending.ENTRY,
    Ending.SILENT,
    Ending.LACKING,
    Ending.CONTRADICTED,
    Ending.MISNAMED,
)
"""How plain calls end; their codes are the places here."""

CUSTOMER = ENDINGS.index(Ending.CUSTOMER)
NAMED = np.array([ending in NAMED_ABOVE for ending in ENDINGS])
"""Whether the path goes on to the carrier that the furthest record names."""

REPORTS = pl.Schema({"at": pl.Float64, "called": pl.Int64, "calling": pl.Int64, "terminating": pl.String})
"""Reported calls, as `hoptrace.tracing.case.Reported`."""

OF_AN_END = ("carrier", "customer", "upstream")
"""What tells how a chain ends: at which record, with whose customer or at whom."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What calls are judged by: `reports` (REPORTS), call n in row n, and the `coverage` of each in their order."""

    reports: pl.DataFrame
    coverage: Sequence[Coverage]
    around: Surroundings
    floors: Floors


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of plain calls, an entry each: which of ENDINGS, how sure, and seconds from its time to the report's.

    `confidence` is not yet rounded as it is published. `fits`: the density (1/s) of the report. `delivered`: by a
    carrier without records, to which the lowest record says that it handed the call.
    """

    endings: Int64s
    confidence: Floats
    residual: Floats
    fits: Floats
    delivered: Truths

    @classmethod
    def nothing(cls) -> Answers:
        """No answers."""
        none = np.zeros(0)
        return cls(none.astype(np.int64), none, none, none, none.astype(np.bool_))

    def of(self, kept: Truths | Int64s) -> Answers:
        """Those that are `kept`."""
        endings, delivered = self.endings[kept], self.delivered[kept]
        return Answers(endings, self.confidence[kept], self.residual[kept], self.fits[kept], delivered)

    @property
    def open(self) -> Int64s:
        """The places of those that end at no customer."""
        return np.flatnonzero(self.endings != CUSTOMER)


def reports_of(reported: Iterable[Reported]) -> pl.DataFrame:
    """Reported calls as rows of REPORTS."""
    every = list(reported)
    return pl.DataFrame({name: [getattr(one, name) for one in every] for name in REPORTS}, schema=REPORTS)


class _Weighed(NamedTuple):
    """Trails as reported calls: `looks` of caller and end, the whole `weight`, and whether it is enough to be one.

    `delivered`: the lowest record handed the call to a carrier without one. `here`: it says that its carrier delivered
    it. `in_vain`: it only tells that its carrier did not put the call through, whereas another one is reported as its
    end, and the call came to it over a carrier without a record, so that the trail may begin further up. `strange`: it
    has another caller than the report.
    """

    looks: Floats
    weight: Floats
    found: Truths
    delivered: Truths
    here: Truths
    in_vain: Truths
    strange: Truths


def judged(batch: Batch, chains: Chains, members: pl.DataFrame, trails: ChainTrails) -> tuple[Truths, Answers]:
    """Which chains are plain calls, and the answers of these.

    All others are left open by the floors, may not be what the report means, or end in another way.
    """
    if not len(chains.calls):
        return np.zeros(0, np.bool_), Answers.nothing()
    begin = np.flatnonzero(np.diff(chains.calls, prepend=-1))
    amount = np.diff(np.append(begin, len(chains.calls)))
    told = _weighed(batch, chains, members, trails)
    tops = members.select(OF_AN_END)[chains.last]
    likely = np.where(told.found, np.exp(told.weight), 0.0)
    other = _other(batch, chains.calls[begin], told, begin)
    best = _best(told, begin, amount)
    ends = _Ends(_endings(batch, chains.calls, tops), tops, np.repeat(best, amount), np.diff(chains.begin) == 1)
    mine = ends.same_answer() * likely
    sound = np.logical_or.reduceat(told.found, begin)
    total = np.where(sound, np.add.reduceat(likely, begin) + other, 1.0)
    certain = np.add.reduceat(mine, begin) / total * trails.sure[best]
    open_ = _near(trails, told, ends.best, batch.around.close) | ends.may_matter(told) | told.in_vain
    sound &= ~np.logical_or.reduceat(open_, begin)
    endings = ends.codes[best]
    inferred = chains.leaps[best] > 1
    confidence = _calibrated(np.where(sound, certain, 0.0), endings, inferred)
    sound &= _settled(batch.floors, confidence, endings, (likely[best], other, total))
    few = _hardly_on_file(batch, chains.calls[begin])
    times = np.where(endings != CUSTOMER, FAR_OFF, np.where(few, 1.0, np.inf))
    off = trails.timed.apart[best] > times * batch.around.close
    sound &= ~(told.delivered[best] & (off | (told.strange[best] & few)))
    kept = np.zeros(len(chains.calls), np.bool_)
    kept[best[sound]] = True
    # As for one call: NumPy's exponential may differ in the last place.
    fits = np.array([math.exp(weight) for weight in trails.timed.weight[best].tolist()], np.float64)
    delivered = told.delivered[best]
    return kept, Answers(endings, confidence, trails.timed.residual[best], fits, delivered).of(sound)


def _hardly_on_file(batch: Batch, calls: Int64s) -> Truths:
    """Of which calls hardly any other is on file (`weighing.hardly_on_file`)."""
    numbers: list[int] = calls.tolist()
    return np.array([hardly_on_file(batch.coverage[call].taking_part) for call in numbers], np.bool_)


@dataclass(frozen=True, slots=True)
class _Ends:
    """How trails end: `codes` of ENDINGS, `tops` (OF_AN_END); of each the `best` of its call; those of one record."""

    codes: Int64s
    tops: pl.DataFrame
    best: Int64s
    lone: Truths

    def same_answer(self) -> Truths:
        """Whether a trail that ends at a customer ends at the same one as the best of its call, or is the best."""
        alone = self.best == np.arange(len(self.best))
        if alone.all():
            return alone
        theirs = self.tops[self.best]
        same = pl.all_horizontal(pl.col(name).eq_missing(theirs[name]) for name in ("carrier", "customer"))
        return self.tops.select(same).to_series().to_numpy() & (self.codes == self.codes[self.best])

    def may_matter(self, told: _Weighed) -> Truths:
        """Other trails of a call for which rules may have a say that are not looked into here.

        One that ends at no customer may be the upper part of a call, another try of its origin, or lead on under
        another number, and so may the best. One record alone of a call that came from elsewhere may be of an attempt in
        vain.
        """
        others = np.arange(len(self.best)) != self.best
        customer = self.codes == CUSTOMER
        settled = customer & customer[self.best] & ~told.delivered & ~told.delivered[self.best]
        return others & ((told.found & ~settled) | (self.lone & ~customer)[self.best])


def _settled(floors: Floors, confidence: Floats, endings: Int64s, shares: tuple[Floats, Floats, Floats]) -> Truths:
    """Whether the answer is told as it is; `shares`: of the best trail, of none of them, and of all together."""
    mine, other, total = shares
    told_apart = 1 - (mine + other) / total < WORTH_TELLING
    unsure = (confidence < floors.contested) & (other / total > WORTH_TELLING)
    unnamed = (confidence < floors.named) & (endings == CUSTOMER)
    return told_apart & ~unsure & ~unnamed & (other / total <= NOT_FOUND)


def _best(told: _Weighed, begin: Int64s, amount: Int64s) -> Int64s:
    """The first of each call's heaviest trails."""
    if (amount == 1).all():
        return begin
    weight = np.where(told.found, told.weight, -np.inf)
    most = np.repeat(np.maximum.reduceat(weight, begin), amount)
    places = np.where(weight == most, np.arange(len(weight)), len(weight))
    return np.minimum.reduceat(places, begin)


def _near(trails: ChainTrails, told: _Weighed, best: Int64s, close: float) -> Truths:
    """Trails that the report may mean as well as the best one."""
    others = np.arange(len(best)) != best
    residual, apart = trails.timed.residual, trails.timed.apart
    return others & told.found & near_all(apart, residual - residual[best], close)


def _calibrated(certain: Floats, endings: Int64s, inferred: Truths) -> Floats:
    told = np.zeros(len(certain))
    for code, ending in enumerate(ENDINGS):
        some = endings == code
        if some.any():
            told[some] = calibrated_all(certain[some], VERDICTS[ending], inferred[some])
    return told


def _endings(batch: Batch, calls: Int64s, tops: pl.DataFrame) -> Int64s:
    """How chains end."""
    told = np.full(len(calls), CUSTOMER)
    open_ = np.flatnonzero(tops["customer"].is_null().to_numpy())
    rows = tops.select("carrier", "upstream")[open_].iter_rows()
    known: dict[tuple[str, str, bool], int] = {}
    numbers: list[int] = calls[open_].tolist()
    for place, call, (carrier, upstream) in zip(open_.tolist(), numbers, rows, strict=True):
        told_of = carrier, upstream, upstream in batch.coverage[call].covered
        if told_of not in known:
            known[told_of] = ENDINGS.index(beyond(carrier, upstream, batch.around, covered=told_of[2]))
        told[place] = known[told_of]
    return told


def _weighed(batch: Batch, chains: Chains, members: pl.DataFrame, trails: ChainTrails) -> _Weighed:
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
        .select(looks=caller + end, outcome=outcome, in_vain=in_vain, here=here, strange=caller < NOT_WITHHELD)
    )
    looks = frame["looks"].to_numpy()
    weight = trails.timed.weight + looks + frame["outcome"].to_numpy()
    told = (tails["downstream"].is_not_null(), *frame.select("here", "in_vain", "strange"))
    return _Weighed(looks, weight, weight > NOT_THE_CALL, *(each.to_numpy() for each in told))


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


def _other(batch: Batch, calls: Int64s, told: _Weighed, begin: Int64s) -> Floats:
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
    often = np.add.reduceat(np.where(told.found, np.exp(np.maximum(told.looks, 0.0)), 0.0), begin)
    return share / (1 - share) * (often / OTHER_CALLS_WITHIN)
