"""The judgement of plain calls by columns: the rules of `hoptrace.tracing.judging` for calls of one chain or a few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.tracing.alike import near_all
from hoptrace.tracing.calibration import calibrated_all
from hoptrace.tracing.chains.building import Chains
from hoptrace.tracing.chains.trails import ChainTrails
from hoptrace.tracing.endings import beyond
from hoptrace.tracing.judging import WORTH_TELLING
from hoptrace.tracing.plain.answers import CUSTOMER, ENDINGS, Answers, Batch
from hoptrace.tracing.plain.weighing import TrailsWeighed, none_of_them, weighed_trails
from hoptrace.tracing.results import VERDICTS, Floors
from hoptrace.tracing.unsettled import NOT_FOUND
from hoptrace.tracing.weighing import FAR_OFF, hardly_on_file

OF_AN_END = ("carrier", "customer", "upstream", "calling")
"""What tells how a chain ends: at which record, with whose customer or at whom, and with which caller."""


def judged(batch: Batch, chains: Chains, members: pl.DataFrame, trails: ChainTrails) -> tuple[Truths, Answers]:
    """Which chains are plain calls, and the answers of these.

    All others are left open by the floors, may not be what the report means, or end in another way.
    """
    if not len(chains.calls):
        return np.zeros(0, np.bool_), Answers.nothing()
    begin = np.flatnonzero(np.diff(chains.calls, prepend=-1))
    amount = np.diff(np.append(begin, len(chains.calls)))
    told = weighed_trails(batch, chains, members, trails)
    tops = members.select(OF_AN_END)[chains.last]
    likely = np.where(told.found, np.exp(told.weight), 0.0)
    other = none_of_them(batch, chains.calls[begin], told, begin)
    best = _best(told, begin, amount)
    ends = _Ends(_endings(batch, chains.calls, tops), tops, np.repeat(best, amount), np.diff(chains.begin) == 1)
    mine = ends.same_answer() * likely
    sound = np.logical_or.reduceat(told.found, begin)
    total = np.where(sound, np.add.reduceat(likely, begin) + other, 1.0)
    certain = np.add.reduceat(mine, begin) / total * trails.sure[best]
    close = batch.reports["close"].gather(chains.calls).to_numpy()
    open_ = _near(trails, told, ends.best, close) | ends.may_matter(told) | told.in_vain
    sound &= ~np.logical_or.reduceat(open_, begin)
    endings = ends.codes[best]
    inferred = chains.leaps[best] > 1
    apart = trails.timed.apart[best]
    beside = told.delivered[best] & (apart > close[best])
    confidence = _calibrated(np.where(sound, certain, 0.0), endings, (inferred, beside))
    sound &= _settled(batch.floors, confidence, endings, (likely[best], other, total))
    sound &= ~_too_strange(batch, chains.calls[begin], told, apart / close[best], (best, endings))
    kept = np.zeros(len(chains.calls), np.bool_)
    kept[best[sound]] = True
    timed = trails.timed
    answers = Answers(endings, confidence, timed.residual[best], timed.weight[best], told.delivered[best])
    return kept, answers.of(sound)


def _too_strange(
    batch: Batch, calls: Int64s, told: TrailsWeighed, apart: Floats, ends: tuple[Int64s, Int64s]
) -> Truths:
    """Trails to an end without records that are too far off the report (`weighing.far_off`), or of another caller.

    `apart`: from the report, in times of what it may well be off; `ends`: the best trail of each call, and which of
    ENDINGS is its.
    """
    best, endings = ends
    strange = told.delivered[best]
    some = np.flatnonzero(strange)
    numbers: list[int] = calls[some].tolist()
    few = np.array([hardly_on_file(batch.coverage[call].taking_part) for call in numbers], np.bool_)
    times = np.where(endings[some] != CUSTOMER, FAR_OFF, np.where(few, 1.0, np.inf))
    strange[some] = (apart[some] > times) | (told.strange[best[some]] & few)
    return strange


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

    def may_matter(self, told: TrailsWeighed) -> Truths:
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


def _best(told: TrailsWeighed, begin: Int64s, amount: Int64s) -> Int64s:
    """The first of each call's heaviest trails."""
    if (amount == 1).all():
        return begin
    weight = np.where(told.found, told.weight, -np.inf)
    most = np.repeat(np.maximum.reduceat(weight, begin), amount)
    places = np.where(weight == most, np.arange(len(weight)), len(weight))
    return np.minimum.reduceat(places, begin)


def _near(trails: ChainTrails, told: TrailsWeighed, best: Int64s, close: Floats) -> Truths:
    """Trails that the report may mean as well as the best one."""
    others = np.arange(len(best)) != best
    residual, apart = trails.timed.residual, trails.timed.apart
    return others & told.found & near_all(apart, residual - residual[best], close)


def _calibrated(certain: Floats, endings: Int64s, what: tuple[Truths, Truths]) -> Floats:
    """The confidence of answers; `what`: whether a step is inferred, and whether the trail is beside the report."""
    inferred, beside = what
    told = np.zeros(len(certain))
    for code, ending in enumerate(ENDINGS):
        some = endings == code
        if some.any():
            told[some] = calibrated_all(certain[some], VERDICTS[ending], inferred[some], beside[some])
    return told


def _endings(batch: Batch, calls: Int64s, tops: pl.DataFrame) -> Int64s:
    """How chains end."""
    told = np.full(len(calls), CUSTOMER)
    open_ = np.flatnonzero(tops["customer"].is_null().to_numpy())
    rows = tops.select("carrier", "upstream", "calling")[open_].iter_rows()
    known: dict[tuple[tuple[str, str], int | None, bool], int] = {}
    numbers: list[int] = calls[open_].tolist()
    for place, call, (carrier, upstream, calling) in zip(open_.tolist(), numbers, rows, strict=True):
        named, covered = (carrier, upstream), upstream in batch.coverage[call].covered
        # The caller matters to few pairs of carriers: all calls of any other two end alike.
        told_of = named, calling if named in batch.around.trust.spoken_for else None, covered
        if told_of not in known:
            known[told_of] = ENDINGS.index(beyond(*told_of[:2], batch.around, covered=covered))
        told[place] = known[told_of]
    return told
