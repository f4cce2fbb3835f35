"""Hops: each carrier of a trail with its statement, its evidence, and who supports the handoff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hoptrace.model.verdicts import Evidence, Hop, RecordRef, Support
from hoptrace.tracing import evidence
from hoptrace.tracing.case import Case
from hoptrace.tracing.delivering import begins_refused
from hoptrace.tracing.sources import Sources
from hoptrace.tracing.trail import Step, Trail
from hoptrace.tracing.weighing import Weighed


def hops_told(case: Case, best: Weighed, sources: Sources) -> tuple[Hop, ...]:
    """The hops of the carriers that a trail tells of (`delivering.way_told`)."""
    hops = hops_of(case, best, best.trail.steps, sources)
    if not begins_refused(case, best.trail):
        return hops
    said, end = sources.statements[best.trail.first_statement], case.reported.terminating
    above = replace(
        hops[1],
        evidence=(*hops[1].evidence, evidence.of_refusal(hops[0].carrier, said.batch, said.row)),
        support=None,
    )
    if end in (None, above.carrier):
        return above, *hops[2:]
    head = Hop(carrier=str(end), evidence=(evidence.by_the_report(str(end)),))
    return head, replace(above, support=Support.INFERRED), *hops[2:]


def hops_of(case: Case, best: Weighed, steps: Sequence[Step], sources: Sources) -> tuple[Hop, ...]:
    """The hops of a trail's steps, each with the evidence for its handoff to the one before."""
    hops: list[Hop] = []
    lower: int | None = None
    for place, step in enumerate(steps):
        found = _hop_evidence(case, best, steps, place, lower, sources)
        hops.append(_hop(step, found, _support(case, steps, place, lower), sources))
        lower = step.sid if step.sid is not None else lower
    return tuple(hops)


def _hop_evidence(
    case: Case, best: Weighed, steps: Sequence[Step], place: int, lower: int | None, sources: Sources
) -> tuple[Evidence, ...]:
    step = steps[place]
    if lower is not None:
        if step.sid is None or step.pair is None:
            return evidence.of_naming(case.facts[lower].carrier, step.carrier)
        return sources.pairs[step.pair.row].evidence
    if step.sid is not None:
        return evidence.of_report(case.reported, case.facts[step.sid], best.trail.path[0], best.residual)
    first = next(upper.sid for upper in best.trail.steps if upper.sid is not None)
    return evidence.of_unrecorded(step.carrier, case.facts[first])


def inferred_step(trail: Trail) -> bool:
    """Whether a step of the trail rests on numbers and time, no record naming the carrier."""
    return any(step.sid is None and before.sid is None for before, step in pairwise(trail.steps))


def _support(case: Case, steps: Sequence[Step], place: int, lower: int | None) -> Support | None:
    """Who says that this step's carrier handed the call to the one before it."""
    if place == 0:
        return None
    step, before = steps[place], steps[place - 1]
    if step.sid is None and before.sid is None:
        return Support.INFERRED
    if step.sid is None or before.sid is None or lower is None:
        return Support.NAMED
    down, up = case.facts[lower], case.facts[step.sid]
    both = down.upstream == up.carrier and up.downstream == down.carrier
    return Support.BOTH if both else Support.ONE


def _hop(step: Step, found: tuple[Evidence, ...], support: Support | None, sources: Sources) -> Hop:
    if step.sid is None:
        return Hop(carrier=step.carrier, evidence=found, support=support)
    said = sources.statements[step.sid]
    if said.repeated is not None:
        found = (*found, Evidence("repeated hour", None, said.repeated))
    return Hop(
        carrier=step.carrier,
        records=(RecordRef(said.batch, said.row, said.record_id),),
        start_time=said.start_time,
        clock_offset=round(said.clock_offset, 3),
        calling=said.calling,
        called=said.called,
        attestation=said.attestation,
        evidence=found,
        support=support,
        start_basis=said.start_basis,
    )
