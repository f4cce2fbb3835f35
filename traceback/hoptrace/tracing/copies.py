"""Copies: records of calls that a carrier made up for its customers, on the model of calls that others carried.

Such a record tells of no other call. Where nobody bears it out and its carrier is not believed, and a call that
several records tell of came with the same caller at the same moment and went as far, it is that call's copy.
"""

from __future__ import annotations

from hoptrace.tracing.attempts import MOST, RANK
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.trail import Ending
from hoptrace.tracing.weighing import Weighed


def copied(case: Case, one: Weighed, model: Weighed) -> bool:
    """Whether a trail is no more than a record made up on the model of another one, which leads to a customer."""
    if one.trail.ending is not Ending.DOUBTED or one.trail.pairs:
        return False
    told, by = case.facts[one.trail.first_statement], [case.facts[sid] for sid in model.trail.statements]
    return (
        model.trail.ending is Ending.CUSTOMER
        and len(by) > 1
        and abs(one.residual - model.residual) <= case.around.close
        and any(told.calling == fact.calling for fact in by)
        and any(_ended_alike(told, fact) for fact in by)
    )


def _ended_alike(one: Fact, other: Fact) -> bool:
    """Whether two calls were both answered, or both refused, or both rang in vain."""
    answered = (one.outcome == "answered") == (other.outcome == "answered")
    return answered and (_refusal(one) == _refusal(other))


def _refusal(fact: Fact) -> bool:
    return RANK.get(fact.outcome or "", MOST) == 0
