"""Unsettled: the results of calls that several trails fit, that records hardly fit, or of which there is no record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hoptrace.model.verdicts import Alternative, Hop, NextRequest, ReportedCall, TraceResult, Verdict
from hoptrace.tracing import evidence
from hoptrace.tracing.calibration import LEAST, published
from hoptrace.tracing.case import Case
from hoptrace.tracing.delivering import way_told
from hoptrace.tracing.hops import hops_told
from hoptrace.tracing.kernel import Judged
from hoptrace.tracing.sources import Sources
from hoptrace.tracing.stamped import Stamp, stamped
from hoptrace.tracing.trail import Trail
from hoptrace.tracing.weighing import Weighed, far_off
from hoptrace.tracing.words import ASKED_OF_RECORDED, HARDLY_FITS, ambiguous_words, ending_words

WORTH_A_DOUBT = 0.04
"""Probability from which another trail takes carriers off the path of an ambiguous call."""

UNRECORDED = 0.1
"""Probability that no record at hand is of an ambiguous call, from which only the end that the report names is told."""

NOT_FOUND = 0.5
"""Probability that no record at hand is of the reported call, from which none is taken for it."""


def not_found(call: ReportedCall, stamp: Stamp) -> TraceResult:
    """The result for a call of which no carrier has a record."""
    summary = "No carrier has submitted a record of this call."
    request = _ask_the_end(call.terminating_carrier)
    return stamped(call, stamp, Verdict.NOT_FOUND, summary, confidence=1.0, next_request=request)


def hardly_found(call: ReportedCall, judged: Judged, stamp: Stamp) -> TraceResult:
    """The result for a call of which no record is likely to be: not found, where none is of about that moment.

    Else records tell of a call to the number just then, which differs in caller, outcome or end: it may be this one.
    """
    case, judgement = judged.case, judged.judgement
    others = [alternative(rival.trail, rival.share, rival.why, case) for rival in judgement.rivals]
    near = [one for one in judgement.likely if one.timed.apart <= case.reported.close]
    if not near:
        none = published(judgement.none) if judgement.best is not None else 1.0
        return replace(not_found(call, stamp), confidence=none, alternatives=tuple(others))
    best = max(near, key=lambda one: (one.weight, -one.trail.last_statement))
    if all(best.trail.outcome != rival.trail.outcome for rival in judgement.rivals):
        share = judgement.confidence if best is judgement.best else LEAST
        others.insert(0, alternative(best.trail, share, "came at the reported moment", case))
    path, hops = _end_told(case)
    return stamped(
        call,
        stamp,
        Verdict.AMBIGUOUS,
        HARDLY_FITS,
        path=path,
        confidence=published(max(judgement.none, NOT_FOUND)),
        hops=hops,
        alternatives=tuple(others),
        next_request=_ask_for(case),
    )


def ambiguous(
    call: ReportedCall, judged: Judged, best: Weighed, sources: Sources, stamp: Stamp, *, perhaps_near: bool
) -> TraceResult:
    """Several trails fit about equally: only the carriers on which all of them agree are said.

    `perhaps_near`: nothing but another call that perhaps came within seconds leaves it open.
    """
    case, judgement = judged.case, judged.judgement
    rivals = [rival for rival in judgement.rivals if rival.share >= WORTH_A_DOUBT or rival.alike]
    paths = [way_told(case, trail) for trail in (best.trail, *(rival.trail for rival in rivals))]
    common = _agreed(judged, best, paths)
    hops = hops_told(case, best, sources)[: len(common)]
    if not common:
        common, hops = _end_told(case)
    told = [alternative(best.trail, judgement.confidence, "fits best", case)]
    told += [alternative(rival.trail, rival.share, rival.why, case) for rival in judgement.rivals]
    request = (
        NextRequest(common[-1], "Its records of these calls, with Call-IDs, would tell them apart.") if common else None
    )
    return stamped(
        call,
        stamp,
        Verdict.AMBIGUOUS,
        ambiguous_words(judged, len(paths), perhaps_near=perhaps_near),
        path=common,
        confidence=published(1 - max(0.0, judgement.confidence - 0.5)),
        hops=hops,
        alternatives=tuple(told),
        next_request=request,
    )


def _agreed(judged: Judged, best: Weighed, paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The carriers on which all `paths` agree, that of `best` the first, where the call is known to be one of these.

    If it may have left no record only its end can be meant, and hardly that of records that do not fit the report.
    """
    case = judged.case
    common = paths[0][:1] if judged.elsewhere or judged.twin or judged.off_file else _common(paths)
    if far_off(case, best) or judged.judgement.none >= UNRECORDED:
        return tuple(carrier for carrier in common[:1] if carrier == case.reported.terminating)
    return common


def alternative(trail: Trail, share: float, why: str, case: Case) -> Alternative:
    """Another trail as a result names it, with its probability (0..1) and why it was considered."""
    return Alternative(trail.path, published(share), f"{why}; it ends: {ending_words(trail, case)}")


def _end_told(case: Case) -> tuple[tuple[str, ...], tuple[Hop, ...]]:
    """The carrier that the report names as the call's end, as path and hops; it is on the way of whichever call."""
    end = case.reported.terminating
    if end is None:
        return (), ()
    recorded = any(fact.carrier == end for fact in case.facts.values())
    return (end,), (Hop(carrier=end, evidence=(evidence.by_the_report(end, recorded=recorded),)),)


def _ask_for(case: Case) -> NextRequest | None:
    """Whom to ask where records hardly fit: the reported end, of which there may be one."""
    end = case.reported.terminating
    if end is None or all(fact.carrier != end for fact in case.facts.values()):
        return _ask_the_end(end)
    return NextRequest(end, ASKED_OF_RECORDED)


def _ask_the_end(end: str | None) -> NextRequest | None:
    return NextRequest(end, "It is said to have delivered the call and has no record of it here.") if end else None


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    shared: list[str] = []
    for carriers in zip(*paths, strict=False):
        if len(set(carriers)) > 1:
            break
        shared.append(carriers[0])
    return tuple(shared)
