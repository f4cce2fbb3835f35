"""Judging: which trail is the reported call, how sure the answer is, and what else it might have been.

An answer is what a trail ends with: who placed the call, or where the records stop. Trails of one answer are no
ambiguity: two redials a second apart from one customer over two routes name the same origin, whichever of them the
report means. The path told is then that of the call nearest to the report, and the others stand among the alternatives.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from hoptrace.tracing.alike import alike, back_home, disputing, further_up, redial
from hoptrace.tracing.attempts import without_attempts_in_vain
from hoptrace.tracing.case import Case, nowhere
from hoptrace.tracing.copies import copied, same_moment
from hoptrace.tracing.settling import to_the_minute
from hoptrace.tracing.trail import Ending, Trail
from hoptrace.tracing.trails import trails
from hoptrace.tracing.weighing import Detour, Weighed, detours, reliability, unrecorded, weigh_all

NOT_THE_CALL = -9.0
"""Weight below which no record is taken to be the reported call at all."""

WORTH_TELLING = 0.01
"""Probability from which another trail is told as an alternative."""

MOST_TOLD = 5
"""Other trails that a result names."""

AS_GOOD = 1.0
"""Weight by which two trails that may be parts of one call may differ."""

WORTH_A_LOOK = 6.0
"""Weight by which a trail may be behind the best one and still be looked into further."""

BY_THE_SAME = 0.6
"""Probability that a call of the same caller to the same number within moments is another try of the same origin."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another trail that was considered, with its probability and why it was; `answers` otherwise than the best.

    `alike`: the probability that it came at so nearly the same moment that the report cannot tell it from the best.
    """

    trail: Trail
    share: float
    why: str
    answers: bool
    alike: float = 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """The best trail (None: no record is the call), how sure its answer is (0..1), and its rivals, likeliest first.

    `path_share` is the probability of its path among the trails of the same answer; `none` that no record at hand is of
    the reported call; `alike` that another call with another answer came at so nearly the same moment that the report
    cannot tell the two apart. `likely`: the trails that may well be the call, the best one among them; where none is,
    those that come nearest to it.
    """

    best: Weighed | None
    confidence: float
    rivals: tuple[Rival, ...]
    path_share: float = 1.0
    none: float = 0.0
    alike: float = 0.0
    likely: tuple[Weighed, ...] = ()

    @property
    def contested(self) -> bool:
        """Whether a rival gives another answer, or the call may well have no record at hand."""
        return self.none > WORTH_TELLING or any(rival.answers for rival in self.rivals)


def judge(cases: Sequence[Case]) -> list[Judgement]:
    """Weigh all trails of each case and take the likeliest answer, and the likeliest path to it."""
    found = [(place, case, trail) for place, case in enumerate(cases) for trail in candidates(case)]
    weighed: dict[int, list[Weighed]] = defaultdict(list)
    for (place, _, _), one in zip(found, weigh_all([(case, trail) for _, case, trail in found]), strict=True):
        weighed[place].append(one)
    return [_judge(case, weighed[place]) for place, case in enumerate(cases)]


def candidates(case: Case) -> list[Trail]:
    """The trails that may be the reported call."""
    return without_attempts_in_vain(case, trails(case))


def _judge(case: Case, every: Sequence[Weighed]) -> Judgement:
    found = [weighed for weighed in every if weighed.weight > NOT_THE_CALL]
    if not found:
        return Judgement(None, 0.0, (), likely=_near(every, max((one.weight for one in every), default=0.0)))
    nothing = unrecorded(case, found)
    told = _answers(found)
    answers = _shares(found, told.__getitem__, nothing)
    outcomes = _shares(found, lambda trail: trail.outcome, nothing)
    best = max(found, key=lambda one: (answers[told[one.trail]], one.weight, -one.trail.last_statement))
    best = _lower_part(case, _model(case, best, found), found)
    others = [one for one in found if one is not best]
    answer = answers[told[best.trail]]
    copies = [one.trail for one in others if copied(case, one, best)]
    confidence, astray = _handoffs(case, best.trail, {copy.last_statement for copy in copies})
    chances = {one.trail: alike(case, one, best) for one in others}
    parts, tries = _of_one_call(case, best, others, chances, copies)
    mine = answer + sum(outcomes[each] for each in parts)
    again = sum(outcomes[each] for each in tries)
    rivals = [*_other_reports(case, others, best.trail, outcomes), *_by_detour(best.trail, astray)]
    rivals = [replace(rival, alike=chances.get(rival.trail, 0.0)) for rival in rivals]
    return Judgement(
        best,
        (mine + BY_THE_SAME * min(again, 1 - mine)) * confidence,
        _told(rivals),
        outcomes[best.trail.outcome] / answer,
        answers[None],
        max(chances.values(), default=0.0),
        _near(found, best.weight),
    )


def _of_one_call(
    case: Case, best: Weighed, others: Sequence[Weighed], chances: Mapping[Trail, float], copies: Sequence[Trail]
) -> tuple[list[Hashable], list[Hashable]]:
    """Outcomes of other trails that are parts or `copies` of the call of this one, and of other tries of its caller.

    `chances`: how likely the report cannot tell each trail's call from this one. In an order of their own, as they are
    summed up.
    """
    redials = {one.trail.outcome for one in others if chances[one.trail] < 1 and redial(one, best)}
    parts = {one.trail.outcome for one in others if further_up(case, one, best) or disputing(one, best)}
    parts |= {copy.outcome for copy in copies}
    return sorted(parts, key=str), sorted(redials - parts, key=str)


def _model(case: Case, best: Weighed, found: Sequence[Weighed]) -> Weighed:
    """The trail on the model of which the records of this one were made up; else this one.

    What only a wide span of time lets be the model must fit the report about as well.
    """
    models = [one for one in found if copied(case, best, one)]
    models = [one for one in models if one.weight >= best.weight - AS_GOOD or same_moment(case, best, one)]
    return max(models, key=lambda one: one.weight, default=best)


def _lower_part(case: Case, best: Weighed, found: Sequence[Weighed]) -> Weighed:
    """The trail of which this one may be the way on, where that fits the report about as well; else this one.

    Where either may be the other's way on this one stays, unless the call would then have gone abroad and back. A lone
    record of a refusal is no lower part of a call that was refused elsewhere as well: neither went on to the other.
    """
    near = [one for one in found if one is not best and one.weight >= best.weight - AS_GOOD]
    near = [one for one in near if not copied(case, one, best) and not _both_refused(case, one.trail, best.trail)]
    lower = (one for one in near if further_up(case, best, one) and not _above(case, one, best))
    return max(lower, key=lambda one: one.weight, default=best)


def _both_refused(case: Case, lone: Trail, best: Trail) -> bool:
    """Whether a trail is a lone record of a refusal, and the other one, of several records, ends at one as well."""
    tails = [case.facts[trail.first_statement] for trail in (lone, best)]
    return not lone.pairs and bool(best.pairs) and all(map(nowhere, tails))


def _above(case: Case, one: Weighed, best: Weighed) -> bool:
    return further_up(case, one, best) and not back_home(case, one.trail, best.trail)


def _near(found: Sequence[Weighed], weight: float) -> tuple[Weighed, ...]:
    """The trails that are worth a further look beside one of this weight."""
    return tuple(one for one in found if one.weight >= weight - WORTH_A_LOOK)


def _answers(found: Sequence[Weighed]) -> dict[Trail, Hashable]:
    """What each trail answers; one that only lacks the last record of another's way answers as that one does."""
    origins = {one.trail.path: one.trail.answer for one in found if one.trail.ending is Ending.CUSTOMER}
    return {
        one.trail: one.trail.answer
        if one.trail.ending is Ending.CUSTOMER
        else origins.get(one.trail.path, one.trail.answer)
        for one in found
    }


def _shares(found: Sequence[Weighed], key: Callable[[Trail], Hashable], nothing: float) -> dict[Hashable, float]:
    """The probability of each answer or outcome; under None that of weight `nothing`, that none of them is the call."""
    total = sum(math.exp(one.weight) for one in found) + math.exp(nothing)
    shares: dict[Hashable, float] = defaultdict(float)
    shares[None] = math.exp(nothing) / total
    for one in found:
        shares[key(one.trail)] += math.exp(one.weight) / total
    return shares


def _handoffs(case: Case, trail: Trail, copies: Set[int]) -> tuple[float, list[Detour]]:
    """The probability that all handoffs lead to this answer, and where else their rivals lead.

    A rival that leads to a copy of the call (`copies`, by sid) is none.
    """
    sure = 1.0
    astray: list[Detour] = []
    for pair in trail.pairs:
        found = [one for one in detours(case, trail, pair) if one.trail.last_statement not in copies]
        against = sum(one.odds for one in found if one.trail.answer != trail.answer)
        sure *= reliability(pair, against, coarse=to_the_minute(case.facts[pair.d], case.facts[pair.u]))
        astray += found
    return sure, astray


def _other_reports(case: Case, others: Sequence[Weighed], best: Trail, outcomes: dict[Hashable, float]) -> list[Rival]:
    """Other calls to the same number that the report could mean."""
    rivals: list[Rival] = []
    for one in sorted(others, key=lambda one: -one.weight):
        outcome = one.trail.outcome
        if outcome != best.outcome:
            apart = abs(one.residual + case.reported.late)
            why = f"another call to the same number, {apart:.1f} s from the reported time"
            rivals.append(Rival(one.trail, outcomes[outcome], why, one.trail.answer != best.answer))
    return rivals


def _by_detour(best: Trail, astray: Sequence[Detour]) -> list[Rival]:
    why = "another record fits one handoff of the trail almost as well"
    return [Rival(one.trail, one.odds / (1 + one.odds), why, one.trail.answer != best.answer) for one in astray]


def _told(rivals: Sequence[Rival]) -> tuple[Rival, ...]:
    """The rivals worth telling, each outcome once, likeliest first."""
    told: dict[Hashable, Rival] = {}
    for rival in sorted(rivals, key=lambda rival: (-rival.share, rival.trail.path)):
        if rival.share >= WORTH_TELLING or rival.alike:
            told.setdefault(rival.trail.outcome, rival)
    return tuple(told.values())[:MOST_TOLD]
