"""Plain calls: those whose records make one chain up to its beginning, judged by columns for a whole batch.

Most calls are plain, and Python call by call is what costs most. A plain call has one trail, so that there is nothing
to choose: what is left of the judgement (`hoptrace.tracing.judging`) is how well that trail fits the report. The rules
for it are the same functions; a call for which any other rule could have a say is not plain, and is judged by itself.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.trust import Trust
from hoptrace.tracing.alike import near
from hoptrace.tracing.calibration import calibrated
from hoptrace.tracing.case import Coverage, Fact, Reported, Surroundings
from hoptrace.tracing.chain_trails import ChainTrail, trails_of
from hoptrace.tracing.chains import Chains, Truths, chains_of
from hoptrace.tracing.endings import DOUBTFUL, SURE, beyond
from hoptrace.tracing.judging import NOT_THE_CALL, WORTH_TELLING
from hoptrace.tracing.kernel import may_count
from hoptrace.tracing.results import NOT_FOUND, VERDICTS, Floors
from hoptrace.tracing.trail import Ending
from hoptrace.tracing.weighing import (
    AT_THE_END,
    ELSEWHERE,
    OUTCOME_WEIGHT,
    caller_weight,
    weight_of_none,
)

QUOTED = (
    *("carrier", "batch", "record_id", "upstream", "customer", "start_basis", "attestation"),
    *("calling_number", "called_number"),
)
"""Text of a statement that its result quotes."""

ESCAPED = r'["\\\x00-\x1f]'
"""What JSON writes otherwise."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Reported calls by number, and what they are judged by; `coverage` in the order of the numbers."""

    reported: Mapping[int, Reported]
    coverage: Sequence[Coverage]
    around: Surroundings
    floors: Floors


@dataclass(frozen=True, slots=True)
class Linked:
    """A batch's statements (`facts`), which of them may belong to which call (`members`), and the scored `pairs`.

    Where plain calls are sought, the `sid` of a statement is its row in `facts`, and members lie by call and sid.
    """

    facts: pl.DataFrame
    members: pl.DataFrame
    pairs: pl.DataFrame


class Answer(NamedTuple):
    """What a plain call's `trail` ends with, and how sure that is, as published."""

    trail: ChainTrail
    ending: Ending
    confidence: float

    @property
    def named(self) -> str | None:
        """The carrier without records that the furthest statement names."""
        return None if self.ending is Ending.CUSTOMER else self.trail.top.upstream


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain calls: their `chains` and `answers`."""

    chains: Chains
    answers: Sequence[Answer]

    def without(self, calls: Collection[int]) -> Plain:
        """All but these calls."""
        kept = [call not in calls for call in self.chains.calls.tolist()]
        answers = [answer for answer, keep in zip(self.answers, kept, strict=True) if keep]
        return Plain(self.chains.of(np.array(kept, np.bool_)), answers)


@dataclass(frozen=True, slots=True)
class Settled:
    """The `plain` calls of a batch, and what they were settled on."""

    plain: Plain
    batch: Batch
    linked: Linked


def plain_calls(batch: Batch, linked: Linked) -> Plain:
    """The plain calls of a batch; all others are for `hoptrace.tracing.kernel.judge_all`."""
    members = linked.members
    chains = chains_of(members, linked.pairs.filter(may_count()), _fit(linked, batch.reported))
    told = _told(members[chains.first])
    last = chains.begin[1:] - 1
    placed = _placed(members[chains.last], (chains.pairs[last] >= 0) & ~chains.bridged[last], batch.around.trust)
    chains = chains.of_whole_calls(told & placed)
    trails = trails_of(chains, members, batch.reported, batch.around.close)
    chosen = dict[int, Answer]()
    for call, places in groupby(range(len(trails)), lambda place: trails[place].call):
        if (found := _answer(batch, call, [(place, trails[place]) for place in places])) is not None:
            chosen.update([found])
    kept = np.zeros(len(trails), np.bool_)
    kept[list(chosen)] = True
    return Plain(chains.of(kept), list(chosen.values()))


def _answer(batch: Batch, call: int, trails: Sequence[tuple[int, ChainTrail]]) -> tuple[int, Answer] | None:
    """The place of the trail that is the call, with the answer, as `hoptrace.tracing.judging` has it.

    None where the floors leave it open, or where the report may mean another of the trails.
    """
    report, told = batch.reported[call], batch.coverage[call]
    # A call that one carrier did not put through and another one delivered is told from further up.
    if any(_in_vain(report, trail.tail) for _, trail in trails):
        return None
    looks = {place: _looks(report, trail.tail, batch.around) for place, trail in trails}
    weight = {place: _weight(trail, looks[place]) for place, trail in trails}
    found = [(place, trail) for place, trail in trails if weight[place] > NOT_THE_CALL]
    if not found:
        return None
    likely = {place: math.exp(weight[place]) for place, _ in found}
    other = math.exp(weight_of_none(told, report.terminating, [looks[place] for place, _ in found]))
    total = sum(likely.values()) + other
    at, best = max(found, key=lambda one: (weight[one[0]], -one[0]))
    if any(near(trail.timed, best.timed, batch.around.close) for place, trail in found if place != at):
        return None
    ending = _ending(best.top, told, batch.around)
    # Of two trails the one may be the upper part of the other's call; that is looked into call by call.
    if ending is None or (len(trails) > 1 and any(trail.top.customer is None for _, trail in trails)):
        return None
    mine = sum(likely[place] for place, trail in found if trail.answer == best.answer) / total
    confidence = calibrated(mine * best.sure, VERDICTS[ending], inferred=False)
    told_apart = 1 - (likely[at] + other) / total < WORTH_TELLING
    unsure = confidence < batch.floors.contested and other / total > WORTH_TELLING
    unnamed = confidence < batch.floors.named and ending is Ending.CUSTOMER
    if other / total > NOT_FOUND or not told_apart or unsure or unnamed:
        return None
    return at, Answer(best, ending, round(confidence, 4))


def _in_vain(report: Reported, tail: Fact) -> bool:
    return report.terminating not in (None, tail.carrier) and tail.outcome != "answered"


def _ending(top: Fact, told: Coverage, around: Surroundings) -> Ending | None:
    """How a plain chain ends: at a customer, or at a carrier that has submitted nothing; None for any other ending."""
    if top.customer is not None:
        return Ending.CUSTOMER
    if top.upstream is None or top.upstream in told.covered:
        return None
    ending = beyond(top.carrier, top.upstream, around)
    return None if ending is Ending.MISNAMED else ending


def _looks(report: Reported, tail: Fact, around: Surroundings) -> float:
    """The weight of caller and end; nothing lies below the trail's lowest record."""
    end = 0.0 if report.terminating is None else AT_THE_END if report.terminating == tail.carrier else ELSEWHERE
    return caller_weight(report, tail, around) + end


def _weight(trail: ChainTrail, looks: float) -> float:
    return trail.timed.weight + looks + OUTCOME_WEIGHT.get(trail.tail.outcome or "", 0.0)


def _fit(linked: Linked, reported: Mapping[int, Reported]) -> Truths:
    """Members of no forwarding and no route attempts, of one time, and of text that JSON writes as it is."""
    numbers = {call: report.called for call, report in reported.items()}
    asked = linked.members["call"].replace_strict(numbers, return_dtype=pl.Int64)
    odd = pl.concat_str(QUOTED, ignore_nulls=True).str.contains(ESCAPED) | pl.col("repeated").is_not_null()
    apart = linked.facts.filter(odd)["sid"]
    alone = (pl.col("leg") == pl.col("sid")) & pl.col("egress_called").is_null() & (pl.col("called") == asked)
    return linked.members.select(alone & ~pl.col("sid").is_in(apart.implode())).to_series().to_numpy()


def _told(tails: pl.DataFrame) -> Truths:
    """Whether a chain's lowest record tells of a call that was handed on to nobody."""
    return tails.select(pl.col("downstream").is_null() & ~pl.col("handed_on")).to_series().to_numpy()


def _placed(tops: pl.DataFrame, handed_on: Truths, trust: Trust) -> Truths:
    """Whether a chain's furthest record names a customer, in a word that nobody has cause to doubt, or a carrier.

    `handed_on`: a second carrier's record bears out that the call came from there.
    """
    doubted = [carrier for carrier, chance in trust.doubt.items() if chance > DOUBTFUL]
    made_up = [carrier for carrier, chance in trust.made_up.items() if chance > 1 - SURE]
    alone = tops["carrier"].is_in(made_up).to_numpy() & ~handed_on
    named = tops["upstream"].is_not_null().to_numpy()
    return named | ((tops["customer"].is_not_null() & ~tops["carrier"].is_in(doubted)).to_numpy() & ~alone)
