"""From the result of a trace to its report: names for ids, roles, support, words, figures."""

from __future__ import annotations

import hashlib
import json
import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hoptrace.engines.behind import Behind
from hoptrace.model.deadlines import Deadlines
from hoptrace.model.receipts import WithdrawnBatch
from hoptrace.model.statements import StartBasis
from hoptrace.model.verdicts import Alternative, Evidence, Hop, TraceResult
from hoptrace.reports.roles import roles_of, support_of
from hoptrace.reports.trace.asking import Asking, completeness, gap_lines, next_line, preserve_lines
from hoptrace.reports.trace.figures import key_figures
from hoptrace.reports.trace.handoffs import Lines, file_lines, handoff_lines, number_lines, record_line
from hoptrace.reports.trace.model import AlternativeLine, CallLine, EvidenceLine, HopLine, Replay, TraceReport
from hoptrace.reports.trace.stored_result import result_from_dict
from hoptrace.reports.trace.words import NAME_LIMIT, Cast, verdict_words
from hoptrace.reports.withdrawn import withdrawn_part
from hoptrace.reports.wording.cards import Directory, carrier_card, carrier_of, plain_or_none
from hoptrace.reports.wording.language import ENGLISH, Language, language
from hoptrace.reports.wording.phrases import translated
from hoptrace.reports.wording.plain import isolated, plain, shorten
from hoptrace.reports.wording.times import corrected, utc_text
from hoptrace.reports.wording.zones import local_text, zone_of


@dataclass(frozen=True, slots=True)
class Telling:
    """How a report is told: in which language, by which deadlines, and `asked`, when the next carrier is asked.

    `behind` is what stands behind the result beyond what it says itself; without it the report tells less. `withdrawn`:
    batches that the result rests on and that count no more.
    """

    language: str = ENGLISH
    behind: Behind | None = None
    deadlines: Deadlines = field(default_factory=Deadlines)
    asked: datetime | None = None
    withdrawn: tuple[WithdrawnBatch, ...] = ()


def trace_report(
    result: TraceResult | Mapping[str, Any], carriers: Directory, telling: Telling | None = None
) -> TraceReport:
    """The report of one trace; for `render` and `write_report`.

    `result` may be the JSON that the catalog keeps. `carriers` gives names, countries and contacts by carrier_id; an id
    that it lacks is shown as it is. Raises `ValueError` where `result` is no result of a trace, UsageError where there
    is no such language.
    """
    trace = result if isinstance(result, TraceResult) else result_from_dict(result)
    told = telling or Telling()
    voice = language(told.language)
    hops = tuple(_hop_line(trace, at, carriers, voice) for at in range(len(trace.hops)))
    confidence = _share(trace.confidence)
    call, zone = _call_line(trace), _zone(trace, carriers)
    asking = Asking(carriers, told.deadlines, voice, told.asked)
    report = TraceReport(
        call=call,
        words=verdict_words(trace, _cast(trace, carriers, voice), voice),
        confidence=confidence,
        figures=key_figures(trace.verdict, confidence, hops, call, voice),
        customer=plain_or_none(trace.customer),
        summary=translated(plain(trace.summary), voice),
        hops=hops,
        conflicts=tuple(translated(plain(conflict), voice) for conflict in trace.conflicts),
        alternatives=tuple(_alternative_line(other, carriers, voice) for other in trace.alternatives),
        next_request=next_line(trace.next_request, _why(trace, voice), asking),
        replay=_replay(trace),
        language=voice.code,
        start_local=local_text(corrected(trace.call.start_time), zone) if trace.call is not None else None,
        zone=zone,
        gaps=gap_lines(hops, voice),
        preserve=preserve_lines(trace, asking),
        withdrawn=withdrawn_part(told.withdrawn, carriers, _command(trace, replay=False), voice),
    )
    return report if told.behind is None else _with_behind(report, trace, told.behind, carriers, voice)


def _with_behind(
    report: TraceReport, trace: TraceResult, behind: Behind, carriers: Directory, voice: Language
) -> TraceReport:
    lines = Lines(carriers, behind, voice)
    return report.model_copy(
        update={
            "numbers": number_lines(trace, lines),
            "handoffs": handoff_lines(trace, lines),
            "completeness": completeness(trace, behind, carriers, voice),
            "files": file_lines(trace, lines),
        }
    )


def result_digest(result: TraceResult) -> str:
    """SHA-256 (hex) of the result as JSON in ASCII, keys sorted, no blanks: equal for equal answers."""
    text = json.dumps(result.as_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _hop_line(trace: TraceResult, at: int, carriers: Directory, voice: Language) -> HopLine:
    hop = trace.hops[at]
    start, zone = corrected(hop.start_time, hop.clock_offset), zone_of(carrier_of(hop.carrier, carriers))
    return HopLine(
        position=at + 1,
        carrier=carrier_card(hop.carrier, carriers),
        roles=roles_of(trace, at, carriers),
        records=tuple(record_line(record) for record in hop.records),
        start_recorded=plain_or_none(hop.start_time),
        clock_offset_s=hop.clock_offset if math.isfinite(hop.clock_offset) else 0.0,
        start_utc=utc_text(start),
        calling=plain_or_none(hop.calling),
        called=plain_or_none(hop.called),
        attestation=plain_or_none(hop.attestation),
        support=support_of(trace, at),
        gap_s=_gap(hop, trace.hops[at - 1]) if at else None,
        when_ringing_ended=hop.start_basis == StartBasis.FINAL,
        start_local=local_text(start, zone),
        zone=zone if start is not None else None,
        evidence=tuple(_evidence_line(line, voice) for line in hop.evidence),
    )


def _gap(upper: Hop, lower: Hop) -> float | None:
    if upper.start_basis != lower.start_basis:
        return None
    begin, end = corrected(upper.start_time, upper.clock_offset), corrected(lower.start_time, lower.clock_offset)
    return None if begin is None or end is None else (end - begin).total_seconds()


def _evidence_line(line: Evidence, voice: Language) -> EvidenceLine:
    return EvidenceLine(about=plain(line.about), agrees=line.agrees, detail=translated(plain(line.detail), voice))


def _alternative_line(other: Alternative, carriers: Directory, voice: Language) -> AlternativeLine:
    cards = tuple(carrier_card(carrier_id, carriers) for carrier_id in other.path)
    return AlternativeLine(carriers=cards, confidence=_share(other.confidence), why=translated(plain(other.why), voice))


def _why(trace: TraceResult, voice: Language) -> str:
    return translated(plain(trace.next_request.why), voice) if trace.next_request is not None else ""


def _zone(trace: TraceResult, carriers: Directory) -> str | None:
    """The zone of the called party's carrier: whom the report gives as such, or who stands first on the path."""
    named = trace.call.terminating_carrier if trace.call is not None else None
    carrier_id = named or (trace.path[0] if trace.path else None)
    return zone_of(carrier_of(carrier_id, carriers)) if carrier_id else None


def _call_line(trace: TraceResult) -> CallLine:
    if (call := trace.call) is None:
        return CallLine(call_ref=plain(trace.call_ref))
    return CallLine(
        call_ref=plain(trace.call_ref),
        start_time=plain_or_none(call.start_time),
        start_utc=utc_text(corrected(call.start_time)),
        called_number=plain_or_none(call.called_number),
        calling_number=plain_or_none(call.calling_number),
        terminating_carrier=plain_or_none(call.terminating_carrier),
        campaign=plain_or_none(call.campaign),
    )


def _cast(trace: TraceResult, carriers: Directory, voice: Language) -> Cast:
    def name(carrier_id: str) -> str:
        """A carrier's name as sentences quote it."""
        return isolated(shorten(carrier_card(carrier_id, carriers).name, NAME_LIMIT))

    last = name(trace.path[-1]) if trace.path else voice.say("The carrier")
    return Cast(
        last=name(trace.originating_carrier) if trace.originating_carrier else last,
        below=name(trace.path[-2]) if len(trace.path) > 1 else "",
        entry=name(trace.point_of_entry) if trace.point_of_entry else last,
        trails=len(trace.alternatives),
        silent=not (trace.hops and trace.hops[-1].records),
    )


def _replay(trace: TraceResult) -> Replay:
    return Replay(
        engine=plain(trace.engine),
        lake_version=trace.lake_version,
        clock_version=trace.clock_version,
        certificates_version=trace.certificates_version,
        settings_digest=plain(trace.settings_digest),
        command=_command(trace),
        result_sha256=result_digest(trace),
    )


def _command(trace: TraceResult, *, replay: bool = True) -> str | None:
    """What traces the call: as the result was made, or with what is known now."""
    call = trace.call
    if call is None:
        return None
    versions = [trace.lake_version, trace.clock_version]
    versions += [trace.certificates_version] if trace.certificates_version else []
    options = {
        "--called": call.called_number,
        "--at": call.start_time,
        "--calling": call.calling_number,
        "--terminating": call.terminating_carrier,
        "--ref": call.call_ref,
        "--replay": ":".join(map(str, versions)) if replay else None,
    }
    words = [f"{option} {shlex.quote(plain(value))}" for option, value in options.items() if value]
    return " ".join(["hoptrace trace", *words, "--json"])


def _share(value: float) -> float:
    return min(1.0, max(0.0, value)) if math.isfinite(value) else 0.0
