"""Endings: where a trail stops, and who is believed where two statements contradict each other."""

from __future__ import annotations

import math

from hoptrace.linking.assignment import CONFLICT_WEIGHT
from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.trust.witnesses import NAMED_FALSELY
from hoptrace.tracing.case import Case, Fact, Surroundings
from hoptrace.tracing.trail import NAMED_ABOVE, Ending, Step, Trail, point_of_entry

SURE = 0.9
"""Probability from which one side's word is followed where two contradict each other."""

DOUBTFUL = 0.03
"""Probability of a false word from which a carrier that was caught at several is not believed without a second one."""

HAD_IT = 20.0
"""Odds for a carrier's word that it handed a call on, where another one says that it handed that call to it."""

KNEW_ID = 100.0
"""Odds for it where the other one's record has the Call-ID that it sent the call on with: who never had the call
cannot know under which id it came in."""

MOSTLY_FALSE = 0.5
"""Share of false words of its upstreams from which a carrier is not believed of one that has no records either."""


def _contradicting(case: Case, fact: Fact, seen: set[int]) -> list[Pair]:
    """Statements that say otherwise than this one where the call came from, and belong to no other trail."""
    return [
        pair
        for pair in case.conflicts_with(fact.sid)
        if pair.weight + _known_quarrel(case, pair) >= CONFLICT_WEIGHT
        and pair.u not in case.assignment.used
        and pair.u not in seen
    ]


def _known_quarrel(case: Case, pair: Pair) -> float:
    """What it weighs for a contradiction that its lower carrier is known to claim such calls for its customers."""
    upper, lower = case.facts[pair.u], case.facts[pair.d]
    claimed = lower.customer is not None and upper.downstream == lower.carrier and pair.weight > 0
    invents = case.around.trust.invents.get((upper.carrier, lower.carrier), 0.5) if claimed else 0.5
    return max(0.0, math.log(invents / max(1 - invents, 1e-3)))


def past_a_claim(case: Case, fact: Fact, seen: set[int]) -> Pair | None:
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


def ended(case: Case, fact: Fact, steps: list[Step], seen: set[int]) -> Trail:
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
    return beyond((fact.carrier, fact.upstream), fact.calling, case.around, covered=fact.upstream in case.covered)


def beyond(named: tuple[str, str], calling: int | None, around: Surroundings, *, covered: bool) -> Ending:
    """The ending at a carrier named upstream that has no record of the call; `covered`: it has others of that time.

    `named`: the carrier that names it, and the one named; `calling`: the call's caller (a number's key).
    """
    carrier, upstream = named
    if covered:
        false = around.trust.named_falsely(carrier, upstream, calling)
        return Ending.CONTRADICTED if false >= NAMED_FALSELY else Ending.LACKING
    if around.trust.falsely(carrier, upstream) >= MOSTLY_FALSE:
        return Ending.MISNAMED
    return Ending.ENTRY if around.foreign(upstream) and not around.foreign(carrier) else Ending.SILENT


def _doubted(case: Case, fact: Fact, step: Step) -> bool:
    """Whether a carrier's word of its customer is not enough: others contradict such words of it again and again.

    So it is where nobody bears out that the call came from there, and many of the customer's caller ids are others'.
    """
    pair, trust = step.pair, case.around.trust
    borne_out = pair is not None and (pair.kind in (Kind.DIRECT, Kind.REWRITTEN) or _one_id(case, pair))
    if borne_out:
        made_up = 0.0
    elif fact.downstream not in case.covered or (pair is not None and pair.kind is not Kind.BRIDGED):
        made_up = trust.never_went(fact.carrier)
    else:
        made_up = trust.never_went(fact.carrier, fact.downstream, None if pair is None else case.facts[pair.d].carrier)
    return made_up > 1 - SURE or doubted(trust, fact.carrier, fact.customer, borne_out=borne_out)


def doubted(trust: Trust, carrier: str, customer: str | None, *, borne_out: bool) -> bool:
    """Whether a carrier's word of its customer is not enough; `borne_out`: another's record says so of the call."""
    made_up = 0.0 if borne_out else trust.never_went(carrier)
    borrowing = not borne_out and (carrier, customer) in trust.borrows
    return borrowing or made_up > 1 - SURE or trust.doubt.get(carrier, 0.0) > DOUBTFUL
