"""Trails: from a terminating statement upstream, handoff by handoff, to where the records end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from hoptrace.linking.contests import Pair
from hoptrace.linking.scoring import Kind
from hoptrace.tracing.case import Case, Fact, Surroundings

CONFLICT_WEIGHT = 4.0
"""Natural-log weight from which a contradicting statement is taken to tell of the same call."""

SURE = 0.9
"""Probability from which one side's word is followed where two contradict each other."""

DOUBTFUL = 0.03
"""Probability of a false word from which a carrier that was caught at several is not believed without a second one."""

HAD_IT = 20.0
"""Odds for a carrier's word that it handed a call on, where another one says that it handed that call to it."""

KNEW_ID = 100.0
"""Odds for it where the other one's record has the Call-ID that it sent the call on with: who never had the call
cannot know under which id it came in."""

NAMED_FALSELY = 0.4
"""Probability from which a carrier without a record of a call is not taken to be the one that handed it over."""


class Ending(StrEnum):
    """Why a trail goes no further."""

    CUSTOMER = "customer"  # the carrier's own customer placed the call
    ENTRY = "entry"  # the carrier named upstream is foreign and has submitted nothing
    SILENT = "silent"  # the carrier named upstream has submitted nothing for that time
    LACKING = "lacking"  # the carrier named upstream has records of that time, but not this call
    UNNAMED = "unnamed"  # the last record does not say who handed the call over
    CONTESTED = "contested"  # another statement contradicts the last one
    DOUBTED = "doubted"  # a customer of a carrier whose word of its customers others contradict again and again
    CONTRADICTED = "contradicted"  # the complete records of the carrier named upstream contradict it, as they often do


NAMED_ABOVE = frozenset({Ending.ENTRY, Ending.SILENT, Ending.LACKING})
"""Endings at a carrier that only the furthest record names: it is the trail's last step."""


class Step(NamedTuple):
    """One carrier of a trail: its statement (None where it was only named) and the pair that leads to it."""

    carrier: str
    sid: int | None = None
    pair: Pair | None = None


@dataclass(frozen=True, eq=False)
class Trail:
    """Steps from the terminating carrier upstream, and the ending. Two trails are the same only if they are one object.

    `against` are the pairs that contradict it; `overruled` those of which one side's word was not followed, because
    several of that side's neighbours contradict it. `customer` and `entry`: whose customer placed the call, or at which
    point of entry it came in, where the trail ends there.
    """

    steps: tuple[Step, ...]
    ending: Ending
    against: tuple[Pair, ...] = ()
    overruled: tuple[Pair, ...] = ()
    customer: str | None = None
    entry: str | None = None

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The carriers, terminating one first."""
        return tuple(step.carrier for step in self.steps)

    @cached_property
    def first_statement(self) -> int:
        """The sid of the statement nearest to the called party."""
        return next(step.sid for step in self.steps if step.sid is not None)

    @cached_property
    def last_statement(self) -> int:
        """The sid of the furthest statement."""
        return next(step.sid for step in reversed(self.steps) if step.sid is not None)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The handoffs and leaps between its statements, from the terminating end."""
        return tuple(step.pair for step in self.steps if step.pair is not None and step.sid is not None)

    def down_to(self, sid: int) -> list[int]:
        """The statements from the terminating end up to this one, it included."""
        every = [step.sid for step in self.steps if step.sid is not None]
        return every[: every.index(sid) + 1]

    @cached_property
    def answer(self) -> tuple[Ending, str, str | None, str | None]:
        """What the trail ends with: how, at which carrier, with whose customer, or at which point of entry."""
        return self.ending, self.steps[-1].carrier, self.customer, self.entry

    @cached_property
    def outcome(self) -> tuple[tuple[str, ...], Ending, str | None]:
        """All that the trail says: two trails with the same outcome are no alternatives to each other."""
        return self.path, self.ending, self.customer


def point_of_entry(path: Sequence[str], around: Surroundings) -> str | None:
    """The home carrier that took the call from the first foreign carrier of a path, walking upstream."""
    for lower, upper in pairwise(path):
        if around.foreign(upper) and not around.foreign(lower):
            return lower
    return None


def trails(case: Case) -> list[Trail]:
    """One trail for each statement that hands on to no other statement, of calls that went to the reported number."""
    used = case.assignment.used
    tails = [_tail(case, fact) for sid, fact in sorted(case.facts.items()) if sid not in used]
    found = [walk(case, fact) for fact in tails if fact is not None]
    # A walk past a false claim goes through statements that no pair uses: they begin no trail of their own.
    passed = {step.sid for trail in found for step in trail.steps if step.sid != trail.first_statement}
    return [trail for trail in found if trail.first_statement not in passed]


def _tail(case: Case, lowest: Fact) -> Fact | None:
    """Where the way of the reported call begins in a chain of handoffs; None where the chain is of other numbers.

    A call that was reported by the number dialled went on under another one. It is told from its end, but for a report
    that says that it ended at the carrier which sent it on.
    """
    fact: Fact | None = lowest
    seen = set[int]()
    while fact is not None and fact.sid not in seen:
        if _reported(fact, case):
            return fact if _ended_here(case, fact) else lowest
        seen.add(fact.sid)
        above = case.assignment.chosen.get(fact.sid)
        fact = case.facts[above.u] if above is not None else None
    return None


def _ended_here(case: Case, fact: Fact) -> bool:
    """Whether a carrier that sent a call to the reported number on elsewhere is reported as the call's end."""
    return fact.carrier == case.reported.terminating and fact.called == case.reported.called


def walk(case: Case, tail: Fact, override: Mapping[int, Pair] | None = None) -> Trail:
    """The trail upstream from a terminating statement; `override` forces pairs by downstream sid (to weigh a rival)."""
    steps = [*_delivery(case, tail), Step(tail.carrier, tail.sid)]
    seen = {tail.sid}
    fact = tail
    chosen = {**case.assignment.chosen, **override} if override else case.assignment.chosen
    while (pair := chosen.get(fact.sid) or _past_a_claim(case, fact, seen)) is not None and pair.u not in seen:
        upper = case.facts[pair.u]
        steps += [Step(carrier, None, pair) for carrier in _between(pair, fact, upper)]
        steps.append(Step(upper.carrier, upper.sid, pair))
        seen.add(upper.sid)
        fact = upper
    return _ended(case, fact, steps, seen)


def detached(trail: Trail, case: Case, few: float) -> bool:
    """Whether no record says that the call went to the reported end: its lowest one went to another carrier.

    Where the report names no end any will do, unless no more than a `few` (share) of the carriers take part.
    """
    tail = case.facts[trail.first_statement]
    end = case.reported.terminating
    if tail.downstream is None or (end is None and case.taking_part >= few):
        return False
    return end is None or end not in (tail.carrier, tail.downstream)


def _reported(fact: Fact, case: Case) -> bool:
    return case.reported.called in (fact.called, fact.sent)


def _delivery(case: Case, tail: Fact) -> list[Step]:
    """Carriers without a record below the tail: the one that it handed the call to, and the one reported as the end.

    Who forwarded the reported number is the end where the report says so. If the trail is the reported call, it went on
    to the reported end; so it did where the tail handed it on over a trunk that nobody listed, unless the end has
    records of that time.
    """
    forwards = tail.egress_called not in (None, tail.called) and _ended_here(case, tail)
    end = case.reported.terminating
    if tail.downstream is None and tail.handed_on and end not in (None, tail.carrier) and end not in case.covered:
        return [Step(str(end))]
    if tail.downstream is None or forwards:
        return []
    if end in (None, tail.carrier, tail.downstream):
        return [Step(tail.downstream)]
    return [Step(str(end)), Step(tail.downstream)]


def _between(pair: Pair, lower: Fact, upper: Fact) -> list[str]:
    """Carriers without a record between the two statements of a pair."""
    if pair.kind in (Kind.BRIDGED, Kind.FORWARDED):
        between = lower.upstream or upper.downstream
        return [between] if between else []
    if pair.kind is Kind.GAP:
        return [carrier for carrier in (lower.upstream, upper.downstream) if carrier]
    return []


def _contradicting(case: Case, fact: Fact, seen: set[int]) -> list[Pair]:
    """Statements that say otherwise than this one where the call came from, and belong to no other trail."""
    return [
        pair
        for pair in case.conflicts_with(fact.sid)
        if pair.weight >= CONFLICT_WEIGHT and pair.u not in case.assignment.used and pair.u not in seen
    ]


def _past_a_claim(case: Case, fact: Fact, seen: set[int]) -> Pair | None:
    """The handoff to a carrier that claims the call for a customer of its own, where its word is not to be followed."""
    if fact.customer is None:
        return None
    against = _contradicting(case, fact, seen)
    return next((pair for pair in against if _invented(case, pair) >= SURE), None)


def _invented(case: Case, pair: Pair) -> float:
    """The probability that the downstream side of a quarrel invented its customer, not the upstream its handoff."""
    upper = case.facts[pair.u]
    if upper.downstream != case.facts[pair.d].carrier:
        return 0.5
    by_others = case.around.trust.invents.get((upper.carrier, case.facts[pair.d].carrier), 0.5)
    # Whoever got the call from somebody who says so did have it to hand on.
    odds = by_others / (1 - by_others) * (HAD_IT if pair.u in case.assignment.chosen else 1.0)
    odds *= KNEW_ID if _one_id(case, pair) else 1.0
    return odds / (1 + odds)


def _one_id(case: Case, pair: Pair) -> bool:
    """Whether the lower record has the Call-ID with which the upper one says that it sent the call on."""
    sent = case.facts[pair.u].sent_cid
    return sent is not None and sent == case.facts[pair.d].cid


def _ended(case: Case, fact: Fact, steps: list[Step], seen: set[int]) -> Trail:
    """The trail of these steps, the last of which is that of `fact`."""
    against = _contradicting(case, fact, seen)
    overruled = [step.pair for step in steps if step.pair is not None and step.pair.kind is Kind.CONFLICT]
    if fact.customer is not None:
        fabricated = [pair for pair in against if _invented(case, pair) <= 1 - SURE]
        against = [pair for pair in against if pair not in fabricated]
        overruled += fabricated
    ending = Ending.CONTESTED if against else _ending(case, fact, steps[-1])
    if ending in NAMED_ABOVE and fact.upstream is not None:
        steps = [*steps, Step(fact.upstream)]
    return Trail(
        tuple(steps),
        ending,
        tuple(against),
        tuple(overruled),
        fact.customer if ending is Ending.CUSTOMER else None,
        point_of_entry([step.carrier for step in steps], case.around) if ending is Ending.ENTRY else None,
    )


def _ending(case: Case, fact: Fact, step: Step) -> Ending:
    """Why an uncontradicted trail goes no further than this step of its furthest record."""
    if fact.customer is not None:
        return Ending.DOUBTED if _doubted(case, fact, step) else Ending.CUSTOMER
    if fact.upstream is None:
        return Ending.UNNAMED
    if fact.upstream in case.covered:
        untrue = case.around.trust.untrue.get((fact.carrier, fact.upstream), 0.0)
        return Ending.CONTRADICTED if untrue >= NAMED_FALSELY else Ending.LACKING
    entry = case.around.foreign(fact.upstream) and not case.around.foreign(fact.carrier)
    return Ending.ENTRY if entry else Ending.SILENT


def _doubted(case: Case, fact: Fact, step: Step) -> bool:
    """Whether a carrier's word of its customer is not enough: others contradict such words of it again and again."""
    trust = case.around.trust
    borne_out = step.pair is not None and (step.pair.kind in (Kind.DIRECT, Kind.REWRITTEN) or _one_id(case, step.pair))
    made_up = 0.0 if borne_out else trust.made_up.get(fact.carrier, 0.0)
    return made_up > 1 - SURE or trust.doubt.get(fact.carrier, 0.0) > DOUBTFUL
