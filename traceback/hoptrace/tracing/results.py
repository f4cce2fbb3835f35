"""From a judgement to the result that people read: verdict, path, hops with their evidence, whom to ask next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hoptrace.model.verdicts import (
    Alternative,
    Evidence,
    Hop,
    NextRequest,
    ReportedCall,
    TraceResult,
    Verdict,
)
from hoptrace.tracing import evidence
from hoptrace.tracing.calibration import calibrated, published
from hoptrace.tracing.case import Case
from hoptrace.tracing.delivering import way_told
from hoptrace.tracing.hops import hops_told, inferred_step
from hoptrace.tracing.judging import Judgement
from hoptrace.tracing.kernel import Judged
from hoptrace.tracing.sources import Sources
from hoptrace.tracing.trail import Ending, Trail, entry_told, point_of_entry
from hoptrace.tracing.trails import astray
from hoptrace.tracing.weighing import Weighed, beside, far_off
from hoptrace.tracing.words import ambiguous_words, ending_words, next_request

VERDICTS = {
    Ending.CUSTOMER: Verdict.ORIGINATOR_IDENTIFIED,
    Ending.ENTRY: Verdict.POINT_OF_ENTRY_IDENTIFIED,
    Ending.SILENT: Verdict.NON_PARTICIPATING,
    Ending.LACKING: Verdict.NO_RECORD,
    Ending.UNNAMED: Verdict.NO_RECORD,
    Ending.CONTESTED: Verdict.DISPUTED,
    Ending.CONTRADICTED: Verdict.DISPUTED,
    Ending.MISNAMED: Verdict.DISPUTED,
    Ending.DOUBTED: Verdict.DISPUTED,
}


WORTH_A_DOUBT = 0.04
"""Probability from which another trail takes carriers off the path of an ambiguous call."""

UNRECORDED = 0.1
"""Probability that no record at hand is of an ambiguous call, from which only the end that the report names is told."""

NOT_FOUND = 0.5
"""Probability that no record at hand is of the reported call, from which the answer is that."""

LIKELY_UNRECORDED = 0.1
"""The same, from which no originator is named where no record ties the trail to the end that the report names."""

SURE_OF_PATH = 0.8
"""Below this probability of the path among the trails of one answer, the result says that another is possible."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a result must name so that it can be replayed."""

    engine: str
    lake_version: int
    clock_version: int
    settings_digest: str


@dataclass(frozen=True, slots=True)
class Floors:
    """Least confidence (0..1) of an answer where another trail fits too, `contested`, and of a `named` originator."""

    contested: float
    named: float


def not_found(call: ReportedCall, stamp: Stamp) -> TraceResult:
    """The result for a call of which no carrier has a record."""
    summary = "No carrier has submitted a record of this call."
    ask = call.terminating_carrier
    request = NextRequest(ask, "It is said to have delivered the call and has no record of it here.") if ask else None
    return stamped(call, stamp, Verdict.NOT_FOUND, summary, confidence=1.0, next_request=request)


def result(call: ReportedCall, judged: Judged, sources: Sources, stamp: Stamp, floors: Floors) -> TraceResult:
    """The result of a judged case; below the `floors` the evidence does not settle it and the verdict says so."""
    case, judgement = judged.case, judged.judgement
    best = judgement.best
    if best is None:
        return not_found(call, stamp)
    alternatives = tuple(_alternative(rival.trail, rival.share, rival.why, case) for rival in judgement.rivals)
    if judgement.none > NOT_FOUND:
        return replace(not_found(call, stamp), confidence=published(judgement.none), alternatives=alternatives)
    trail, verdict = best.trail, VERDICTS[best.trail.ending]
    confidence = calibrated(judgement.confidence, verdict, inferred=inferred_step(trail), beside=beside(case, best))
    if not _settled(judged, best, confidence, floors):
        return _ambiguous(call, judged, best, sources, stamp)
    last = case.facts[trail.last_statement]
    identified = verdict is Verdict.ORIGINATOR_IDENTIFIED
    return stamped(
        call,
        stamp,
        verdict,
        _summary(trail, case, judgement),
        path=way_told(case, trail),
        originating_carrier=last.carrier if identified else None,
        customer=last.customer if identified else None,
        point_of_entry=_point_of_entry(trail, case, judgement),
        confidence=published(confidence * _no_twin(judged) / (1 + judged.hidden)),
        hops=_with_doubt(hops_told(case, best, sources), judgement),
        conflicts=_conflicts(trail, case, sources),
        alternatives=alternatives,
        next_request=next_request(trail, case),
    )


def _settled(judged: Judged, best: Weighed, confidence: float, floors: Floors) -> bool:
    """Whether the evidence settles that the call went the way of `best`; `confidence` (0..1): that of its verdict."""
    case, judgement = judged.case, judged.judgement
    if judged.elsewhere or judged.unseen or judgement.alike or far_off(case, best):
        return False
    no_twin = _no_twin(judged)
    if confidence * no_twin < floors.contested and (judgement.contested or judged.twin > 0):
        return False
    loose = judgement.none > LIKELY_UNRECORDED and astray(best.trail, case)
    least = min(confidence, no_twin) / (1 + judged.hidden)
    return VERDICTS[best.trail.ending] is not Verdict.ORIGINATOR_IDENTIFIED or not (loose or least < floors.named)


def _no_twin(judged: Judged) -> float:
    """Probability that the report means no call of somebody else that left no record."""
    return 1 / (1 + judged.twin)


def _conflicts(trail: Trail, case: Case, sources: Sources) -> tuple[str, ...]:
    """What contradicts the trail, or was contradicted and not followed: who says what."""
    told = [sources.pairs[pair.row].conflict for pair in (*trail.against, *trail.overruled)]
    last = case.facts[trail.last_statement]
    told += evidence.not_borne_out(trail.ending, last.carrier, str(last.upstream), case.around.trust)
    if trail.ending is Ending.DOUBTED:
        told.append(evidence.doubted(last, case.around.trust))
    return tuple(told)


def _point_of_entry(trail: Trail, case: Case, judgement: Judgement) -> str | None:
    """The point of entry that records tell, where no other likely path to the same answer came in elsewhere."""
    entry = entry_told(trail, case.around)
    likely = judgement.path_share < SURE_OF_PATH
    others = {point_of_entry(rival.trail.path, case.around) for rival in judgement.rivals if not rival.answers}
    return None if likely and others - {entry} else entry


def _summary(trail: Trail, case: Case, judgement: Judgement) -> str:
    words = ending_words(trail, case)
    if judgement.path_share >= SURE_OF_PATH:
        return words
    return f"{words} It was redialled over other routes; the path of the call nearest to the report is given."


def _with_doubt(hops: tuple[Hop, ...], judgement: Judgement) -> tuple[Hop, ...]:
    """Say at the first hop where the report may mean another of several calls from the same origin."""
    if judgement.path_share >= SURE_OF_PATH or not hops:
        return hops
    same = [rival for rival in judgement.rivals if not rival.answers]
    others = "; ".join(f"{' < '.join(rival.trail.path)} ({rival.why})" for rival in same)
    text = (
        f"The same origin called again within seconds over another route; with {judgement.path_share:.0%} the report "
        f"means this path. Also possible: {others}."
    )
    return (replace(hops[0], evidence=(*hops[0].evidence, Evidence("path", None, text))), *hops[1:])


def _ambiguous(call: ReportedCall, judged: Judged, best: Weighed, sources: Sources, stamp: Stamp) -> TraceResult:
    """Several trails fit about equally: only the carriers on which all of them agree are said."""
    case, judgement = judged.case, judged.judgement
    rivals = [rival for rival in judgement.rivals if rival.share >= WORTH_A_DOUBT or rival.alike]
    paths = [way_told(case, trail) for trail in (best.trail, *(rival.trail for rival in rivals))]
    common = paths[0][:1] if judged.elsewhere or judged.twin or judged.off_file else _common(paths)
    if far_off(case, best) or judgement.none >= UNRECORDED:
        common = tuple(carrier for carrier in common[:1] if carrier == case.reported.terminating)
    told = [_alternative(best.trail, judgement.confidence, "fits best", case)]
    told += [_alternative(rival.trail, rival.share, rival.why, case) for rival in judgement.rivals]
    request = (
        NextRequest(common[-1], "Its records of these calls, with Call-IDs, would tell them apart.") if common else None
    )
    return stamped(
        call,
        stamp,
        Verdict.AMBIGUOUS,
        ambiguous_words(judged, len(paths)),
        path=common,
        confidence=published(1 - max(0.0, judgement.confidence - 0.5)),
        hops=hops_told(case, best, sources)[: len(common)],
        alternatives=tuple(told),
        next_request=request,
    )


def _alternative(trail: Trail, share: float, why: str, case: Case) -> Alternative:
    return Alternative(trail.path, published(share), f"{why}; it ends: {ending_words(trail, case)}")


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    shared: list[str] = []
    for carriers in zip(*paths, strict=False):
        if len(set(carriers)) > 1:
            break
        shared.append(carriers[0])
    return tuple(shared)


def stamped(call: ReportedCall, stamp: Stamp, verdict: Verdict, summary: str, **rest: Any) -> TraceResult:
    """A result that names what it stands on; of the fields of TraceResult in `rest` the others are empty."""
    fields: dict[str, Any] = {
        "path": (),
        "originating_carrier": None,
        "customer": None,
        "point_of_entry": None,
        "confidence": 0.0,
        "hops": (),
        "conflicts": (),
        "alternatives": (),
        "next_request": None,
    }
    return TraceResult(
        call_ref=call.call_ref,
        verdict=verdict,
        engine=stamp.engine,
        lake_version=stamp.lake_version,
        settings_digest=stamp.settings_digest,
        clock_version=stamp.clock_version,
        summary=summary,
        call=call,
        **{**fields, **rest},
    )
