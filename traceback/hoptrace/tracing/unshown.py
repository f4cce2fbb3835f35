"""Unshown: how a call may have looked to the called party for all that its records leave out.

A lowest record without a caller does not say what the called party saw, for carriers leave a number blank that they
pass on, and withhold one in their records that they show. Some put another one in its place and do not write that down:
it shows in the records below, and where those are missing it may be the reported one. And where a number is forwarded,
now and then or without a word of the new number, the end that a report names does not tell its calls apart: it is
mostly looked up by the number.
"""

from __future__ import annotations

from hoptrace.model.numbers import WITHHELD_KEY
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.trail import Trail
from hoptrace.tracing.weighing import BY_THE_REPORT, SAME_CALLER, Weighed, caller_weight, delivers, end_weight

NO_CALLER = (None, WITHHELD_KEY)
"""Keys of a caller that was not shown: blank, or withheld."""


def at_best(case: Case, one: Weighed, best: Weighed) -> float:
    """`Weighed.differs` of a trail whose call looked as much like the reported one as its records allow."""
    elsewhere = min(end_weight(case, one.trail) - BY_THE_REPORT, 0.0)
    forwarded = elsewhere < 0 and _parted(case, one.trail, best.trail)
    shown = _shown(case, one.trail) or _replaced(case, one.trail, best.trail)
    return one.differs + shown - (elsewhere if forwarded else 0.0)


def _shown(case: Case, trail: Trail) -> float:
    """What the caller would add, had it been shown as a record further up has it."""
    tail = case.facts[trail.first_statement]
    if tail.calling not in NO_CALLER or case.reported.calling in NO_CALLER:
        return 0.0
    if all(case.facts[sid].calling != case.reported.calling for sid in trail.statements):
        return 0.0
    return _as_reported(case, tail)


def _replaced(case: Case, trail: Trail, best: Trail) -> float:
    """What the caller would add, had the last carrier with a record put the reported one in its place.

    That it does so shows in the best trail: what came from it has the reported caller, and its own record another.
    """
    tail, reported = case.facts[trail.first_statement], case.reported.calling
    if reported in (*NO_CALLER, tail.calling, tail.sent_calling) or not (tail.downstream or tail.handed_on):
        return 0.0
    handed = ((case.facts[pair.u], case.facts[pair.d]) for pair in best.pairs)
    if any(
        upper.carrier == tail.carrier and upper.sent_calling != reported == lower.calling for upper, lower in handed
    ):
        return _as_reported(case, tail)
    return 0.0


def _as_reported(case: Case, tail: Fact) -> float:
    """What the caller of a lowest record would add, were it the reported one."""
    return SAME_CALLER - caller_weight(case.reported, tail, case.around)


def _parted(case: Case, one: Trail, other: Trail) -> bool:
    """Whether a carrier sent one of two calls to the same number on to another one, and had both."""
    ends = case.facts[one.first_statement], case.facts[other.first_statement]
    return _delivered_one(*ends) or _went_on(case, one, other) or _went_on(case, other, one)


def _delivered_one(one: Fact, other: Fact) -> bool:
    """Whether the carrier that delivered one call to a number handed the other on: nobody else delivers there."""
    same = (one.carrier, one.called) == (other.carrier, other.called)
    return same and delivers(one) != delivers(other)


def _went_on(case: Case, one: Trail, other: Trail) -> bool:
    facts = case.facts
    pairs = ((facts[pair.u], facts[pair.d]) for pair in one.pairs)
    forwarded = {(upper.carrier, upper.called) for upper, lower in pairs if upper.called != lower.called}
    return any((facts[sid].carrier, facts[sid].called) in forwarded for sid in other.statements)
