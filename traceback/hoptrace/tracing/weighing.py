"""Weighing trails against each other: which one is the reported call, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hoptrace.linking.assignment import Pair
from hoptrace.linking.scoring import Kind
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.moment import match
from hoptrace.tracing.trails import Trail, trails, walk

NOT_THE_CALL = -9.0
"""Weight below which no record is taken to be the reported call at all."""

OUTCOME_WEIGHT = {"answered": 1.0, "failed": -3.0}
KIND_RELIABILITY = {Kind.DIRECT: 0.999, Kind.REWRITTEN: 0.97, Kind.BRIDGED: 0.99, Kind.FORWARDED: 0.93, Kind.GAP: 0.93}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A trail with the weight of its match with the report and `share`, the probability of its outcome among all."""

    trail: Trail
    weight: float
    share: float
    residual: float
    """Seconds from the trail's time to the reported time."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another outcome that was considered, with its probability and why it came second."""

    trail: Trail
    share: float
    why: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The best trail (None: no record is the call), the sureness of its outcome, and its rivals, likeliest first."""

    best: Weighed | None
    confidence: float
    rivals: tuple[Rival, ...]


def judge(case: Case) -> Judgement:
    """Weigh all trails of a case; trails with one outcome count together, since they name the same carriers."""
    found = [(trail, *_report_weight(case, trail)) for trail in trails(case)]
    found = [entry for entry in found if entry[1] > NOT_THE_CALL]
    if not found:
        return Judgement(None, 0.0, ())
    total = sum(math.exp(weight) for _, weight, _ in found)
    shares: dict[tuple[object, ...], float] = {}
    for trail, weight, _ in found:
        key = trail.outcome(case)
        shares[key] = shares.get(key, 0.0) + math.exp(weight) / total
    best, weight, residual = max(
        found, key=lambda entry: (shares[entry[0].outcome(case)], entry[1], -entry[0].last_statement)
    )
    outcome = best.outcome(case)
    rivals = _other_reports(case, found, shares, outcome)
    confidence = shares[outcome]
    for pair in _pairs(best):
        reliability, others = _link_reliability(case, best, pair)
        confidence *= reliability
        rivals += others
    rivals.sort(key=lambda rival: (-rival.share, rival.trail.path))
    return Judgement(Weighed(best, weight, shares[outcome], residual), confidence, tuple(rivals[:5]))


def _pairs(trail: Trail) -> list[Pair]:
    return [step.pair for step in trail.steps if step.pair is not None and step.sid is not None]


def _report_weight(case: Case, trail: Trail) -> tuple[float, float]:
    """The weight of a trail as the reported call, and the residual in seconds.

    The whole chain is matched, not the terminating record alone: every carrier's arrival time narrows the moment.
    """
    facts = [case.facts[step.sid] for step in trail.steps if step.sid is not None]
    weight, residual = match(facts, case.reported.at)
    weight += _caller_weight(case, facts[0]) + OUTCOME_WEIGHT.get(facts[0].outcome or "", 0.0)
    if case.reported.terminating is not None:
        weight += 2.0 if trail.steps[0].carrier == case.reported.terminating else -8.0
    return weight, residual


def _caller_weight(case: Case, tail: Fact) -> float:
    reported, seen = case.reported.calling, tail.calling
    if not reported or not seen or reported < 0 or seen < 0:
        return 0.0
    return 3.0 if reported in (seen, tail.sent_calling) else -2.0


def _other_reports(
    case: Case,
    found: list[tuple[Trail, float, float]],
    shares: dict[tuple[object, ...], float],
    outcome: tuple[object, ...],
) -> list[Rival]:
    """The other outcomes among the trails that could be the reported call."""
    rivals: list[Rival] = []
    told: set[tuple[object, ...]] = {outcome}
    for trail, _, residual in sorted(found, key=lambda entry: -entry[1]):
        key = trail.outcome(case)
        if key not in told and shares[key] >= 0.005:
            told.add(key)
            why = f"another call to the same number, {abs(residual):.1f} s from the reported time"
            rivals.append(Rival(trail, shares[key], why))
    return rivals


def _link_reliability(case: Case, trail: Trail, pair: Pair) -> tuple[float, list[Rival]]:
    """How sure a handoff is: against rivals that lead elsewhere, and against there being none at all."""
    tail = next(case.facts[step.sid] for step in trail.steps if step.sid is not None)
    odds_against = math.exp(-pair.weight)
    rivals: list[tuple[Trail, float]] = []
    for other, loss in case.assignment.rivals(pair.d):
        if loss > 12.0:
            continue
        elsewhere = walk(case, tail, {pair.d: other})
        if elsewhere.outcome(case) != trail.outcome(case):
            odds_against += math.exp(-max(loss, 0.0))
            rivals.append((elsewhere, math.exp(-max(loss, 0.0))))
    reliability = KIND_RELIABILITY[pair.kind] / (1 + odds_against)
    why = "another record fits one handoff of the trail almost as well"
    return reliability, [Rival(elsewhere, odds / (1 + odds_against), why) for elsewhere, odds in rivals if odds > 0.01]
