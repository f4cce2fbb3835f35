"""Trails: from a terminating statement upstream, handoff by handoff, to where the records end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from hoptrace.linking.assignment import Pair
from hoptrace.linking.scoring import Kind
from hoptrace.tracing.case import Case, Fact

CONFLICT_WEIGHT = 4.0
"""Natural-log weight from which a contradicting statement is taken to tell of the same call."""


class Ending(StrEnum):
    """Why a trail goes no further."""

    CUSTOMER = "customer"  # the carrier's own customer placed the call
    ENTRY = "entry"  # the carrier named upstream is foreign and has submitted nothing
    SILENT = "silent"  # the carrier named upstream has submitted nothing for that time
    LACKING = "lacking"  # the carrier named upstream has records of that time, but not this call
    UNNAMED = "unnamed"  # the last record does not say who handed the call over
    CONTESTED = "contested"  # another statement contradicts the last one


@dataclass(frozen=True, slots=True)
class Step:
    """One carrier of a trail: its statement (None where it was only named) and the pair that leads to it."""

    carrier: str
    sid: int | None = None
    pair: Pair | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """Steps from the terminating carrier upstream, and the ending; `against` are the pairs that contradict it."""

    steps: tuple[Step, ...]
    ending: Ending
    against: tuple[Pair, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """The carriers, terminating one first."""
        return tuple(step.carrier for step in self.steps)

    @property
    def last_statement(self) -> int:
        """The sid of the furthest statement."""
        return next(step.sid for step in reversed(self.steps) if step.sid is not None)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The handoffs and leaps between its statements, from the terminating end."""
        return tuple(step.pair for step in self.steps if step.pair is not None and step.sid is not None)

    def answer(self, case: Case) -> tuple[Ending, str, str | None, str | None]:
        """What the trail ends with: how, at which carrier, with whose customer, or at which point of entry."""
        path, ending, customer = self.outcome(case)
        return ending, path[-1], customer, self.point_of_entry(case) if ending is Ending.ENTRY else None

    def point_of_entry(self, case: Case) -> str | None:
        """The home carrier that took the call from the first foreign carrier of the trail, walking upstream."""
        for lower, upper in pairwise(self.path):
            if case.around.foreign(upper) and not case.around.foreign(lower):
                return lower
        return None

    def outcome(self, case: Case) -> tuple[tuple[str, ...], Ending, str | None]:
        """All that the trail says: two trails with the same outcome are no alternatives to each other."""
        customer = case.facts[self.last_statement].customer if self.ending is Ending.CUSTOMER else None
        return self.path, self.ending, customer


def trails(case: Case) -> list[Trail]:
    """One trail for each statement that hands on to no other statement and fits the reported number."""
    used = case.assignment.used
    tails = [fact for sid, fact in sorted(case.facts.items()) if sid not in used and _reported(fact, case)]
    return [walk(case, fact) for fact in tails]


def walk(case: Case, tail: Fact, override: Mapping[int, Pair] | None = None) -> Trail:
    """The trail upstream from a terminating statement; `override` forces pairs by downstream sid (to weigh a rival)."""
    steps = [*_delivery(case, tail), Step(tail.carrier, tail.sid)]
    seen = {tail.sid}
    fact = tail
    chosen = {**case.assignment.chosen, **(override or {})}
    while (pair := chosen.get(fact.sid)) is not None and pair.u not in seen:
        upper = case.facts[pair.u]
        steps += [Step(carrier, None, pair) for carrier in _between(pair, fact, upper)]
        steps.append(Step(upper.carrier, upper.sid, pair))
        seen.add(upper.sid)
        fact = upper
    return _ended(case, fact, steps, seen)


def _reported(fact: Fact, case: Case) -> bool:
    return case.reported.called in (fact.called, fact.sent)


def _delivery(case: Case, tail: Fact) -> list[Step]:
    """Carriers without a record below the tail: the one that it handed the call to, and the one reported as the end.

    Who forwarded the reported number is the end. The report counts where neither of the two has submitted anything.
    """
    forwards = tail.egress_called is not None and tail.called == case.reported.called != tail.egress_called
    if tail.downstream is None or forwards:
        return []
    end = case.reported.terminating
    silent = end not in case.covered and tail.downstream not in case.covered
    if end is None or end == tail.downstream or not silent:
        return [Step(tail.downstream)]
    return [Step(end), Step(tail.downstream)]


def _between(pair: Pair, lower: Fact, upper: Fact) -> list[str]:
    """Carriers without a record between the two statements of a pair."""
    if pair.kind in (Kind.BRIDGED, Kind.FORWARDED):
        return [lower.upstream] if lower.upstream else []
    if pair.kind is Kind.GAP:
        return [carrier for carrier in (lower.upstream, upper.downstream) if carrier]
    return []


def _ended(case: Case, fact: Fact, steps: list[Step], seen: set[int]) -> Trail:
    against = tuple(
        pair
        for pair in case.conflicts_with(fact.sid)
        if pair.weight >= CONFLICT_WEIGHT and pair.u not in case.assignment.used and pair.u not in seen
    )
    if against:
        return Trail(tuple(steps), Ending.CONTESTED, against)
    if fact.customer is not None:
        return Trail(tuple(steps), Ending.CUSTOMER)
    if fact.upstream is None:
        return Trail(tuple(steps), Ending.UNNAMED)
    steps.append(Step(fact.upstream))
    if fact.upstream in case.covered:
        return Trail(tuple(steps), Ending.LACKING)
    entry = case.around.foreign(fact.upstream) and not case.around.foreign(fact.carrier)
    return Trail(tuple(steps), Ending.ENTRY if entry else Ending.SILENT)
