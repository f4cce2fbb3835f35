"""Judging: which trail is the reported call, how sure the answer is, and what else it might have been.

An answer is what a trail ends with: who placed the call, or where the records stop. Trails of one answer are no
ambiguity: two redials a second apart from one customer over two routes name the same origin, whichever of them the
report means. The path told is then that of the call nearest to the report, and the others stand among the alternatives.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from hoptrace.tracing.case import Case
from hoptrace.tracing.trails import Trail, trails
from hoptrace.tracing.weighing import Detour, Weighed, detours, reliability, weigh

NOT_THE_CALL = -9.0
"""Weight below which no record is taken to be the reported call at all."""

WORTH_TELLING = 0.01
"""Probability from which another trail is told as an alternative."""

MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Rival:
    """Another trail that was considered, with its probability and why it was; `answers` otherwise than the best."""

    trail: Trail
    share: float
    why: str
    answers: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """The best trail (None: no record is the call), how sure its answer is (0..1), and its rivals, likeliest first.

    `path_share` is the probability of its path among the trails of the same answer.
    """

    best: Weighed | None
    confidence: float
    rivals: tuple[Rival, ...]
    path_share: float = 1.0

    @property
    def contested(self) -> bool:
        """Whether a rival gives another answer."""
        return any(rival.answers for rival in self.rivals)


def judge(case: Case) -> Judgement:
    """Weigh all trails of a case and take the likeliest answer, and the likeliest path to it."""
    found = [weighed for weighed in (weigh(case, trail) for trail in trails(case)) if weighed.weight > NOT_THE_CALL]
    if not found:
        return Judgement(None, 0.0, ())
    answers = _shares(found, lambda trail: trail.answer(case))
    outcomes = _shares(found, lambda trail: trail.outcome(case))
    best = max(found, key=lambda one: (answers[one.trail.answer(case)], one.weight, -one.trail.last_statement))
    answer, outcome = best.trail.answer(case), best.trail.outcome(case)
    confidence, astray = _handoffs(case, best.trail)
    rivals = [*_other_reports(case, found, best.trail, outcomes), *_by_detour(case, best.trail, astray)]
    return Judgement(best, answers[answer] * confidence, _told(case, rivals), outcomes[outcome] / answers[answer])


def _shares(found: Sequence[Weighed], key: Callable[[Trail], Hashable]) -> dict[Hashable, float]:
    """The probability of each answer or outcome."""
    total = sum(math.exp(one.weight) for one in found)
    shares: dict[Hashable, float] = defaultdict(float)
    for one in found:
        shares[key(one.trail)] += math.exp(one.weight) / total
    return shares


def _handoffs(case: Case, trail: Trail) -> tuple[float, list[Detour]]:
    """The probability that all handoffs lead to this answer, and where else their rivals lead."""
    sure = 1.0
    astray: list[Detour] = []
    for pair in trail.pairs:
        found = detours(case, trail, pair)
        sure *= reliability(pair, sum(one.odds for one in found if one.trail.answer(case) != trail.answer(case)))
        astray += found
    return sure, astray


def _other_reports(case: Case, found: Sequence[Weighed], best: Trail, outcomes: dict[Hashable, float]) -> list[Rival]:
    """Other calls to the same number that the report could mean."""
    rivals: list[Rival] = []
    for one in sorted(found, key=lambda one: -one.weight):
        outcome = one.trail.outcome(case)
        if outcome != best.outcome(case):
            why = f"another call to the same number, {abs(one.residual):.1f} s from the reported time"
            rivals.append(Rival(one.trail, outcomes[outcome], why, one.trail.answer(case) != best.answer(case)))
    return rivals


def _by_detour(case: Case, best: Trail, astray: Sequence[Detour]) -> list[Rival]:
    why = "another record fits one handoff of the trail almost as well"
    return [
        Rival(one.trail, one.odds / (1 + one.odds), why, one.trail.answer(case) != best.answer(case)) for one in astray
    ]


def _told(case: Case, rivals: Sequence[Rival]) -> tuple[Rival, ...]:
    """The rivals worth telling, each outcome once, likeliest first."""
    told: dict[Hashable, Rival] = {}
    for rival in sorted(rivals, key=lambda rival: (-rival.share, rival.trail.path)):
        if rival.share >= WORTH_TELLING:
            told.setdefault(rival.trail.outcome(case), rival)
    return tuple(told.values())[:MOST_TOLD]
