"""Delivering: which carrier delivers the calls to a number, and records that only tell of a refusal elsewhere.

A number's calls are delivered by one carrier. The report may name it; else a record that says that such a call was
answered, engaged or given up there tells. A carrier that is another one, and put a call through to nobody, refused it:
the call went on another way.
"""

from __future__ import annotations

from collections.abc import Set

from hoptrace.tracing.case import Case, Fact, nowhere
from hoptrace.tracing.trail import Trail

DELIVERED = frozenset({"answered", "busy", "cancelled"})
"""Outcomes that only the called party's own carrier can tell, where it handed the call to nobody."""

Ends = Set[tuple[int, str]]
"""Numbers and carriers that delivered calls to them."""


def ends_of(case: Case) -> Ends:
    """Who delivered calls to which number, as the records of a case say."""
    return {
        (fact.called, fact.carrier)
        for fact in case.facts.values()
        if fact.downstream is None and not fact.handed_on and fact.outcome in DELIVERED
    }


def at_the_end(case: Case, fact: Fact, ends: Ends) -> bool:
    """Whether a record is of the carrier that delivers the call, or says that it handed the call there."""
    end = case.reported.terminating
    if end is not None:
        return end in (fact.carrier, fact.downstream or fact.carrier)
    return (fact.called, fact.carrier) in ends or (fact.sent, fact.downstream) in ends


def refused(case: Case, fact: Fact, ends: Ends) -> bool:
    """Whether a record only tells that a carrier which does not deliver the call put it through to nobody."""
    if not nowhere(fact) or at_the_end(case, fact, ends):
        return False
    return case.reported.terminating is not None or any(number == fact.called for number, _ in ends)


def begins_refused(case: Case, trail: Trail) -> bool:
    """Whether the lowest record of a trail only tells of a refusal, so that its carrier was not on the call's way.

    A lone one does so as well where nothing tells who delivers the number's calls: the reported call rang.
    """
    first = case.facts[trail.first_statement]
    if len(trail.steps) < 2 or trail.steps[0].sid != first.sid or not nowhere(first):
        return False
    ends = ends_of(case)
    unknown = case.reported.terminating is None and all(number != first.called for number, _ in ends)
    lone = unknown and not trail.pairs and first.outcome == "failed"
    return lone or refused(case, first, ends)


def way_told(case: Case, trail: Trail) -> tuple[str, ...]:
    """The carriers of a call's way, terminating one first: without one that only refused it.

    In the place of that one stands the carrier that the report names as the call's end.
    """
    if not begins_refused(case, trail):
        return trail.path
    end, above = case.reported.terminating, trail.path[1:]
    return above if end in (None, above[0]) else (str(end), *above)
