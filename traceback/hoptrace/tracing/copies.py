"""Copies: records of calls that a carrier made up for its customers, on the model of calls that others carried.

Such a record tells of no other call. Where nobody bears it out and its carrier is not believed, and a call that
several records tell of came with the same caller at the same moment, as far as the records tell, and went as far, it is
that call's copy.
"""

from __future__ import annotations

from collections.abc import Sequence

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
        and same_moment(case, one, model, (one.timed.open + model.timed.open) / 2)
        and _one_caller(told, by)
        and any(_ended_alike(told, fact) for fact in by)
    )


def same_moment(case: Case, one: Weighed, other: Weighed, blurred: float = 0.0) -> bool:
    """Whether two trails came as near to each other as reports lie from calls; `blurred`: seconds left open."""
    return abs(one.residual - other.residual) <= case.reported.close + blurred


def _one_caller(told: Fact, by: Sequence[Fact]) -> bool:
    """Whether a call came with the caller id of another one, or with any where that one's was kept back all along."""
    shown = [fact.calling for fact in by if fact.calling is not None and fact.calling > 0]
    return told.calling in shown or not shown


def _ended_alike(one: Fact, other: Fact) -> bool:
    """Whether two calls were both answered, or both refused, or both rang in vain."""
    answered = (one.outcome == "answered") == (other.outcome == "answered")
    return answered and (_refusal(one) == _refusal(other))


def _refusal(fact: Fact) -> bool:
    return RANK.get(fact.outcome or "", MOST) == 0
