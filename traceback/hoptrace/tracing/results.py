"""From a judgement to the result that people read: verdict, path, hops with their evidence, whom to ask next."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hoptrace.model.verdicts import Evidence, Hop, ReportedCall, TraceResult, Verdict
from hoptrace.tracing import evidence
from hoptrace.tracing.calibration import calibrated, published
from hoptrace.tracing.case import Case
from hoptrace.tracing.delivering import way_told
from hoptrace.tracing.hops import hops_told, inferred_step
from hoptrace.tracing.judging import Judgement
from hoptrace.tracing.kernel import Judged
from hoptrace.tracing.sources import Sources
from hoptrace.tracing.stamped import Stamp, stamped
from hoptrace.tracing.trail import Ending, Trail, entry_told, point_of_entry
from hoptrace.tracing.trails import astray
from hoptrace.tracing.unsettled import NOT_FOUND, alternative, ambiguous, hardly_found
from hoptrace.tracing.weighing import Weighed, beside, far_off
from hoptrace.tracing.words import ending_words, next_request

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

LIKELY_UNRECORDED = 0.1
"""Probability that no record at hand is of the reported call, from which no originator is named where no record ties
the trail to the end that the report names."""

NO_TWIN_UNTIED = 0.995
"""Least probability that the report means no call of somebody else, of an originator to whom a trail leads that no
record ties to the reported end: nothing but caller, number and time then says that it is the reported call. Of names
between 0.99 and this, in 60 networks of which a third or two thirds of the carriers take part, 9 of 292 were wrong."""

SURE_OF_PATH = 0.8
"""Below this probability of the path among the trails of one answer, the result says that another is possible."""


@dataclass(frozen=True, slots=True)
class Floors:
    """Least confidence (0..1) of an answer where another trail fits too, `contested`, and of a `named` originator."""

    contested: float
    named: float


def result(call: ReportedCall, judged: Judged, sources: Sources, stamp: Stamp, floors: Floors) -> TraceResult:
    """The result of a judged case; below the `floors` the evidence does not settle it and the verdict says so."""
    case, judgement = judged.case, judged.judgement
    best = judgement.best
    if best is None or judgement.none > NOT_FOUND:
        return hardly_found(call, judged, stamp)
    verdict, inferred = VERDICTS[best.trail.ending], inferred_step(best.trail)
    confidence = calibrated(judgement.confidence, verdict, inferred=inferred, beside=beside(case, best))
    if _settled(judged, best, confidence, floors):
        return _settled_result(call, judged, best, confidence, sources, stamp)
    apart = replace(judged, judgement=replace(judgement, alike=0.0))
    near = judgement.alike < 1 and _settled(apart, best, confidence, floors)
    return ambiguous(call, judged, best, sources, stamp, perhaps_near=near)


def _settled_result(
    call: ReportedCall, judged: Judged, best: Weighed, confidence: float, sources: Sources, stamp: Stamp
) -> TraceResult:
    """The result where the evidence settles that the call went the way of `best`; `confidence`: as for `_settled`."""
    case, judgement, trail = judged.case, judged.judgement, best.trail
    verdict, last = VERDICTS[trail.ending], case.facts[trail.last_statement]
    identified = verdict is Verdict.ORIGINATOR_IDENTIFIED
    apart = 1 - judgement.alike if identified else 1.0
    return stamped(
        call,
        stamp,
        verdict,
        _summary(trail, case, judgement),
        path=way_told(case, trail),
        originating_carrier=last.carrier if identified else None,
        customer=last.customer if identified else None,
        point_of_entry=_point_of_entry(trail, case, judgement),
        confidence=published(confidence * _no_twin(judged) * apart / (1 + judged.hidden)),
        hops=_with_doubt(hops_told(case, best, sources), judgement),
        conflicts=_conflicts(trail, case, sources),
        alternatives=tuple(alternative(rival.trail, rival.share, rival.why, case) for rival in judgement.rivals),
        next_request=next_request(trail, case),
    )


def _settled(judged: Judged, best: Weighed, confidence: float, floors: Floors) -> bool:
    """Whether the evidence settles that the call went the way of `best`; `confidence` (0..1): that of its verdict."""
    case, judgement = judged.case, judged.judgement
    if judged.elsewhere or judged.unseen or judgement.alike == 1 or far_off(case, best):
        return False
    if confidence * _no_twin(judged) < floors.contested and (judgement.contested or judged.twin > 0):
        return False
    loose = judgement.none > LIKELY_UNRECORDED and astray(best.trail, case)
    loose |= judged.untied and _no_twin(judged) < NO_TWIN_UNTIED
    least = min(confidence, _no_twin(judged), 1 - judgement.alike) / (1 + judged.hidden)
    return VERDICTS[best.trail.ending] is not Verdict.ORIGINATOR_IDENTIFIED or not (loose or least < floors.named)


def _no_twin(judged: Judged) -> float:
    """Probability that the report means no call of somebody else that left no record."""
    return 1 / (1 + judged.twin)


def _conflicts(trail: Trail, case: Case, sources: Sources) -> tuple[str, ...]:
    """What contradicts the trail, or was contradicted and not followed: who says what."""
    told = [sources.pairs[pair.row].conflict for pair in (*trail.against, *trail.overruled)]
    last = case.facts[trail.last_statement]
    named = last.carrier, str(last.upstream)
    told += evidence.not_borne_out(trail.ending, named, last.calling, case.around.trust)
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
