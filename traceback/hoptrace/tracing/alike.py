"""Alike: which other trails the report may mean as well as the best one, and which are only parts or tries of it."""

from __future__ import annotations

import numpy as np

from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.linking.legs import LONGEST_RETRY
from hoptrace.model.arrays import Floats, Truths
from hoptrace.tracing.case import Case, Fact, nowhere
from hoptrace.tracing.copies import copied
from hoptrace.tracing.delivering import at_the_end, ends_of, refused
from hoptrace.tracing.moment import Match
from hoptrace.tracing.trail import Ending, Trail
from hoptrace.tracing.unshown import at_best
from hoptrace.tracing.weighing import Weighed

SAME_MOMENT = 1.0
"""Seconds beyond what their records leave open that two parts of one call may seem apart."""

MUCH_LESS_ALIKE = 2.5
"""Weight by which a call may look less like the reported one (caller, outcome, terminating carrier) and still be it."""


def alike(case: Case, one: Weighed, best: Weighed) -> float:
    """The probability that a call with another answer came so near to the best one that the report means it as well.

    Reports are off by seconds: what came as near to the best call as reports lie from theirs may be meant as well. A
    call whose records leave more open, as times cut to the minute do, came so near with some probability only.
    """
    if not _may_be_alike(case, one, best):
        return 0.0
    around = 2 * case.reported.close
    return around / max(around, one.timed.open)


def _may_be_alike(case: Case, one: Weighed, best: Weighed) -> bool:
    return (
        near(one.timed, best.timed, case.reported.close)
        and at_best(case, one, best) >= best.differs - MUCH_LESS_ALIKE
        and _differs(case, one.trail, best.trail)
        and not _branch(case, one.trail, best.trail)
        and not further_up(case, one, best)
        and not copied(case, one, best)
        and not disputing(one, best)
    )


def near(one: Match, best: Match, close: float) -> bool:
    """Whether the report may mean either of two trails for all that their times tell."""
    return min(one.apart, abs(one.residual - best.residual)) <= close


def near_all(apart: Floats, residual: Floats, close: Floats) -> Truths:
    """`near` of many trails, `residual` less that of the best one."""
    return np.minimum(apart, np.abs(residual)) <= close


def disputing(one: Weighed, best: Weighed) -> bool:
    """Whether a trail is that of the record which contradicts the best one's end: both tell of one call."""
    return any(pair.u == one.trail.first_statement for pair in best.trail.against)


def further_up(case: Case, one: Weighed, best: Weighed) -> bool:
    """Whether a trail is rather the best one's own way on, beyond carriers without a record, than another call.

    The best one ends at a carrier without a record, the other was handed to one, or on over a trunk that nobody listed,
    at the same moment. Too little says
    that they are one call for the trail to go on there; but two calls that each lack what the other has are less likely
    still, and whichever is meant, what the best trail says of the call holds. A carrier at which the best one ends,
    since it lacks this call, may well have kept the record of another route that it tried.
    """
    if not _open_above(case, best.trail):
        return False
    crossed = {step.carrier for step in best.trail.steps if step.sid is not None or step is not best.trail.steps[-1]}
    last, tail = case.facts[best.trail.last_statement], case.facts[one.trail.first_statement]
    on = tail.handed_on if tail.downstream is None else tail.downstream != case.reported.terminating
    return (
        (on or _refused(case, tail, best.trail))
        and not {step.carrier for step in one.trail.steps if step.sid is not None} & crossed
        and _may_be_one(last, tail)
        and _same_moment(one, best)
    )


def _open_above(case: Case, trail: Trail) -> bool:
    """Whether a call may have come from further up than its trail leads.

    Also where a carrier is not believed that its own customer placed it, unless it makes up calls more often than it
    invents customers for others' calls, and nobody got this one from it.
    """
    if trail.ending is Ending.DOUBTED:
        trust, who = case.around.trust, trail.steps[-1].carrier
        return bool(trail.pairs) or trust.made_up.get(who, 0.0) < trust.doubt.get(who, 0.0)
    return trail.ending in (Ending.SILENT, Ending.ENTRY, Ending.LACKING, Ending.UNNAMED)


def _same_moment(upper: Weighed, lower: Weighed) -> bool:
    """Whether two parts of one call came when they should; above a silent carrier that tried routes it came earlier."""
    earlier = upper.residual - lower.residual
    blurred = (upper.timed.open + lower.timed.open) / 2 + SAME_MOMENT
    return -blurred <= earlier <= blurred + LONGEST_RETRY


def _may_be_one(lower: Fact, upper: Fact) -> bool:
    """Whether neither the callers nor the outcomes of two records say that they are of two calls.

    A refusal does not say how the call ended over another route.
    """
    callers = lower.calling, upper.sent_calling
    known = [caller for caller in callers if caller is not None and caller > 0]
    refused = upper.downstream is None and (upper.outcome == "failed" or nowhere(upper))
    return len(set(known)) < 2 and (refused or (lower.outcome == "answered") == (upper.outcome == "answered"))


def _refused(case: Case, tail: Fact, best: Trail) -> bool:
    """Whether a record says only that its carrier refused a call, which then may have gone another way.

    Also one that says that nobody answered, for so a refusal (480) may be written down, where its carrier is none that
    the best trail crossed: a number's calls are delivered by one carrier.
    """
    refused = tail.outcome == "failed" or tail.carrier not in best.path
    return nowhere(tail) and refused and not at_the_end(case, tail, ends_of(case))


def back_home(case: Case, upper: Trail, lower: Trail) -> bool:
    """Whether a call that ended at home would have gone from home abroad and back: hardly any does."""
    around, end = case.around, case.reported.terminating
    if around.foreign(end) if end is not None else not around.at_home(case.reported.called):
        return False
    return around.foreign(lower.path[-1]) and not all(around.foreign(carrier) for carrier in upper.path)


def redial(one: Weighed, best: Weighed) -> bool:
    """Whether a trail whose beginning nobody tells may be another try of whoever began the best one."""
    if one.trail.answer == best.trail.answer or one.looks < best.looks - 0.5:
        return False
    return one.trail.ending in (Ending.SILENT, Ending.UNNAMED, Ending.LACKING)


def _branch(case: Case, one: Trail, best: Trail) -> bool:
    """Whether a trail is only a route that a carrier of the best trail, without a record, tried in vain.

    Where it is not known who delivered the best one's call, that may have been any carrier below it, and where the best
    one leaps on from a record that names nobody, any on the way there. A route over several carriers ended at one that
    the best trail did not cross. Nor does it matter which carrier's route it was where the refusal names nobody.
    """
    tail, last = case.facts[one.first_statement], case.facts[one.last_statement]
    if not _refused(case, tail, best):
        return False
    below = not one.pairs and best.steps[0].sid is None and case.reported.terminating is None
    # Whatever call it was that a carrier refused which delivers none to this number, that delivered one is on file.
    ends, told = ends_of(case), case.facts[best.first_statement]
    astray = not one.pairs and last.upstream is None and refused(case, tail, ends) and at_the_end(case, told, ends)
    apart = not one.pairs or tail.carrier not in best.path
    unknown = not one.pairs and any(_from_nobody(case, pair) for pair in best.pairs)
    return below or unknown or astray or (apart and last.upstream in best.path)


def _from_nobody(case: Case, pair: Pair) -> bool:
    """Whether a leap starts at a record that does not say who handed it the call."""
    return pair.kind in (Kind.BRIDGED, Kind.GAP) and case.facts[pair.d].upstream is None


def _differs(case: Case, one: Trail, other: Trail) -> bool:
    """Whether two trails say different things: not where one only lacks the record at which the other ends."""
    for short, whole in ((one, other), (other, one)):
        last = case.facts[short.last_statement]
        if whole.ending is Ending.CUSTOMER and last.customer is None and last.upstream == whole.path[-1]:
            return False
    return (one.path != other.path and one.answer != other.answer) or _customers_differ(case, one, other)


def _customers_differ(case: Case, one: Trail, other: Trail) -> bool:
    told = {trail.answer[2] for trail in (one, other)} - {None}
    return len(told) > 1
