"""Trails: from a terminating statement upstream, handoff by handoff, to where the records end."""

from __future__ import annotations

from collections.abc import Mapping

from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.endings import ended, past_a_claim
from hoptrace.tracing.trail import Step, Trail

FEW, HALF = 0.2, 0.5
"""Shares of carriers taking part below which a trail, and below which one that leaps a gap by numbers and time alone,
need not go to an end that the report leaves open."""


def trails(case: Case) -> list[Trail]:
    """One trail for each statement that hands on to no other statement, of calls that went to the reported number."""
    used = case.assignment.used
    tails = [_tail(case, fact) for sid, fact in sorted(case.facts.items()) if sid not in used]
    found = [walk(case, fact) for fact in tails if fact is not None]
    # A walk past a false claim goes through statements that no pair uses: they begin no trail of their own.
    passed = {sid for trail in found for sid in trail.statements[1:]}
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
            return fact if _ended_here(case, fact) else _past_a_refusal(case, lowest)
        seen.add(fact.sid)
        above = case.assignment.chosen.get(fact.sid)
        fact = case.facts[above.u] if above is not None else None
    return None


def _past_a_refusal(case: Case, lowest: Fact) -> Fact:
    """Where a trail begins whose lowest record only tells that its carrier did not put the call through; else there.

    Whoever reports a call that another carrier delivered does not mean this attempt, but the call for which it was
    made: the carrier above, without a record, tried another route then, of which nobody here has a record.
    """
    pair, end = case.assignment.chosen.get(lowest.sid), case.reported.terminating
    nowhere = lowest.downstream is None and not lowest.handed_on and lowest.outcome != "answered"
    if not nowhere or end in (None, lowest.carrier) or pair is None or pair.kind is not Kind.BRIDGED:
        return lowest
    routes = sum(other.u == pair.u for other in case.assignment.chosen.values())
    upper = case.facts[pair.u]
    return upper if routes == 1 and upper.downstream == lowest.upstream else lowest


def _ended_here(case: Case, fact: Fact) -> bool:
    """Whether a carrier that sent a call to the reported number on elsewhere is reported as the call's end."""
    return fact.carrier == case.reported.terminating and fact.called == case.reported.called


def walk(case: Case, tail: Fact, override: Mapping[int, Pair] | None = None) -> Trail:
    """The trail upstream from a terminating statement; `override` forces pairs by downstream sid (to weigh a rival)."""
    steps = [*_delivery(case, tail), Step(tail.carrier, tail.sid)]
    seen = {tail.sid}
    fact = tail
    chosen = {**case.assignment.chosen, **override} if override else case.assignment.chosen
    while (pair := chosen.get(fact.sid) or past_a_claim(case, fact, seen)) is not None and pair.u not in seen:
        upper = case.facts[pair.u]
        steps += [Step(carrier, None, pair) for carrier in _between(pair, fact, upper)]
        steps.append(Step(upper.carrier, upper.sid, pair))
        seen.add(upper.sid)
        fact = upper
    return ended(case, fact, steps, seen)


def astray(trail: Trail, case: Case) -> bool:
    """Whether the lowest record of a trail handed the call to another carrier than the one that the report names."""
    tail, end = case.facts[trail.first_statement], case.reported.terminating
    return None not in (tail.downstream, end) and end not in (tail.carrier, tail.downstream)


def detached(trail: Trail, case: Case) -> bool:
    """Whether no record ties a trail to the end of the reported call: its lowest one went to another carrier.

    Where the report names no end any will do, but where few carriers take part only if another one than the originator
    has a record: somebody else's call to the same number would mostly go over that one too. A gap over which nothing
    but numbers and time lead parts the trail's beginning from any end, from a reported one where few take part.
    """
    if astray(trail, case):
        return True
    if case.facts[trail.first_statement].downstream is None:
        return False
    unnamed = case.reported.terminating is None
    if any(pair.kind is Kind.GAP for pair in trail.pairs):
        return case.taking_part < (HALF if unnamed else FEW)
    return unnamed and not trail.pairs and case.taking_part < FEW


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
