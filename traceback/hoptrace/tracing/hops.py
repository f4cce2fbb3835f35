"""Hops: each carrier of a trail with its statement, its evidence, and who supports the handoff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hoptrace.linking.contests import Pair
from hoptrace.model.numbers import display
from hoptrace.model.times import rfc3339
from hoptrace.model.verdicts import Evidence, Hop, RecordRef, Support
from hoptrace.tracing import evidence
from hoptrace.tracing.case import Case
from hoptrace.tracing.trails import Step, Trail
from hoptrace.tracing.weighing import Weighed


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the words come from: full statements by sid, scored pairs by row."""

    statements: Mapping[int, Mapping[str, Any]]
    pairs: Mapping[int, Mapping[str, Any]]


def hops_of(case: Case, best: Weighed, steps: Sequence[Step], sources: Sources) -> tuple[Hop, ...]:
    """The hops of a trail's steps, each with the evidence for its handoff to the one before."""
    hops: list[Hop] = []
    lower: int | None = None
    for place, step in enumerate(steps):
        found = _hop_evidence(case, best, steps, place, lower, sources)
        support = _support(case, steps, place, lower)
        hops.append(replace(_hop(step, found, sources), support=support))
        lower = step.sid if step.sid is not None else lower
    return tuple(hops)


def _hop_evidence(
    case: Case, best: Weighed, steps: Sequence[Step], place: int, lower: int | None, sources: Sources
) -> tuple[Evidence, ...]:
    step = steps[place]
    if lower is not None:
        if step.sid is None or step.pair is None:
            return evidence.of_naming(case.facts[lower], step.carrier)
        return evidence.of_handoff(sources.pairs[step.pair.row], case.facts[step.pair.d].upstream)
    if step.sid is not None:
        return evidence.of_report(case, case.facts[step.sid], best)
    first = next(upper.sid for upper in best.trail.steps if upper.sid is not None)
    return evidence.of_unrecorded(step.carrier, case.facts[first])


def inferred_step(trail: Trail, case: Case) -> bool:
    """Whether a step of the trail rests on numbers and time, no record naming the carrier."""
    lower: int | None = None
    for place, step in enumerate(trail.steps):
        if _support(case, trail.steps, place, lower) is Support.INFERRED:
            return True
        lower = step.sid if step.sid is not None else lower
    return False


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


def _hop(step: Step, found: tuple[Evidence, ...], sources: Sources) -> Hop:
    if step.sid is None:
        return Hop(carrier=step.carrier, evidence=found)
    row = sources.statements[step.sid]
    return Hop(
        carrier=step.carrier,
        records=(RecordRef(row["batch"], row["row"], row["record_id"]),),
        start_time=rfc3339(row["start_time"]),
        clock_offset=round(row["offset"], 3),
        calling=display(row["calling"]) or row["calling_number"],
        called=display(row["called"]) or row["called_number"],
        attestation=row["attestation"],
        evidence=found,
        start_basis=row["start_basis"],
    )


def pairs_of(trail: Trail) -> list[Pair]:
    """The pairs whose evidence a result of this trail will quote."""
    return [step.pair for step in trail.steps if step.pair is not None] + [*trail.against, *trail.overruled]
